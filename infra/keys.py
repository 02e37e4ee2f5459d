"""The five keys, each with a policy of its own that names the doors which may use it.

A role's permission alone opens nothing: the key's policy must name the role too. The account administers keys
and cannot use them, so a new administrator's policy does not open identified data.
"""

from collections.abc import Mapping

from aws_cdk import Duration, RemovalPolicy
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from constructs import Construct

from infra.deployment import Deployment

ADMINISTRATION = (
    *("kms:Describe*", "kms:List*", "kms:GetKeyPolicy", "kms:GetKeyRotationStatus", "kms:GetPublicKey"),
    *("kms:PutKeyPolicy", "kms:EnableKeyRotation", "kms:UpdateKeyDescription", "kms:CreateAlias"),
    *("kms:UpdateAlias", "kms:DeleteAlias", "kms:EnableKey", "kms:DisableKey"),
    *("kms:TagResource", "kms:UntagResource", "kms:ScheduleKeyDeletion", "kms:CancelKeyDeletion"),
)
READ = ("kms:Decrypt",)
WRITE = ("kms:GenerateDataKey",)
SIGN = ("kms:Sign",)
WRAP = ("kms:GenerateDataKeyWithoutPlaintext",)

Users = Mapping[tuple[str, ...], tuple[str, ...]]  # actions of a key → doors that may ask for them
NOBODY: Users = {}

# Who may use a key; the grants in infra/rooms say the same from the other side, and a test compares both.
IDENTIFIED_USERS: Users = {
    READ: (
        *("ingest-screen", "ingest-retire", "deid-deidentify", "review-api", "qc-check", "qc-conclude"),
        *("ingest-arrive", "ingest-gather", "ingest-transfer"),
    ),
    # The presigner puts and cannot get; so does the sweep, which writes a manifest that was never written.
    WRITE: (
        *("ingest-api", "ingest-screen", "ingest-sweep", "review-api", "qc-check"),
        *("ingest-gather", "ingest-transfer", "dicomweb-api"),
    ),
}
# S3 decrypts the parts of a large upload when it joins them, in the name of whoever lets it: decision 0124.
# "ingest-drop" is no door: it is the role whose keys sites borrow.
IDENTIFIED_THROUGH_S3: Users = {READ: ("ingest-api",), WRITE + READ: ("ingest-drop",)}
IMAGES_USERS: Users = {
    READ: ("deid-deidentify", "deid-api", "qc-check", "ingest-retire"),
    WRITE: ("deid-deidentify",),
}
REID_USERS: Users = {
    READ + WRAP: ("ingest-screen", "ingest-arrive", "ingest-gather", "ingest-transfer", "deid-deidentify")
}
RECEIPT_USERS: Users = {SIGN: ("ingest-api",)}  # a key of its own: decision 0125
LEDGER_USERS: Users = {SIGN: ("audit-sequence", "audit-sweep")}


class Keys(Construct):
    """Keys of identified data, of images, of re-identification, and of two signatures."""

    def __init__(self, scope: Construct, id: str, *, deployment: Deployment) -> None:
        super().__init__(scope, id)
        self._deployment = deployment
        self.identified = self._key(
            "Identified",
            "originals, facts and findings",
            IDENTIFIED_USERS,
            by_s3_only=IDENTIFIED_THROUGH_S3,
        )
        self.images = self._key("Images", "de-identified packs", IMAGES_USERS)
        self.reid = self._key("Reid", "trials' secrets and subjects' salts", REID_USERS)
        self.ledger = self._key(
            "Ledger",
            "signature of the ledger's checkpoints",
            LEDGER_USERS,
            spec=kms.KeySpec.ECC_NIST_EDWARDS25519,
        )
        self.receipts = self._key(
            "Receipts",
            "signature of sites' receipts",
            RECEIPT_USERS,
            spec=kms.KeySpec.ECC_NIST_EDWARDS25519,
        )

    def _key(
        self,
        id: str,
        purpose: str,
        users: Users,
        *,
        by_s3_only: Users = NOBODY,
        spec: kms.KeySpec = kms.KeySpec.SYMMETRIC_DEFAULT,
    ) -> kms.Key:
        signs = spec is kms.KeySpec.ECC_NIST_EDWARDS25519
        return kms.Key(
            self,
            id,
            description=f"Corelab {self._deployment.stage}: {purpose}",
            alias=self._deployment.name_of(id.lower()),
            key_spec=spec,
            key_usage=kms.KeyUsage.SIGN_VERIFY if signs else kms.KeyUsage.ENCRYPT_DECRYPT,
            enable_key_rotation=not signs,
            pending_window=Duration.days(30),
            removal_policy=RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
            policy=self._policy(users, by_s3_only),
        )

    def _policy(self, users: Users, by_s3_only: Users) -> iam.PolicyDocument:
        account = iam.AccountPrincipal(self._deployment.account)
        statements = [
            iam.PolicyStatement(
                sid="Administer", principals=[account], actions=list(ADMINISTRATION), resources=["*"]
            )
        ]
        nothing_more: dict[str, dict[str, str]] = {}
        uses = [(use, nothing_more) for use in users.items()]
        uses += [(use, through_s3(self._deployment)) for use in by_s3_only.items()]
        for number, ((actions, doors), more) in enumerate(uses, start=1):
            statements.append(
                iam.PolicyStatement(
                    sid=f"Use{number}",
                    principals=[account],
                    actions=list(actions),
                    resources=["*"],
                    conditions={"ArnLike": {"aws:PrincipalArn": roles_of(self._deployment, doors)}} | more,
                )
            )
        return iam.PolicyDocument(statements=statements)


def through_s3(deployment: Deployment) -> dict[str, dict[str, str]]:
    """The condition that S3 asks, for a request made to it, and nobody directly."""
    return {"StringEquals": {"kms:ViaService": f"s3.{deployment.region}.amazonaws.com"}}


def roles_of(deployment: Deployment, doors: tuple[str, ...]) -> list[str]:
    """The doors' roles by name, since they are made after what names them.

    AWS compares the role's ARN; the embedded stack compares its session's.
    """
    account, names = deployment.account, [deployment.name_of(door) for door in doors]
    return [
        *(f"arn:aws:iam::{account}:role/{name}" for name in names),
        *(f"arn:aws:sts::{account}:assumed-role/{name}/*" for name in names),
    ]
