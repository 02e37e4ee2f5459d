"""Measures for the alarms, in CloudWatch's embedded metric format: one line on standard output.

Written by hand, without dimensions: the alarms look at the worst log, whichever it is.
"""

import json
import sys
from collections.abc import Mapping
from datetime import datetime

NAMESPACE = "Corelab"


def measure(values: Mapping[str, float], *, at: datetime) -> None:
    """Record measures. The unit is in the name: …Seconds, or else a count."""
    metrics = [{"Name": name, "Unit": "Seconds" if name.endswith("Seconds") else "Count"} for name in values]
    directive = {"Namespace": NAMESPACE, "Dimensions": [[]], "Metrics": metrics}
    line = {"_aws": {"Timestamp": int(at.timestamp() * 1000), "CloudWatchMetrics": [directive]}, **values}
    sys.stdout.write(json.dumps(line) + "\n")
