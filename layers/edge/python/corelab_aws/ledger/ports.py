"""The ledger's ports as a door was deployed with them."""

from corelab.audit.ports import Ports
from corelab_aws import clients
from corelab_aws.ledger.bus import EventBus
from corelab_aws.ledger.heads import DynamoHeads
from corelab_aws.ledger.objects import LockedObjects
from corelab_aws.ledger.outbox import DynamoOutbox
from corelab_aws.ledger.signer import KmsSigner
from corelab_aws.objects import bucket
from corelab_aws.settings import setting


def outbox() -> DynamoOutbox:
    """The door's outbox."""
    return DynamoOutbox(clients.dynamodb(), table=setting("LEDGER_TABLE"))


def heads() -> DynamoHeads:
    """The door's heads and segments."""
    return DynamoHeads(clients.dynamodb(), table=setting("LEDGER_TABLE"))


def signer() -> KmsSigner:
    """The door's signing key."""
    return KmsSigner(clients.kms(), key=setting("LEDGER_KEY"))


def bus() -> EventBus:
    """The door's bus."""
    return EventBus(clients.events(), name=setting("BUS"))


def ledger_ports() -> Ports:
    """Everything that the sequencer reaches for."""
    return Ports(
        outbox=outbox(),
        heads=heads(),
        objects=LockedObjects(bucket("LEDGER")),
        witness=LockedObjects(bucket("WITNESS")),
        signer=signer(),
    )
