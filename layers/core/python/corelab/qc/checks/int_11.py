"""INT-11: no slices missing from the stack."""

from collections.abc import Sequence

from corelab.charter.model import Severity
from corelab.qc.judgement import PASSED, Check, Judgement, SeriesCase, failed
from corelab.qc.lattice import Lattice
from corelab.qc.stacks import counted, lattice, line_or_answer, missing_from_volumes, mm, nominal_mm

ASKED = "a complete stack of slices"
PLACES_NAMED = 5  # in words to a site; the values hold all


def judge(case: SeriesCase) -> Judgement:
    """Find the positions that hold no slice. Numbers are no proof: scanners number as they like."""
    stack = line_or_answer(case, asked=ASKED)
    if isinstance(stack, Judgement):
        return stack
    found = lattice(case, stack)
    volumes, missing_in_volumes = missing_from_volumes(stack)
    missing = found.missing + missing_in_volumes
    if not missing:
        return PASSED
    places = _places(found)
    if volumes:
        places.append(
            (missing_in_volumes, f"in {counted(volumes, 'volume')} where other volumes have slices")
        )
    nominal = nominal_mm(case)
    return failed(
        f"{counted(missing, 'slice')} missing{_where(places)}",
        asked=f"{ASKED}, one every {mm(nominal)}" if nominal else f"{ASKED} at even distances",
        missing=str(missing),
        places="; ".join(f"{count} {where}" for count, where in places),
        spacing=mm(found.spacing_mm),
    )


def _places(found: Lattice) -> list[tuple[int, str]]:
    return [
        (gap.missing, f"between image {gap.before} and image {gap.after}")
        for gap in found.gaps
        if gap.missing
    ]


def _where(places: Sequence[tuple[int, str]]) -> str:
    """As a site reads it: the one place, or each with its number."""
    if len(places) == 1:
        return f" {places[0][1]}"
    told = ", ".join(f"{count} {where}" for count, where in places[:PLACES_NAMED])
    more = len(places) - PLACES_NAMED
    return f": {told}" + (f", and at {counted(more, 'more place')}" if more > 0 else "")


CHECK = Check(
    id="INT-11",
    title="no slices missing from the stack",
    tags=("(0020,0032)", "(0020,0037)"),
    default="0",
    severity=Severity.MAJOR,
    source="own: position lattice; DICOM PS3.3 C.7.6.2.1.1",
    help="The positions of the images show that slices between the first and the last were not sent. Send "
    "the whole series again; if the slices no longer exist, answer that they are not available.",
    judge=judge,
)
