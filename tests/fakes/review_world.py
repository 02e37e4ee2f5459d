"""An ultrasound series that is held, the doors it passes, and the people who decide on it."""

import json
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from struct import pack
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np

from corelab.access.signing import issue_challenge
from corelab.deid.model import SERIES_KIND, SeriesVersion
from corelab.kernel.actors import Actor, Role
from corelab.kernel.codec import to_plain
from corelab.kernel.ids import PersonId, derived_id
from corelab.kernel.write_path import get
from tests.fakes.api_requests import Answer, answer, claims, door_module, request
from tests.fakes.demo_trial import compiled, trial_with_charter
from tests.fakes.images import KEYS, SALT, ct, original_of
from tests.fakes.memory_bucket import MemoryBucket
from tests.fakes.people import NOW, account, command_of, grant

TRIAL, SUBJECT = "DEMO01", "101-0001"
SERIES, TRANSMITTAL = derived_id("ser", "held"), derived_id("tms", "held")
FACTS = f"facts/{TRIAL}/{SERIES}/v1.json"
CHARTER = compiled()
ITEM = {
    "schema": 1,
    "trial": TRIAL,
    "site": "101",
    "subject": SUBJECT,
    "visit": CHARTER.charter.visits.schedule[0].id,
    "transmittal": TRANSMITTAL,
    "charter": CHARTER.hash,
    "attempt": 1,
    "series": SERIES,
    "version": 1,
}
BANNER = np.zeros((16, 16), dtype="uint8")
BANNER[6:, :] = 90
BANNER[1:4, 2:12] = 255  # what a machine writes above the image
PEOPLE = (
    ("reviewer", Role.DEID_REVIEWER),
    ("second", Role.DEID_REVIEWER),
    ("manager", Role.PM),
    ("analyst", Role.QC),
    ("inspector", Role.INSPECTOR),
)


def ultrasound(number: int = 1, *, flag: bytes | None = None, photometric: bytes | None = None) -> bytes:
    """An ultrasound frame with burned-in text; `flag` is what the header says of it."""
    own = {
        0x00080016: ("UI", b"1.2.840.10008.5.1.4.1.1.6.1"),
        0x00080060: ("CS", b"US"),
        0x00280100: ("US", pack("<H", 8)),
        0x00280101: ("US", pack("<H", 8)),
        0x00280102: ("US", pack("<H", 7)),
    } | ({} if flag is None else {0x00280301: ("CS", flag)})
    own |= {} if photometric is None else {0x00280004: ("CS", photometric)}
    return ct(own, number=number, pixels=BANNER.tobytes())


@dataclass
class Runs:
    """Executions by name."""

    started: dict[str, dict[str, Any]] = field(default_factory=dict)
    how: dict[str, str] = field(default_factory=dict)

    def start(self, name: str, document: dict[str, Any]) -> bool:
        if name in self.how:
            return False
        self.started[name] = document
        self.how[name] = "RUNNING"
        return True

    def run_of(self, name: str) -> str | None:
        return self.how.get(name)

    def end(self, how: str) -> None:
        self.how = {name: how if was == "RUNNING" else was for name, was in self.how.items()}


class Packs(MemoryBucket):
    """A bucket that also takes files."""

    def put_file(self, key: str, path: Any, *, content_type: str = "") -> None:
        self.put(key, path.read_bytes(), content_type=content_type)


