"""What must hold for any ledger: proofs, notes, no false alarm, and no change that stays unseen."""

import json

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from corelab.audit import merkle
from corelab.audit.errors import BadNote, BadProof
from corelab.audit.note import Checkpoint, opened_note, parsed_checkpoint, signed_note
from corelab.audit.verify import read_key, roots_at, verify
from tests.fakes.ledger_export import (
    LOG,
    checkpoints_of,
    clean_export,
    clean_world,
    segments_of,
    verified,
)
from tests.fakes.memory_ledger import KEY, later, public_key_pem

pytestmark = pytest.mark.thorough

hashes = st.lists(st.binary(min_size=32, max_size=32), min_size=1, max_size=70, unique=True)
batches = st.lists(st.integers(1, 6), min_size=2, max_size=5)
PUBLIC = KEY.public_key().public_bytes_raw()


@given(hashes, st.data())
def test_appending_in_any_portions_gives_the_root_of_the_whole(leaves, data):
    cut = data.draw(st.integers(0, len(leaves)))

    first = merkle.extended((), 0, leaf_hashes=leaves[:cut])
    both = merkle.extended(first, cut, leaf_hashes=leaves[cut:])

    assert merkle.root_of(both) == merkle.root_hash(leaves)
    assert len(both) == len(leaves).bit_count()


@given(hashes)
def test_the_verifier_computes_the_same_roots_in_its_own_way(leaves):
    sizes = set(range(len(leaves) + 1))

    assert roots_at(leaves, sizes) == {size: merkle.root_hash(leaves[:size]) for size in sizes}


@given(hashes, st.data())
def test_an_inclusion_proof_proves_its_leaf_and_no_other(leaves, data):
    index = data.draw(st.integers(0, len(leaves) - 1))
    other = data.draw(st.integers(0, len(leaves) - 1))
    root, size = merkle.root_hash(leaves), len(leaves)

    proof = merkle.inclusion_proof(leaves, index=index)

    merkle.check_inclusion(proof, leaf=leaves[index], index=index, size=size, root=root)
    if other != index:
        with_raises(merkle.check_inclusion, proof, leaf=leaves[other], index=index, size=size, root=root)
        with_raises(merkle.check_inclusion, proof, leaf=leaves[index], index=other, size=size, root=root)


@given(hashes, st.data())
def test_a_consistency_proof_proves_its_prefix_and_no_other(leaves, data):
    earlier = data.draw(st.integers(1, len(leaves)))
    sizes = {"earlier": earlier, "later": len(leaves)}
    root, old = merkle.root_hash(leaves), merkle.root_hash(leaves[:earlier])

    proof = merkle.consistency_proof(leaves, earlier=earlier)

    merkle.check_consistency(proof, **sizes, earlier_root=old, later_root=root)
    with_raises(merkle.check_consistency, proof, **sizes, earlier_root=b"other" * 7, later_root=root)
    with_raises(merkle.check_consistency, proof, **sizes, earlier_root=old, later_root=b"other" * 7)


def with_raises(check, *arguments, **named):
    try:
        check(*arguments, **named)
    except BadProof:
        return
    raise AssertionError("a false proof was believed")


@given(
    st.text(st.characters(categories=["L", "N", "P"], exclude_characters="+"), min_size=1, max_size=40),
    st.integers(0, 2**60),
    st.binary(min_size=32, max_size=32),
)
def test_a_checkpoint_comes_back_from_its_note(origin, size, root):
    checkpoint = Checkpoint(origin=origin, size=size, root=root)

    note = signed_note(checkpoint.text, name=origin, public_key=PUBLIC, sign=KEY.sign)

    assert parsed_checkpoint(opened_note(note, name=origin, public_key=PUBLIC)) == checkpoint


@given(st.data())
def test_a_note_with_any_bit_flipped_never_says_something_else(data):
    text = Checkpoint(origin="corelab/X", size=7, root=bytes(32)).text
    note = bytearray(signed_note(text, name="corelab/X", public_key=PUBLIC, sign=KEY.sign))
    note[data.draw(st.integers(0, len(note) - 1))] ^= 1 << data.draw(st.integers(0, 7))

    try:
        found = opened_note(bytes(note), name="corelab/X", public_key=PUBLIC)
    except BadNote:
        return
    assert found == text


@given(batches)
@settings(max_examples=30)
def test_no_clean_ledger_raises_an_alarm(sizes):
    report = verified(clean_export(sizes), as_of=later(3600))

    assert report.problems == []
    assert report.notes == []


@given(batches, st.data())
@settings(max_examples=50, deadline=None)
def test_any_flipped_bit_is_found_where_it_is(sizes, data):
    files = clean_export(sizes)
    path = data.draw(st.sampled_from([path for path in sorted(files) if path != "versions.json"]))
    at = data.draw(st.integers(0, len(files[path]) - 1))
    flipped = bytearray(files[path])
    flipped[at] ^= 1 << data.draw(st.integers(0, 7))
    files[path] = bytes(flipped)

    found = verified(files).problems

    assert any(problem.file == path for problem in found)
    is_entry = "/segments/" in path and at >= files[path].index(b"\n")
    if is_entry and 10 not in (flipped[at], clean_export(sizes)[path][at]):
        assert (path, at) in {(problem.file, problem.byte) for problem in found}


def lines_of(files, data):
    path = data.draw(st.sampled_from(segments_of(files)))
    return path, files[path].removesuffix(b"\n").split(b"\n")


def put_lines(files, path, lines):
    files[path] = b"".join(line + b"\n" for line in lines)


