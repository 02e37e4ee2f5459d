"""CT-04: reconstruction kernel."""

from corelab.charter.model import Severity
from corelab.qc.header import distinct
from corelab.qc.judgement import NOT_APPLICABLE, Check, Judgement, SeriesCase, failed
from corelab.qc.parameters import ruled, rules_of

ID = "CT-04"
ASKED = "one reconstruction kernel in all images"


def judge(case: SeriesCase) -> Judgement:
    """Look for several kernels in one series, then at the charter's rules. No kernel's name is repeated."""
    if case.modality != "CT":
        return NOT_APPLICABLE
    kernels = [value for value in distinct(case.index.instances, "ConvolutionKernel") if any(value)]
    if len(kernels) > 1:
        return failed(
            f"{len(kernels)} reconstruction kernels in one series", asked=ASKED, kernels=str(len(kernels))
        )
    return ruled(case, rules_of(case, ID))


CHECK = Check(
    id=ID,
    title="reconstruction kernel",
    tags=("(0018,1210)",),
    default="one in a series",
    severity=Severity.MINOR,
    source="UPICT/QIBA",
    help="Images of different sharpness lie in one series, or another kernel was used than the imaging "
    "manual names. Send the reconstruction that the manual names, by itself.",
    judge=judge,
)