class ReviewWorld:
    """A held series behind its doors."""

    def __init__(self, monkeypatch: Any, files: list[bytes]) -> None:
        self.store = trial_with_charter()
        self.incoming, self.records, self.packs = MemoryBucket(), MemoryBucket("records"), Packs("packs")
        self.runs = Runs()
        for person, role in PEOPLE:
            account(self.store, person)
            grant(self.store, person, role)
        for number, data in enumerate(files, start=1):
            self.incoming.put(f"incoming/{number}", data)
        self.records.put(FACTS, json.dumps(_facts(files)).encode())
        keys = SimpleNamespace(trial_keys=lambda _: KEYS, subject_salt=lambda *_: SALT)
        places = {"RECORDS": self.records, "INCOMING": self.incoming, "PACKS": self.packs, "KEYS": keys}
        places["EXECUTIONS"] = self.runs
        self.doors: dict[str, ModuleType] = {}
        for name in ("deid.deidentify", "deid.hold", "deid.sweep", "review.api"):
            door = door_module(monkeypatch, f"functions.{name}", store=self.store)
            for place, value in places.items():
                if hasattr(door, place):
                    monkeypatch.setattr(door, place, value)
            self.doors[name] = door
        self._patch = monkeypatch
        self._keys = 0

    @property
    def version(self) -> SeriesVersion:
        return get(self.store, SERIES_KIND, trial=TRIAL, id=SERIES).state.latest

    def run(self, **item: Any) -> dict[str, Any]:
        """What the state machine does of one series: de-identify it, or hold it."""
        given = ITEM | item
        try:
            return dict(self.doors["deid.deidentify"].handler(given, None))
        except Exception as error:  # noqa: BLE001 -- the state machine catches all
            failed = given | {"error": {"Error": type(error).__name__}}
            return dict(self.doors["deid.hold"].handler(failed, None))

    def run_started(self) -> dict[str, Any]:
        """Do what the last started execution does."""
        document = list(self.runs.started.values())[-1]
        (series,) = document["series"]
        done = self.run(attempt=document["attempt"], **series)
        self.runs.end("SUCCEEDED")
        return done

    def ask(
        self,
        person: str,
        what: str,
        body: Any = None,
        *,
        key: str | None = None,
        version: int = 1,
        series: str = SERIES,
        **claimed: str,
    ) -> Answer:
        self._keys += 1
        event = request(
            "POST",
            f"/v1/trials/{TRIAL}/series/{series}/versions/{version}/{what}",
            who=claims(person, **claimed),
            body={} if body is None else body,
            key=key or f"key-{self._keys}",
        )
        return answer(self.doors["review.api"], event)

    def listing(self, person: str) -> Answer:
        event = request("GET", f"/v1/trials/{TRIAL}/reviews", who=claims(person))
        return answer(self.doors["review.api"], event)

    def sign(self, person: str, what: str, *, key: str | None = None, **body: Any) -> Answer:
        """A signed decision, with a challenge of its own and a sign-in after it."""
        role = dict(PEOPLE)[person]
        actor = Actor(subject=PersonId(person), role=role, session="asked")
        asked_at = NOW.replace(microsecond=0)
        self._keys += 1
        ask = replace(command_of(role, id=f"challenge-{self._keys}", now=asked_at), actor=actor)
        named = issue_challenge(self.store, command=ask, operation=f"{what}_review", object=SERIES).id
        fresh = asked_at + timedelta(seconds=10)
        self.later(fresh + timedelta(seconds=5))
        said = {"reason": "seen", "signature": {"challenge": named, "meaning": "REVIEW"}} | body
        moment = str(int(fresh.timestamp()))
        return self.ask(person, what, said, key=key, auth_time=moment, iat=moment)

    def later(self, now: datetime) -> None:
        """Set the doors' clock."""
        for name in ("corelab_aws.doors.api",):
            self._patch.setattr(f"{name}.now", lambda: now)
        for door in self.doors.values():
            if hasattr(door, "now"):
                self._patch.setattr(door, "now", lambda: now)

    def renderings(self) -> list[str]:
        """Keys under which anything rendered lies, in any version."""
        return [
            key for key, versions in self.records.versions.items() if key.startswith("reviews/") and versions
        ]

    def events(self, type: str) -> list[Any]:
        return [event for event in self.store.events.values() if event.type == type]


def _facts(files: list[bytes]) -> dict[str, Any]:
    instances = [
        to_plain(original_of(data, key=f"incoming/{n}"))
        | {"n": n, "pixel_bytes": {"expected": 256, "actual": 256}}
        for n, data in enumerate(files, start=1)
    ]
    facts = {name: value for name, value in ITEM.items() if name != "attempt"}
    return facts | {
        "schema": "facts/1",
        "recognised": None,
        "scanner": {"id": None},
        "instances": instances,
    }
