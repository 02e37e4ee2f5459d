"""What people decide, killed before and after each external call on the deployed system, and asked again.

Signing, releasing and rejecting what is held, looking at held frames, clearing, refusing, letting run again,
placing a study, correcting one that was filed by mistake.
"""

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.fakes.brain_series import ANCHOR, Patient, brain, brain_slice
from tests.fakes.review_world import BANNER
from tests.flows.by_hand.stage import Stage, map_items
from tests.flows.by_hand.surviving import check_survives
from tests.flows.test_held_series_are_reviewed import US, image
from tests.flows.world import items_of

AT = datetime.now(UTC).replace(microsecond=0) + timedelta(minutes=80)  # after the images' journey
SIGN_IN, REQUEST = timedelta(seconds=10), timedelta(seconds=20)
WEEK_6 = (ANCHOR + timedelta(days=42)).strftime("%Y%m%d")
BOX = {"image": None, "frame": None, "x": 0, "y": 0, "width": 16, "height": 5}


@dataclass
class Desk:
    """People, each with what they have to decide on."""

    stage: Stage
    challenges: dict[str, str] = field(default_factory=dict)
    minutes: int = 0

    @property
    def at(self) -> datetime:
        return AT + timedelta(minutes=self.minutes)

    def later(self) -> None:
        self.minutes += 1

    def survives(self, door: str, event: Any, *, after: timedelta = timedelta(0)) -> Any:
        """The step, cut everywhere; what it answered."""
        whole = check_survives(self.stage, door, event, at=self.at + after)
        return json.loads(whole.answer["body"])

    def signs(self, who: str, path: str, operation: str, object: str, **body: Any) -> Any:
        """Challenge, sign-in, request: the challenge and the request are cut everywhere."""
        self.later()
        asked = {"operation": operation, "object": object}
        challenge = self.request(who, "/signing-challenges", asked, key=f"challenge {operation} {who}")
        named = self.survives("access/api", challenge)["challenge"]
        said = {"reason": "seen", "signature": {"challenge": named, "meaning": "APPROVAL"}} | body
        request = self.request(who, path, said, key=f"{operation} {who}", after=SIGN_IN)
        return self.survives(path_door(path), request, after=REQUEST)

    def asks(self, who: str, path: str, body: Any) -> Any:
        self.later()
        return self.survives(path_door(path), self.request(who, path, body, key=path))

    def request(self, who: str, path: str, body: Any, *, key: str, after: timedelta = timedelta(0)) -> Any:
        return self.stage.request("POST", path, body, at=self.at + after, key=key, by=who)

    def sent(self, subject: str, files: list[bytes]) -> Any:
        """A transmittal, screened: Screen's answer."""
        self.later()
        trial, doors = self.stage.trial, self.stage.doors
        transmittal = trial.open(subject)
        trial.upload(trial.register(transmittal, files), files)
        completes = self.stage.request("POST", f"/transmittals/{transmittal}/complete", at=self.at)
        assert doors.run("ingest/api", completes, at=self.at).answer["statusCode"] == 200
        return doors.run("ingest/screen", self.stage.execution(transmittal), at=self.at).answer

    def worked_on(self, screened: Any) -> list[Any]:
        """Each of its series de-identified, or held."""
        results = []
        for item in map_items(screened | {"attempt": 1}).values():
            run = self.stage.doors.run("deid/deidentify", item, at=self.at)
            if run.error:
                failed = item | {"error": {"Error": run.error.partition(":")[0], "Cause": "{}"}}
                results.append(self.stage.doors.run("deid/hold", failed, at=self.at).answer)
            else:
                results.append(self.stage.doors.run("qc/check", run.answer, at=self.at).answer)
        return results

    def study_of(self, transmittal: str, *, state: str) -> str:
        """The study that a transmittal brought, in this state."""
        table = self.stage.outputs["StateTable"]
        for (_, sk), item in items_of(self.stage.cloud, table).items():
            if sk.startswith("study#"):
                document = json.loads(bytes(item["document"]["B"]))
                if document["state"] == state and transmittal in json.dumps(document):
                    return sk.removeprefix("study#")
        raise AssertionError(state)


def path_door(path: str) -> str:
    return "review/api" if path.startswith("/series/") else "ingest/api"


@pytest.fixture(scope="module")
def desk(on_stage: Stage) -> Desk:
    return Desk(stage=on_stage)


