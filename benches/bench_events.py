"""No study is lost: 50,000 events, 20 % of them twice, in any order, 1 % never delivered; then one sweep.

Studies are sent, screened and noted through the services themselves, on stores in memory. What the platform
delivers is disturbed in its three places: S3's events of manifests and the ledger table's stream may come
twice, in any order or never; the bus, behind which a queue keeps what was taken, twice and in any order. The
sweeps of ingest and of the ledger then run once.
"""

import json
import random
import resource
import sys
import time
from bisect import bisect_left, insort
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

import pytest  # noqa: E402 -- the checkout goes on the path first

from benches.doors import door  # noqa: E402 -- as above
from benches.table import Figure, show  # noqa: E402 -- as above
from corelab.audit.relay import relay  # noqa: E402 -- as above
from corelab.audit.segment import segment_entries  # noqa: E402 -- as above
from corelab.audit.sequencer import sequence  # noqa: E402 -- as above
from corelab.audit.sweep import sweep as sweep_ledger  # noqa: E402 -- as above
from corelab.ingest.layout import manifest_key  # noqa: E402 -- as above
from corelab.ingest.ports import Run  # noqa: E402 -- as above
from corelab.ingest.sweep import sweep as sweep_ingest  # noqa: E402 -- as above
from corelab.kernel.events import Event  # noqa: E402 -- as above
from corelab.kernel.ids import EventId, SubjectId, TransmittalId  # noqa: E402 -- as above
from corelab.kernel.patience import START_AFTER  # noqa: E402 -- as above
from corelab.kernel.write_path import Key, Stored, find  # noqa: E402 -- as above
from corelab.tracking.model import TIME_POINT, time_point_id  # noqa: E402 -- as above
from corelab_aws.doors import reaction  # noqa: E402 -- as above
from corelab_aws.ledger.bus import bus_detail  # noqa: E402 -- as above
from corelab_aws.objects import ObjectFacts  # noqa: E402 -- as above
from tests.fakes.demo_trial import trial_with_charter, with_subject  # noqa: E402 -- as above
from tests.fakes.dicom_files import mr_slice  # noqa: E402 -- as above
from tests.fakes.ingest_world import TRIAL, World  # noqa: E402 -- as above
from tests.fakes.memory_bucket import MemoryBucket  # noqa: E402 -- as above
from tests.fakes.memory_ledger import MemoryBus, MemoryLedger  # noqa: E402 -- as above
from tests.fakes.memory_store import MemoryStore  # noqa: E402 -- as above
from tests.fakes.people import NOW  # noqa: E402 -- as above

T = TypeVar("T")

EVENTS = 50_000
DOUBLED, LOST = 0.20, 0.01
STREAM_RECORDS = 100  # of one batch of the stream
VISIT, FOLLOWED = "BL", "TransmittalAccepted.v1"
QUEUE_RECORDS = 10
KIB = 1024
PLACES = ("S3", "stream", "bus", "runs")
YET_TO_COME = 7  # events that a study's screening and its time point write later
NOTED_ONCE = 2  # a time point's version: registered, then received


class Store(MemoryStore):
    """One that lists what lies under a name without looking at everything else."""

    def __init__(self) -> None:
        super().__init__()
        self._ids: dict[tuple[str, str, str], list[str]] = {}
        self._listed = 0

    def list(self, *, room: str, trial: Any, kind: str, under: str = "") -> Iterator[Stored]:  # noqa: ANN401 -- as the fake has it
        """As the fake does."""
        for key in islice(self.aggregates, self._listed, None):
            insort(self._ids.setdefault((key.room, key.trial, key.kind), []), key.id)
        self._listed = len(self.aggregates)
        for id in _under(self._ids.get((room, trial, kind), []), under):
            yield self.aggregates[Key(room=room, trial=trial, kind=kind, id=id)]


