"""INT-16: one pixel spacing and matrix."""

from collections.abc import Sequence

from corelab.charter.comparison import number, number_words
from corelab.charter.model import Severity
from corelab.qc.header import distinct
from corelab.qc.judgement import NOT_APPLICABLE, PASSED, Check, Judgement, SeriesCase, failed, lacks
from corelab.qc.stacks import STACKED

ASKED = "one pixel spacing and one matrix"
KEYWORDS = {"PixelSpacing": "pixel spacings", "Rows": "numbers of rows", "Columns": "numbers of columns"}
VALUES_NAMED = 3  # in words to a site
AXES = 2


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
            several.append(f"{len(values)} {words}: {_named(values)}")
    return failed("; ".join(several), asked=ASKED) if several else PASSED


def _named(values: Sequence[tuple[str, ...]]) -> str:
    """Numbers alone: what else a header holds there is no word for a site."""
    named = [_numbers(value) for value in values[:VALUES_NAMED]]
    if len(values) > VALUES_NAMED:
        named.append(f"{len(values) - VALUES_NAMED} more")
    return " and ".join(named)


def _numbers(value: Sequence[str]) -> str:
    found = [number(text) for text in value[:AXES]]
    return "×".join("?" if item is None else number_words(item) for item in found)


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