def held(desk: Desk, number: int) -> tuple[str, str]:
    """A subject, and a transmittal that is held for its identity."""
    subject = desk.stage.trial.enrol(f"101-002{number}")
    desk.sent(subject, brain(Patient(id=f"KM-742{number}"), slices=1))
    screened = desk.sent(subject, brain(Patient(id=f"KM-743{number}"), slices=1))
    assert screened["outcome"] == "QUARANTINED"
    return subject, screened["transmittal"]


@pytest.mark.requirement("fault-18")
@pytest.mark.requirement("fault-53")
@pytest.mark.parametrize(
    ("decision", "state"), [("release", "SCREENING"), ("reject", "REJECTED")], ids=["release", "reject"]
)
def test_what_is_decided_on_a_held_transmittal_is_decided_once(desk, decision, state):
    _, transmittal = held(desk, 1 if decision == "release" else 2)

    path, operation = f"/transmittals/{transmittal}/{decision}", f"{decision}_transmittal"
    done = desk.signs("manager", path, operation, transmittal, held_under="ING-310")

    assert done["state"] == state
    acts = [
        one for one in desk.stage.events("SigningDone.v1", about="sgn_") if one.data["object"] == transmittal
    ]
    assert len(acts) == 1


def in_review(desk: Desk, number: int) -> str:
    """A series that is held for a reviewer."""
    subject = desk.stage.trial.enrol(f"101-003{number}")
    own = BANNER.copy()
    own[15, number] = 1  # the same pixels of two subjects are held
    frames = image(Patient(id=f"KM-744{number}"), sop_class=US, modality="US", series="us", picture=own)
    (result,) = desk.worked_on(desk.sent(subject, [frames]))
    assert result["held"].startswith("DEI-")
    return result["series"]


@pytest.mark.requirement("fault-18")
def test_a_series_that_a_reviewer_clears_goes_through_once(desk):
    series = in_review(desk, 1)
    path = f"/series/{series}/versions/1"

    shown = desk.asks("reviewer", f"{path}/renderings", {})
    cleared = desk.signs("reviewer", f"{path}/clear", "clear_review", series, boxes=[BOX])

    assert shown["pictures"]
    assert cleared["state"] == "DEIDENTIFYING"


@pytest.mark.requirement("fault-18")
def test_a_series_that_a_reviewer_refuses_and_a_manager_retries_runs_again_once(desk):
    series = in_review(desk, 2)
    path = f"/series/{series}/versions/1"
    desk.asks("reviewer", f"{path}/renderings", {})

    refused = desk.signs("reviewer", f"{path}/refuse", "refuse_review", series)
    retried = desk.asks("manager", f"{path}/retry", {"reason": "a mistake"})

    assert refused["state"] == "DEID_FAILED"
    assert (retried["state"], retried["attempt"]) == ("DEIDENTIFYING", 2)


@pytest.mark.requirement("fault-18")
def test_a_study_is_placed_once_and_corrected_by_two_persons_once(desk):
    subject, other = (desk.stage.trial.enrol(f"101-004{number}") for number in (1, 2))
    patient = Patient(id="KM-7451")
    in_week_6 = brain_slice(
        Patient(id="KM-7451/2"),
        1,
        PatientID=patient.id,
        PatientName=f"{patient.name}^{patient.id}",
        **dict.fromkeys(("AcquisitionDate", "SeriesDate", "StudyDate"), WEEK_6),
    )
    screened = desk.sent(subject, [*brain(patient, slices=2), in_week_6])
    results = desk.worked_on(screened)
    done = desk.stage.doors.run("qc/conclude", screened | {"results": results}, at=desk.at)
    assert done.error is None
    waiting = desk.study_of(screened["transmittal"], state="UNMATCHED")
    filed = desk.study_of(screened["transmittal"], state="ALLOCATED")

    placed = desk.asks("coordinator", f"/studies/{waiting}/allocate", {"visit": "W6"})
    path, to = f"/studies/{filed}/correct", {"subject": other, "visit": "BL"}
    proposed = desk.signs("manager", path, "correct_study", filed, **to)
    corrected = desk.signs("datamanager", path, "correct_study", filed, **to)

    assert placed["state"] == "ALLOCATED"
    assert proposed["state"] == "ALLOCATED"
    assert corrected["study"] == filed
    (told,) = desk.stage.events("StudyMisfiled.v1", about=filed)
    assert told.data["to"] == to
