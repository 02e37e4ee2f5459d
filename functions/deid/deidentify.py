"""De-identifies one series: a Map item comes in, the item with its pack's keys goes out.

A refusal is raised by its class's name; the state machine catches it and `hold` records it. A repeat makes
the same bytes and finds its own objects and events.
"""

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from aws_lambda_powertools import Logger

from corelab import __version__
from corelab.charter.model import Charter
from corelab.deid import service
from corelab.deid.errors import ProofFailed
from corelab.deid.facts import Original, SeriesFacts, check_facts, load_facts
from corelab.deid.model import Clearing
from corelab.deid.packing import Packed, deidentify_series
from corelab.deid.profile import assignment_of, profile_of
from corelab.deid.runs import Keys, command_id, facts_key, keys_of, run_of
from corelab.kernel.actors import system
from corelab.kernel.ids import TrialId
from corelab.kernel.inputs import check_input
from corelab.kernel.write_path import Command
from corelab_aws.charters import charter_by_hash
from corelab_aws.clock import now
from corelab_aws.keyring import key_ring
from corelab_aws.objects import bucket
from corelab_aws.store import store

STORE = store()
KEYS = key_ring(STORE)
INCOMING, RECORDS, PACKS = bucket("INCOMING"), bucket("RECORDS"), bucket("PACKS")
logger = Logger(service="deid")


def handler(event: Mapping[str, Any], _context: object) -> Mapping[str, Any]:
    """Pack, index and certificate of the item's series."""
    check_input(event)
    trial, run = TrialId(event["trial"]), run_of(event)
    command = Command(
        id=command_id(run, "deid"),
        trial=trial,
        actor=system("deid.deidentify"),
        now=now(),
        software=__version__,
        cause=run.transmittal,
        charter=event["charter"],
    )
    begun = service.start(STORE, command=command, run=run)
    keys = keys_of(trial, run.series, run.version)
    if begun.pack is not None:
        return answer(event, keys)  # done before: what a certificate names is not written again
    facts = load_facts(RECORDS.get(facts_key(trial, run.series, run.version)))
    check_facts(facts, trial=trial, run=run, charter=event["charter"])
    charter = charter_by_hash(STORE, trial, facts.charter)
    with tempfile.TemporaryDirectory() as folder:
        tar = Path(folder) / "pack.tar"
        packed = _packed(facts, charter, tar, clearing=begun.clearing)
        PACKS.put_file(keys.pack, tar, content_type="application/x-tar")
    PACKS.put(keys.index, packed.index, content_type="application/json")
    PACKS.put(keys.certificate, packed.certificate, content_type="application/json")
    service.conclude(STORE, command=command, run=run, packed=packed, keys=keys)
    logger.info("deid.done", extra={"series": run.series, "version": run.version, **packed.counts})
    return answer(event, keys)


def _packed(facts: SeriesFacts, charter: Charter, tar: Path, *, clearing: Clearing | None) -> Packed:
    """The series packed into a file; what a failed proof found goes to the log."""
    try:
        with tar.open("wb") as sink:
            return deidentify_series(
                facts,
                profile=profile_of(charter),
                assignment=assignment_of(charter, facts),
                keys=KEYS.trial_keys(facts.trial),
                salt=KEYS.subject_salt(facts.trial, facts.subject),
                originals=original,
                sink=sink,
                clearing=clearing,
            )
    except ProofFailed as error:
        named = {"series": facts.series, "version": facts.version}
        logger.warning("deid.unproved", extra=named | error.facts)
        raise


def original(one: Original) -> bytes:
    """Bytes of exactly the version that Screen saw."""
    return INCOMING.get(one.key, version_id=one.version_id)


def answer(event: Mapping[str, Any], keys: Keys) -> Mapping[str, Any]:
    """The item, with the keys of what was made."""
    return {**event, "pack": keys.pack, "index": keys.index, "certificate": keys.certificate}
