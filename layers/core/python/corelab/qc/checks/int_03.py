"""INT-03: pixel data have the length that the header states."""

from corelab.charter.model import Severity
from corelab.qc.judgement import NOT_APPLICABLE, PASSED, Check, Judgement, SeriesCase, cannot_judge, failed
from corelab.qc.stacks import counted

ASKED = "pixel data of exactly the length that rows, columns, frames and bits make"


def judge(case: SeriesCase) -> Judgement:
    """Compare lengths, allowing the one byte that pads an odd length (PS3.5 8.1.1)."""
    lengths = [item.pixel_bytes for item in case.facts.instances if item.pixel_bytes is not None]
    native = [length for length in lengths if length.expected is not None]
    if not native:
        return NOT_APPLICABLE  # encapsulated frames have no length of their own, other objects no pixels
    if any(length.actual is None for length in native):
        return cannot_judge("PixelData (7FE0,0010)", asked=ASKED)
    wrong = sum(
        length.actual != length.expected + length.expected % 2
        for length in native
        if length.expected is not None
    )
    if not wrong:
        return PASSED
    seen = f"{counted(wrong, 'image')} of {len(native)} with pixel data of another length"
    return failed(seen, asked=ASKED, images=str(wrong))


CHECK = Check(
    id="INT-03",
    title="pixel data have the length that the header states",
    tags=("(0028,0010)", "(0028,0011)", "(0028,0008)", "(0028,0002)", "(0028,0100)", "(7FE0,0010)"),
    default="exact",
    severity=Severity.CRITICAL,
    source="DICOM PS3.3 C.7.6.3, PS3.5 8.1.1",
    help="An image file is cut short or was altered on its way: what it holds is not what its header "
    "announces. Export the series again from the scanner or PACS, straight to the upload, and resend it.",
    judge=judge,
)
