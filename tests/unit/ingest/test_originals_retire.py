"""Originals leave by version, when and only when their copies are proven, accepted and old enough."""

from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest

from corelab.ingest.derived import referrers
from corelab.ingest.layout import incoming_prefix
from corelab.ingest.model import REFERENCE, TRANSMITTAL, Reference, reference_id
from corelab.ingest.retiring import Tools, retire
from corelab.kernel.canonical import canonical_json, sha256_hex
from corelab.kernel.codec import to_plain
from corelab.kernel.write_path import Key, Stored, find_all, get
from tests.fakes.dicom_files import mr_slice
from tests.fakes.ingest_world import COMPILED, TRIAL, World
from tests.fakes.killing import Killed, Switch

STAY = timedelta(days=COMPILED.charter.timelines.originals_stay_days)
SLICES = tuple(mr_slice(number) for number in (1, 2, 3))


@dataclass(frozen=True)
class Made:
    """A version as de-identification recorded it."""

    state: str = "PRIMARY"
    objects: dict = field(default_factory=lambda: {"pack": "1", "index": "2", "certificate": "3"})
    index: str = "index"


@dataclass
class Shown:
    """What other rooms recorded, and the packs as they are."""

    originals: frozenset = frozenset(map(sha256_hex, SLICES))
    versions: dict = field(default_factory=lambda: {1: Made()})
    judged: str | None = "ACCEPTED"
    there: dict = field(default_factory=lambda: Made().objects)

    def copies(self, _trial, _series):
        return self.versions

    def sha256_of(self, key):
        return self.there.get(key)

    def sources(self, _index):
        return self.originals

    def verdict(self, _trial, _subject, _visit):
        return self.judged


def finished(*files, world=None, key="open"):
    """A transmittal whose run has ended well."""
    world = world or World()
    state = world.screened(*(files or SLICES), key=key)
    put(world, state["transmittal"], finished_at=world.now)
    return world, state["transmittal"]


def put(world, transmittal, **changes):
    """The transmittal as its next step would leave it, on the list where it then belongs."""
    found = get(world.store, TRANSMITTAL, trial=TRIAL, id=transmittal)
    key = Key(room="ingest", trial=TRIAL, kind="transmittal", id=transmittal)
    state = replace(found.state, **changes)
    document = canonical_json(to_plain(state))
    world.store.aggregates[key] = Stored(key=key, version=found.version, document=document)
    world.store.lists[key] = ("kept", "")


def run(world, shown=None, *, wire=lambda target: target):
    tools = Tools(
        incoming=wire(world.incoming),
        records=wire(world.records),
        evidence=shown or Shown(),
        charters=lambda _trial, _hash: COMPILED.charter,
    )
    return retire(wire(world.store), tools=tools, now=world.now, software="0")


def here(world, transmittal):
    """Keys of which any version is left."""
    prefix = incoming_prefix(TRIAL, transmittal)
    return {
        key.removeprefix(prefix)
        for key, versions in world.incoming.versions.items()
        if key.startswith(prefix) and any(body is not None for body in versions)
    }


def test_when_the_days_have_passed_the_originals_leave_and_the_manifest_stays():
    world, transmittal = finished()

    world.later(STAY - timedelta(seconds=1))
    assert run(world) == ()
    world.later(timedelta(seconds=1))
    assert [item.originals for item in run(world)] == [3]

    assert here(world, transmittal) == {"manifest.json"}
    types = [event.type for event in world.store.events.values()][-2:]
    assert types == ["OriginalsRetiring.v1", "OriginalsRetired.v1"]
    assert run(world) == ()


