"""CO-02: number of images."""

from corelab.charter.model import Severity
from corelab.qc.judgement import NOT_APPLICABLE, PASSED, Check, Judgement, SeriesCase, failed
from corelab.qc.stacks import counted


def judge(case: SeriesCase) -> Judgement:
    """Count images; the only sight of slices that are missing at a stack's ends."""
    if case.expected is None:
        return NOT_APPLICABLE
    fewest, most = case.expected.images
    count = len(case.index.instances)
    if fewest <= count <= most:
        return PASSED
    asked = counted(fewest, "image") if fewest == most else f"{fewest} to {most} images"
    return failed(counted(count, "image"), asked=asked, images=str(count))


CHECK = Check(
    id="CO-02",
    title="number of images",
    tags=("facts",),
    default="the charter's range",
    severity=Severity.MAJOR,
    source="charter",
    help="The series has fewer or more images than the trial asks for: part of the body may not be covered, "
    "or part of the series was not sent. Send the whole series again.",
    judge=judge,
)
