"""The verifier: what it says, where it points, and how its command ends."""

import json
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from corelab.audit import verify as verifier
from corelab.audit.model import SYSTEM_LOG
from corelab.audit.sequencer import sequence
from corelab.kernel.canonical import canonical_json
from corelab.kernel.moments import moment_text
from tests.fakes.ledger_export import (
    LOG,
    causes,
    checkpoints_of,
    clean_export,
    clean_world,
    listing_changed,
    segment_path,
    segments_of,
    verified,
)
from tests.fakes.memory_ledger import an_event, later, public_key_pem


@pytest.fixture
def files():
    return clean_export([3, 4, 2])


def only_problem(files, **options):
    problems = verified(files, **options).problems
    assert len(problems) == 1, problems
    return problems[0]


def flipped(data: bytes, at: int, mask: int = 1) -> bytes:
    return data[:at] + bytes([data[at] ^ mask]) + data[at + 1 :]


def test_a_clean_export_verifies_and_says_what_it_holds(files):
    report = verified(files, as_of=later(3600))

    assert report.problems == []
    assert report.notes == []
    assert report.logs[LOG] == {
        "entries": 10,
        "segments": 3,
        "checkpoints": 3,
        "witness_copies": 3,
        "newest_entry": "2026-03-01T08:00:03+00:00",
    }


@pytest.mark.parametrize("word", [b"transmittal.move", b'"role"', "€".encode(), b"T08:00"])
def test_one_flipped_byte_of_an_entry_is_told_to_the_byte(files, word):
    path = segment_path(1)
    at = files[path].index(word, files[path].index(b"\n", files[path].index(b"\n") + 1))
    files[path] = flipped(files[path], at)

    problem = next(each for each in verified(files).problems if each.cause == "ENTRY_CHANGED")

    assert (problem.file, problem.line, problem.seq, problem.byte) == (path, 3, 5, at)
    assert f"0x{files[path][at]:02x} stands where 0x{files[path][at] ^ 1:02x} was signed" in problem.detail


def test_a_flipped_byte_that_breaks_the_json_is_told_to_the_byte(files):
    path = segment_path(0)
    at = files[path].index(b'{"action"')
    files[path] = flipped(files[path], at, 0xFF)

    found = {(problem.cause, problem.line, problem.byte) for problem in verified(files).problems}

    assert {("ENTRY_UNREADABLE", 2, at), ("ENTRY_CHANGED", 2, at)} <= found


def test_a_flipped_byte_of_a_header_is_told_to_the_byte_and_the_entries_are_cleared(files):
    path = segment_path(1)
    at = files[path].index(b'"schema"') + 3
    files[path] = flipped(files[path], at)

    problem = only_problem(files)

    assert (problem.cause, problem.file, problem.line, problem.byte) == ("HEADER_CHANGED", path, 1, at)


def test_a_flipped_leaf_hash_in_a_header_does_not_accuse_the_entries(files):
    path = segment_path(1)
    at = files[path].index(b'"leaves":["') + 15
    files[path] = (
        files[path][:at] + (b"0" if files[path][at : at + 1] != b"0" else b"1") + files[path][at + 1 :]
    )

    problem = only_problem(files)

    assert problem.cause == "HEADER_CHANGED"
    assert "the entries are as signed" in problem.detail


@pytest.mark.parametrize("place", ["ledger", "witness"])
@pytest.mark.parametrize("part", ["text", "signature"])
def test_a_flipped_byte_of_a_checkpoint_is_told(files, place, part):
    path = checkpoints_of(files, place)[1]
    at = files[path].index(b"\n") + 1 if part == "text" else files[path].index("—".encode()) + 30
    files[path] = flipped(files[path], at)

    found = {(problem.cause, problem.file) for problem in verified(files).problems}

    assert ("CHECKPOINT_BAD", path) in found
    assert ("WITNESS_DIFFERS", checkpoints_of(files, "witness")[1]) in found


def test_where_a_checkpoints_text_was_changed_is_told_to_the_byte(files):
    path = checkpoints_of(files)[2]
    at = files[path].index(b"\n10\n") + 6
    files[path] = flipped(files[path], at)

    assert ("CHECKPOINT_BAD", path, at) in {
        (each.cause, each.file, each.byte) for each in verified(files).problems
    }


@pytest.mark.requirement("fault-32")
def test_a_delete_marker_fails_with_its_cause_and_the_version_is_still_read(files):
    listing = json.loads(files["versions.json"])
    key = f"ledger/{LOG}/segments/{1:012d}.jsonl"
    marker = {"bucket": "ledger", "key": key, "version_id": "x", "at": "2026-03-02T00:00:00.000Z"}
    listing["versions"].append(marker | {"is_delete_marker": True, "file": None})
    files["versions.json"] = json.dumps(listing).encode()

    problem = only_problem(files)

    assert (problem.cause, problem.file) == ("DELETE_MARKER", segment_path(1))
    assert "2026-03-02" in problem.detail


