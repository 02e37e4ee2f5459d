"""The key that signs receipts, as a door was deployed with it."""

from corelab_aws import clients
from corelab_aws.ledger.signer import KmsSigner
from corelab_aws.settings import setting


def receipt_signer() -> KmsSigner:
    """The key of receipts: not the ledger's, so that a door that takes requests can sign no checkpoint."""
    return KmsSigner(clients.kms(), key=setting("RECEIPT_KEY"))
