"""INT-25: everything that the manifest promised arrived, as promised."""

from corelab.charter.model import Severity
from corelab.qc.judgement import PASSED, Check, Judgement, SeriesCase, failed
from corelab.qc.stacks import counted

ASKED = "every file of the upload, with the size and digest that were announced"
UNLIKE_ANNOUNCED = frozenset({"ING-201", "ING-202", "ING-203"})  # gone; another digest; another size


def judge(case: SeriesCase) -> Judgement:
    """Compare what the transmittal announced with what came. Files refused for what they are do not count."""
    facts = case.facts
    unlike = sum(item.code in UNLIKE_ANNOUNCED for item in facts.refused)
    wrong = max(unlike, facts.promised - facts.arrived)
    if not wrong:
        return PASSED
    seen = f"{counted(wrong, 'file')} of {facts.promised} missing or other than announced"
    return failed(seen, asked=ASKED, promised=str(facts.promised), wrong=str(wrong))


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
