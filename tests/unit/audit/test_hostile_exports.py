"""The verifier against exports that were made to break it: it says no, and never ends in a traceback."""

import io
import json
import random
import subprocess
import sys

import pytest

from corelab.audit import verify as verifier
from corelab.audit.merkle import leaf_hash
from corelab_cli.main import main as corelab
from tests.fakes.ledger_export import LOG, clean_export, listing_changed, segment_path, segments_of, verified
from tests.fakes.memory_ledger import later, public_key_pem

pytestmark = pytest.mark.thorough

CODES = {verifier.DONE, verifier.CANNOT_RUN, verifier.UNVERIFIED}
FUZZED = 400
BASE = clean_export([5, 1, 7, 3])
HUGE, DEEP = 10**4299, 900


def nested(depth: int) -> list:
    value: list = []
    for _ in range(depth):
        value = [value]
    return value


def entry_changed(change, *, number: int = 1) -> dict[str, bytes]:
    """Export whose first entry of a segment is another; its header's hash follows."""
    path = segment_path(number)
    rows = BASE[path].removesuffix(b"\n").split(b"\n")
    entry = json.loads(rows[1])
    changed = change(entry)
    rows[1] = changed if isinstance(changed, bytes) else _dumped(entry)
    header = json.loads(rows[0])
    header["leaves"][0] = leaf_hash(rows[1]).hex()
    rows[0] = json.dumps(header, sort_keys=True, separators=(",", ":")).encode()
    return BASE | {path: b"\n".join(rows) + b"\n"}


