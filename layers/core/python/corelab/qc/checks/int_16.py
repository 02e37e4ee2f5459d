"""INT-16: one pixel spacing and matrix."""

from corelab.charter.model import Severity
from corelab.qc.header import distinct
from corelab.qc.judgement import NOT_APPLICABLE, PASSED, Check, Judgement, SeriesCase, failed, lacks
from corelab.qc.stacks import STACKED

ASKED = "one pixel spacing and one matrix"
KEYWORDS = {"PixelSpacing": "pixel spacings", "Rows": "numbers of rows", "Columns": "numbers of columns"}


def judge(case: SeriesCase) -> Judgement:
    """Compare spacing, rows and columns over the images, as numbers."""
    if case.modality not in STACKED:
        return NOT_APPLICABLE
    several = []
    for keyword, words in KEYWORDS.items():
        values = distinct(case.index.instances, keyword)
        if () in values:
            return lacks(keyword, asked=ASKED)
        if len(values) > 1:
            several.append(f"{len(values)} {words}: {' and '.join('×'.join(value) for value in values)}")
    return failed("; ".join(several), asked=ASKED) if several else PASSED


CHECK = Check(
    id="INT-16",
    title="one pixel spacing and matrix",
    tags=("(0028,0030)", "(0028,0010)", "(0028,0011)"),
    default="exact",
    severity=Severity.MAJOR,
    source="own; DICOM PS3.3 C.7.6.3.1.7",
    help="Images of different size or resolution lie in one series, as when two reconstructions were "
    "joined. Send the reconstruction that the imaging manual names, by itself.",
    judge=judge,
)
