"""A folder, a file or an archive in; series with their certificates out; a report of both."""

import tempfile
from collections import defaultdict
from collections.abc import Iterable, Sequence
from concurrent.futures import Executor
from pathlib import Path

from corelab.charter.recognition import recognise
from corelab.deid.profile import profile_of
from corelab.deid.written import ENGINE
from corelab.ingest import codes
from corelab.kernel.ids import derived_id
from corelab.kernel.keys import Purpose
from corelab.offline.delivering import deliver, held
from corelab.offline.errors import NothingThere, OutputInside, SeveralPersons
from corelab.offline.model import (
    Delivered,
    Governing,
    Held,
    Job,
    Progress,
    Refused,
    Report,
    Seen,
    Series,
    Unheard,
)
from corelab.offline.surveying import Found, survey
from corelab.offline.working import done, files_in, name_in, processes


def deidentify(
    source: Path, target: Path, *, job: Job, workers: int = 1, progress: Progress | None = None
) -> Report:
    """De-identify everything that a folder, a file or an archive holds.

    Parameters
    ----------
    source : Path
        Links in it are not followed.
    target : Path
        Made where it is not there. Each series appears as `<subject>/<series>/`: its images, `index.json` and
        `certificate.json`.
    workers : int
        Processes. Above 1 a script calls this under `if __name__ == "__main__":`.

    Raises
    ------
    NothingThere, OutputInside, SeveralPersons
        The run cannot begin.
    corelab.charter.errors.CharterInvalid, corelab.charter.errors.NotInCharter
        As `Job.compiled` says.
    """
    governing, heard = job.compiled(), progress or Unheard()
    profile = profile_of(governing.charter)
    files = _files(source, target)
    with tempfile.TemporaryDirectory(prefix="corelab-") as scratch, processes(workers) as pool:
        found = _surveyed(files, source=source, scratch=Path(scratch), pool=pool, progress=heard)
        seen = [one for one in found if isinstance(one, Seen)]
        refused = [one for one in found if isinstance(one, Refused)]
        if not seen and all(one.code in codes.SET_ASIDE for one in refused):
            raise NothingThere("Name a folder, a file or an archive that holds DICOM images: here are none.")
        groups = grouped(governing, seen)
        target.mkdir(parents=True, exist_ok=True)
        ended = _all_delivered(groups, job=job, target=target, pool=pool, progress=heard)
    return Report(
        charter=governing.hash,
        engine=ENGINE,
        options=profile.claimed(has_scanner=False),
        delivered=tuple(one for one in ended if isinstance(one, Delivered)),
        held=tuple(one for one in ended if isinstance(one, Held)),
        refused=tuple(one for one in refused if one.code not in codes.SET_ASIDE),
        set_aside=sum(one.code in codes.SET_ASIDE for one in refused),
    )


def grouped(governing: Governing, seen: Iterable[Seen]) -> list[Series]:
    """Series of each person, the same bytes once.

    Raises
    ------
    SeveralPersons
        One subject was named, and the images are of several persons.
    """
    single = {one.sha256: one for one in seen}
    by_series: defaultdict[tuple[str, str], list[Seen]] = defaultdict(list)
    for one in single.values():
        by_series[governing.person_of(one.image), one.image.series_uid].append(one)
    persons = {person for person, _ in by_series}
    if governing.job.subject and len(persons) > 1:
        raise SeveralPersons(
            f"Leave the subject out, or give one person's images: these are of {len(persons)} persons.",
            persons=len(persons),
        )
    return [_series(governing, key, images) for key, images in by_series.items()]


def _series(governing: Governing, key: tuple[str, str], images: list[Seen]) -> Series:
    """The series, under the id that it has in the pipeline for the same site, subject and visit."""
    person, uid = key
    job, subject = governing.job, governing.subject_of(person)
    lead = min(images, key=lambda one: (one.image.number is None, one.image.number or 0, one.file))
    known = recognise(governing.charter, lead.image.facts)
    hashed = governing.keys.keyed_hash(Purpose.UID, uid)
    return Series(
        series=derived_id("ser", governing.charter.trial.id, job.site, subject, job.visit, hashed),
        subject=subject,
        expected=known.series if known else None,
        images=tuple(images),
    )


def _files(source: Path, target: Path) -> list[Path]:
    files = files_in(source)
    if source.is_dir() and target.resolve().is_relative_to(source.resolve()):
        raise OutputInside("Name an output folder outside of the input: the next run would read it.")
    return files


def _surveyed(
    files: Sequence[Path], *, source: Path, scratch: Path, pool: Executor | None, progress: Progress
) -> list[Found]:
    sizes = {path: path.stat().st_size for path in files}
    told = progress.begin("reading", total_bytes=sum(sizes.values()))
    work = [
        (survey, (path,), {"name": name_in(source, path), "scratch": scratch / str(n)})
        for n, path in enumerate(files)
    ]
    found: list[Found] = []
    for number, outcome in done(work, pool):
        found += outcome()
        told(sizes[files[number]])
    return sorted(found, key=lambda one: one.file)


def _all_delivered(
    groups: Sequence[Series], *, job: Job, target: Path, pool: Executor | None, progress: Progress
) -> list[Delivered | Held]:
    told = progress.begin("writing", total_bytes=sum(one.size_bytes for one in groups))
    work = [(deliver, (job, one), {"target": target}) for one in groups]
    made: dict[int, Delivered | Held] = {}
    for number, outcome in done(work, pool):
        try:
            made[number] = outcome()
        except Exception:  # noqa: BLE001 -- the last door of one series: its fault holds it alone
            made[number] = held(groups[number])
        told(groups[number].size_bytes)
    return sorted(made.values(), key=lambda one: (one.subject, one.series))
