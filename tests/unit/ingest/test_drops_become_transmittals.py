"""What a site's own programs drop becomes a transmittal, whatever the events and the workers do."""

import itertools
from datetime import timedelta

import pytest

from corelab.ingest.budgets import Budgets
from corelab.ingest.drops.errors import DropIncomplete, DropNotReady, DropTaken
from corelab.ingest.drops.model import DROPPED
from corelab.ingest.drops.sending import SENDER
from corelab.ingest.errors import SubjectOfOtherSite, SubjectUnknown
from corelab.kernel.actors import Role
from corelab.kernel.canonical import canonical_json
from corelab.kernel.codec import to_plain
from corelab.kernel.errors import NotAllowed
from corelab.kernel.write_path import find_all
from tests.fakes.dicom_files import mr_slice
from tests.fakes.drop_world import QUIET, DropWorld
from tests.fakes.ingest_world import ANNE, BERT, TRIAL
from tests.fakes.killing import Killed, Switch

SLICES = [mr_slice(1), mr_slice(2), mr_slice(3)]
OTHER_STUDY = mr_slice(9, StudyInstanceUID="1.2.3.77", SeriesInstanceUID="1.2.3.77.1")


@pytest.fixture
def site():
    return DropWorld()


def counts(drops):
    return sorted((drop.objects, drop.refused, drop.state) for drop in drops)


def test_each_study_is_a_drop_of_its_site_alone(site):
    site.dropped(*SLICES, OTHER_STUDY)
    site.dropped(*SLICES, site="102")

    assert counts(site.drops()) == [(1, 0, "ARRIVING"), (3, 0, "ARRIVING")]
    assert counts(site.drops("102")) == [(3, 0, "ARRIVING")]
    handles = {drop.drop for drop in (*site.drops(), *site.drops("102"))}
    assert len(handles) == 3


def test_a_drop_says_nothing_of_whose_it_is_and_no_entry_repeats_a_name(site):
    site.arrives(site.put("DOE^JOHN 1950/image.dcm", SLICES[0]))
    site.world.later(QUIET)
    site.end_quiet()
    site.match(site.drops()[0].drop)
    site.send(site.drops()[0].drop)

    store = site.world.store
    said = b"".join(canonical_json(to_plain(event)) for event in store.events.values())
    kept = b"".join(item.document for item in store.aggregates.values())
    for text in (b"DOE", b"1950", b"image.dcm", b"1.2.3.1", b"HOSPITAL", b"Fictitious"):
        assert text not in said + kept


def test_a_study_ends_once_nothing_came_for_the_quiet_time(site):
    site.dropped(SLICES[0])
    site.world.later(QUIET - timedelta(seconds=1))
    assert site.end_quiet() == 0

    site.dropped(SLICES[1], name="later")
    site.world.later(QUIET - timedelta(seconds=1))
    assert site.end_quiet() == 0

    site.world.later(timedelta(seconds=1))
    assert (site.end_quiet(), site.end_quiet()) == (1, 0)
    assert counts(site.drops()) == [(2, 0, "WAITING")]


def test_what_comes_before_the_match_reopens_the_drop(site):
    drop = site.waiting(SLICES[0])
    site.dropped(SLICES[1], name="late")

    assert counts(site.drops()) == [(2, 0, "ARRIVING")]
    with pytest.raises(DropNotReady):
        site.match(drop.drop)


def test_what_comes_after_the_match_is_another_drop(site):
    drop = site.waiting(SLICES[0])
    site.match(drop.drop)
    site.dropped(SLICES[1], name="late")
    site.send(drop.drop)
    site.world.later(QUIET)
    site.end_quiet()

    assert counts(site.drops()) == [(1, 0, "SENT"), (1, 0, "WAITING")]


def test_a_matched_drop_goes_the_ordinary_way(site):
    drop = site.waiting(*SLICES)
    matched = site.match(drop.drop)
    assert site.send(drop.drop)

    transmittal = matched.match.transmittal
    state = site.world.state(transmittal)
    assert (state.state, state.subject, state.visit, state.files) == ("RECEIVED", ANNE, "BL", 3)
    answer = site.world.screen(transmittal)
    assert (answer["outcome"], len(answer["series"])) == ("ACCEPTED", 1)
    opened = next(e for e in site.world.store.events.values() if e.type == "TransmittalOpened.v1")
    assert opened.actor.role is Role.SITE
    sent = next(e for e in site.world.store.events.values() if e.type == "DropSent.v1")
    assert sent.actor == SENDER