def rebuilt(files, path, lines):
    """The segment as a careful forger writes it: header, places and hashes put right."""
    header = json.loads(lines[0])
    header["leaves"] = [merkle.leaf_hash(line).hex() for line in lines[1:]]
    lines[0] = json.dumps(header, separators=(",", ":"), sort_keys=True).encode()
    put_lines(files, path, lines)


@given(batches, st.data(), st.booleans())
@settings(max_examples=30, deadline=None)
def test_a_deleted_entry_is_found(sizes, data, is_careful):
    files = clean_export(sizes)
    path, lines = lines_of(files, data)
    del lines[data.draw(st.integers(1, len(lines) - 1))]
    (rebuilt if is_careful else put_lines)(files, path, lines)

    assert not verified(files).verifies


@given(batches, st.data(), st.booleans())
@settings(max_examples=30, deadline=None)
def test_an_inserted_entry_is_found(sizes, data, is_careful):
    files = clean_export(sizes)
    path, lines = lines_of(files, data)
    forged = json.loads(lines[1]) | {"event_id": "evt_forged", "id": "forged", "version": 1, "before": None}
    line = json.dumps(forged, separators=(",", ":"), sort_keys=True, ensure_ascii=False).encode()
    lines.insert(data.draw(st.integers(1, len(lines))), line)
    (rebuilt if is_careful else put_lines)(files, path, lines)

    assert not verified(files).verifies


@given(batches, st.data(), st.booleans())
@settings(max_examples=30, deadline=None)
def test_swapped_entries_are_found(sizes, data, is_careful):
    files = clean_export(sizes)
    path, lines = lines_of(files, data)
    one, other = (data.draw(st.integers(1, len(lines) - 1)) for _ in range(2))
    assume(one != other)
    lines[one], lines[other] = lines[other], lines[one]
    (rebuilt if is_careful else put_lines)(files, path, lines)

    assert not verified(files).verifies


@given(batches, st.data())
@settings(max_examples=25, deadline=None)
def test_swapped_segments_are_found(sizes, data):
    files = clean_export(sizes)
    one, other = (data.draw(st.sampled_from(segments_of(files))) for _ in range(2))
    assume(one != other)
    files[one], files[other] = files[other], files[one]

    assert not verified(files).verifies


def without(files, gone):
    """The export without some files, and without their mention in the listing."""
    listing = json.loads(files["versions.json"])
    listing["versions"] = [item for item in listing["versions"] if item["file"] not in gone]
    left = {path: data for path, data in files.items() if path not in gone}
    return left | {"versions.json": json.dumps(listing).encode()}


@given(batches, st.data())
@settings(max_examples=25, deadline=None)
def test_a_head_that_was_cut_off_is_found(sizes, data):
    files = clean_export(sizes)
    count = data.draw(st.integers(1, len(segments_of(files)) - 1))

    assert not verified(without(files, set(segments_of(files)[:count]))).verifies


@pytest.mark.requirement("fault-33")
@given(batches, st.data())
@settings(max_examples=25, deadline=None)
def test_a_tail_that_was_cut_off_is_found_by_the_witness_and_by_its_age(sizes, data):
    files = clean_export(sizes)
    count = data.draw(st.integers(1, len(segments_of(files)) - 1))
    tail = set(segments_of(files)[-count:]) | set(checkpoints_of(files)[-count:])
    everywhere = tail | set(checkpoints_of(files, "witness")[-count:])

    assert not verified(without(files, tail)).verifies
    cut = without(files, everywhere | {path for path in files if "/_system/" in path})
    assert verified(cut).verifies, "nothing in a shorter ledger betrays it"
    assert not verified(cut, as_of=later(30 * 3600)).verifies, "its age does"


@given(batches, st.integers(0, 3))
@settings(max_examples=25, deadline=None)
def test_a_fork_is_found(sizes, shared):
    files = clean_export(sizes)
    forked = clean_world([*sizes[:shared], *(size + 1 for size in sizes[shared:])])
    other = forked.export(taken_at=later(3600))
    assume(shared < len(sizes))
    last = checkpoints_of(other)[-1]
    files |= {
        path: data for path, data in other.items() if path in (last, last.replace("ledger", "witness", 1))
    }

    assert not verified(files).verifies


@given(batches)
@settings(max_examples=20, deadline=None)
def test_another_key_is_found(sizes):
    files = clean_export(sizes)
    other = Ed25519PrivateKey.from_private_bytes(b"\x07" * 32).public_key()

    report = verify(files, key=other)

    assert {problem.cause for problem in report.problems} >= {"OTHER_KEY", "NOT_COVERED"}


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | st.just("\ud800"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


@given(st.sampled_from(["entry", "header", "system", "versions", "listed"]), st.data())
@settings(max_examples=100, deadline=None)
def test_whatever_the_files_hold_the_verifier_answers(place, data):
    files = clean_export([2, 1])
    log = "_system" if place == "system" else LOG
    path = "versions.json" if place in ("versions", "listed") else f"ledger/{log}/segments/{0:012d}.jsonl"
    lines = [files[path]] if path == "versions.json" else files[path].removesuffix(b"\n").split(b"\n")
    number = data.draw(st.integers(1, len(lines) - 1)) if place in ("entry", "system") else 0
    whole = json.loads(lines[number])
    target = whole["versions"][0] if place == "listed" else whole.get("data") or whole
    target[data.draw(st.sampled_from(sorted(target)))] = data.draw(json_values)
    lines[number] = json.dumps(whole).encode()
    put_lines(files, path, lines)

    assert isinstance(verified(files).verifies, bool)


@given(st.binary(max_size=200))
@settings(max_examples=50, deadline=None)
def test_whatever_bytes_a_segment_holds_the_verifier_answers(data):
    report = verify({f"ledger/{LOG}/segments/{0:012d}.jsonl": data}, key=read_key(public_key_pem()))

    assert not report.verifies
