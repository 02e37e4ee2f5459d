"""Check one series: its facts and index against the charter. Findings go to the records bucket."""

import json
from collections.abc import Mapping
from typing import Any

from aws_lambda_powertools import Logger

from corelab.kernel.canonical import canonical_json
from corelab.kernel.ids import TrialId
from corelab.kernel.inputs import check_input
from corelab.qc.findings import judge_series
from corelab.qc.layout import keys_of
from corelab_aws.charters import charter_by_hash
from corelab_aws.objects import bucket
from corelab_aws.store import store

STORE = store()
RECORDS = bucket("RECORDS")
PACKS = bucket("PACKS")
logger = Logger(service="qc")


def handler(event: Mapping[str, Any], _context: object) -> Mapping[str, Any]:
    """The series' item with the key of its findings."""
    check_input(event)
    charter = charter_by_hash(STORE, TrialId(event["trial"]), event["charter"])
    keys = keys_of(event)
    facts = json.loads(RECORDS.get(keys.facts))
    index = json.loads(PACKS.get(event["index"]))
    findings = judge_series(facts, index, charter=charter)
    RECORDS.put(keys.findings, canonical_json(findings), content_type="application/json")
    logger.info("qc.checked", extra={"series": event["series"], "version": event["version"]})
    return {**event, "findings": keys.findings}
