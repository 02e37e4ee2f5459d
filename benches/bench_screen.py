"""CPU of screening 1,500 files (350 MB) on one core, against a plain SHA-256 of the same bytes, in one run.

Screening is the whole step between what arrived and the facts: each object fetched, verified, scanned, its
pixels digested, grouped by series, compared, facts written. Buckets and tables are in memory: the digest of
the same bytes reads nothing from anywhere either. Of several rounds the least disturbed counts, for both.
"""

import hashlib
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

import numpy as np  # noqa: E402 -- the checkout goes on the path first
import pydicom  # noqa: E402 -- as above
from pydicom.data import get_testdata_file  # noqa: E402 -- as above
from pydicom.filewriter import dcmwrite  # noqa: E402 -- as above

from benches.table import Figure, show  # noqa: E402 -- as above
from corelab.kernel.ids import TransmittalId  # noqa: E402 -- as above
from tests.fakes.ingest_world import World, promised  # noqa: E402 -- as above

T = TypeVar("T")

FILES, SERIES, SIDE = 1500, 5, 340  # 340 x 340 x 2 bytes and a header: 350 MB together
BATCH = 500
ROUNDS = 7
AIM = 3.0  # times the digest


def files() -> list[bytes]:
    """Five series of a GE scanner's header, 258 elements."""
    data_set = pydicom.dcmread(str(get_testdata_file("CT_small.dcm", download=False)))
    data_set.Rows = data_set.Columns = SIDE
    chance = np.random.default_rng(1)
    made = []
    for number in range(FILES):
        series, place = divmod(number, FILES // SERIES)
        data_set.SeriesInstanceUID = f"1.2.3.{series}"
        data_set.InstanceNumber = place + 1
        data_set.SOPInstanceUID = data_set.file_meta.MediaStorageSOPInstanceUID = f"1.2.3.{series}.{place}"
        data_set.ImagePositionPatient = [0, 0, place]
        data_set.SliceLocation = place
        data_set.PixelData = chance.integers(0, 4096, (SIDE, SIDE), dtype=np.uint16).tobytes()
        buffer = pydicom.filebase.DicomBytesIO()
        dcmwrite(buffer, data_set)
        made.append(buffer.getvalue())
    return made


def seconds(work: Callable[[T], object], argument: T) -> float:
    """Processor seconds."""
    begun = time.process_time()
    work(argument)
    return time.process_time() - begun


def digest(bodies: list[bytes]) -> None:
    """What is compared with."""
    for body in bodies:
        hashlib.sha256(body).hexdigest()


def received(bodies: list[bytes]) -> tuple[World, TransmittalId]:
    """A transmittal with these files, before screening."""
    world = World()
    transmittal = world.open()
    everything = promised(*bodies)
    for batch, start in enumerate(range(0, len(bodies), BATCH), start=1):
        some = everything[start : start + BATCH]
        tickets = world.register(transmittal, some, batch=batch)
        world.upload(tickets, {file.n: bodies[file.n - 1] for file in some})
    world.complete(transmittal)
    return world, transmittal


def main() -> int:
    """Measure, print, say whether the aim is met."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    bodies = files()
    times: dict[str, list[float]] = {"digest": [], "screen": []}
    for _ in range(ROUNDS):
        world, transmittal = received(bodies)
        times["digest"].append(seconds(digest, bodies))
        times["screen"].append(seconds(world.screen, transmittal))
        if world.state(transmittal).state != "ACCEPTED":
            raise SystemExit("the files were not accepted")
    best = {name: min(found) for name, found in times.items()}
    ratio = best["screen"] / best["digest"]
    size = sum(map(len, bodies)) / 1e6
    return show(
        f"{len(bodies)} files, {size:.0f} MB, {SERIES} series, one core",
        [
            Figure(name="a SHA-256 of each", value=best["digest"], unit="CPU-s"),
            Figure(name="screening", value=best["screen"], unit="CPU-s"),
            Figure(name="screening, in SHA-256s", value=ratio, unit="x", aim=AIM),
        ],
    )


if __name__ == "__main__":
    sys.exit(main())
