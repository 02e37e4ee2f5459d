"""What the parts of a charter say about each other, and what no single field can tell."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

from corelab.charter.model import VisitKind
from corelab.charter.patterns import pattern_problem
from corelab.charter.wire.cross_qc import qc_faults
from corelab.charter.wire.cross_series import procedure_faults
from corelab.charter.wire.models import CharterFile, VisitsPart
from corelab.charter.wire.problems import Fault, Path, did_you_mean


def cross_faults(file: CharterFile) -> Iterator[Fault]:
    """Every fault between the parts of a charter whose shape is right."""
    yield from _subjects(file)
    yield from _visits(file.visits, [item.id for item in file.procedures])
    yield from unique([item.id for item in file.procedures], path=("procedures",))
    for index, procedure in enumerate(file.procedures):
        yield from procedure_faults(procedure, file=file, path=("procedures", index))
    yield from _deid(file)
    yield from qc_faults(file)
    yield from _reads(file)


def unique(ids: Sequence[str], *, path: Path) -> Iterator[Fault]:
    """Faults of ids that stand twice in a list of parts."""
    for index, word in enumerate(ids):
        if word in ids[:index]:
            yield Fault(path=(*path, index, "id"), message=f"{word} is taken", remedy="Give it another id.")


def known(words: Iterable[str], allowed: Iterable[str], *, path: Path, what: str) -> Iterator[Fault]:
    """Faults of words in a list that are not among the allowed ones, or that stand twice."""
    allowed, earlier = list(allowed), set[str]()
    for index, word in enumerate(words):
        here = (*path, index)
        if word not in allowed:
            yield Fault(path=here, message=f"there is no {what} {word}", remedy=did_you_mean(word, allowed))
        elif word in earlier:
            yield Fault(path=here, message=f"{word} stands here twice", remedy="Keep one of the two.")
        earlier.add(word)


def _subjects(file: CharterFile) -> Iterator[Fault]:
    for name, pattern in (
        ("id_regex", file.subjects.id_regex),
        ("screening_id_regex", file.subjects.screening_id_regex),
    ):
        if pattern is None:
            continue
        path: Path = ("subjects", name)
        if problem := pattern_problem(pattern):
            yield Fault(path=path, message=problem, remedy=r"Write it like ^(?P<site>\d{3})-\d{4}$.")
        elif name == "id_regex" and "(?P<site>" not in pattern:
            remedy = r"Name the part that is the site: (?P<site>\d{3})."
            yield Fault(path=path, message="the pattern has no group named site", remedy=remedy)


def _visits(visits: VisitsPart, procedures: Sequence[str]) -> Iterator[Fault]:
    base: Path = ("visits", "schedule")
    yield from unique([visit.id for visit in visits.schedule], path=base)
    for index, visit in enumerate(visits.schedule):
        here = (*base, index)
        yield from known(visit.procedures, procedures, path=(*here, "procedures"), what="procedure")
        before, after = visit.window
        if not before <= 0 <= after:
            remedy = "Write days before and after the target day: [-7, 7]."
            yield Fault(path=(*here, "window"), message="the window misses its target day", remedy=remedy)
        if (visit.kind is VisitKind.BASELINE) is not (index == 0):
            remedy = "Put one baseline first, and follow_up for all others."
            yield Fault(path=(*here, "kind"), message=f"{visit.kind} cannot stand here", remedy=remedy)
    for index, (first, second) in enumerate(pairwise(visits.schedule), start=1):
        if second.target_day <= first.target_day:
            message = f"{second.id} is not after {first.id}"
            remedy = "Write the visits in order of target day."
            yield Fault(path=(*base, index, "target_day"), message=message, remedy=remedy)
        elif first.target_day + first.window[1] >= second.target_day + second.window[0]:
            message = f"the window of {second.id} overlaps that of {first.id}"
            remedy = "Narrow one: a scan date must name one visit."
            yield Fault(path=(*base, index, "window"), message=message, remedy=remedy)


def _deid(file: CharterFile) -> Iterator[Fault]:
    deid, options = file.deid, {option.value for option in file.deid.options}
    low, high = deid.dates.range_days
    path: Path = ("deid", "dates", "range_days")
    if low % 7 or high % 7:
        remedy = "Write multiples of 7, so that weekdays survive: [-3640, -364]."
        yield Fault(path=path, message="the shift is not in whole weeks", remedy=remedy)
    if low >= high or low <= 0 <= high:
        remedy = "Write the earlier end first, both ends on one side of 0: [-3640, -364]."
        yield Fault(path=path, message="a shift could be zero or has no room", remedy=remedy)
    for option, is_said, where in (
        ("retain_patient_characteristics", bool(deid.patient_characteristics), "patient_characteristics"),
        ("retain_safe_private", deid.private_tags.keep == "safe_list", "private_tags"),
        ("retain_longitudinal_modified_dates", True, "dates"),
    ):
        if (option in options) is not is_said:
            message = f"{where} and the option {option} do not agree"
            yield Fault(
                path=("deid", where), message=message, remedy=f"List {option} exactly where it applies."
            )


def _reads(file: CharterFile) -> Iterator[Fault]:
    for index, read in enumerate(file.reads):
        here: Path = ("reads", index)
        yield from known(
            read.uses, [item.id for item in file.procedures], path=(*here, "uses"), what="procedure"
        )
        yield from known(read.pool.readers, read.pool.readers, path=(*here, "pool", "readers"), what="reader")
        if read.paradigm.readers_per_case > len(set(read.pool.readers)):
            message = f"{read.paradigm.readers_per_case} readers a case, {len(read.pool.readers)} in the pool"
            path = (*here, "paradigm", "readers_per_case")
            yield Fault(path=path, message=message, remedy="Add readers to the pool, or ask for fewer.")