class Bucket(MemoryBucket):
    """One that lists what lies under a prefix without looking at everything else."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self._keys: list[str] = []
        self._listed = 0

    def list(self, prefix: str) -> Iterator[Any]:
        """As the fake does."""
        for key in islice(self.versions, self._listed, None):
            insort(self._keys, key)
        self._listed = len(self.versions)
        for key in _under(self._keys, prefix):
            body = self.versions[key][-1]
            if body is not None:
                yield ObjectFacts(key=key, size_bytes=len(body))


def _under(names: list[str], prefix: str) -> list[str]:
    begin = bisect_left(names, prefix)
    end = bisect_left(names, prefix + chr(sys.maxunicode)) if prefix else len(names)
    return names[begin:end]


@dataclass
class Runs:
    """Executions by name; each is run to its end by whoever made this."""

    started: dict[str, Mapping[str, Any]] = field(default_factory=dict)

    def start(self, name: str, document: Mapping[str, Any]) -> bool:
        """False where there is one of this name."""
        return self.started.setdefault(name, document) is document

    def run_of(self, name: str) -> Run | None:
        """All that started are on their way."""
        return Run.RUNNING if name in self.started else None


class Platform:
    """What lies between the doors, and what it does to what it delivers."""

    def __init__(self, seed: int = 1) -> None:
        self.chance = random.Random(seed)  # noqa: S311 -- the seed is the point
        self.delivered: Counter[str] = Counter()

    def delivers(self, what: str, things: Sequence[T], *, loses: bool) -> list[T]:
        """The same, some twice, in any order, and where it loses, some never."""
        kept = [one for one in things if not loses or self.chance.random() >= LOST]
        again = [one for one in kept if self.chance.random() < DOUBLED]
        arrived = kept + again
        self.chance.shuffle(arrived)
        self.delivered[what] += len(arrived)
        self.delivered["twice"] += len(again)
        self.delivered["never"] += len(things) - len(kept)
        return arrived


class Trial:
    """The trial's rooms on stores in memory, with the doors that the bench drives."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.platform = Platform()
        self.runs = Runs()
        store = Store()
        with_charter = trial_with_charter()
        store.aggregates, store.events, store.lists = (
            with_charter.aggregates,
            with_charter.events,
            with_charter.lists,
        )
        self.world = World(store=store, incoming=Bucket("incoming"), records=Bucket("records"), now=NOW)
        self.start = door(patch, "functions.ingest.start", INCOMING=self.world.incoming, EXECUTIONS=self.runs)
        self.tracking = door(patch, "functions.tracking.react", STORE=store)
        patch.setattr(reaction, "now", lambda: self.world.now)
        self.ledger = MemoryLedger()
        self.bus = MemoryBus(self.ledger)
        self.studies: dict[TransmittalId, SubjectId] = {}

    def send(self, number: int) -> None:
        """One study of one subject, with one image."""
        subject = SubjectId(f"101-{number:04d}")
        self.world.registry.known = [subject]
        with_subject(self.world.store, subject)
        image = mr_slice(
            1,
            PatientID=f"HOSPITAL-{number}",
            PatientName=f"Fictitious^{number}",
            StudyInstanceUID=f"1.2.3.{number}",
            SeriesInstanceUID=f"1.2.3.{number}.1",
        )
        self.studies[self.world.sent(image, key=f"open/{number}", subject=subject)] = subject

    def screen(self, document: Mapping[str, Any]) -> None:
        """One execution's first step."""
        transmittal = document["transmittal"]
        self.world.registry.known = [self.studies[transmittal]]
        self.world.screen(transmittal, version=document["manifest"]["version"])

    def lost(self) -> list[TransmittalId]:
        """Studies that were not accepted, or that their time point does not know."""
        return [id for id, subject in self.studies.items() if not self._is_noted(id, subject)]

    def unplaced(self) -> list[EventId]:
        """Events that have not exactly one place on the ledger, or were never on the bus."""
        places = Counter(
            str(entry["event_id"])
            for key, (data, *_) in self.ledger.ledger.items()
            if "/segments/" in key
            for entry in segment_entries(data)
        )
        return [id for id in self.world.store.events if places[id] != 1 or not self.ledger.on_bus[id]]

    def _is_noted(self, id: TransmittalId, subject: SubjectId) -> bool:
        found = find(self.world.store, TIME_POINT, trial=TRIAL, id=time_point_id(subject, VISIT))
        return (
            self.world.state(id).state == "ACCEPTED"
            and found is not None
            and found.state.state == "RECEIVED"
            and found.version == NOTED_ONCE
        )


