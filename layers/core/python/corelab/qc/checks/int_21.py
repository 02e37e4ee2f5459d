"""INT-21: no lossy compression, now or ever."""

from corelab.charter.model import Severity
from corelab.qc import header
from corelab.qc.judgement import NOT_APPLICABLE, PASSED, Check, Judgement, SeriesCase, failed
from corelab.qc.stacks import counted

ASKED = "images that were never compressed with loss"
MAY_BE_LOSSY = frozenset({"US", "XA", "OP"})  # compressed so by the machine itself
WAS_LOSSY = "01"
LOSSY_SYNTAXES = frozenset(
    {
        "1.2.840.10008.1.2.4.50",  # JPEG baseline
        "1.2.840.10008.1.2.4.51",  # JPEG extended
        "1.2.840.10008.1.2.4.81",  # JPEG-LS near lossless
    }
)


def judge(case: SeriesCase) -> Judgement:
    """Look at what the header says was ever done, and at the transfer syntax. Unpacking mends nothing."""
    if case.modality in MAY_BE_LOSSY:
        return NOT_APPLICABLE
    said = sum(
        header.texts(image.header, "LossyImageCompression")[:1] == (WAS_LOSSY,)
        for image in case.index.instances
    )
    is_now = sum(item.syntax in LOSSY_SYNTAXES for item in case.facts.instances)
    lossy = max(said, is_now)
    if not lossy:
        return PASSED
    seen = f"{counted(lossy, 'image')} of {len(case.index.instances)} compressed with loss"
    return failed(seen, asked=ASKED, images=str(lossy))


CHECK = Check(
    id="INT-21",
    title="no lossy compression",
    tags=("(0028,2110)", "facts: (0002,0010)"),
    default="none, but for US, XA and OP",
    severity=Severity.MAJOR,
    source="UPICT/QIBA; DICOM PS3.3 C.7.6.1.1.5",
    help="The images were compressed in a way that changes their values, which cannot be undone. Send the "
    "images from the scanner or from an archive that keeps them without loss.",
    judge=judge,
)
