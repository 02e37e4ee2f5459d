"""Arrive: an object was put into the drop bucket, so it is noted under its study, once.

EventBridge carries the key as it is; where there is no such object, it is taken as URL-encoded and decoded
once. An event whose object is gone is a finding in the log and no failure.
"""

import json
import traceback
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote_plus

from aws_lambda_powertools import Logger

from corelab import __version__
from corelab.ingest.drops.layout import place_of_key
from corelab.ingest.drops.noting import Noting, note
from corelab.kernel.actors import system
from corelab_aws.clock import now
from corelab_aws.doors.reaction import Batch, Failures
from corelab_aws.keyring import key_ring
from corelab_aws.objects import ObjectVersion, bucket
from corelab_aws.store import store

STORE = store()
DROP = bucket("DROP")
KEYS = key_ring(STORE)
ARRIVALS = system("ingest.arrive")

logger = Logger(service="ingest")


def handler(batch: Batch, _context: object) -> Failures:
    """Note what the queue's records tell of; only those that failed come again."""
    failed: list[Mapping[str, str]] = []
    for record in batch["Records"]:
        try:
            _note(json.loads(record["body"]))
        except Exception as error:  # noqa: BLE001 -- a door reports what failed; the queue brings it again
            frame = traceback.extract_tb(error.__traceback__)[-1]
            where = f"{frame.filename.rsplit('/', 1)[-1]}:{frame.lineno}"
            code = getattr(error, "code", type(error).__name__)
            logger.warning("arrive.failed", extra={"code": code, "where": where})
            failed.append({"itemIdentifier": record["messageId"]})
    return {"batchItemFailures": failed}


def _note(event: Mapping[str, Any]) -> None:
    written = event["detail"]["object"]
    named = place_of_key(str(written["key"]))
    if event.get("detail-type") != "Object Created" or named is None:
        logger.warning("arrive.not_a_drop", extra={"type": event.get("detail-type")})
        return
    trial, site = named
    told = {"trial": trial, "site": site}
    seen = _seen(str(written["key"]), version_id=written.get("version-id") or None)
    if seen is None:
        logger.warning("arrive.object_missing", extra=told)
        return
    noting = Noting(actor=ARRIVALS, now=now(), software=__version__, keys=KEYS.trial_keys(trial))
    is_new = note(STORE, bucket=DROP, site=site, seen=seen, noting=noting)
    logger.info("arrive.done", extra=told | {"is_new": is_new})


def _seen(written: str, *, version_id: str | None) -> ObjectVersion | None:
    """The object by its key as written, or else as decoded; never decoded twice."""
    for key in dict.fromkeys((written, unquote_plus(written))):
        seen = DROP.described(key, version_id=version_id)
        if seen is not None:
            return seen
    return None
