"""INT-11: no slices missing from the stack."""

from corelab.charter.model import Severity
from corelab.qc.judgement import PASSED, Check, Judgement, SeriesCase, failed
from corelab.qc.lattice import Lattice
from corelab.qc.stacks import counted, lattice, line_or_answer, missing_from_volumes, mm

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
    parts = list(_places(found))
    if volumes:
        parts.append(f"{missing_in_volumes} in {counted(volumes, 'volume')} where other volumes have them")
    seen = f"{counted(missing, 'slice')} missing: {'; '.join(parts[:PLACES_NAMED])}"
    if len(parts) > PLACES_NAMED:
        seen += f"; and at {len(parts) - PLACES_NAMED} more places"
    asked = f"{ASKED}, one every {mm(found.spacing_mm)}"
    return failed(
        seen, asked=asked, missing=str(missing), places="; ".join(parts), spacing=mm(found.spacing_mm)
    )


def _places(found: Lattice) -> list[str]:
    return [
        f"between image {gap.before} and {gap.after}: {counted(gap.missing, 'slice')}"
        for gap in found.gaps
        if gap.missing
    ]


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
