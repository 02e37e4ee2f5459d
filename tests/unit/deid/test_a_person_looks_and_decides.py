"""A held series, from the hold to the pack: who sees what, who decides, what is left behind."""

import io
import json
from datetime import timedelta

import numpy as np
import pytest
from PIL import Image

from corelab.pack.index import load_index
from corelab.pack.reader import read_instance
from corelab_aws.children import ChildFailed
from tests.fakes.people import NOW
from tests.fakes.real_dicom import read
from tests.fakes.review_world import BANNER, SERIES, TRIAL, ReviewWorld, ultrasound

BOX = {"image": None, "frame": None, "x": 0, "y": 0, "width": 16, "height": 5}
FLAGGED = [None, b"NO", b"YES"]


@pytest.fixture(params=FLAGGED, ids=["unflagged", "no", "yes"])
def world(request, monkeypatch):
    made = ReviewWorld(monkeypatch, [ultrasound(1, flag=request.param), ultrasound(2, flag=request.param)])
    made.run()
    return made


@pytest.fixture
def held(monkeypatch):
    made = ReviewWorld(monkeypatch, [ultrasound(1), ultrasound(2)])
    made.run()
    return made


def looked(world, person="reviewer"):
    answer = world.ask(person, "renderings", {"image": 2})
    assert answer.status == 200, answer.body
    return answer.body


def test_what_cannot_be_shown_is_said_so_and_can_only_be_refused(monkeypatch):
    world = ReviewWorld(monkeypatch, [ultrasound(1, photometric=b"CMYK")])
    world.run()
    assert world.version.state == "DEID_REVIEW"

    seen = world.ask("reviewer", "renderings", {"image": 1}).body
    cleared = world.sign("reviewer", "clear")
    refused = world.sign("reviewer", "refuse")

    assert (seen["pictures"], seen["not_shown"].endswith("Refuse the series.")) == ([], True)
    assert (cleared.status, cleared.body["code"]) == (422, "DEI-118"), cleared.body
    assert (refused.status, world.version.state) == (200, "DEID_FAILED"), refused.body


def packed(world):
    (key,) = (key for key in world.packs.versions if key.endswith(".tar"))
    tar, index = world.packs.get(key), load_index(world.packs.get(key.replace(".tar", ".index.json")))
    return [
        read(io.BytesIO(read_instance(index, one.sop, read=lambda at, n: tar[at : at + n])))
        for one in index.instances
    ]


def test_held_looked_at_masked_and_cleared_it_goes_through(world):
    assert world.version.state == "DEID_REVIEW"
    (listed,) = world.listing("reviewer").body["reviews"]
    assert (listed["series"], listed["version"]) == (SERIES, 1)
    seen = looked(world)
    shown = np.asarray(
        Image.open(io.BytesIO(world.records.get(seen["pictures"][0]["url"].split("records/")[1])))
    )
    assert (shown == BANNER).all()

    cleared = world.sign("reviewer", "clear", boxes=[BOX])
    done = world.run_started()

    assert (cleared.status, cleared.body["state"]) == (200, "DEIDENTIFYING"), cleared.body
    assert done["pack"]
    assert world.version.state == "DEIDENTIFIED"
    masked = BANNER.copy()
    masked[:5] = 0
    for image in packed(world):
        assert (image.pixel_array == masked).all()
    assert world.renderings() == []
    assert world.listing("reviewer").body["reviews"] == []
    certificate = json.loads(world.packs.get(f"packs/{TRIAL}/{SERIES}/v1.certificate.json"))
    assert certificate["masked"] == {"cleared_by_person": True, "boxes": [BOX]}
    assert "reviewer" not in json.dumps(certificate)


def test_each_view_is_an_entry_before_anything_is_shown(held):
    looked(held)
    held.incoming.versions["incoming/1"] = [None]
    broken = held.ask("second", "renderings", {"image": 1, "first": 1, "frames": 2})

    first, second = held.events("ReviewViewed.v1")
    assert (first.actor.subject, first.actor.role) == ("reviewer", "DEID_REVIEWER")
    assert first.data == {"series": SERIES, "version": 1, "image": 2, "frames": [1]}
    assert broken.status == 404
    assert (second.actor.subject, second.data["frames"]) == ("second", [])


