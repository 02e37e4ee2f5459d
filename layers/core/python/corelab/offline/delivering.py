"""One series: de-identified, proved and certified into a folder that appears when it is whole."""

import json
import shutil
from functools import lru_cache
from pathlib import Path

from corelab.deid.certificate import rules_sha256
from corelab.deid.errors import ProofFailed, Unexpected
from corelab.deid.facts import Original, SeriesFacts
from corelab.deid.packing import Packed, deidentify_series
from corelab.deid.profile import Assignment, profile_of
from corelab.kernel.canonical import sha256_hex
from corelab.kernel.errors import CorelabError
from corelab.kernel.ids import SeriesId, SiteId, SubjectId, TransmittalId, derived_id
from corelab.offline.model import Delivered, Governing, Held, Job, Series
from corelab.pack.index import load_index

CERTIFICATE, INDEX, PACK = "certificate.json", "index.json", "pack.tar"


def deliver(job: Job, series: Series, *, target: Path) -> Delivered | Held:
    """De-identify a series into `target`; one that cannot be is held, and leaves nothing there."""
    governing = _governing(job)
    folder = target / series.subject / series.series
    known = _here(governing, series, folder=folder)
    if known is not None:
        return known
    making = target / f".{series.series}"
    shutil.rmtree(making, ignore_errors=True)
    making.mkdir(parents=True)
    try:
        packed = _packed(governing, series, making=making)
        _unpack(packed, making)
        shutil.rmtree(folder, ignore_errors=True)
        folder.parent.mkdir(exist_ok=True)
        making.rename(folder)
    except CorelabError as error:
        return _held(series, error)
    finally:
        shutil.rmtree(making, ignore_errors=True)
    return _delivered(series, packed.certificate)


@lru_cache(maxsize=1)
def _governing(job: Job) -> Governing:
    """The job compiled once for all series of a process."""
    return job.compiled()


def _packed(governing: Governing, series: Series, *, making: Path) -> Packed:
    with (making / PACK).open("wb") as sink:
        return deidentify_series(
            _facts(governing, series),
            profile=profile_of(governing.charter),
            assignment=_assignment(governing, series),
            keys=governing.keys,
            salt=governing.salt_of(series.subject),
            originals=lambda one: Path(one.key).read_bytes(),
            sink=sink,
        )


def _unpack(packed: Packed, making: Path) -> None:
    """Write each image as a file of its own; index and certificate beside them."""
    with (making / PACK).open("rb") as tar:
        for one in load_index(packed.index).instances:
            tar.seek(one.offset)
            (making / f"{one.sop}.dcm").write_bytes(tar.read(one.length))
    (making / PACK).unlink()
    (making / INDEX).write_bytes(packed.index)
    (making / CERTIFICATE).write_bytes(packed.certificate)


def _here(governing: Governing, series: Series, *, folder: Path) -> Delivered | None:
    """The series where a run before delivered it: of these files, by these rules."""
    try:
        certificate, index = (folder / CERTIFICATE).read_bytes(), (folder / INDEX).read_bytes()
    except OSError:
        return None
    said = json.loads(certificate)
    instances = load_index(index).instances
    is_same = (
        said["index_sha256"] == sha256_hex(index)
        and said["charter"] == governing.hash
        and said["rules_sha256"] == rules_sha256(profile_of(governing.charter))
        and {one.source_sha256 for one in instances} == {one.sha256 for one in series.images}
        and all(_is_there(folder / f"{one.sop}.dcm", one.sha256) for one in instances)
    )
    return _delivered(series, certificate, was_here=True) if is_same else None


def _is_there(path: Path, sha256: str) -> bool:
    return path.is_file() and sha256_hex(path.read_bytes()) == sha256


def _delivered(series: Series, certificate: bytes, *, was_here: bool = False) -> Delivered:
    return Delivered(
        series=series.series,
        subject=series.subject,
        recognised=series.expected,
        folder=f"{series.subject}/{series.series}",
        images=json.loads(certificate)["counts"]["instances"],
        certificate_sha256=sha256_hex(certificate),
        proof=json.loads(certificate)["scanner"]["verdict"],
        was_here=was_here,
    )


def _held(series: Series, error: CorelabError) -> Held:
    return held(
        series,
        code=error.code,
        found=str(error.facts.get("found", "")) if isinstance(error, ProofFailed) else "",
    )


def held(series: Series, *, code: str = Unexpected.code, found: str = "") -> Held:
    """The series, held."""
    return Held(
        series=series.series,
        subject=series.subject,
        images=len(series.images),
        code=code,
        file=series.images[0].file,
        found=found,
    )


def _facts(governing: Governing, series: Series) -> SeriesFacts:
    job = governing.job
    return SeriesFacts(
        trial=governing.charter.trial.id,
        site=SiteId(job.site),
        subject=SubjectId(series.subject),
        visit=job.visit,
        transmittal=TransmittalId(derived_id("tms", "offline")),
        charter=governing.hash,
        series=SeriesId(series.series),
        version=1,
        scanner=None,
        expected_series=series.expected,
        originals=tuple(
            Original(
                key=str(one.path),
                version_id="",
                size_bytes=one.size_bytes,
                sha256=one.sha256,
                sop_uid=one.image.sop_uid,
                number=one.image.number,
                pixel_sha256=one.image.pixel_sha256,
                pixel_bytes=one.image.pixel_bytes,
            )
            for one in series.images
        ),
    )


def _assignment(governing: Governing, series: Series) -> Assignment:
    trial, job = governing.charter.trial, governing.job
    return Assignment(
        trial=trial.id,
        sponsor=trial.sponsor,
        protocol_name=trial.protocol_name,
        site=SiteId(job.site),
        subject=SubjectId(series.subject),
        visit=job.visit,
        visit_label=governing.visit_label,
        scanner=None,
        series_label=series.expected,
        charter=governing.hash,
    )