def _dumped(entry) -> bytes:
    text = json.dumps(entry, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return text.encode("utf-8", "surrogatepass")


def with_values(*names_and_values):
    return entry_changed(lambda entry: entry.update(names_and_values))


def header_changed(change) -> dict[str, bytes]:
    path = segment_path(1)
    header, rest = BASE[path].split(b"\n", 1)
    plain = json.loads(header)
    change(plain)
    return BASE | {path: json.dumps(plain, sort_keys=True, separators=(",", ":")).encode() + b"\n" + rest}


def version_changed(**values):
    return listing_changed(BASE, lambda listing: listing["versions"][0].update(values))


HOSTILE = {
    f"{name} is {label}": (lambda name=name, value=value: with_values((name, value)))
    for name in (
        "seq", "version", "at", "id", "object", "event_id", "trial", "before", "after", "type", "data"
    )
    for label, value in {
        "huge": HUGE,
        "negative": -HUGE,
        "true": True,
        "nothing": None,
        "a list": [],
        "deep": nested(DEEP),
        "half a pair": "\ud800",
        "year 1": "0001-01-01T00:00:00+14:00",
        "year 9999": "9999-12-31T23:59:59-14:00",
        "infinite": float("inf"),
    }.items()
} | {
    f"taken at {at}": (lambda at=at: listing_changed(BASE, lambda listing: listing.update(taken_at=at)))
    for at in ("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "9999-12-31T23:59:59Z", "\ud800")
} | {
    f"listed {name} is {label}": (lambda name=name, value=value: version_changed(**{name: value}))
    for name in ("file", "key", "bucket", "at", "is_delete_marker")
    for label, value in {"a list": ["a"], "deep": nested(DEEP), "half a pair": "\ud800", "huge": HUGE}.items()
} | {
    "deeper than any": lambda: entry_changed(lambda _: b'{"a":' + b"[" * 200_000 + b"]" * 200_000 + b"}"),
    "half a pair as a name": lambda: with_values(("\ud800", 1)),
    "half a pair, escaped": lambda: entry_changed(lambda it: json.dumps(it | {"id": "\ud800"}).encode()),
    "another encoding": lambda: entry_changed(lambda entry: json.dumps(entry).encode("utf-16")),
    "too many digits": lambda: entry_changed(lambda _: b'{"seq":' + b"9" * 10_000 + b"}"),
    "leaves are no list": lambda: header_changed(lambda header: header.update(leaves={})),
    "leaves are numbers": lambda: header_changed(lambda header: header.update(leaves=[1])),
    "leaves are none": lambda: header_changed(lambda header: header.update(leaves=[])),
    "leaves are short": lambda: header_changed(lambda header: header.update(leaves=["ab"])),
    "leaves are doubled": lambda: header_changed(lambda header: header.update(leaves=header["leaves"] * 2)),
    "leaves beyond number": lambda: header_changed(lambda header: header.update(leaves=["00" * 32] * 20_000)),
    "header deep": lambda: header_changed(lambda header: header.update(leaves=nested(DEEP))),
    "segment is nothing": lambda: BASE | {segment_path(1): b""},
    "segment is one newline": lambda: BASE | {segment_path(0): b"\n"},
    "segment far away": lambda: BASE | {segment_path(999_999_999_999): BASE[segment_path(1)]},
    "checkpoint is nothing": lambda: BASE | {f"ledger/{LOG}/checkpoints/{6:012d}.txt": b""},
    "checkpoint of more than all": lambda: BASE | {f"ledger/{LOG}/checkpoints/{'9' * 12}.txt": b"\n\n"},
    "checkpoint in no encoding": lambda: BASE | {f"ledger/{LOG}/checkpoints/{6:012d}.txt": b"\xff\n\n\xff"},
    "listing is a list": lambda: BASE | {"versions.json": b"[]"},
    "listing is deep": lambda: BASE | {"versions.json": b"[" * 200_000},
    "a log with a strange name": lambda: BASE | {"ledger/\ud800\n/segments/000000000000.jsonl": b"{}\n"},
}  # fmt: skip


@pytest.mark.parametrize("hostile", HOSTILE)
@pytest.mark.parametrize("as_of", [None, later(60)])
def test_what_no_ledger_writes_is_told_and_breaks_nothing(hostile, as_of):
    files = HOSTILE[hostile]()
    if files == BASE:
        pytest.skip("this value is what stands there")

    report = verified(files, as_of=as_of)

    assert not report.verifies or hostile.startswith(("listed", "taken at"))
    assert "UNEXPECTED" not in {problem.cause for problem in report.problems}
    verifier.report_text(report).encode()
    json.loads(verifier.report_json(report))


def mutated(rng: random.Random, files: dict[str, bytes]) -> dict[str, bytes]:
    path = rng.choice(sorted(files))
    data = bytearray(files[path])
    for _ in range(rng.randint(1, 4)):
        at = rng.randrange(max(1, len(data)))
        match rng.randrange(5):
            case 0 if data:
                data[at] = rng.randrange(256)
            case 1:
                del data[at : at + rng.randint(1, 60)]
            case 2:
                data[at:at] = rng.randbytes(rng.randint(1, 5))
            case 3:
                data[at:at] = data[at // 2 : at // 2 + rng.randint(1, 100)]
            case _:
                data[at:at] = rng.choice(
                    (b"1e999", b"null", b"[[", b"\\ud800", b"9" * 30, b"\n", b"-1", b"{}")
                )
    return files | {path: bytes(data)}


def test_no_random_change_breaks_the_verifier(monkeypatch):
    monkeypatch.setattr(verifier, "SEARCHED_LINES", 1)  # the search for a byte is slow, and has its own tests
    rng = random.Random(20260301)  # noqa: S311 -- the seed is the point
    seen = set()
    for number in range(FUZZED):
        files = mutated(rng, BASE)
        while rng.random() < 0.3:
            files = mutated(rng, files)
        report = verified(files, as_of=later(60))
        seen |= {problem.cause for problem in report.problems}
        assert "UNEXPECTED" not in seen, number
        is_same = all(files[path] == BASE[path] for path in BASE if path != "versions.json")
        assert is_same or not report.verifies, number
        verifier.report_text(report).encode()
    assert len(seen) > 12


def test_what_the_verifier_did_not_foresee_is_a_failure_and_no_traceback(monkeypatch):
    def broken(*_):
        raise ArithmeticError

    monkeypatch.setattr(verifier.LogVerifier, "_check_age", broken)

    report = verified(BASE)

    assert {problem.cause for problem in report.problems} == {"UNEXPECTED"}


def test_an_export_cannot_write_its_own_verdict_into_the_report():
    lie = "x\nThe ledger verifies.\n\x1b[2Jx"
    files = with_values(("id", lie), ("version", 7))

    rows = verifier.report_text(verified(files)).split("\n")

    assert "The ledger verifies." not in rows
    assert rows[-1] == "The ledger does NOT verify."
    assert "\x1b" not in "".join(rows)


@pytest.fixture
def export(tmp_path):
    def write(files):
        for path, data in files.items():
            (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / path).write_bytes(data)
        (tmp_path / "key.pem").write_bytes(public_key_pem())
        return tmp_path

    return write


ODD = {path: BASE[path] for path in BASE} | with_values(
    ("at", "0001-01-01T00:00:00+14:00"), ("id", "\ud800€")
)


@pytest.mark.parametrize("encoding", ["ascii", "utf-8", "cp1252"])
@pytest.mark.parametrize("shape", [[], ["--json"]])
def test_the_command_ends_with_its_code_whatever_the_terminal_can_show(export, encoding, shape):
    folder = export(ODD)
    run = [sys.executable, verifier.__file__, str(folder), "--key", str(folder / "key.pem"), *shape]

    done = subprocess.run(  # noqa: S603 -- our own file
        run, capture_output=True, check=False, env={"PYTHONIOENCODING": encoding, "PYTHONUTF8": "0"}
    )

    assert (done.returncode, done.stderr) == (verifier.UNVERIFIED, b"")


@pytest.mark.parametrize(
    "moment", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "\ud800", "9999"]
)
def test_a_moment_that_is_none_cannot_be_used(export, moment, capsys):
    folder = export(BASE)
    given = [str(folder), "--key", str(folder / "key.pem"), "--as-of", moment]

    assert verifier.main(given) == verifier.CANNOT_RUN
    assert corelab(["verify", *given]) == verifier.CANNOT_RUN
    assert "Traceback" not in capsys.readouterr().err


@pytest.mark.parametrize("moment", ["9999-12-31T23:59:59Z", "0001-01-01T00:00:00Z"])
def test_a_moment_at_the_edge_of_time_is_answered(export, moment):
    folder = export(BASE)
    given = [str(folder), "--key", str(folder / "key.pem"), "--as-of", moment]

    assert verifier.main(given) == verifier.UNVERIFIED


def test_a_key_of_a_kind_that_nobody_knows_cannot_be_used(export):
    folder = export(BASE)
    odd = b"-----BEGIN PUBLIC KEY-----\nMBQwDAYIKoZIhvcNAgUFAAMEAAAAAA==\n-----END PUBLIC KEY-----\n"
    (folder / "odd.pem").write_bytes(odd)

    assert verifier.main([str(folder), "--key", str(folder / "odd.pem")]) == verifier.CANNOT_RUN


def test_a_stream_without_an_encoding_takes_the_report(export, monkeypatch):
    monkeypatch.setattr(sys, "stdout", shown := io.StringIO())
    folder = export(ODD)

    assert verifier.main([str(folder)]) == verifier.UNVERIFIED
    assert "ENTRY_NOT_CANONICAL" in shown.getvalue() or "ENTRY_UNREADABLE" in shown.getvalue()


def test_many_changed_lines_do_not_keep_the_verifier_for_hours():
    files = dict(clean_export([90] * 3))
    for path in segments_of(files):
        files[path] = files[path].replace(b'"action":"transmittal.move"', b'"action":"transmittal.MOVE"')

    report = verified(files)

    assert sum(problem.cause == "ENTRY_CHANGED" for problem in report.problems) == 270
