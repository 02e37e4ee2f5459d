"""Tampering as a role: what the system's own parts, and one that may do everything, cannot take back."""

from dataclasses import dataclass

from local.attacks.taking_back import ON_OBJECTS, ON_THE_REST, Aim, refused
from local.cloud import Cloud
from local.story.places import TRIAL
from local.story.report import Report, table, verdict
from local.story.scene import Scene
from local.story.teller import expect

PARTS = ("audit-sequence", "ingest-screen")  # roles of doors: who writes the ledger, who reads the images
WRITER = "audit-sequence"  # it adds; what it puts over another stands beside it, and the verifier says so
OVERWRITE = "write another over it"
OWNER = "data-owner"
ANYBODY = (
    '{"Version": "2012-10-17", "Statement": '
    '[{"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}]}'
)
EVERYTHING = '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}'


@dataclass(frozen=True, slots=True, kw_only=True)
class Insiders:
    """What was tried, by whom: role to the attempts, all of them refused."""

    refused: dict[str, tuple[str, ...]]

    def show(self, report: Report) -> None:
        """Attempt by attempt, role by role."""
        whats = dict.fromkeys(what for tried in self.refused.values() for what in tried)
        report.add(
            "5c. Tampering from inside",
            f"With the credentials of the system's own parts, and of a role ({OWNER}) to which the account "
            "allows everything: each tried to take back what the ledger and the witness hold. The ledger is "
            "as it was. The embedded AWS keeps no trail; what is shown is that the parts may not end one.",
            table(
                ("Tried to", *self.refused),
                [
                    (
                        what,
                        *(
                            verdict("refused", is_good=True) if what in tried else "not tried"
                            for tried in self.refused.values()
                        ),
                    )
                    for what in whats
                ],
            ),
        )


def tell(scene: Scene) -> Insiders:
    """Every attempt on the newest object of the ledger and of the witness."""
    cloud = scene.stage.cloud
    aims = [_aim(scene, bucket) for bucket in ("LedgerBucket", "WitnessBucket")]
    before = [_held(cloud, aim) for aim in aims]
    with scene.teller.step("the system's own roles, and one that may do everything, take nothing back"):
        tried = {part: _tried(cloud.as_role(_role(cloud, part)), aims, who=part) for part in PARTS}
        tried[OWNER] = _tried(cloud.as_role(_owner(cloud)), aims, who=OWNER)
    expect("the objects and their locks", expected=before, seen=[_held(cloud, aim) for aim in aims])
    for who, whats in tried.items():
        scene.teller.say(f"{who}: {len(whats)} ways, each refused at ledger and witness")
    return Insiders(refused=tried)


def _tried(role: Cloud, aims: list[Aim], *, who: str) -> tuple[str, ...]:
    attempts = ON_OBJECTS if who == OWNER else {**ON_OBJECTS, **ON_THE_REST}
    names = [what for what in attempts if not (who == WRITER and what == OVERWRITE)]
    done = [what for what in names for aim in aims if not refused(attempts[what], role, aim)]
    expect(f"what {who} could do", expected=[], seen=done)
    return tuple(names)


def _aim(scene: Scene, name: str) -> Aim:
    outputs = scene.stage.outputs
    listing = scene.stage.cloud.client("s3").list_object_versions(
        Bucket=outputs[name], Prefix=f"ledger/{TRIAL}/"
    )
    newest = max(listing["Versions"], key=lambda version: str(version["Key"]))
    return {
        "Bucket": outputs[name],
        "Key": newest["Key"],
        "VersionId": newest["VersionId"],
        "Table": outputs["LedgerTable"],
        "Log": TRIAL,
        "KeyId": outputs["LedgerKeyArn"],
    }


def _held(cloud: Cloud, aim: Aim) -> tuple[bytes, str, str]:
    got = cloud.client("s3").get_object(Bucket=aim["Bucket"], Key=aim["Key"], VersionId=aim["VersionId"])
    return got["Body"].read(), got["ObjectLockMode"], got["ObjectLockRetainUntilDate"].isoformat()


def _role(cloud: Cloud, part: str) -> str:
    return str(cloud.client("iam").get_role(RoleName=f"corelab-local-{part}")["Role"]["Arn"])


def _owner(cloud: Cloud) -> str:
    iam = cloud.client("iam")
    role = iam.create_role(RoleName=OWNER, AssumeRolePolicyDocument=ANYBODY)["Role"]
    iam.put_role_policy(RoleName=OWNER, PolicyName="everything", PolicyDocument=EVERYTHING)
    return str(role["Arn"])