def queue(bodies: Sequence[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    """Batches of a queue."""
    for batch in batches(bodies, QUEUE_RECORDS):
        yield {"Records": [{"messageId": str(n), "body": json.dumps(body)} for n, body in enumerate(batch)]}


def batches(things: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    """As many as a batch takes at a time."""
    for begin in range(0, len(things), size):
        yield things[begin : begin + size]


def written(transmittal: TransmittalId) -> Mapping[str, Any]:
    """S3's event of a manifest."""
    named = {"key": manifest_key(TRIAL, transmittal), "version-id": "1"}
    return {"detail-type": "Object Created", "detail": {"bucket": {"name": "incoming"}, "object": named}}


def on_bus(event: Event) -> Mapping[str, Any]:
    """The bus's envelope."""
    return {"source": event.source, "detail-type": event.type, "detail": bus_detail(event)}


def stream(trial: Trial, *, loses: bool) -> None:
    """New items of the ledger table to the stream's two readers."""
    now, ports = trial.world.now, trial.ledger.ports()
    events = [event for event in trial.world.store.events.values() if event.event_id not in trial.ledger.rows]
    for event in events:
        trial.ledger.write(event)
    ids = [event.event_id for event in events]
    for batch in batches(trial.platform.delivers("stream", ids, loses=loses), STREAM_RECORDS):
        sequence(ports, log=TRIAL, event_ids=batch, now=now, software="0")
    for batch in batches(trial.platform.delivers("stream", ids, loses=loses), STREAM_RECORDS):
        relay(ports.outbox, trial.bus, event_ids=batch, now=now)


def notice(trial: Trial, *, but: frozenset[EventId]) -> frozenset[EventId]:
    """What is on the bus to the room that follows it; gives the ids of all that were there."""
    there = frozenset(trial.ledger.on_bus)
    fresh = there - but
    accepted = [
        on_bus(event)
        for event in trial.world.store.events.values()
        if event.type == FOLLOWED and event.event_id in fresh
    ]
    for batch in queue(trial.platform.delivers("bus", accepted, loses=False)):
        if trial.tracking.handler(batch, None)["batchItemFailures"]:
            raise SystemExit("a reaction failed")
    return there


def disturbed(trial: Trial) -> int:
    """Send studies until there are events enough; the platform delivers them; each sweep runs once."""
    world, number = trial.world, 0
    while len(world.store.events) + len(trial.studies) * YET_TO_COME < EVENTS:
        number += 1
        trial.send(number)
    manifests = [written(id) for id in trial.studies]
    for batch in queue(trial.platform.delivers("S3", manifests, loses=True)):
        trial.start.handler(batch, None)
    world.later(START_AFTER)
    swept = sweep_ingest(
        world.store, incoming=world.incoming, executions=trial.runs, now=world.now, software="0"
    )
    for document in trial.platform.delivers("runs", list(trial.runs.started.values()), loses=False):
        trial.screen(document)
    stream(trial, loses=True)
    noticed = notice(trial, but=frozenset())
    stream(trial, loses=True)
    world.later(START_AFTER)
    sweep_ledger(trial.ledger.ports(), trial.bus, now=world.now, older_than=timedelta(), software="0")
    notice(trial, but=noticed)
    stream(trial, loses=False)  # what the last reactions wrote: its losses were the next sweep's
    return len(swept)


def main() -> int:
    """Measure, print, and say whether a study is lost."""
    with pytest.MonkeyPatch.context() as patch:
        trial = Trial(patch)
        begun, used = time.perf_counter(), time.process_time()
        swept = disturbed(trial)
        seconds, cpu_seconds = time.perf_counter() - begun, time.process_time() - used
        lost, unplaced = trial.lost(), trial.unplaced()
    runs, studies, told = len(trial.runs.started), len(trial.studies), trial.platform.delivered
    return show(
        f"{len(trial.world.store.events):,} events of {studies:,} studies, disturbed, then one sweep",
        [
            Figure(name="deliveries", value=sum(told[place] for place in PLACES), unit=""),
            Figure(name="of them the same again", value=told["twice"], unit=""),
            Figure(name="never delivered", value=told["never"], unit=""),
            Figure(name="studies that only the sweep found", value=swept, unit=""),
            Figure(name="studies lost", value=len(lost), unit="", aim=0),
            Figure(
                name="events without their place, or never on the bus", value=len(unplaced), unit="", aim=0
            ),
            Figure(name="executions beyond one for each study", value=runs - studies, unit="", aim=0),
            Figure(name="time", value=seconds, unit="s"),
            Figure(name="processor", value=cpu_seconds, unit="CPU-s"),
            Figure(name="memory, at most", value=peak_mib(), unit="MiB"),
        ],
    )


def peak_mib() -> float:
    """Most memory that this process had."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / KIB


if __name__ == "__main__":
    sys.exit(main())
