"""Start: a manifest was written, so its transmittal's execution starts, once.

The execution is named by the digest of key and version: the same event again, or the sweep's own start, meets
it. An event whose manifest is gone is a finding in the log and no failure.
"""

import json
import traceback
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote_plus

from aws_lambda_powertools import Logger

from corelab.ingest.layout import manifest_of
from corelab.ingest.manifest import execution_input, execution_name, manifest_ref
from corelab_aws.doors.reaction import Batch, Failures
from corelab_aws.executions import executions
from corelab_aws.objects import bucket

INCOMING = bucket("INCOMING")
EXECUTIONS = executions()

logger = Logger(service="ingest")


def handler(batch: Batch, _context: object) -> Failures:
    """Start what the queue's records ask for; only those that failed come again."""
    failed: list[Mapping[str, str]] = []
    for record in batch["Records"]:
        try:
            _start(json.loads(record["body"]))
        except Exception as error:  # noqa: BLE001 -- a door reports what failed; the queue brings it again
            frame = traceback.extract_tb(error.__traceback__)[-1]
            where = f"{frame.filename.rsplit('/', 1)[-1]}:{frame.lineno}"
            logger.warning("start.failed", extra={"error": type(error).__name__, "where": where})
            failed.append({"itemIdentifier": record["messageId"]})
    return {"batchItemFailures": failed}


def _start(event: Mapping[str, Any]) -> None:
    written = event["detail"]["object"]
    key = key_of(str(written["key"]))
    named = manifest_of(key)
    if event.get("detail-type") != "Object Created" or named is None:
        logger.warning("start.not_a_manifest", extra={"type": event.get("detail-type")})
        return
    trial, transmittal = named
    current = INCOMING.version_of(key)
    if current is None:
        logger.warning("start.manifest_missing", extra={"trial": trial, "transmittal": transmittal})
        return
    version = str(written.get("version-id") or current)
    ref = manifest_ref(INCOMING.name, trial=trial, transmittal=transmittal, version=version)
    is_new = EXECUTIONS.start(execution_name(ref), execution_input(ref, trial=trial, transmittal=transmittal))
    logger.info("start.done", extra={"trial": trial, "transmittal": transmittal, "is_new": is_new})


def key_of(written: str) -> str:
    """The key as it is: EventBridge carries it raw, S3's own notifications URL-encoded; decoded at most once.

    No key of ours holds a `%`, so one that does is encoded.
    """
    return unquote_plus(written) if "%" in written else written
