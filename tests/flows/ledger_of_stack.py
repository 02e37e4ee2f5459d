"""The ledger of a deployed system: settled and signed, and as an export."""

from pathlib import Path

from corelab.audit.verify import read_export
from corelab_aws.clock import now
from corelab_aws.ledger.export import export_ledger
from corelab_aws.ledger.heads import DynamoHeads
from corelab_aws.ledger.signer import KmsSigner
from tests.flows.embedded.waiting import until
from tests.flows.trial_on_stack import TrialOnStack

SIGNED_WITHIN_S = 90.0


def heads_of(trial: TrialOnStack) -> DynamoHeads:
    """Heads of all logs."""
    return DynamoHeads(trial.cloud.client("dynamodb"), table=trial.outputs["LedgerTable"])


def signed(trial: TrialOnStack) -> None:
    """Wait until all that has its place is signed; the sweep comes sooner than each minute."""
    heads = heads_of(trial)

    def is_signed() -> bool:
        trial.cloud.client("lambda").invoke(FunctionName="corelab-local-audit-sweep", Payload=b"{}")
        found = [heads.read(log) for log in heads.logs()]
        return all(head.checkpoint and head.checkpoint.size == head.size for head in found)

    until(is_signed, within_s=SIGNED_WITHIN_S)


def exported(trial: TrialOnStack, folder: Path) -> dict[str, bytes]:
    """An export of every log."""
    heads, signer = heads_of(trial), KmsSigner(trial.cloud.client("kms"), key=trial.outputs["LedgerKeyArn"])
    export_ledger(
        trial.cloud.client("s3"),
        heads,
        folder=folder,
        logs=sorted(heads.logs()),
        ledger=trial.outputs["LedgerBucket"],
        witness=trial.outputs["WitnessBucket"],
        key_pem=signer.public_key_pem(),
        taken_at=now(),
    )
    return dict(read_export(folder))
