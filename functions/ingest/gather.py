"""Gather: every minute, find what no event told of, end quiet studies, go on with what was matched."""

from datetime import timedelta

from aws_lambda_powertools import Logger

from corelab import __version__
from corelab.ingest.drops.gathering import (
    Gathering,
    end_quiet,
    find_lost,
    has_places,
    left_behind,
    receiving_trials,
)
from corelab.ingest.drops.sending import Sending, send_drop
from corelab.kernel.ids import TrialId
from corelab_aws.clock import now
from corelab_aws.keyring import key_ring
from corelab_aws.objects import bucket
from corelab_aws.registry import Registry
from corelab_aws.settings import setting
from corelab_aws.store import store

STORE = store()
DROP = bucket("DROP")
INCOMING = bucket("INCOMING")
KEYS = key_ring(STORE)
QUIET_SECONDS = setting("DROP_QUIET_SECONDS")

logger = Logger(service="ingest")


def handler(_event: object, _context: object) -> None:
    """Gather in every trial once."""
    for trial in receiving_trials(STORE):
        if has_places(STORE, trial=trial):
            _gather(trial)


def _gather(trial: TrialId) -> None:
    quiet = timedelta(seconds=int(QUIET_SECONDS))
    gathering = Gathering(bucket=DROP, quiet=quiet, now=now(), software=__version__)
    keys = KEYS.trial_keys(trial)
    lost = find_lost(STORE, gathering=gathering, keys=keys)
    ended = end_quiet(STORE, gathering=gathering, trial=trial)
    sending = Sending(
        bucket=DROP,
        incoming=INCOMING,
        registry=Registry(STORE),
        keys=keys,
        now=gathering.now,
        software=__version__,
    )
    behind = [state.drop for state in left_behind(STORE, trial=trial, now=gathering.now)]
    told = {"trial": trial, "lost": lost, "ended": ended, "behind": len(behind)}
    (logger.warning if lost or behind else logger.info)("gather.done", extra=told)
    for drop in behind:
        send_drop(STORE, drop=drop, sending=sending)
