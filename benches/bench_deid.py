"""CPU of de-identifying a 0.5 MB slice, against a plain read and write copy and pydicom's read and save.

All in one run, interleaved, medians of process time. A slice is read, its SHA-256 taken, de-identified with
keyed UIDs and shifted dates, the new file's SHA-256 taken, written. `proof` is the independent proof of a
series, per slice. `pack` is all of it: the tar and its SHA-256, index, proof and certificate, per slice.
Files are read from and written to the same folder.
"""

import hashlib
import statistics
import tempfile
import time
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
from pydicom.data import get_testdata_file

from corelab.deid.dates import subject_offset_days
from corelab.deid.facts import Original, SeriesFacts
from corelab.deid.instance import Deidentifier
from corelab.deid.packing import deidentify_series
from corelab.deid.payload import payload_of
from corelab.deid.profile import Assignment, DeidProfile
from corelab.deid.proved import policy_of
from corelab.deid.uids import KeyedUids
from corelab.dicom.scan import scan_header
from corelab.kernel.ids import ScannerId, SiteId, SubjectId, TrialId, derived_id
from corelab.kernel.keys import Purpose, TrialKeys
from corelab.proof.proving import Prover

TARGET = 4.0  # times a plain copy
ROUNDS = 30
SLICES = 24
SIDE = 512
REAL = Path(__file__).parents[2] / "shared" / "data" / "ct_philips_head_5mm"
TRIAL, SALT = TrialId("DEMO01"), bytes(range(32))
KEYS = TrialKeys(trial=TRIAL, secret=bytes(32))
PROFILE = DeidProfile(
    characteristics=frozenset({"PatientSex", "PatientAge"}),
    shift_dates=True,
    keep_device=True,
    keep_private=True,
    dates_range_days=(-3650, -365),
)
ASSIGNMENT = Assignment(
    trial=TRIAL,
    sponsor="Example Pharma",
    protocol_name="Demonstration",
    site=SiteId("101"),
    subject=SubjectId("101-0001"),
    visit="BL",
    visit_label="Baseline",
    scanner=ScannerId("101-CT1"),
    series_label="AXIAL",
    charter="0" * 64,
)


def made(folder: Path) -> list[Path]:
    """A series of a GE scanner's header (258 elements) with 512 x 512 pixels."""
    data_set = pydicom.dcmread(str(get_testdata_file("CT_small.dcm", download=False)))
    data_set.Rows = data_set.Columns = SIDE
    chance = np.random.default_rng(1)
    paths = []
    for number in range(1, SLICES + 1):
        data_set.InstanceNumber = number
        data_set.SOPInstanceUID = data_set.file_meta.MediaStorageSOPInstanceUID = f"1.2.3.{number}"
        data_set.ImagePositionPatient = [0, 0, number]
        data_set.PixelData = chance.integers(0, 4096, (SIDE, SIDE), dtype=np.uint16).tobytes()
        path = folder / f"{number:03d}.dcm"
        data_set.save_as(path)
        paths.append(path)
    return paths


def deidentifier() -> Deidentifier:
    """One series' de-identifier."""
    offset = subject_offset_days(KEYS, salt=SALT, range_days=PROFILE.dates_range_days)
    uids = KeyedUids(KEYS.key(Purpose.UID))
    return Deidentifier(profile=PROFILE, assignment=ASSIGNMENT, uids=uids, offset_days=offset)


def copy(source: Path, target: Path) -> None:
    """Read and write."""
    data = source.read_bytes()
    target.write_bytes(data)


def with_pydicom(source: Path, target: Path) -> None:
    """Read and save, nothing changed."""
    pydicom.dcmread(source).save_as(target)


def deidentified(with_one: Deidentifier) -> Callable[[Path, Path], None]:
    """Read, verify, de-identify, digest, write."""

    def one(source: Path, target: Path) -> None:
        data = source.read_bytes()
        hashlib.sha256(data).hexdigest()
        cleaned = with_one.clean(data)
        chunks = (cleaned.head, *payload_of(cleaned.pixels, (), image=1).pieces)
        digest = hashlib.sha256()
        for chunk in chunks:
            digest.update(chunk)
        digest.hexdigest()
        with target.open("wb", buffering=0) as file:
            for chunk in chunks:
                file.write(chunk)

    return one


