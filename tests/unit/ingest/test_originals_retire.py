"""Originals leave by version, when and only when their copies are proven, accepted and old enough."""

from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest

from corelab.ingest.derived import Derivation, derive
from corelab.ingest.facts import read_facts
from corelab.ingest.layout import facts_key, incoming_prefix, object_key
from corelab.ingest.leaving import Kept
from corelab.ingest.model import OBJECT, TRANSMITTAL, Source
from corelab.ingest.retiring import Tools, retire
from corelab.kernel.actors import Role
from corelab.kernel.canonical import canonical_json, sha256_hex
from corelab.kernel.codec import to_plain
from corelab.kernel.errors import NotFound
from corelab.kernel.ids import TransmittalId, derived_id
from corelab.kernel.write_path import Key, Stored, find_all, get
from tests.fakes.containers import zipped
from tests.fakes.dicom_files import mr_slice
from tests.fakes.ingest_world import ANNE, COMPILED, SITE, TRIAL, World, promised
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


def not_expected(_trial, _transmittal, error):
    raise error


def run(world, shown=None, *, wire=lambda target: target):
    tools = Tools(
        kept=Kept(incoming=wire(world.incoming), records=wire(world.records), evidence=shown or Shown()),
        charters=lambda _trial, _hash: COMPILED.charter,
    )
    return retire(wire(world.store), tools=tools, now=world.now, software="0", failed=not_expected)


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
        Shown(versions={0: Made()}),
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
        "a newer version was screened",
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
        kept=Kept(incoming=world.incoming, records=world.records, evidence=Shown()),
        charters=lambda _trial, _hash: replace(COMPILED.charter, timelines=timelines),
    )
    assert retire(world.store, tools=tools, now=world.now, software="0", failed=not_expected) == ()


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


def placed_anew(world, origin):
    """The transmittal's files, read once more for a time point of their own."""
    files = tuple(
        replace(
            file,
            source=Source(
                key=(key := object_key(TRIAL, origin, file.n)), version_id=world.incoming.version_of(key)
            ),
        )
        for file in promised(*SLICES)
    )
    derivation = Derivation(
        transmittal=TransmittalId(derived_id("tms", "anew")),
        site=SITE,
        subject=ANNE,
        visit="BL",
        files=files,
        received_at=world.now,
        origin=origin,
    )
    command = replace(world.command("anew", role=Role.SYSTEM), charter=COMPILED.hash)
    return derive(world.store, incoming=world.incoming, command=command, derivation=derivation).transmittal


def test_misfiled_originals_leave_with_what_was_made_of_them_where_they_belong():
    world, origin = finished()
    misfiled = tuple(item.series for item in world.state(origin).series)
    put(world, origin, misfiled=misfiled)
    derived = placed_anew(world, origin)
    world.screen(derived)
    world.later(STAY)

    assert [(item.transmittal, item.originals) for item in run(world)] == [(origin, 0)]
    assert here(world, origin) == {"1", "2", "3", "manifest.json"}
    put(world, derived, finished_at=world.now)
    world.later(STAY)

    done = run(world, Shown(versions={1: Made(state="MISFILED"), 2: Made()}))
    assert [(item.transmittal, item.originals) for item in done] == [(derived, 3)]
    assert here(world, origin) == {"manifest.json"}


def test_what_a_derived_transmittal_still_reads_stays():
    world, origin = finished()
    placed_anew(world, origin)
    world.later(STAY)

    run(world)
    assert here(world, origin) == {"1", "2", "3", "manifest.json"}


def test_a_container_leaves_with_its_images_and_what_came_along_with_them():
    twice = ("again/IM1", SLICES[0])
    images = [(f"DOE^JANE/IM{number}", body) for number, body in enumerate(SLICES, start=1)]
    world, transmittal = finished(zipped(*images, twice, ("README.TXT", b"none")))
    world.later(STAY)

    assert [item.originals for item in run(world)] == [5]
    assert here(world, transmittal) == {"manifest.json"}


def test_a_container_stays_that_holds_a_refused_image():
    broken = SLICES[2][:-7]
    world, transmittal = finished(zipped(("IM1", SLICES[0]), ("IM2", SLICES[1]), ("IM3", broken)))
    world.later(STAY)

    assert [item.originals for item in run(world)] == [2]
    assert here(world, transmittal) == {"1", "manifest.json"}


def test_a_container_leaves_though_one_of_its_images_has_no_accepted_copy():
    world, transmittal = finished(zipped(*((f"IM{n}", body) for n, body in enumerate(SLICES))))
    world.later(STAY)

    run(world, Shown(originals=frozenset(map(sha256_hex, SLICES[:2]))))
    assert here(world, transmittal) == {"1.3", "manifest.json"}


