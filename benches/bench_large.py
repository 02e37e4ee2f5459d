"""Large studies through Screen, De-identify, Check and Conclude, as the state machine's text leads them.

A study of 5,000 instances in as many series as a transmittal may have; a series of 3 GB in 6,000 slices; one
of 3 GB in three objects (of one frame each: those of many are held for a person to look at first). Buckets
are folders, so bytes are read and written as they are; doors and services are the real ones; each study has a
process of its own, whose peak is told for each step. What passes between the states is weighed as JSON, the
execution's history counted by the states that it enters. Files are sparse on the way in, and nothing is kept.
"""

import hashlib
import json
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from multiprocessing import get_context
from pathlib import Path
from struct import pack
from types import SimpleNamespace
from typing import Any

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

import pytest  # noqa: E402 -- the checkout goes on the path first

from benches.disk_bucket import DiskBucket  # noqa: E402 -- as above
from benches.doors import door  # noqa: E402 -- as above
from benches.table import Figure, show  # noqa: E402 -- as above
from corelab.ingest.budgets import BUDGETS  # noqa: E402 -- as above
from corelab.ingest.layout import manifest_key, object_key  # noqa: E402 -- as above
from corelab.ingest.manifest import execution_input, manifest_ref  # noqa: E402 -- as above
from corelab.ingest.model import File  # noqa: E402 -- as above
from tests.fakes.demo_trial import trial_with_charter  # noqa: E402 -- as above
from tests.fakes.dicom_files import mr_slice  # noqa: E402 -- as above
from tests.fakes.ingest_world import KEYS, TRIAL, World  # noqa: E402 -- as above
from tests.fakes.states_language import Walk  # noqa: E402 -- as above

MACHINE = ROOT / "statemachines" / "transmittal.asl.json"
AIM_PAYLOAD_KB, AIM_EVENTS, AIM_GB = 32, 5_000, 1.8
KIB, GIB = 1024, 1024**3
SIDE = 512
PROCESS = Path("/proc/self")
STEPS = ("Screen", "DeIdentify", "Check", "Conclude")


@dataclass(frozen=True, slots=True, kw_only=True)
class Study:
    """What is sent."""

    name: str
    files: int
    series: int = 1
    side: int = SIDE


STUDIES = (
    Study(name="5,000 instances", files=5000, series=BUDGETS.series, side=64),
    Study(name="3 GB, one series of 6,000 slices", files=6000),
    Study(name="3 GB, one series of three objects", files=3, side=22_000),
)


@dataclass
class Weighed:
    """What was seen of a study's execution."""

    bytes: int = 0
    most_payload_bytes: int = 0
    events: int = 0
    held: int = 0
    seconds: float = 0.0
    peaks: dict[str, int] = field(default_factory=lambda: defaultdict(int))