def packing_ms(paths: Sequence[Path], folder: Path) -> float:
    """CPU of a whole series per slice."""
    facts = SeriesFacts(
        trial=TRIAL,
        site=ASSIGNMENT.site,
        subject=ASSIGNMENT.subject,
        visit=ASSIGNMENT.visit,
        transmittal=derived_id("tms", "bench"),  # type: ignore[arg-type] -- an id of a bench
        charter=ASSIGNMENT.charter,
        series=derived_id("ser", "bench"),  # type: ignore[arg-type] -- an id of a bench
        version=1,
        scanner=ASSIGNMENT.scanner,
        expected_series="AXIAL",
        originals=tuple(map(original, paths)),
    )

    def once() -> None:
        with (folder / "pack.tar").open("wb") as sink:
            deidentify_series(
                facts,
                profile=PROFILE,
                assignment=ASSIGNMENT,
                keys=KEYS,
                salt=SALT,
                originals=lambda one: Path(one.key).read_bytes(),
                sink=sink,
            )

    return statistics.median(timed(once) for _ in range(ROUNDS // 5)) / len(paths)


def proving_ms(paths: Sequence[Path]) -> float:
    """CPU of proving a whole series, per slice."""
    engine, originals = deidentifier(), [path.read_bytes() for path in paths]
    made = [engine.clean(data) for data in originals]
    offset = subject_offset_days(KEYS, salt=SALT, range_days=PROFILE.dates_range_days)
    policy = policy_of(PROFILE, ASSIGNMENT, offset_days=offset, is_cleared=False)

    def once() -> None:
        prover = Prover(policy)
        for data, cleaned in zip(originals, made, strict=True):
            prover.look(data, b"".join((cleaned.head, cleaned.pixels)))
        if not prover.verdict().passes:
            raise ValueError("the proof failed")

    return statistics.median(timed(once) for _ in range(ROUNDS // 5)) / len(paths)


def original(path: Path) -> Original:
    """What Screen would say of a file."""
    data = path.read_bytes()
    header = scan_header(data)
    return Original(
        key=str(path),
        version_id="",
        size_bytes=len(data),
        sha256=hashlib.sha256(data).hexdigest(),
        sop_uid=header.sop_instance,
        number=header.integer(0x00200013),
        pixel_sha256=header.pixel_sha256() or "",
        pixel_bytes=header.pixels.length if header.pixels else 0,
    )


def timed(work: Callable[..., Any], *arguments: Any) -> float:  # noqa: ANN401 -- any work
    """Milliseconds of process time."""
    begun = time.process_time()
    work(*arguments)
    return (time.process_time() - begun) * 1000


def report(title: str, paths: Sequence[Path], folder: Path) -> None:
    """Measure one series and print a table."""
    ways = {"copy": copy, "deid": deidentified(deidentifier()), "pydicom": with_pydicom}
    times: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(ROUNDS):
        for path in paths:
            for name, way in ways.items():
                times[name].append(timed(way, path, folder / f"{name}.out"))
    medians = {name: statistics.median(found) for name, found in times.items()}
    medians["proof"] = proving_ms(paths)
    medians["pack"] = packing_ms(paths, folder)
    digest = statistics.median(timed(hashlib.sha256, paths[0].read_bytes()) for _ in range(ROUNDS))
    print(f"\n{title}: {len(paths)} slices of {paths[0].stat().st_size / 1e6:.2f} MB")
    for name in ("copy", "deid", "proof", "pack", "pydicom"):
        print(f"  {name:8} {medians[name]:7.3f} ms  {medians[name] / medians['copy']:6.2f} x")
    print(f"  one SHA-256 of the file: {digest:.3f} ms; deid takes two, pack three")
    verdict = "within" if medians["deid"] <= TARGET * medians["copy"] else "OVER"
    print(f"  deid is {verdict} the target of {TARGET:.0f} x")


def main() -> None:
    """Print a table for a synthetic series, and for a real one where it lies beside the checkout."""
    warnings.simplefilter("ignore")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        report("GE header", made(folder), folder)
        real = sorted(REAL.glob("*.dcm"))
        if real:
            report("Philips CT", real, folder)


if __name__ == "__main__":
    main()