def test_a_reviewer_sees_frames_and_nothing_of_the_header(held):
    seen = looked(held)

    text = json.dumps(seen)
    for secret in ("Real", "HOSP", "incoming", "1.2.3.4", "101-0001", "ACME"):
        assert secret not in text
    assert {one["view"] for one in seen["pictures"]} == {"plain", "even"}
    assert (seen["modality"], seen["rows"], seen["columns"], seen["frames"]) == ("US", 16, 16, 1)
    assert (seen["images"], seen["code"]) == (2, "DEI-112")


def test_who_has_not_looked_decides_nothing(held):
    looked(held, "second")

    refused = held.sign("reviewer", "clear", boxes=[])

    assert (refused.status, refused.body["code"]) == (422, "DEI-117")
    assert held.version.state == "DEID_REVIEW"


def test_nobody_else_looks_or_decides(held):
    for person in ("manager", "analyst", "inspector"):
        assert held.ask(person, "renderings").status == 403
        assert held.ask(person, "clear", {"reason": "x"}).status == 403
        assert held.ask(person, "refuse", {"reason": "x"}).status == 403
    assert held.ask("reviewer", "retry", {"reason": "x"}).status == 403
    assert held.listing("analyst").status == 403
    assert held.renderings() == []


def test_without_a_signature_or_a_reason_nothing_is_decided(held):
    looked(held)

    unsigned = held.ask("reviewer", "clear", {"reason": "seen"})
    unreasoned = held.sign("reviewer", "refuse", reason=None)

    assert (unsigned.status, unsigned.body["code"]) == (422, "ACC-424")
    assert (unreasoned.status, unreasoned.body["code"]) == (422, "ACC-423")
    assert held.version.state == "DEID_REVIEW"


def test_refused_it_fails_keeps_its_code_and_leaves_no_picture(held):
    looked(held)
    assert held.renderings()

    refused = held.sign("reviewer", "refuse")

    assert refused.body["state"] == "DEID_FAILED"
    assert held.version.code == "DEI-112"
    assert held.renderings() == []
    assert held.runs.started == {}
    assert held.ask("reviewer", "renderings").body["code"] == "DEI-116"


def test_a_box_that_cannot_be_blanked_is_refused_before_it_is_signed(held):
    looked(held)

    outside = held.sign("reviewer", "clear", boxes=[BOX | {"width": 17}])
    nowhere = held.sign("reviewer", "clear", boxes=[BOX | {"image": 3}])

    assert {outside.body["code"], nowhere.body["code"]} == {"DEI-115"}
    assert "16 columns" in outside.body["detail"]
    assert held.version.state == "DEID_REVIEW"
    assert held.events("SigningDone.v1") == []


def test_a_repeated_decision_is_one_decision_and_one_run(held):
    looked(held)
    first = held.sign("reviewer", "clear", key="once")
    before = dict(held.store.events)
    asked = {"reason": "seen", "signature": _signature(held)}

    again = held.ask("reviewer", "clear", asked, key="once")

    assert again.body == first.body
    assert len(held.runs.started) == 1
    assert held.store.events == before


def _signature(world):
    (act,) = world.events("SigningDone.v1")
    return {"challenge": act.id, "meaning": "REVIEW"}


def test_a_decision_is_of_the_version_that_was_reviewed(held):
    looked(held)

    unknown = held.ask("reviewer", "clear", {"reason": "seen"}, version=2)
    held.sign("reviewer", "clear")
    held.run_started()
    second = held.sign("reviewer", "clear")

    assert unknown.body["code"] == "DEI-110"
    assert second.status == 409
    assert held.version.attempt == 2


def test_a_manager_lets_what_failed_run_again_and_a_reviewer_is_asked_again(held):
    looked(held)
    held.sign("reviewer", "refuse")

    unreasoned = held.ask("manager", "retry", {})
    retried = held.ask("manager", "retry", {"reason": "a mistake"})
    held.run_started()

    assert unreasoned.body["code"] == "ACC-423"
    assert (retried.status, retried.body["attempt"]) == (200, 2)
    assert (held.version.state, held.version.attempt) == ("DEID_REVIEW", 2)


