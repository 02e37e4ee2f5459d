"""PT-02: counts of a Philips scanner come with their factor."""

from corelab.charter.model import Severity
from corelab.qc import header
from corelab.qc.documents import Header
from corelab.qc.judgement import NOT_APPLICABLE, PASSED, Check, Judgement, SeriesCase, failed
from corelab.qc.stacks import counted

ASKED = "images in counts with the scanner's own factor to activity or SUV"
FACTORS = ("PhilipsSuvFactor", "PhilipsActivityFactor")
COUNTS = ("CNTS",)


def judge(case: SeriesCase) -> Judgement:
    """Look for a factor above zero in every image whose Units (0054,1001) are counts."""
    if case.modality != "PT":
        return NOT_APPLICABLE
    images = [one for one in case.index.instances if header.texts(one.header, "Units") == COUNTS]
    if not images:
        return NOT_APPLICABLE
    without = sum(not _has_factor(one.header) for one in images)
    if not without:
        return PASSED
    return failed(f"{counted(without, 'image')} in counts without a factor", asked=ASKED, images=str(without))


def _has_factor(header_: Header) -> bool:
    found = (header.numbers(header_, keyword, count=1) for keyword in FACTORS)
    return any(factor is not None and factor[0] > 0 for factor in found)


CHECK = Check(
    id="PT-02",
    title="counts come with their factor",
    tags=("(0054,1001)", "(7053,1000)", "(7053,1009)"),
    default="present",
    severity=Severity.CRITICAL,
    source="to confirm; Philips' private elements, DICOM PS3.15 table E.3.10-1",
    help="The images are in counts, and the factor that makes activity of them was lost on the way. Send the "
    "images from the scanner itself: a program that removes private elements was in between.",
    judge=judge,
)
