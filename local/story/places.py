"""Where the demo keeps what it makes: below `.corelab/demo` of the checkout, fresh at every run.

`CORELAB_DEMO` names another folder to hold `demo`, so that two may run side by side.
"""

import os
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]
HOME = Path(os.environ.get("CORELAB_DEMO") or CHECKOUT / ".corelab").resolve() / "demo"
CACHE = CHECKOUT / ".corelab" / "cache"  # the package with the images; outlives a run
STATE = HOME / "state"
PROFILE = HOME / "profile.json"
IMAGES = HOME / "images"
EXPORT = HOME / "export"
TAMPERED = HOME / "export-with-one-byte-flipped"
FULL = HOME / "export-of-both-logs"
EARLIER = HOME / "export-of-earlier"
FRAMES = HOME / "frames"
REPORT = HOME / "report.html"
LOGS = HOME / "functions.log"
FAILURE = HOME / "failure.txt"
CHARTER = CHECKOUT / "charters" / "demo.yaml"

TRIAL = "DEMO01"
SITE, NEIGHBOUR_SITE = "101", "102"
VISIT, WEEK_6 = "BL", "W6"
SCANNER, ULTRASOUND = "101-MR1", "101-US1"


def shown(path: Path) -> str:
    """A path as a person at the checkout types it."""
    return str(path.relative_to(CHECKOUT)) if path.is_relative_to(CHECKOUT) else str(path)