def test_what_cannot_be_read_is_listed_as_refused_and_never_lost(site):
    site.dropped(*SLICES, b"not DICOM", b"", mr_slice(4, StudyInstanceUID=None), mr_slice(5)[:200])
    site.world.later(QUIET)
    site.end_quiet()

    assert counts(site.drops()) == [(3, 0, "WAITING"), (4, 4, "REFUSED")]
    refused = next(drop for drop in site.drops() if drop.state == "REFUSED")
    assert refused.codes == {"ING-101": 2, "ING-204": 1, "ING-102": 1}
    with pytest.raises(DropTaken):
        site.match(refused.drop)


def test_an_object_over_the_budget_is_refused_unread(site, monkeypatch):
    key = site.put("huge", b"x")
    huge = site.bucket.described(key)
    monkeypatch.setattr(site.bucket, "described", lambda *_, **__: _sized(huge, 600 * 1024 * 1024))
    monkeypatch.setattr(site.bucket, "fetch", lambda *_, **__: pytest.fail("it was read"))
    site.arrives(key)

    assert site.drops()[0].codes == {"ING-241": 1}


def _sized(seen, size_bytes):
    return type(seen)(
        key=seen.key, version_id=seen.version_id, size_bytes=size_bytes, stored_at=seen.stored_at
    )


def test_the_same_bytes_under_two_names_are_sent_once(site):
    drop = site.waiting(SLICES[0], SLICES[0], SLICES[1])
    matched = site.match(drop.drop)
    site.send(drop.drop)

    assert drop.objects == 3
    assert site.world.state(matched.match.transmittal).files == 2


def test_a_second_version_of_a_name_is_an_object_of_its_own(site):
    site.arrives(site.put("image", SLICES[0]))
    site.arrives(site.put("image", SLICES[1]), version="2")
    assert site.arrives(site.put("image", SLICES[2]), version="1") is False
    site.world.later(QUIET)
    site.end_quiet()
    (drop,) = site.drops()
    matched = site.match(drop.drop)
    site.send(drop.drop)

    assert drop.objects == 2
    prefix = f"incoming/{TRIAL}/{matched.match.transmittal}/"
    sent = {site.world.incoming.get(f"{prefix}{n}") for n in (1, 2)}
    assert sent == {SLICES[0], SLICES[1]}


@pytest.mark.parametrize("order", list(itertools.permutations(range(4))))
def test_events_in_any_order_ten_times_each_leave_one_state(order):
    bodies, told = [*SLICES, b"not DICOM"], []
    for one in (range(4), order):
        site = DropWorld()
        keys = [site.put(f"{n}", body) for n, body in enumerate(bodies)]
        for n in one:
            for _ in range(10 if one is order else 1):
                site.arrives(keys[n])
        site.world.later(QUIET)
        site.end_quiet()
        told.append(
            (
                site.drops(),
                list(find_all(site.world.store, DROPPED, trial=TRIAL)),
                set(site.world.store.events),
            )
        )
    assert told[0] == told[1]


@pytest.mark.parametrize("name", ["a b+c.dcm", "Bild ä ö/ü.dcm", "100%25.dcm", "日本/1", "a\nb", "?x=1&y"])
def test_a_name_may_hold_anything(site, name):
    site.arrives(site.put(name, SLICES[0]))
    site.world.later(QUIET)
    site.end_quiet()
    (drop,) = site.drops()
    site.match(drop.drop)
    site.send(drop.drop)

    assert [item.state for item in site.drops()] == ["SENT"]


def test_a_lost_event_is_found_by_the_sweep_which_says_so(site):
    site.lend()
    site.put("lost", SLICES[0])
    assert site.find_lost() == 0  # its event has two minutes

    site.world.later(timedelta(minutes=2))
    assert (site.find_lost(), site.find_lost()) == (1, 0)
    counted = [event for event in site.world.store.events.values() if event.type == "DropArrived.v1"]
    assert [event.reason for event in counted] == ["found by sweep"]