def written(study: Study, path: Path, number: int) -> File:
    """One sparse file: a header, its own number at the beginning of its pixels, and zeros."""
    series, place = divmod((number - 1) * study.series, study.files)
    head = mr_slice(
        number,
        pixels=bytes(2),
        SeriesInstanceUID=f"1.2.3.1.{series + 1}",
        SOPInstanceUID=f"1.2.3.1.{series + 1}.{number}",
        AcquisitionTime="081500",
        SeriesDescription="AX PD" if series == 0 else f"SERIES {series}",
        InstanceNumber=str(place // study.series + 1),
        PhotometricInterpretation="MONOCHROME2",
        BitsStored=16,
        HighBit=15,
        Rows=study.side,
        Columns=study.side,
    )[: -len(pack("<IH", 0, 0))]
    pixels = study.side * study.side * 2
    with path.open("wb") as file:
        file.write(head + pack("<II", pixels, number))
        file.truncate(len(head) + 4 + pixels)
    with path.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    return File(n=number, size_bytes=path.stat().st_size, sha256=sha256)


def sent(study: Study, world: World) -> Any:  # noqa: ANN401 -- the id, as the fake gives it
    """A transmittal whose files were put where they belong."""
    transmittal = world.open()
    key = object_key(TRIAL, transmittal, 1)
    folder = world.incoming.path(key).parent
    folder.mkdir(parents=True)
    files = tuple(written(study, folder / str(number), number) for number in range(1, study.files + 1))
    for batch, begin in enumerate(range(0, len(files), BUDGETS.batch_files), start=1):
        world.register(transmittal, files[begin : begin + BUDGETS.batch_files], batch=batch)
    world.complete(transmittal)
    return transmittal


def weighed(study: Study) -> Weighed:
    """Run the study's execution in this process."""
    seen = Weighed()
    with tempfile.TemporaryDirectory() as name, pytest.MonkeyPatch.context() as patch:
        patch.setattr(tempfile, "tempdir", name)
        incoming, records, packs = (
            DiskBucket(Path(name) / each) for each in ("incoming", "records", "packs")
        )
        world = World(store=trial_with_charter(), incoming=incoming, records=records)
        transmittal = sent(study, world)
        keys = SimpleNamespace(trial_keys=lambda _: KEYS, subject_salt=lambda *_: bytes(32))
        shared: dict[str, Any] = {"STORE": world.store, "RECORDS": records}
        doors = {
            "DeIdentify": door(
                patch, "functions.deid.deidentify", **shared, INCOMING=incoming, PACKS=packs, KEYS=keys
            ),
            "Hold": door(patch, "functions.deid.hold", STORE=world.store),
            "Check": door(patch, "functions.qc.check", **shared, PACKS=packs),
            "Conclude": door(patch, "functions.qc.conclude", **shared),
        }
        tasks: dict[str, Callable[[Any], Any]] = {
            "Screen": lambda document: world.screen(transmittal, version=document["manifest"]["version"]),
            **{step: handler_of(module) for step, module in doors.items()},
        }
        walk = Walk(tasks={step: watched(seen, step, task) for step, task in tasks.items()})
        version = incoming.version_of(manifest_key(TRIAL, transmittal))
        ref = manifest_ref("incoming", trial=TRIAL, transmittal=transmittal, version=str(version))
        begun = time.perf_counter()
        walk.run(
            json.loads(MACHINE.read_text(encoding="utf-8")),
            execution_input(ref, trial=TRIAL, transmittal=transmittal),
        )
        seen.seconds = time.perf_counter() - begun
        seen.bytes = sum(item.size_bytes for item in incoming.list("incoming/"))
    seen.held = sum("held" in item for item in walk.seen["Conclude"]["series"])
    seen.most_payload_bytes, seen.events = max(walk.sizes.values()), walk.events
    seen.peaks = dict(seen.peaks)
    return seen


def handler_of(module: Any) -> Callable[[Any], Any]:  # noqa: ANN401 -- a door
    """What the platform calls."""
    return lambda document: module.handler(document, None)


def watched(seen: Weighed, step: str, task: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """The task, as JSON carries its answer; its process's peak is noted."""

    def one(document: Mapping[str, Any]) -> Any:  # noqa: ANN401 -- JSON
        (PROCESS / "clear_refs").write_text("5")  # the peak starts again, proc(5)
        try:
            return json.loads(json.dumps(task(document)))
        finally:
            seen.peaks[step] = max(seen.peaks[step], peak_bytes())

    return one


def peak_bytes() -> int:
    """The most memory that this process has had since it was last asked to forget."""
    lines = (PROCESS / "status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:")) * KIB


def figures(seen: Weighed) -> Iterator[Figure]:
    """What is told of a study."""
    yield Figure(name="files", value=seen.bytes / GIB, unit="GiB")
    yield Figure(
        name="most that passed between two states",
        value=seen.most_payload_bytes / KIB,
        unit="KiB",
        aim=AIM_PAYLOAD_KB,
    )
    yield Figure(name="events of its history", value=seen.events, unit="", aim=AIM_EVENTS)
    for step in STEPS:
        yield Figure(
            name=f"memory of {step}, at most", value=seen.peaks.get(step, 0) / GIB, unit="GiB", aim=AIM_GB
        )
    yield Figure(name="series held", value=seen.held, unit="", aim=0)
    yield Figure(name="time", value=seen.seconds, unit="s")


def main() -> int:
    """Measure, print, and say whether every aim is met."""
    codes = []
    for study in STUDIES:
        with ProcessPoolExecutor(max_workers=1, mp_context=get_context("spawn")) as pool:
            seen = pool.submit(weighed, study).result()
        codes.append(show(f"{study.name} in {study.series} series", list(figures(seen))))
    return max(codes)


if __name__ == "__main__":
    sys.exit(main())
