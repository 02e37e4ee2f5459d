"""Screen: the state machine's first task."""

from collections.abc import Mapping
from typing import Any

from aws_lambda_powertools import Logger

from corelab import __version__
from corelab.dicom.probe import GOOD, Frame, asked
from corelab.ingest.manifest import ManifestRef, execution_name
from corelab.ingest.reading import reader
from corelab.ingest.screening import Tools, screen, screen_command_id
from corelab.kernel.actors import system
from corelab.kernel.canonical import Plain
from corelab.kernel.ids import TransmittalId, TrialId
from corelab.kernel.inputs import check_input
from corelab.kernel.write_path import Command
from corelab_aws.children import Child, ChildFailed
from corelab_aws.clock import now
from corelab_aws.keyring import key_ring
from corelab_aws.objects import bucket
from corelab_aws.registry import Registry
from corelab_aws.store import store

STORE = store()
INCOMING = bucket("INCOMING")
RECORDS = bucket("RECORDS")
KEYS = key_ring(STORE)
PROBE = "corelab.dicom.probe"

logger = Logger(service="ingest")


def handler(document: Mapping[str, Any], _context: object) -> Mapping[str, Plain]:
    """Screen the transmittal that the execution is about."""
    check_input(document)
    trial, transmittal = TrialId(document["trial"]), TransmittalId(document["transmittal"])
    manifest, release = ManifestRef(**document["manifest"]), document.get("release", 0)
    command = Command(
        id=screen_command_id(transmittal, manifest, release=release),
        trial=trial,
        actor=system("ingest.screen"),
        now=now(),
        software=__version__,
        cause=execution_name(manifest, release=release),
    )
    with Child(PROBE) as child:
        tools = Tools(
            incoming=INCOMING,
            records=RECORDS,
            registry=Registry(STORE),
            keys=KEYS.trial_keys(trial),
            read=reader(lambda frame: _decodes(child, frame)),
        )
        answer = screen(
            STORE,
            tools=tools,
            command=command,
            transmittal=transmittal,
            manifest=manifest,
            release=release,
        )
    told = {"trial": trial, "transmittal": transmittal, "outcome": answer["outcome"]}
    logger.info("screen.done", extra=told)
    return answer


def _decodes(child: Child, frame: Frame) -> bool:
    """Whether a child decodes the frame; one that died of it has said no."""
    try:
        return child.ask(asked(frame)) == GOOD
    except ChildFailed as error:
        logger.warning("screen.probe_died", extra={"why": str(error)})
        return False
