"""A folder, a file or an archive in; the verdict on the time point that it holds out. Nothing is written.

Theory of operation. Every file is looked at once, by several processes, as Screen looks at it; of it only the
header stays. Images are grouped by series; facts and index of each are what the pipeline would make of them,
as far as a folder can tell; and the pipeline's own checks and moves judge them. So what is said here is what
the core lab will say, but for what only its registry, its manifest and earlier visits know.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import Executor
from datetime import datetime
from pathlib import Path
from typing import Any

from corelab.charter.model import Charter
from corelab.dicom.errors import Unreadable
from corelab.ingest import codes
from corelab.ingest.persons import is_dummy
from corelab.offline.asking import Asked, Question
from corelab.offline.documents import TRANSMITTAL, Group, facts_of, index_of, recognised, why, why_not
from corelab.offline.errors import NothingThere
from corelab.offline.looking import Looked, look
from corelab.offline.model import Progress, Refused, Unheard
from corelab.offline.verdict import Observed, SeriesJudged, Verdict
from corelab.offline.working import done, files_in, name_in, processes
from corelab.qc.findings import failures_in, judge_series
from corelab.qc.judgement import CheckOutcome
from corelab.qc.model import JudgedSeries, Placed, Qc
from corelab.qc.moves import Brought, next_move, unjudged
from corelab.qc.service import brought_series

Found = Looked | Refused


def judge(
    source: Path, *, question: Question, now: datetime, workers: int = 1, progress: Progress | None = None
) -> Verdict:
    """Judge everything that a folder, a file or an archive holds as one time point.

    Parameters
    ----------
    source : Path
        Links in it are not followed.
    now : datetime
        Aware; a scan is not later.
    workers : int
        Processes. Above 1 a script calls this under `if __name__ == "__main__":`.

    Raises
    ------
    NothingThere
        There is no image.
    corelab.charter.errors.CharterInvalid, corelab.charter.errors.NotInCharter
        As `Question.compiled` says.
    """
    asked = question.compiled()
    with processes(workers) as pool:
        found = _looked(files_in(source), source=source, pool=pool, progress=progress or Unheard())
    groups, conflicts = grouped([one for one in found if isinstance(one, Looked)])
    refused = [*(one for one in found if isinstance(one, Refused)), *conflicts]
    usable = [one for one in refused if one.code not in codes.SET_ASIDE]
    if not groups and not usable:
        raise NothingThere("Name a folder, a file or an archive that holds DICOM images: here are none.")
    slots = [recognised(group, asked.charter) for group in groups]
    charter = asked.charter_for(frozenset(slot.procedure for slot in slots if slot))
    judged = [_judged(group, asked, charter=charter, now=now) for group in groups]
    qc = _settled(asked, [series for series, _ in judged], charter=charter)
    parts = {part.series: part for part in qc.placed}
    return Verdict(
        charter=asked.hash,
        visit=question.visit,
        state=qc.state,
        is_complete=qc.is_complete and any(slots),
        is_partial=qc.is_partial,
        is_readable=qc.is_readable and any(slots),
        series=tuple(
            _told(group, series, findings, charter=charter, part=parts[series.series])
            for group, (series, findings) in zip(groups, judged, strict=True)
        ),
        findings=qc.findings,
        not_judged=asked.not_judged,
        refused=tuple(usable),
        set_aside=len(refused) - len(usable),
        persons=_persons(one for one in found if isinstance(one, Looked)),
    )


def grouped(found: Iterable[Looked]) -> tuple[list[Group], list[Refused]]:
    """Series in order of their first file, and images that no series may take.

    The same image twice is one. The same identifier with other pixels is a conflict: the first stays.
    """
    by_series: defaultdict[str, dict[str, Looked]] = defaultdict(dict)
    conflicts = []
    for one in found:
        known = by_series[one.image.series_uid].setdefault(one.image.sop_uid, one)
        if known.image.pixel_sha256 != one.image.pixel_sha256:
            conflicts.append(Refused(file=one.file, code=codes.CONFLICT))
    groups = [Group(images=tuple(sorted(images.values(), key=_order))) for images in by_series.values()]
    return groups, conflicts


def _order(one: Looked) -> tuple[bool, int, str]:
    number = one.image.number
    return number is None, number or 0, one.file


def _looked(files: Sequence[Path], *, source: Path, pool: Executor | None, progress: Progress) -> list[Found]:
    sizes = [path.stat().st_size for path in files]
    told = progress.begin("reading", total_bytes=sum(sizes))
    names = [name_in(source, path) for path in files]
    work = [(look, (path,), {"name": name}) for path, name in zip(files, names, strict=True)]
    found: list[Found] = []
    for number, outcome in done(work, pool):
        try:
            found += outcome()
        except Exception:  # noqa: BLE001 -- the last door of one file: its fault holds it alone
            found.append(Refused(file=names[number], code=Unreadable.code))
        told(sizes[number])
    return sorted(found, key=lambda one: one.file)


def _judged(
    group: Group, asked: Asked, *, charter: Charter, now: datetime
) -> tuple[JudgedSeries, Mapping[str, Any]]:
    facts = facts_of(group, asked, charter=charter, now=now)
    findings = judge_series(facts, index_of(group), charter=charter)
    return brought_series(facts, facts_key="", charter=charter, findings=findings), findings


def _settled(asked: Asked, series: Sequence[JudgedSeries], *, charter: Charter) -> Qc:
    """The verdict where SYSTEM's moves bring it."""
    brought = Brought(
        trial=charter.trial.id,
        site=asked.site,
        subject=asked.subject,
        visit=asked.question.visit,
        transmittal=TRANSMITTAL,
        charter=charter,
        charter_hash=asked.hash,
        series=tuple(series),
    )
    qc = unjudged(brought)
    while move := next_move(qc, brought, charters=lambda _: charter, other_days={}):
        qc = move.state
    return qc


def _told(
    group: Group, series: JudgedSeries, findings: Mapping[str, Any], *, charter: Charter, part: Placed
) -> SeriesJudged:
    slot = recognised(group, charter)
    because = why(group, slot, charter) if slot else why_not(group, charter)
    seen = () if slot else failures_in(findings)
    return SeriesJudged(
        first=group.lead.file,
        images=len(group.images),
        modality=str(group.lead.image.facts.get("Modality") or ""),
        slot=series.slot,
        because=because,
        role=part.role,
        role_reason=part.reason,
        findings=series.failures,
        observed=tuple(Observed(check=one.check, seen=one.seen, asked=one.asked) for one in seen),
        passed=tuple(one["check"] for one in findings["results"] if one["outcome"] == CheckOutcome.PASS),
    )


def _persons(found: Iterable[Looked]) -> int:
    """How many persons the headers name, by number, else by name and birth date; nobody's are none."""
    images = [one.image for one in found if not one.image.is_pseudonymised]
    return len({_person(one.patient_id, one.patient_name, one.birth_date) for one in images} - {None})


def _person(number: str, name: str, born: object) -> tuple[object, ...] | None:
    if not is_dummy(number):
        return (number,)
    return None if is_dummy(name) else (name, born)
