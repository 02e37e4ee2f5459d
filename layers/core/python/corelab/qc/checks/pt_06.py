"""PT-06: all corrections were applied."""

from corelab.charter.model import Severity
from corelab.qc import header
from corelab.qc.documents import Header
from corelab.qc.judgement import NOT_APPLICABLE, PASSED, Check, Judgement, SeriesCase, failed, lacks

CORRECTIONS = {"ATTN": "attenuation", "DECY": "decay", "SCAT": "scatter", "RAN": "randoms"}
ALSO_SAID = {  # by an element of its own; some makers say it there alone
    "DECY": ("DecayCorrection", frozenset({"START", "ADMIN"})),
    "RAN": ("RandomsCorrectionMethod", frozenset({"DLYD", "SING"})),
}
ASKED = "images corrected for attenuation, decay, scatter and randoms"


def judge(case: SeriesCase) -> Judgement:
    """Look what each image says that it was corrected for (PS3.3 C.8.9.1)."""
    if case.modality != "PT":
        return NOT_APPLICABLE
    images = case.index.instances
    if not all(header.texts(image.header, "CorrectedImage") for image in images):
        return lacks("CorrectedImage", asked=ASKED)
    missing = {code for image in images for code in CORRECTIONS if not _is_corrected(image.header, code)}
    if not missing:
        return PASSED
    names = [name for code, name in CORRECTIONS.items() if code in missing]
    return failed(f"images not corrected for {', '.join(names)}", asked=ASKED, missing=", ".join(names))


def _is_corrected(header_: Header, code: str) -> bool:
    if code in header.texts(header_, "CorrectedImage"):
        return True
    if code not in ALSO_SAID:
        return False
    keyword, values = ALSO_SAID[code]
    return not values.isdisjoint(header.texts(header_, keyword))


CHECK = Check(
    id="PT-06",
    title="all corrections were applied",
    tags=("(0028,0051)", "(0054,1100)", "(0054,1102)"),
    default="ATTN, DECY, SCAT, RAN",
    severity=Severity.CRITICAL,
    source="UPICT/QIBA; DICOM PS3.3 C.8.9.1",
    help="Uptake cannot be measured in images that were not corrected. Send the corrected reconstruction, "
    "not the uncorrected one (NAC) that scanners make beside it.",
    judge=judge,
)
