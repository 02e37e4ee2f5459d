import json
from dataclasses import replace

import pytest

from corelab.charter.errors import NotInCharter
from corelab.ingest import errors
from corelab.ingest.budgets import Budgets
from corelab.ingest.layout import manifest_key
from corelab.ingest.model import BATCH, SYSTEM_LOG, TRIAL, File
from corelab.ingest.rules import check_batch
from corelab.kernel.errors import IllegalMove, KeyReused, NotAllowed
from corelab.kernel.write_path import find_all
from tests.fakes.ingest_world import TRIAL as TRIAL_ID
from tests.fakes.ingest_world import World, numbered, promised

A, B, C = b"first file", b"second file", b"third"


@pytest.fixture
def world():
    return World()


def test_a_transmittal_is_opened_under_the_charter_in_force(world):
    state = world.state(world.open())

    assert (state.site, state.subject, state.visit, state.state) == ("101", "101-0001", "BL", "UPLOADING")
    assert state.charter == world.registry.charter_in_force(TRIAL_ID)[1]


def test_opening_twice_with_the_same_key_is_one_transmittal(world):
    assert world.open("k") == world.open("k")
    assert world.open("k") != world.open("another")


def test_a_key_that_opened_another_transmittal_is_refused(world):
    world.open("k")

    with pytest.raises(KeyReused):
        world.open("k", visit="W6")


@pytest.mark.parametrize(
    ("asked", "error"),
    [
        ({"subject": "1-1"}, errors.SubjectMalformed),
        ({"subject": "102-0001"}, errors.SubjectOfOtherSite),
        ({"subject": "101-0009"}, errors.SubjectUnknown),
        ({"visit": "W7"}, NotInCharter),
    ],
)
def test_a_transmittal_is_not_opened_for_what_is_not_known(world, asked, error):
    with pytest.raises(error):
        world.open(**asked)

    assert not world.store.events


def test_a_reader_opens_nothing(world):
    command = world.command("k")
    reader = replace(command, actor=replace(command.actor, role="READER"))
    world.command = lambda _: reader

    with pytest.raises(NotAllowed):
        world.open("k")


def test_each_file_gets_a_url_that_takes_exactly_its_bytes(world):
    tickets = world.register(world.open(), promised(A, B))

    assert world.incoming.upload(tickets[0].upload.url, A)
    assert not world.incoming.upload(tickets[1].upload.url, A)
    assert not world.incoming.upload(tickets[0].upload.url, A)  # once


def test_a_repeated_batch_gets_urls_only_for_what_has_not_arrived(world):
    id = world.open()
    world.upload(world.register(id, promised(A, B)), numbered(A))
    events = dict(world.store.events)

    tickets = world.register(id, promised(A, B))

    assert [ticket.upload is None for ticket in tickets] == [True, False]
    assert world.store.events == events


def test_batches_continue_each_others_numbers(world):
    id = world.open()
    world.register(id, promised(A, B))
    world.register(id, promised(C, first=3), batch=2)

    assert world.state(id).files == 3
    assert [item.id for item in find_all(world.store, BATCH, trial=TRIAL_ID)] == [f"{id}#0001", f"{id}#0002"]


def test_a_batch_with_other_files_under_a_registered_number_is_refused(world):
    id = world.open()
    world.register(id, promised(A, B))

    with pytest.raises(errors.BatchDiffers):
        world.register(id, promised(A, C))


@pytest.mark.parametrize(
    ("files", "batch"),
    [
        (promised(A, first=2), 1),
        (promised(A) + promised(B), 1),
        (tuple(reversed(promised(A, B))), 1),
        (promised(A), 2),
        ((), 1),
        ((File(n=1, size_bytes=4, sha256="A" * 64),), 1),
        ((File(n=1, size_bytes=4, sha256="ab"),), 1),
    ],
)
def test_a_batch_that_does_not_continue_the_transmittal_is_refused(world, files, batch):
    id = world.open()

    with pytest.raises(errors.BatchRefused):
        world.register(id, files, batch=batch)


def test_the_same_content_twice_is_refused_with_the_numbers(world):
    id = world.open()
    world.register(id, promised(A, B))

    with pytest.raises(errors.SameContentTwice) as refused:
        world.register(id, promised(C, A, first=3), batch=2)

    assert refused.value.facts == {"files": "1=4"}


@pytest.mark.parametrize(
    "budgets",
    [Budgets(object_bytes=5), Budgets(files=1), Budgets(transmittal_bytes=12)],
    ids=["object", "files", "bytes"],
)
def test_more_than_a_transmittal_takes_is_refused(world, budgets):
    state = world.state(world.open())

    with pytest.raises(errors.OverBudget):
        check_batch(state, batch=1, files=promised(A, B), earlier=(), budgets=budgets)


