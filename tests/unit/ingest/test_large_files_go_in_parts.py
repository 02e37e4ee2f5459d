import hashlib
import itertools
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corelab.ingest import errors, parts
from corelab.ingest.budgets import BUDGETS, MIB
from corelab.ingest.layout import object_key
from corelab.ingest.model import File
from tests.fakes.ingest_world import TRIAL, World, numbered, promised
from tests.fakes.killing import Killed, Switch

SMALL = replace(BUDGETS, in_parts_above_bytes=8, part_bytes=4, asked_parts=3)
BODY = b"aaaabbbbcc"
PIECES = (b"aaaa", b"bbbb", b"cc")


@pytest.fixture
def world():
    return World()


def sha256(body):
    return hashlib.sha256(body).hexdigest()


def asked(*numbers, pieces=PIECES):
    return tuple(parts.Part(part=n, sha256=sha256(pieces[n - 1])) for n in numbers)


def tickets(world, id, *numbers, n=1, pieces=PIECES):
    return parts.register_parts(
        world.store,
        incoming=world.incoming,
        trial=TRIAL,
        transmittal=id,
        n=n,
        parts=asked(*numbers, pieces=pieces),
        budgets=SMALL,
    )


def join(world, id, *, n=1, pieces=PIECES):
    parts.join_parts(
        world.store,
        incoming=world.incoming,
        trial=TRIAL,
        transmittal=id,
        n=n,
        sha256_of_parts=parts.parts_digest(map(sha256, pieces)),
        budgets=SMALL,
    )


def registered(world, *bodies):
    id = world.open()
    world.register(id, promised(*(bodies or (BODY, b"small"))))
    return id


def sent(world, id, *numbers, n=1):
    for ticket in tickets(world, id, *numbers, n=n):
        if ticket.upload is not None:
            assert world.incoming.upload(ticket.upload.url, PIECES[ticket.part - 1])


@given(st.integers(1, BUDGETS.object_bytes) | st.integers(1, 50 * 1024**4))
def test_parts_are_together_the_file_and_never_too_many_or_too_small(size_bytes):
    sizes = parts.part_sizes(size_bytes)

    assert sum(sizes) == size_bytes
    assert len(sizes) <= BUDGETS.parts
    assert len(set(sizes[:-1])) <= 1
    assert all(size >= 16 * MIB for size in sizes[:-1])
    assert 0 < sizes[-1] <= sizes[0]


@pytest.mark.parametrize(("size_bytes", "is_so"), [(100_000_000, False), (100_000_001, True)])
def test_a_file_above_a_hundred_megabytes_goes_in_parts(size_bytes, is_so):
    assert parts.goes_in_parts(File(n=1, size_bytes=size_bytes, sha256="0" * 64)) is is_so


def test_a_large_files_ticket_says_how_large_its_parts_are(world):
    (large,) = world.register(world.open(), (File(n=1, size_bytes=3 * 1024**3, sha256="0" * 64),))

    assert (large.has_arrived, large.upload, large.part_bytes) == (False, None, 16 * MIB)


def test_parts_that_arrived_are_joined_to_the_file_that_was_promised(world):
    id = registered(world)
    sent(world, id, 1, 2, 3)

    join(world, id)

    assert world.incoming.get(object_key(TRIAL, id, 1)) == BODY
    assert [*world.incoming.unfinished("")] == []


def test_only_what_has_not_arrived_gets_an_address_again(world):
    id = registered(world)
    sent(world, id, 1, 3)

    assert [ticket.upload is None for ticket in tickets(world, id, 1, 2, 3)] == [True, False, True]
    assert world.incoming.begun == 1


def test_a_part_with_other_bytes_than_before_gets_an_address(world):
    id = registered(world)
    sent(world, id, 1)

    (ticket,) = tickets(world, id, 1, pieces=(b"AAAA",))

    assert ticket.upload is not None
    assert world.incoming.upload(ticket.upload.url, b"AAAA")


def test_an_address_takes_only_its_own_part(world):
    id = registered(world)
    first, second = tickets(world, id, 1, 2)

    assert not world.incoming.upload(first.upload.url, PIECES[1])
    assert not world.incoming.upload(second.upload.url, PIECES[1] + b"x")


def test_what_is_not_whole_is_not_joined_and_the_missing_parts_are_named(world):
    id = registered(world)
    with pytest.raises(errors.PartsMissing, match="no part has arrived"):
        join(world, id)
    sent(world, id, 2)

    with pytest.raises(errors.PartsMissing, match="parts 1, 3"):
        join(world, id)

    assert world.incoming.version_of(object_key(TRIAL, id, 1)) is None


