"""MR-04: diffusion weightings."""

from decimal import Decimal

from corelab.charter.comparison import number, number_words
from corelab.charter.model import Operator, ParameterRule, Severity
from corelab.qc import header
from corelab.qc.documents import Header
from corelab.qc.judgement import NOT_APPLICABLE, PASSED, Check, Judgement, SeriesCase, failed, weighed
from corelab.qc.parameters import ruled, rules_of

ID = "MR-04"
UNIT = "s/mm²"
ELEMENTS = ("DiffusionBValue", "SiemensBValue", "GeBValue")  # the standard's, else the maker's own
GE_OFFSET = 10**9  # GE writes 1000000800 for 800 in some versions
TOLERANCE = Decimal(50)  # where the charter's rule gives none


def judge(case: SeriesCase) -> Judgement:
    """Compare the weightings of the images with those that the charter lists: none else, and each of them.

    Images without one (maps that the scanner made of the others) do not count where others have one.
    """
    rules = rules_of(case, ID)
    if case.modality != "MR" or not rules:
        return NOT_APPLICABLE
    found = {value for image in case.index.instances if (value := weighting(image.header)) is not None}
    for rule in rules:
        if not found or rule.op not in (Operator.EQ, Operator.IN):
            return ruled(case, rules)
        judgement = _listed(rule, found)
        if judgement is not PASSED:
            return judgement
    return PASSED


def weighting(header_: Header) -> int | None:
    """The image's b-value in s/mm², or None."""
    for keyword in ELEMENTS:
        first = next(iter(header.texts(header_, keyword)), "")
        value = number(first)
        if value is not None and value >= 0:
            return int(value) % GE_OFFSET
    return None


def _listed(rule: ParameterRule, found: set[int]) -> Judgement:
    slack = TOLERANCE if rule.abs is None else rule.abs
    asked = [value for text in rule.values if (value := number(text)) is not None]
    missing = [value for value in asked if all(abs(value - one) > slack for one in found)]
    other = sorted(one for one in found if all(abs(value - one) > slack for value in asked))
    if not missing and not other:
        return PASSED
    seen = []
    if missing:
        seen.append(f"no images with b = {', '.join(map(number_words, missing))} {UNIT}")
    if other:
        seen.append(f"images with b = {', '.join(map(str, other[:4]))} {UNIT}")
    words = f"b = {', '.join(map(number_words, asked))} {UNIT}, to within {number_words(slack)} {UNIT}"
    judgement = failed("; ".join(seen), asked=words, missing=str(len(missing)), other=str(len(other)))
    return weighed(judgement, severity=rule.severity, section=rule.section, query=rule.query)


CHECK = Check(
    id=ID,
    title="diffusion weightings",
    tags=("(0018,9087)", "(0019,100C)", "(0043,1039)"),
    default="the charter's, ± 50 s/mm²",
    severity=Severity.MAJOR,
    source="BTIP",
    help="Diffusion images with a weighting that is asked for are missing, or others were sent. Send all "
    "diffusion images of the examination; if the scanner ran another protocol, tell us.",
    judge=judge,
)
