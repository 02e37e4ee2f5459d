"""Transfer: a drop was matched, so its objects become a transmittal."""

from aws_lambda_powertools import Logger

from corelab import __version__
from corelab.ingest.drops.sending import Sending, send_drop
from corelab_aws.clock import now
from corelab_aws.doors.reaction import BusEvent, reaction
from corelab_aws.keyring import key_ring
from corelab_aws.objects import bucket
from corelab_aws.registry import Registry
from corelab_aws.store import store

STORE = store()
DROP = bucket("DROP")
INCOMING = bucket("INCOMING")
KEYS = key_ring(STORE)

logger = Logger(service="ingest")


def _send(event: BusEvent) -> None:
    sending = Sending(
        bucket=DROP,
        incoming=INCOMING,
        registry=Registry(STORE),
        keys=KEYS.trial_keys(event.trial),
        now=now(),
        software=__version__,
        cause=event.event_id,
    )
    is_new = send_drop(STORE, drop=event.id, sending=sending)
    logger.info("transfer.done", extra={"trial": event.trial, "drop": event.id, "is_new": is_new})


handler = reaction("ingest", _send)
