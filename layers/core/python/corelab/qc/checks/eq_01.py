"""EQ-01: the scanner is in the registry."""

from corelab.charter.model import Severity
from corelab.qc.judgement import PASSED, Check, Judgement, SeriesCase, failed
from corelab.qc.makers import maker_named

ASKED = "a scanner that the site has registered for the trial"


def judge(case: SeriesCase) -> Judgement:
    """Look whether Screen found the scanner among the site's. The header's own words are not repeated."""
    scanner = case.facts.scanner
    name = f"a scanner of {maker_named(scanner.manufacturer)}"
    if scanner.id is None:
        return failed(f"{name} whose model and serial number are not registered", asked=ASKED)
    if not scanner.serial_matches:
        return failed(f"{name}, of the model of {scanner.id} with another serial number", asked=ASKED)
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
