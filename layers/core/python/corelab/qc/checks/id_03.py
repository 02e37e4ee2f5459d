"""ID-03: sex and birth year in the header are the subject's."""

from corelab.charter.model import Severity
from corelab.qc.judgement import NOT_APPLICABLE, PASSED, Check, Judgement, SeriesCase, failed

ASKED = "images of this subject, with the subject's own sex and birth year"
OTHERWISE = "the registration or other images of the subject say otherwise"
SEXES = {"M": "male", "F": "female"}


def judge(case: SeriesCase) -> Judgement:
    """Look at what Screen compared; the words say a sex, and never a year.

    Many headers lack one or both, and nobody has to register them: then there is nothing to compare.
    """
    sex, birth_year = case.facts.sex, case.facts.birth_year
    wrong = []
    if sex.agrees is False:
        said = SEXES.get(sex.header or "")
        wrong.append(f"the header says {said}" if said else "the headers say more than one sex")
    if birth_year.agrees is False:
        wrong.append("the header's birth date is of another year")
    if wrong:
        return failed(f"{' and '.join(wrong)}; {OTHERWISE}", asked=ASKED)
    is_compared = sex.agrees is not None or birth_year.agrees is not None
    return PASSED if is_compared else NOT_APPLICABLE


CHECK = Check(
    id="ID-03",
    title="sex and birth year are the subject's",
    tags=("facts: (0010,0040)", "facts: (0010,0030)"),
    default="equal",
    severity=Severity.CRITICAL,
    source="own",
    help="The images may be another person's: their header carries another sex or birth year than is known "
    "of the subject. Check whose images these are. If they are the subject's, tell us what was wrong.",
    judge=judge,
)
