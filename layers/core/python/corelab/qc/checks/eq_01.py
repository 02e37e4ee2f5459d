"""EQ-01: the scanner is in the registry."""

from corelab.charter.model import Severity
from corelab.qc.judgement import PASSED, Check, Judgement, SeriesCase, failed

ASKED = "a scanner that the site has registered for the trial"


def judge(case: SeriesCase) -> Judgement:
    """Look whether Screen found the scanner among the site's."""
    scanner = case.facts.scanner
    name = f"{scanner.manufacturer} {scanner.model}".strip() or "a scanner that does not name itself"
    if scanner.id is None:
        return failed(f"{name}, which is not registered", asked=ASKED)
    if not scanner.serial_matches:
        return failed(f"{name}, with another serial number than {scanner.id} has", asked=ASKED)
    return PASSED


CHECK = Check(
    id="EQ-01",
    title="scanner is in the registry",
    tags=("facts: (0008,0070)", "facts: (0008,1090)", "facts: (0018,1000)"),
    default="listed",
    severity=Severity.MAJOR,
    source="own",
    help="The scan was made on a scanner that we do not know for your site. Register it with its serial "
    "number, or repeat the scan on a registered one if the visit's window allows.",
    judge=judge,
)