def test_other_parts_than_were_named_are_not_joined(world):
    id = registered(world)
    sent(world, id, 1, 2, 3)

    with pytest.raises(errors.PartsMissing, match="other parts"):
        join(world, id, pieces=(b"aaaa", b"XXXX", b"cc"))


def test_what_lies_there_is_never_written_over(world):
    id = registered(world)
    sent(world, id, 1, 2, 3)
    world.incoming.put(object_key(TRIAL, id, 1), b"first")

    join(world, id)

    assert world.incoming.get(object_key(TRIAL, id, 1)) == b"first"
    assert [ticket.upload for ticket in tickets(world, id, 1, 2)] == [None, None]


def test_of_two_clients_uploads_the_oldest_counts(world):
    id = registered(world)
    sent(world, id, 1)
    world.incoming.begin(object_key(TRIAL, id, 1))

    assert [ticket.upload is None for ticket in tickets(world, id, 1, 2)] == [True, False]


def test_another_file_whose_number_begins_alike_is_another_file(world):
    id = registered(world, *(b"%09d" % n for n in range(12)))
    world.incoming.begin(object_key(TRIAL, id, 12))

    tickets(world, id, 1)

    assert {upload.key.rpartition("/")[2] for upload in world.incoming.unfinished("")} == {"1", "12"}


@pytest.mark.parametrize(
    ("n", "numbers", "error"),
    [
        (2, (1,), errors.PartsRefused),
        (3, (1,), errors.FileUnknown),
        (1, (), errors.PartsRefused),
        (1, (1, 1), errors.PartsRefused),
        (1, (1, 2, 3, 1), errors.PartsRefused),
    ],
    ids=["a small file", "no file", "no part", "one twice", "too many at once"],
)
def test_parts_that_cannot_be_are_refused(world, n, numbers, error):
    id = registered(world)

    with pytest.raises(error):
        tickets(world, id, *numbers, n=n)
    assert world.incoming.begun == 0


@pytest.mark.parametrize("part", [0, 4])
def test_a_part_beyond_the_file_is_refused(world, part):
    with pytest.raises(errors.PartsRefused):
        parts.register_parts(
            world.store,
            incoming=world.incoming,
            trial=TRIAL,
            transmittal=registered(world),
            n=1,
            parts=(parts.Part(part=part, sha256="0" * 64),),
            budgets=SMALL,
        )


def test_after_completion_no_part_is_taken(world):
    id = registered(world)
    world.upload(world.register(id, promised(BODY, b"small")), numbered(BODY, b"small"))
    world.complete(id)

    with pytest.raises(errors.TakesNoFiles):
        tickets(world, id, 1)
    with pytest.raises(errors.TakesNoFiles):
        join(world, id)


def test_files_of_later_batches_are_found(world):
    id = registered(world, b"one", b"two")
    world.register(id, promised(BODY, first=3), batch=2)
    sent(world, id, 1, 2, 3, n=3)

    join(world, id, n=3)

    assert world.incoming.get(object_key(TRIAL, id, 3)) == BODY


@pytest.mark.requirement("fault-8")
def test_uploads_that_nobody_can_join_any_more_are_ended_and_others_stay(world):
    over, under_way = registered(world), world.open("another")
    world.register(under_way, promised(BODY))
    sent(world, over, 1)
    sent(world, under_way, 1)
    world.upload(world.register(over, promised(BODY, b"small")), numbered(BODY, b"small"))
    world.complete(over)
    world.incoming.begin(f"incoming/{TRIAL}/{over}/1.2")  # what screening writes itself

    ended = parts.clear_away(world.store, incoming=world.incoming)

    assert ended == 1
    assert {upload.key for upload in world.incoming.unfinished("")} == {
        object_key(TRIAL, under_way, 1),
        f"incoming/{TRIAL}/{over}/1.2",
    }


@pytest.mark.requirement("fault-18")
@pytest.mark.parametrize("is_after", [False, True], ids=["before", "after"])
def test_whoever_dies_at_any_call_finds_what_arrived_and_goes_on(is_after):
    for at in itertools.count(1):
        world, switch = World(), Switch(at, is_after=is_after)
        id = registered(world)
        wired = world.wired(switch.wire)
        try:
            sent(wired, id, 1, 2, 3)
            join(wired, id)
        except Killed:
            sent(world, id, 1, 2, 3)
            join(world, id)
        else:
            break
        assert world.incoming.versions[object_key(TRIAL, id, 1)] == [BODY], at
    assert at > 10
