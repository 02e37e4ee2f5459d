"""INT-18: no localizers and no derived images among the scanner's own."""

from corelab.charter.model import Severity
from corelab.qc import header
from corelab.qc.judgement import NOT_APPLICABLE, PASSED, Check, Judgement, SeriesCase, failed
from corelab.qc.stacks import STACKED, counted

ASKED = "images of one kind: no localizer, and no derived image among original ones"


def judge(case: SeriesCase) -> Judgement:
    """Count the kinds of images by Image Type (PS3.3 C.7.6.1.1.2). A series all of one kind is no mixture."""
    if case.modality not in STACKED:
        return NOT_APPLICABLE
    types = [header.texts(image.header, "ImageType") for image in case.index.instances]
    odd = {
        "localizer": sum("LOCALIZER" in values for values in types),
        "derived image": sum(values[:1] == ("DERIVED",) for values in types),
    }
    mixed = {kind: count for kind, count in odd.items() if 0 < count < len(types)}
    if not mixed:
        return PASSED
    seen = " and ".join(counted(count, kind) for kind, count in mixed.items())
    values = {kind.replace(" ", "_"): str(count) for kind, count in mixed.items()}
    return failed(f"{seen} among {len(types)} images", asked=ASKED, **values)


CHECK = Check(
    id="INT-18",
    title="no localizers or derived images mixed in",
    tags=("(0008,0008)",),
    default="none",
    severity=Severity.MINOR,
    source="common practice; DICOM PS3.3 C.7.6.1.1.2",
    help="Scout views or images that a workstation made lie in the series with the scanner's own. Send the "
    "original series by itself.",
    judge=judge,
)