def test_a_failure_after_clearing_holds_again_and_a_retry_keeps_the_clearing(held):
    looked(held)
    held.sign("reviewer", "clear", boxes=[BOX])
    originals = held.incoming.versions["incoming/1"]
    held.incoming.versions["incoming/1"] = [ultrasound(9)]

    failed = held.run_started()
    held.incoming.versions["incoming/1"] = originals
    held.ask("manager", "retry", {"reason": "restored"})
    held.run_started()

    assert failed["held"] == "DEI-102"
    assert held.version.state == "DEIDENTIFIED"
    assert not packed(held)[0].pixel_array[:5].any()


def test_an_earlier_run_that_fails_late_touches_no_later_one(held):
    looked(held)
    held.sign("reviewer", "clear")

    late = held.run()

    assert late == {"series": SERIES, "version": 1, "held": "DEI-114"}
    assert held.version.state == "DEIDENTIFYING"
    assert held.run_started()["pack"]


def sweep(world, *, after):
    world.later(NOW + after)
    world.doors["deid.sweep"].handler(None, None)


@pytest.fixture
def cleared(held, monkeypatch):
    """Cleared by somebody whose door died before it started the run or deleted a picture."""
    looked(held)
    monkeypatch.setattr("functions.deid.sweep.trials", lambda _: [TRIAL])

    def die(*_arguments, **_named):
        raise ConnectionError

    with monkeypatch.context() as broken:
        broken.setattr(held.records, "delete_all", die)
        assert held.sign("reviewer", "clear", boxes=[BOX]).status == 500
    assert held.runs.started == {}
    assert held.renderings()
    return held


def test_a_start_that_was_lost_is_made_up_by_the_sweep_and_the_pictures_go(cleared):
    sweep(cleared, after=timedelta(minutes=1))
    young = dict(cleared.runs.started)
    pictures = cleared.renderings()
    sweep(cleared, after=timedelta(minutes=3))
    cleared.run_started()
    sweep(cleared, after=timedelta(minutes=4))
    sweep(cleared, after=timedelta(minutes=5))

    assert young == {}
    assert pictures == []
    assert cleared.version.state == "DEIDENTIFIED"
    assert cleared.version.due is None
    (found,) = cleared.events("SeriesSwept.v1")
    assert found.reason == "found by sweep"
    assert len(cleared.events("SeriesSettled.v1")) == 1


def test_a_run_that_died_is_started_again_under_the_next_name_after_longer_waits(cleared):
    for minutes in (3, 4, 6, 9, 30):
        sweep(cleared, after=timedelta(minutes=minutes))
        cleared.runs.end("DEAD")

    assert len(cleared.runs.started) == 3
    assert {document["attempt"] for document in cleared.runs.started.values()} == {2}


def test_what_was_decided_while_it_was_rendered_is_not_shown_and_leaves_nothing(held, monkeypatch):
    looked(held)
    door = held.doors["review.api"]
    render = door._rendered

    def slow(*arguments):
        made = render(*arguments)
        assert held.sign("reviewer", "refuse").status == 200
        return made

    monkeypatch.setattr(door, "_rendered", slow)
    late = held.ask("second", "renderings")

    assert (late.status, late.body["code"]) == (422, "DEI-116")
    assert held.renderings() == []


def test_each_view_is_an_entry_of_its_own_under_whatever_key(held):
    for image in (1, 2):
        held.ask("reviewer", "renderings", {"image": image}, key="the same")

    assert [entry.data["image"] for entry in held.events("ReviewViewed.v1")] == [1, 2]


def test_frames_that_there_are_not_are_no_look(held):
    answer = held.ask("reviewer", "renderings", {"image": 1, "first": 999})

    assert (answer.status, answer.body["code"]) == (422, "DEI-118")
    assert held.sign("reviewer", "clear").body["code"] == "DEI-117"


def test_what_could_not_be_rendered_is_refused_and_never_cleared(held, monkeypatch):
    def breaks(*_, **__):
        raise ChildFailed("out of time")

    with monkeypatch.context() as broken:
        broken.setattr(held.doors["review.api"], "in_child", breaks)
        assert held.ask("reviewer", "renderings", {"image": 1}).status == 422

    assert held.sign("reviewer", "clear").body["code"] == "DEI-117"
    assert held.sign("reviewer", "refuse").status == 200
