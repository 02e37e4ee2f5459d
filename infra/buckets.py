"""The buckets: originals, drops, packs, records, the locked ledger, and the log of who touched them."""

from aws_cdk import Duration, RemovalPolicy
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from constructs import Construct

from infra.acknowledged import acknowledge
from infra.deployment import Deployment
from infra.keys import Keys, roles_of

# Nobody takes back what was written, and nobody shortens or lifts a lock. 21 CFR 11.10(c), (e).
NEVER = (
    "s3:DeleteObject",
    "s3:DeleteObjectVersion",
    "s3:PutObjectRetention",
    "s3:PutObjectLegalHold",
    "s3:BypassGovernanceRetention",
)
# Nobody takes the lock off what is written next.
NEVER_TO_THE_BUCKET = (
    "s3:PutBucketObjectLockConfiguration",
    "s3:PutLifecycleConfiguration",
    "s3:PutBucketVersioning",
)
DEPLOYER = "cdk-*-cfn-exec-role-*"  # sets the bucket up, by reviewed templates only
WRITERS = (
    "audit-sequence",
    "audit-sweep",
)  # a foreign object there would stop a log for good
UNFINISHED_DAYS = 2  # no door takes longer over an object of its own
UNFINISHED_SITE_DAYS = 8  # a site has seven to send everything; the sweep ends what it left
ACCESS_LOG_DAYS = 400  # an inspection looks back over a year


class Buckets(Construct):
    """Every bucket of the Foundation."""

    def __init__(self, scope: Construct, id: str, *, deployment: Deployment, keys: Keys) -> None:
        super().__init__(scope, id)
        self._deployment = deployment
        self.access_logs = s3.Bucket(
            self,
            "AccessLogs",
            encryption=s3.BucketEncryption.S3_MANAGED,  # log delivery cannot write under a customer's key
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            object_ownership=s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
            enforce_ssl=True,
            versioned=True,
            lifecycle_rules=[s3.LifecycleRule(expiration=Duration.days(ACCESS_LOG_DAYS))],
            removal_policy=RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
        )
        acknowledge(self.access_logs, "It is the log; logging itself would never end.", "S1")
        self.incoming = self._data_bucket(
            "Incoming", key=keys.identified, unfinished_days=UNFINISHED_SITE_DAYS
        )
        _sends_events(self.incoming)
        self.drop = self._data_bucket("Drop", key=keys.identified, unfinished_days=UNFINISHED_SITE_DAYS)
        _sends_events(self.drop)
        self.records = self._data_bucket("Records", key=keys.identified)
        self.packs = self._data_bucket("Packs", key=keys.images)
        self.ledger = locked_bucket(
            self,
            "Ledger",
            deployment=deployment,
            name=deployment.bucket("ledger"),
            access_logs=self.access_logs,
        )

    def key_of(self, name: str) -> kms.IKey | None:
        """Key of the bucket of that name; None where S3 keeps it."""
        buckets = {
            "incoming": self.incoming,
            "drop": self.drop,
            "records": self.records,
            "packs": self.packs,
            "ledger": self.ledger,
        }
        return buckets[name].encryption_key

    def _data_bucket(self, id: str, *, key: kms.IKey, unfinished_days: int = UNFINISHED_DAYS) -> s3.Bucket:
        return s3.Bucket(
            self,
            id,
            bucket_name=self._deployment.bucket(id.lower()),
            encryption=s3.BucketEncryption.KMS,
            encryption_key=key,
            bucket_key_enabled=True,
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            object_ownership=s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
            enforce_ssl=True,
            versioned=True,
            server_access_logs_bucket=self.access_logs,
            server_access_logs_prefix=f"{id.lower()}/",
            lifecycle_rules=[
                s3.LifecycleRule(
                    id="unfinished-uploads",
                    abort_incomplete_multipart_upload_after=Duration.days(unfinished_days),
                )
            ],
            removal_policy=RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
        )


def locked_bucket(
    scope: Construct,
    id: str,
    *,
    deployment: Deployment,
    name: str,
    access_logs: s3.IBucket | None = None,
) -> s3.Bucket:
    """A bucket whose objects are locked as the deployment says, and denied to everyone who would unlock them.

    Its own default retention locks what is put: no writer names a date, so none can name a wrong one.
    """
    days = Duration.days(deployment.retention_days)
    modes = {
        "COMPLIANCE": s3.ObjectLockRetention.compliance,
        "GOVERNANCE": s3.ObjectLockRetention.governance,
    }
    lock = modes.get(deployment.lock_mode)
    bucket = s3.Bucket(
        scope,
        id,
        bucket_name=name,
        encryption=s3.BucketEncryption.S3_MANAGED,
        block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
        object_ownership=s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
        enforce_ssl=True,
        versioned=True,
        object_lock_enabled=True,
        object_lock_default_retention=lock(days) if lock else None,
        server_access_logs_bucket=access_logs,
        server_access_logs_prefix=f"{id.lower()}/" if access_logs else None,
        removal_policy=RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
    )
    bucket.add_to_resource_policy(
        iam.PolicyStatement(
            sid="NobodyTakesBack",
            effect=iam.Effect.DENY,
            principals=[iam.AnyPrincipal()],
            actions=list(NEVER),
            resources=[bucket.arn_for_objects("*")],
        )
    )
    bucket.add_to_resource_policy(
        iam.PolicyStatement(
            sid="NobodyUnlocks",
            effect=iam.Effect.DENY,
            principals=[iam.AnyPrincipal()],
            actions=list(NEVER_TO_THE_BUCKET),
            resources=[bucket.bucket_arn],
            conditions={"ArnNotLike": {"aws:PrincipalArn": f"arn:aws:iam::*:role/{DEPLOYER}"}},
        )
    )
    bucket.add_to_resource_policy(
        iam.PolicyStatement(
            sid="OnlyTheLedgersDoorsWrite",
            effect=iam.Effect.DENY,
            principals=[iam.AnyPrincipal()],
            actions=["s3:PutObject"],
            resources=[bucket.arn_for_objects("*")],
            conditions={"ArnNotLike": {"aws:PrincipalArn": roles_of(deployment, WRITERS)}},
        )
    )
    return bucket


def _sends_events(bucket: s3.Bucket) -> None:
    """Send the bucket's events to EventBridge.

    By the bucket's own property: the construct's switch would add a custom resource with a role over every
    bucket.
    """
    resource = bucket.node.default_child
    assert isinstance(resource, s3.CfnBucket)  # noqa: S101 -- CDK's own child, for the type checker
    resource.notification_configuration = s3.CfnBucket.NotificationConfigurationProperty(
        event_bridge_configuration=s3.CfnBucket.EventBridgeConfigurationProperty(event_bridge_enabled=True)
    )