@pytest.mark.parametrize(
    "shown",
    [
        Shown(versions={}),
        Shown(versions={1: Made(state="DEIDENTIFIED")}),
        Shown(versions={1: Made(), 2: Made(state="DEID_REVIEW")}),
        Shown(versions={1: Made(state="MISFILED")}),
        Shown(versions={1: Made(objects={"pack": "1"})}),
        Shown(there=Made().objects | {"pack": "rotten"}),
        Shown(there={}),
        Shown(judged="QUERY_RAISED"),
        Shown(judged=None),
    ],
    ids=[
        "not de-identified",
        "no verdict was given on it",
        "a newer version waits",
        "misfiled and not made anew",
        "not all is made",
        "the pack is not as recorded",
        "the pack is gone",
        "QC asks",
        "QC has not judged",
    ],
)
def test_what_is_not_proven_and_accepted_stays(shown):
    world, transmittal = finished()
    world.later(STAY)

    assert run(world, shown) == ()
    assert here(world, transmittal) == {"1", "2", "3", "manifest.json"}


def test_a_charter_that_says_no_days_keeps_originals_for_good():
    world, _ = finished()
    world.later(timedelta(days=10_000))
    timelines = replace(COMPILED.charter.timelines, originals_stay_days=None)
    tools = Tools(
        incoming=world.incoming,
        records=world.records,
        evidence=Shown(),
        charters=lambda _trial, _hash: replace(COMPILED.charter, timelines=timelines),
    )
    assert retire(world.store, tools=tools, now=world.now, software="0") == ()


def test_a_refused_file_has_no_copy_and_stays():
    world, transmittal = finished(*SLICES, b"no image at all")
    world.later(STAY)

    assert [item.originals for item in run(world)] == [3]
    assert here(world, transmittal) == {"4", "manifest.json"}


def test_only_what_the_pack_proves_to_hold_leaves():
    world, transmittal = finished()
    world.later(STAY)

    run(world, Shown(originals=frozenset(map(sha256_hex, SLICES[:2]))))
    assert here(world, transmittal) == {"3", "manifest.json"}


def test_what_a_derived_transmittal_reads_stays_until_that_ones_are_let_go():
    world, transmittal = finished()
    derived = world.screened(*SLICES, key="derived")["transmittal"]
    reference = Reference(origin=transmittal, derived=derived)
    key = Key(room="ingest", trial=TRIAL, kind="reference", id=reference_id(transmittal, derived))
    document = canonical_json(to_plain(reference))
    world.store.aggregates[key] = Stored(key=key, version=1, document=document)
    assert referrers(world.store, trial=TRIAL, origin=transmittal) == (derived,)
    assert list(find_all(world.store, REFERENCE, trial=TRIAL))
    world.later(STAY)

    assert run(world) == ()
    put(world, derived, retired_at=world.now)
    assert [item.transmittal for item in run(world)] == [transmittal]


def test_misfiled_originals_leave_once_what_was_made_of_them_anew_was_let_go():
    world, transmittal = finished()
    derived = world.screened(*SLICES, key="derived")["transmittal"]
    reference = Reference(origin=transmittal, derived=derived)
    key = Key(room="ingest", trial=TRIAL, kind="reference", id=reference_id(transmittal, derived))
    document = canonical_json(to_plain(reference))
    world.store.aggregates[key] = Stored(key=key, version=1, document=document)
    put(world, derived, retired_at=world.now)
    world.later(STAY)

    (left,) = run(world, Shown(versions={1: Made(state="MISFILED")}, judged=None))
    assert (left.transmittal, left.originals) == (transmittal, 3)


@pytest.mark.requirement("fault-18")
def test_whatever_dies_on_the_way_the_end_is_the_same():
    undisturbed, _ = finished()
    undisturbed.later(STAY)
    counting = Switch()
    run(undisturbed, wire=counting.wire)

    for at in range(1, counting.calls + 1):
        for is_after in (False, True):
            world, _ = finished()
            world.later(STAY)
            with pytest.raises(Killed):
                run(world, wire=Switch(at, is_after=is_after).wire)
            run(world)
            assert world.store.aggregates == undisturbed.store.aggregates
            assert world.store.events == undisturbed.store.events
            assert world.incoming.versions == undisturbed.incoming.versions