@pytest.mark.parametrize("is_same", [True, False])
def test_a_second_version_must_have_the_same_bytes(is_same):
    world = clean_world([3])
    for contents in world.ledger.values():
        contents.append(contents[0] if is_same else contents[0] + b"x")

    found = causes(world.export(taken_at=later(60)))

    assert found == (set() if is_same else {"VERSION_DIFFERS"})


def test_files_and_listing_must_agree(files):
    files[f"ledger/{LOG}/notes.txt"] = b"hello"
    del files[checkpoints_of(files)[0]]

    assert {"FILE_UNKNOWN", "FILE_MISSING", "CHECKPOINT_MISSING"} <= causes(files)


def test_without_a_listing_of_versions_nothing_is_proved(files):
    del files["versions.json"]

    assert "VERSIONS_MISSING" in causes(files)


def test_the_last_checkpoint_must_be_with_the_witness():
    world = clean_world([3, 3])
    del world.witness[max(key for key in world.witness if LOG in key)]

    assert causes(world.export(taken_at=later(60))) == {"WITNESS_MISSING"}


@pytest.mark.requirement("fault-33")
def test_a_checkpoint_that_only_the_witness_has_means_that_the_ledgers_end_was_cut():
    world = clean_world([3, 3])
    last = max(key for key in world.ledger if f"{LOG}/checkpoints" in key)
    for key in (last, f"ledger/{LOG}/segments/{1:012d}.jsonl"):
        del world.ledger[key]

    found = verified(world.export(taken_at=later(60))).problems

    assert {problem.cause for problem in found} >= {"CHECKPOINT_MISSING"}
    assert any(problem.seq == 4 for problem in found)


@pytest.mark.requirement("fault-33")
def test_an_end_that_was_cut_everywhere_shows_by_its_age(files):
    assert causes(files, as_of=later(25 * 3600)) == set()
    assert causes(files, as_of=later(27 * 3600)) == {"STALE"}


def test_entries_that_no_checkpoint_covers_are_not_vouched_for(files):
    for place in ("ledger", "witness"):
        del files[checkpoints_of(files, place)[-1]]

    found = {problem.cause: problem for problem in verified(files).problems}

    assert (found["NOT_COVERED"].file, found["NOT_COVERED"].seq) == (segment_path(2), 8)


def signed_export(events) -> dict[str, bytes]:
    """Export of a ledger whose writer may be wrong: signed all the same."""
    world = clean_world([])
    for event in events:
        world.write(event)
    sequence(world.ports(), log=LOG, event_ids=[e.event_id for e in events], now=later(5), software="0")
    return world.export(taken_at=later(3600))


def test_an_object_whose_versions_do_not_follow_each_other_fails():
    broken = signed_export(
        [
            an_event(LOG, object="a", version=1),
            replace(an_event(LOG, object="a", version=2), before="0" * 64),
        ]
    )
    gap = signed_export([an_event(LOG, object="a", version=1), an_event(LOG, object="a", version=3)])

    assert causes(broken) == {"CHAIN_BROKEN"}
    assert causes(gap) == {"VERSION_GAP"}


def test_a_version_that_may_still_be_on_its_way_is_a_note():
    young = signed_export([an_event(LOG, object="a", version=2)])
    report = verified(young, as_of=later(60))

    assert report.problems == []
    assert "still be on its way" in report.notes[0]


@pytest.mark.requirement("fault-34")
def test_time_that_runs_back_is_a_note_because_order_is_by_seq():
    world = clean_world([2])
    skewed = an_event(LOG, object="skewed", version=1, at=later(-86_400))
    world.write(skewed)
    sequence(world.ports(), log=LOG, event_ids=[skewed.event_id], now=later(3), software="0")

    report = verified(world.export(taken_at=later(60)))

    assert report.problems == []
    assert "time runs back by 1 day" in report.notes[0]


def test_the_system_log_vouches_for_the_trials_checkpoints(files):
    path = f"ledger/{SYSTEM_LOG}/segments/{0:012d}.jsonl"
    lines = files[path].split(b"\n")
    entry = json.loads(lines[1])
    entry["data"]["root"] = "0" * 64
    lines[1] = canonical_json(entry)
    files[path] = b"\n".join(lines)

    assert "SYSTEM_DIFFERS" in causes(files)


