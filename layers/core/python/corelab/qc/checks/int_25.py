"""INT-25: everything that the manifest promised arrived, as promised."""

from corelab.charter.model import Severity
from corelab.qc.judgement import PASSED, Check, Judgement, SeriesCase, failed
from corelab.qc.stacks import counted

ASKED = "every file of the upload, with the size and digest that were announced"


def judge(case: SeriesCase) -> Judgement:
    """Compare the counts of the transmittal's files."""
    facts = case.facts
    if facts.arrived == facts.promised:
        return PASSED
    seen = f"{counted(facts.arrived, 'file')} of {facts.promised} announced"
    return failed(seen, asked=ASKED, promised=str(facts.promised), arrived=str(facts.arrived))


CHECK = Check(
    id="INT-25",
    title="everything that the manifest promised arrived",
    tags=("facts: manifest",),
    default="equal",
    severity=Severity.CRITICAL,
    source="own: upload manifest",
    help="Files of the upload are missing or differ from what was announced. Resume the upload, or send "
    "the series again.",
    judge=judge,
)
