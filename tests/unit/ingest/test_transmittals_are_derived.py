"""What is already here goes through the pipeline once more, by reference."""

import itertools
import json
from dataclasses import replace

import pytest

from corelab.ingest.derived import Derivation, derive, referrers
from corelab.ingest.errors import TakesNoFiles
from corelab.ingest.layout import manifest_key, object_key
from corelab.ingest.model import BATCH, File, Source
from corelab.ingest.receipts import receipt
from corelab.kernel.actors import Role
from corelab.kernel.ids import TransmittalId, derived_id
from corelab.kernel.write_path import find_all
from tests.fakes.dicom_files import mr_slice
from tests.fakes.ingest_world import ANNE, COMPILED, SITE, TRIAL, World, promised
from tests.fakes.killing import Killed, Switch

SLICES = [mr_slice(number, AcquisitionDate="20260320") for number in (1, 2, 3)]  # in no visit's window
DERIVED = TransmittalId(derived_id("tms", "a test"))


def sources(world, origin, *numbers):
    """Files of a transmittal, in the versions that lie there."""
    keys = {n: object_key(TRIAL, origin, n) for n in numbers}
    return tuple(
        replace(file, source=Source(key=keys[file.n], version_id=world.incoming.version_of(keys[file.n])))
        for file in promised(*SLICES)
        if file.n in keys
    )


def derived(world, origin, files, *, visit="W6"):
    command = replace(world.command("derive", role=Role.SYSTEM), charter=COMPILED.hash)
    return derive(
        world.store,
        incoming=world.incoming,
        command=command,
        derivation=Derivation(
            transmittal=DERIVED,
            site=SITE,
            subject=ANNE,
            visit=visit,
            files=tuple(files),
            received_at=world.state(origin).received_at,
            origin=origin,
        ),
    )


def facts_of(world, answer):
    return world.facts(answer)


def test_a_derived_transmittal_is_received_at_once_and_screened_from_the_originals():
    world = World()
    origin = world.sent(*SLICES)

    state = derived(world, origin, sources(world, origin, 2, 3))
    answer = world.screen(DERIVED)

    assert (state.state, state.origin, state.visit, state.files) == ("RECEIVED", origin, "W6", 2)
    assert (answer["outcome"], answer["visit"]) == ("ACCEPTED", "W6")
    instances = facts_of(world, answer)["instances"]
    assert [item["key"] for item in instances] == [object_key(TRIAL, origin, n) for n in (2, 3)]
    assert [item["version_id"] for item in instances] == ["1", "1"]
    assert [item["n"] for item in instances] == [1, 2]


def test_a_derived_transmittal_reads_the_version_that_it_was_made_of():
    world = World()
    origin = world.sent(*SLICES)
    files = sources(world, origin, 1)
    world.incoming.put(object_key(TRIAL, origin, 1), b"somebody wrote over it")
    derived(world, origin, files)

    answer = world.screen(DERIVED)

    assert (answer["outcome"], facts_of(world, answer)["instances"][0]["version_id"]) == ("ACCEPTED", "1")


def test_an_original_that_is_gone_is_refused_as_any_missing_file():
    world = World()
    origin = world.sent(*SLICES)
    files = sources(world, origin, 1, 2)
    derived(world, origin, files)
    del world.incoming.versions[object_key(TRIAL, origin, 2)]

    assert world.screen(DERIVED)["outcome"] == "ACCEPTED"

    found = receipt(world.store, incoming=world.incoming, trial=TRIAL, transmittal=DERIVED)
    assert [(item.n, item.code) for item in found.refused] == [(2, "ING-201")]
    assert all(item.has_arrived for item in found.arrivals)


def test_it_is_told_who_refers_to_an_original():
    world = World()
    origin = world.sent(*SLICES)
    assert referrers(world.store, trial=TRIAL, origin=origin) == ()

    derived(world, origin, sources(world, origin, 1))

    assert referrers(world.store, trial=TRIAL, origin=origin) == (DERIVED,)


def test_a_derived_transmittal_takes_no_files():
    world = World()
    origin = world.sent(*SLICES)
    derived(world, origin, sources(world, origin, 1))

    with pytest.raises(TakesNoFiles):
        world.register(DERIVED, promised(b"more", first=2), batch=2)


def test_a_large_derived_transmittal_is_kept_in_batches_that_an_item_holds():
    world = World()
    origin = world.sent(*SLICES)
    (one,) = sources(world, origin, 1)
    many = [replace(one, n=n, sha256=f"{n:064d}") for n in range(1, 1202)]

    state = derived(world, origin, many)

    assert [batch.files for batch in state.batches] == [500, 500, 201]
    kept = [item.state for item in find_all(world.store, BATCH, trial=TRIAL, under=f"{DERIVED}#")]
    assert [file.n for batch in kept for file in batch.files] == list(range(1, 1202))


def test_files_that_were_sent_leave_the_manifest_as_it_was():
    world = World()
    id = world.sent(*SLICES)

    manifest = json.loads(world.incoming.get(manifest_key(TRIAL, id)))

    assert set(manifest["files"][0]) == {"n", "size_bytes", "sha256"}
    assert File(n=1, size_bytes=1, sha256="0" * 64).source is None


@pytest.mark.parametrize("is_after", [False, True], ids=["before", "after"])
def test_deriving_that_died_anywhere_and_is_repeated_leaves_what_an_undisturbed_one_leaves(is_after):
    undisturbed = World()
    origin = undisturbed.sent(*SLICES)
    files = sources(undisturbed, origin, 1, 2)
    derived(undisturbed, origin, files)

    for at in itertools.count(1):
        world, switch = World(), Switch(at, is_after=is_after)
        world.sent(*SLICES)
        wired = world.wired(switch.wire)
        try:
            derived(wired, origin, files)
        except Killed:
            derived(world, origin, files)
        else:
            break
        assert world.snapshot() == undisturbed.snapshot(), f"died at call {at}"
    assert at > 8
