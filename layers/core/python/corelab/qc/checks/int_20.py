"""INT-20: rescale values present, and constant in CT."""

from corelab.charter.model import Severity
from corelab.qc.header import distinct
from corelab.qc.judgement import NOT_APPLICABLE, PASSED, Check, Judgement, SeriesCase, failed, lacks

ASKED = {"CT": "one rescale slope and intercept in every image", "PT": "a rescale slope in every image"}
KEYWORDS = ("RescaleSlope", "RescaleIntercept")


def judge(case: SeriesCase) -> Judgement:
    """Compare rescale slope and intercept; PET rightly has its own per slice."""
    asked = ASKED.get(case.modality)
    if asked is None:
        return NOT_APPLICABLE
    several = []
    for keyword in KEYWORDS:
        values = distinct(case.index.instances, keyword)
        if () in values:
            return lacks(keyword, asked=asked)
        if len(values) > 1 and case.modality == "CT":
            several.append(f"{len(values)} values of {keyword}")
    return failed(" and ".join(several), asked=asked) if several else PASSED


CHECK = Check(
    id="INT-20",
    title="rescale values present and constant",
    tags=("(0028,1052)", "(0028,1053)"),
    default="CT constant",
    severity=Severity.MAJOR,
    source="DICOM PS3.3 C.8.2.1, C.8.9.1",
    help="Pixel values cannot be turned into the quantity that is measured, or not alike in all images. "
    "Send the scanner's own reconstruction, not a copy that a workstation made.",
    judge=judge,
)