def test_a_complete_transmittal_is_received_and_its_manifest_written_last(world):
    id = world.sent(A, B)

    manifest = json.loads(world.incoming.get(manifest_key(TRIAL_ID, id)))

    assert manifest["schema"] == "manifest/1"
    assert manifest["subject"] == "101-0001"
    assert [file["n"] for file in manifest["files"]] == [1, 2]
    assert list(world.incoming.versions)[-1] == manifest_key(TRIAL_ID, id)


def test_what_is_missing_makes_it_incomplete_and_is_named(world):
    id = world.open()
    world.upload(world.register(id, promised(A, B, C)), numbered(A))

    receipt = world.complete(id)

    assert (receipt.transmittal.state, receipt.transmittal.code) == ("INCOMPLETE", "ING-301")
    assert [item.file.n for item in receipt.arrivals if item.is_missing] == [2, 3]
    assert world.incoming.version_of(manifest_key(TRIAL_ID, id)) is None


def test_an_incomplete_transmittal_is_resumed_by_asking_for_urls_and_completed(world):
    id = world.open()
    world.upload(world.register(id, promised(A, B)), numbered(A))
    world.complete(id, "first")

    world.upload(world.register(id, promised(A, B)), numbered(A, B))
    assert world.state(id).state == "UPLOADING"
    receipt = world.complete(id, "second")

    assert receipt.transmittal.state == "RECEIVED"
    assert all(item.has_arrived for item in receipt.arrivals)


def test_an_incomplete_transmittal_may_be_completed_again_at_once(world):
    id = world.open()
    tickets = world.register(id, promised(A, B))
    world.complete(id, "first")
    world.upload(tickets, numbered(A, B))

    assert world.complete(id, "second").transmittal.state == "RECEIVED"


def test_the_system_says_that_it_is_incomplete_because_of_what_the_site_said(world):
    id = world.open()
    world.register(id, promised(A))
    world.complete(id)

    (event,) = [event for event in world.store.events.values() if event.type == "TransmittalIncomplete.v1"]

    assert (event.actor.role, event.reason, event.cause) == ("SYSTEM", "ING-301", f"complete/{id}")


def test_a_repeated_complete_changes_nothing_and_puts_a_lost_manifest_back(world):
    id = world.sent(A)
    before = dict(world.store.events)
    del world.incoming.versions[manifest_key(TRIAL_ID, id)]

    receipt = world.complete(id)

    assert receipt.transmittal.state == "RECEIVED"
    assert world.store.events == before
    assert world.incoming.version_of(manifest_key(TRIAL_ID, id)) == "1"


def test_a_repeat_of_an_earlier_complete_does_not_complete_what_was_sent_since(world):
    id = world.open()
    tickets = world.register(id, promised(A))
    world.complete(id, "first")
    world.upload(tickets, numbered(A))

    assert world.complete(id, "first").transmittal.state == "INCOMPLETE"


def test_a_received_transmittal_takes_no_more_files(world):
    id = world.sent(A)

    with pytest.raises(errors.TakesNoFiles):
        world.register(id, promised(B, first=2), batch=2)
    with pytest.raises(errors.TakesNoFiles):
        world.register(id, promised(A))


def test_a_transmittal_without_files_cannot_be_completed(world):
    with pytest.raises(errors.NothingRegistered):
        world.complete(world.open())


def test_a_batch_that_was_announced_and_not_kept_is_asked_for_again(world):
    id = world.open()
    world.register(id, promised(A))
    world.store.aggregates = {
        key: item for key, item in world.store.aggregates.items() if key.kind != "batch"
    }

    with pytest.raises(errors.BatchLost):
        world.complete(id)


def test_something_of_another_size_is_wrong_not_missing(world):
    id = world.open()
    world.register(id, promised(A))
    world.incoming.put(f"incoming/{TRIAL_ID}/{id}/1", b"other")

    receipt = world.complete(id)

    assert receipt.transmittal.state == "INCOMPLETE"
    assert [item.is_wrong for item in receipt.arrivals] == [True]


def test_an_abandoned_transmittal_cannot_be_completed(world):
    id = world.open()
    world.register(id, promised(A))
    stored = next(item for key, item in world.store.aggregates.items() if key.id == id)
    abandoned = replace(stored, document=stored.document.replace(b"UPLOADING", b"ABANDONED"))
    world.store.aggregates[stored.key] = abandoned

    with pytest.raises(IllegalMove):
        world.complete(id)


def test_the_sweep_knows_every_trial_that_receives_and_what_is_unfinished(world):
    id = world.open()

    assert [item.id for item in find_all(world.store, TRIAL, trial=SYSTEM_LOG)] == [TRIAL_ID]
    listed = world.store.indexed(room="ingest", trial=TRIAL_ID, list="open")
    assert [stored.key.id for stored in listed] == [id]