@pytest.mark.parametrize("again", [SLICES, (zipped(*((f"IM{n}", b) for n, b in enumerate(SLICES))),)])
def test_what_only_repeats_accepted_images_leaves_too(again):
    world, first = finished()
    _, second = finished(*again, world=world, key="again")
    assert world.state(second).series == ()
    world.later(STAY)

    assert {item.transmittal for item in run(world)} == {first, second}
    assert here(world, second) == {"manifest.json"}


PACKED = zipped(("IM1", SLICES[0]), ("IM2", SLICES[1]), ("IM3", SLICES[2]), ("IM3 again", SLICES[2]))


@pytest.mark.requirement("fault-18")
@pytest.mark.parametrize("files", [SLICES, (PACKED,)], ids=["files", "container"])
def test_whatever_dies_on_the_way_the_end_is_the_same(files):
    undisturbed, _ = finished(*files)
    undisturbed.later(STAY)
    counting = Switch()
    run(undisturbed, wire=counting.wire)

    for at in range(1, counting.calls + 1):
        for is_after in (False, True):
            world, _ = finished(*files)
            world.later(STAY)
            with pytest.raises(Killed):
                run(world, wire=Switch(at, is_after=is_after).wire)
            run(world)
            assert world.store.aggregates == undisturbed.store.aggregates
            assert world.store.events == undisturbed.store.events
            assert world.incoming.versions == undisturbed.incoming.versions


def accepted_and_left():
    """A series whose originals have left."""
    world, transmittal = finished()
    world.later(STAY)
    run(world)
    return world, transmittal


def refused(world, id):
    found = find_all(world.store, OBJECT, trial=TRIAL, under=f"{id}#")
    return {item.state.n: item.state.code for item in found}


@pytest.mark.parametrize("again", [SLICES, SLICES[:1], (mr_slice(2, SoftwareVersions="28"),)])
def test_what_is_sent_again_after_its_originals_left_changes_nothing(again):
    world, _ = accepted_and_left()

    id = world.sent(*again, key="again")
    answer = world.screen(id)

    assert (answer["outcome"], answer["series"]) == ("ACCEPTED", [])
    assert (world.state(id).counts.duplicates, refused(world, id)) == (len(again), {})


def test_new_images_alone_cannot_be_joined_with_originals_that_left_and_the_site_is_told():
    world, _ = accepted_and_left()

    id = world.sent(SLICES[0], mr_slice(4), key="again")
    answer = world.screen(id)

    assert (answer["outcome"], answer["series"]) == ("ACCEPTED", [])
    assert refused(world, id) == {2: "ING-208"}


def test_the_whole_series_with_new_images_makes_a_version_of_what_is_here():
    world, first = accepted_and_left()

    id = world.sent(*SLICES, mr_slice(4), key="again")
    (made,) = world.screen(id)["series"]

    facts = read_facts(world.records.get(facts_key(TRIAL, made["series"], made["version"])))
    assert (facts.version, len(facts.instances)) == (2, 4)
    assert all(one.key.startswith(incoming_prefix(TRIAL, id)) for one in facts.instances)
    assert here(world, first) == {"manifest.json"}


def test_a_mended_header_of_every_image_makes_a_version_and_what_cannot_be_compared_is_counted():
    world, _ = accepted_and_left()

    id = world.sent(*(mr_slice(n, SoftwareVersions="28") for n in (1, 2, 3)), key="again")
    (made,) = world.screen(id)["series"]

    facts = read_facts(world.records.get(facts_key(TRIAL, made["series"], made["version"])))
    assert (facts.version, facts.resent.images, facts.resent.unread) == (2, 3, 3)


def test_one_that_cannot_be_looked_at_stops_no_other():
    world, first = finished()
    _, second = finished(
        *(mr_slice(n, SeriesInstanceUID="1.2.9.1", StudyInstanceUID="1.2.9") for n in (7, 8)),
        world=world,
        key="other",
    )
    world.later(STAY)
    failed = []

    class Broken(Shown):
        def copies(self, trial, series):
            if series == world.state(first).series[0].series:
                raise NotFound("gone")
            return super().copies(trial, series)

    tools = Tools(
        kept=Kept(incoming=world.incoming, records=world.records, evidence=Broken()),
        charters=lambda *_: COMPILED.charter,
    )
    done = retire(
        world.store,
        tools=tools,
        now=world.now,
        software="0",
        failed=lambda *told: failed.append(told[1]),
    )

    assert (failed, [item.transmittal for item in done]) == ([first], [second])


def test_what_is_only_being_made_of_originals_keeps_them():
    world, origin = finished()
    put(world, origin, misfiled=tuple(item.series for item in world.state(origin).series))
    reached = Switch()
    placed_anew(replace(world, store=reached.wire(world.store)), origin)
    for at in range(1, reached.calls + 1):
        world, origin = finished()
        put(world, origin, misfiled=tuple(item.series for item in world.state(origin).series))
        with suppress(Killed):
            placed_anew(replace(world, store=Switch(at, is_after=True).wire(world.store)), origin)
        world.later(STAY)
        run(world)
        assert here(world, origin) == {"1", "2", "3", "manifest.json"}
