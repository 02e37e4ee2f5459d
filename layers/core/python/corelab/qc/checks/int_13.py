"""INT-13: slices evenly spaced."""

from corelab.charter.model import Severity
from corelab.qc.judgement import PASSED, Check, Judgement, SeriesCase, failed
from corelab.qc.stacks import counted, lattice, line_or_answer, mm, nominal_mm, slack


def judge(case: SeriesCase) -> Judgement:
    """Find gaps that are no whole number of spacings; those that are belong to INT-11 (decision 0061)."""
    allowed = slack(case)
    nominal = nominal_mm(case)
    asked = "slices at even distances" if nominal is None else f"slices every {mm(nominal)}"
    stack = line_or_answer(case, asked=asked)
    if isinstance(stack, Judgement):
        return stack
    found = lattice(case, stack)
    wanted = found.spacing_mm if nominal is None else nominal
    asked = f"{asked}, to within {mm(allowed.around(wanted))}"
    if abs(found.spacing_mm - wanted) > allowed.around(wanted):
        return failed(f"slices every {mm(found.spacing_mm)}", asked=asked, spacing=mm(found.spacing_mm))
    uneven = [gap for gap in found.gaps if not gap.is_even]
    if not uneven:
        return PASSED
    worst = max(uneven, key=lambda gap: abs(gap.distance_mm - gap.steps * found.spacing_mm))
    seen = (
        f"{counted(len(uneven), 'uneven distance')}, worst between image {worst.before} and {worst.after}: "
        f"{mm(worst.distance_mm)} where the others are {mm(found.spacing_mm)}"
    )
    return failed(seen, asked=asked, uneven=str(len(uneven)), spacing=mm(found.spacing_mm))


CHECK = Check(
    id="INT-13",
    title="slices evenly spaced",
    tags=("(0020,0032)", "(0020,0037)"),
    default="± max(0.1 mm, 1 %)",
    severity=Severity.MAJOR,
    source="derived; DICOM PS3.3 C.7.6.2.1.1",
    help="Slices do not lie at equal distances, so volumes cannot be measured. Send the reconstruction with "
    "equal distances, as the imaging manual asks.",
    judge=judge,
)