def test_a_place_to_which_no_keys_are_lent_any_more_is_not_listed(site, monkeypatch):
    site.lend()
    site.world.later(timedelta(hours=8))
    monkeypatch.setattr(site.bucket, "versions_under", lambda _: pytest.fail("it was listed"))

    assert site.find_lost() == 0


def test_an_object_that_is_gone_is_no_failure(site):
    key = site.put("gone", SLICES[0])
    seen = site.bucket.described(key)
    site.bucket.versions[key][0] = None
    site.bucket.described = lambda *_, **__: seen

    assert site.arrives(key) is False
    assert site.drops() == []


def test_only_its_site_matches_and_only_with_its_own_subjects(site):
    drop = site.waiting(*SLICES)
    site.world.registry.known.remove(BERT)

    with pytest.raises(SubjectUnknown):
        site.match(drop.drop, subject=BERT)
    with pytest.raises(SubjectOfOtherSite):
        site.match(drop.drop, subject="102-0001")
    site.match(drop.drop)
    with pytest.raises(DropTaken):
        site.match(drop.drop, key="again")
    assert site.match(drop.drop).match.subject == ANNE  # the same command once more


def test_nobody_but_the_site_says_whose_a_drop_is(site):
    drop = site.waiting(*SLICES)
    by_manager = site.world.command
    site.world.command = lambda id: by_manager(id, role=Role.PM)

    with pytest.raises(NotAllowed):
        site.match(drop.drop)


def test_a_drop_is_not_sent_before_every_counted_arrival_is_kept(site):
    drop = site.waiting(*SLICES)
    site.match(drop.drop)
    key = next(key for key in site.world.store.aggregates if key.kind == DROPPED.name)
    del site.world.store.aggregates[key]

    with pytest.raises(DropIncomplete):
        site.send(drop.drop)


def test_a_full_drop_goes_on_in_the_next(site):
    noted = []
    for n, body in enumerate([*SLICES, mr_slice(4), mr_slice(5)]):
        key = site.put(str(n), body)
        noted.append(site.arrives(key, budgets=Budgets(files=2)))

    assert noted == [True] * 5
    assert counts(site.drops()) == [(1, 0, "ARRIVING"), (2, 0, "ARRIVING"), (2, 0, "ARRIVING")]


def test_what_was_matched_and_not_sent_is_found_after_two_minutes(site):
    drop = site.waiting(*SLICES)
    site.match(drop.drop)
    assert site.left_behind() == []

    site.world.later(timedelta(minutes=2))
    assert [state.drop for state in site.left_behind()] == [drop.drop]
    site.send(drop.drop)
    assert site.left_behind() == []


def nothing(_site):
    """Before anything."""


def put(site):
    site.lend()
    for n, body in enumerate([*SLICES, b"not DICOM"]):
        site.put(str(n), body)


def noted(site):
    for key in sorted(site.bucket.versions):
        site.arrives(key)


def found(site):
    site.find_lost()


def given_lost(site):
    put(site)
    site.world.later(timedelta(minutes=3))


def given_noted(site):
    put(site)
    noted(site)
    site.world.later(QUIET)


def ended(site):
    site.end_quiet()


def given_waiting(site):
    site.waiting(*SLICES, SLICES[0])


def given_matched(site):
    given_waiting(site)
    matched(site)


def matched(site):
    site.match(site.drops()[0].drop)


def sent(site):
    site.send(site.drops()[0].drop)


STEPS = [
    pytest.param(nothing, lambda site: site.lend(), id="lend"),
    pytest.param(put, noted, id="note"),
    pytest.param(given_lost, found, id="find-lost"),
    pytest.param(given_noted, ended, id="end-quiet"),
    pytest.param(given_waiting, matched, id="match"),
    pytest.param(given_matched, sent, id="send"),
]


@pytest.mark.parametrize("is_after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize(("given", "step"), STEPS)
def test_a_step_that_died_anywhere_and_is_repeated_leaves_what_an_undisturbed_one_leaves(
    given, step, is_after
):
    undisturbed = DropWorld()
    given(undisturbed)
    step(undisturbed)

    for at in itertools.count(1):
        site, switch = DropWorld(), Switch(at, is_after=is_after)
        given(site)
        try:
            step(site.wired(switch.wire))
        except Killed:
            step(site)
        else:
            break
        assert site.snapshot() == undisturbed.snapshot(), f"died at call {at}"
    assert at > 2