def test_what_the_system_log_knows_of_a_younger_checkpoint_is_a_note_for_a_while():
    world = clean_world([3, 3])
    older = {path: data for path, data in clean_world([3]).export(taken_at=later(60)).items() if LOG in path}
    files = {path: data for path, data in world.export(taken_at=later(60)).items() if LOG not in path} | older
    listing = json.loads(files["versions.json"])
    listing["versions"] = [item for item in listing["versions"] if item["file"] in files]
    files["versions.json"] = json.dumps(listing).encode()

    report = verified(files, as_of=later(60))

    assert report.problems == []
    assert report.notes == ["_system: DEMO01 has grown to 7 entries since it was exported"]
    late = listing_changed(files, lambda listing: listing.update(taken_at=moment_text(later(3600))))
    assert causes(late, as_of=later(3600)) == {"SYSTEM_DIFFERS"}


def export_to(folder: Path, files: dict[str, bytes]) -> Path:
    for path, data in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(data)
    (folder / "key.pem").write_bytes(public_key_pem())
    return folder


@pytest.fixture
def exported(files, tmp_path):
    return export_to(tmp_path / "export", files)


def test_the_command_says_yes_and_names_the_key_it_believed(exported, capsys):
    code = verifier.main([str(exported)])

    shown = capsys.readouterr().out
    assert code == 0
    assert "The ledger verifies." in shown
    assert "the key came with the export" in shown


def test_the_command_says_no_and_where(exported, capsys):
    segment = exported / segment_path(1)
    data = segment.read_bytes()
    segment.write_bytes(flipped(data, len(data) - 200))

    code = verifier.main([str(exported), "--key", str(exported / "key.pem"), "--json"])

    report = json.loads(capsys.readouterr().out)
    changed = next(each for each in report["problems"] if each["cause"] == "ENTRY_CHANGED")
    assert code == 3
    assert report["verifies"] is False
    assert (changed["file"], changed["byte"]) == (segment_path(1), len(data) - 200)


def test_the_command_shows_places_to_people(exported, capsys):
    (exported / segment_path(1)).write_bytes(b"")

    assert verifier.main([str(exported)]) == 3
    assert f"[{segment_path(1)}, line 1, byte 0]" in capsys.readouterr().out


@pytest.mark.parametrize(
    "trouble", ["no folder", "no log", "no key", "bad key", "other key kind", "bad moment"]
)
def test_the_command_that_cannot_run_says_so(exported, tmp_path, capsys, trouble):
    arguments = [str(exported)]
    if trouble == "no folder":
        arguments = [str(tmp_path / "nowhere")]
    elif trouble == "no log":
        shutil.rmtree(exported / "ledger")
        shutil.rmtree(exported / "witness")
    elif trouble == "no key":
        (exported / "key.pem").unlink()
    elif trouble == "bad key":
        (exported / "key.pem").write_bytes(b"no key")
    elif trouble == "other key kind":
        other = ec.generate_private_key(ec.SECP256R1()).public_key()
        (exported / "key.pem").write_bytes(
            other.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        )
    else:
        arguments += ["--as-of", "yesterday"]

    assert verifier.main(arguments) == 2
    assert capsys.readouterr().err.startswith("cannot run: ")


def test_the_file_runs_alone_with_nothing_of_ours_beside_it(exported, tmp_path):
    alone = tmp_path / "verify.py"
    shutil.copy(verifier.__file__, alone)
    run = "import runpy, sys; sys.modules['corelab'] = None; "
    run += f"runpy.run_path({str(alone)!r}, run_name='__main__')"
    done = subprocess.run(  # noqa: S603 -- our own file
        [sys.executable, "-c", run, str(exported)], capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stderr


def test_the_witness_may_be_left_out_when_asked(files):
    without = {path: data for path, data in files.items() if not path.startswith("witness/")}
    listing = json.loads(without["versions.json"])
    listing["versions"] = [item for item in listing["versions"] if item["bucket"] == "ledger"]
    without["versions.json"] = json.dumps(listing).encode()
    key = verifier.read_key(public_key_pem())

    assert causes(without) == {"WITNESS_MISSING"}
    assert verifier.verify(without, key=key, needs_witness=False).verifies


def test_an_export_ends_at_the_last_complete_checkpoint():
    world = clean_world([3])
    world.ledger[f"ledger/{LOG}/segments/{7:012d}.jsonl"].append(b"on its way")
    world.ledger[f"ledger/{LOG}/checkpoints/{70:012d}.txt"].append(b"on its way")

    assert len(segments_of(world.export(taken_at=later(60)))) == 1


def test_an_object_that_no_log_writes_is_exported_and_fails():
    world = clean_world([3])
    world.ledger[f"ledger/{LOG}/readme.txt"].append(b"hello")

    assert causes(world.export(taken_at=later(60))) == {"FILE_UNKNOWN"}
