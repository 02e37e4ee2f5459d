"""The role whose keys a site's own programs borrow, narrowed each time to one site's prefix."""

from aws_cdk import Duration
from aws_cdk import aws_iam as iam

from infra.acknowledged import acknowledge
from infra.door import Door
from infra.keys import READ, WRITE, through_s3


def lends_drop_keys(door: Door) -> iam.Role:
    """Let the door lend keys that put new objects into the drop bucket and do nothing else.

    The role itself may put nothing over an object that is there: a put asks for a free key, and the parts of
    an upload in parts, which cannot ask, become an object only by a completion that does.
    """
    deployment, foundation = door.platform.deployment, door.platform.foundation
    name = deployment.bucket("drop")
    objects = f"arn:aws:s3:::{name}/drop/*"
    role = iam.Role(
        door,
        "DropRole",
        role_name=deployment.name_of("ingest-drop"),
        description="Corelab: keys that sites borrow to put objects into the drop bucket",
        assumed_by=iam.ArnPrincipal(door.role.role_arn),
        max_session_duration=Duration.hours(1),
    )
    for operator, key, said in (
        ("Null", "s3:if-none-match", "false"),
        ("Bool", "s3:ObjectCreationOperation", "false"),
    ):
        role.add_to_policy(
            iam.PolicyStatement(
                actions=["s3:PutObject"], resources=[objects], conditions={operator: {key: said}}
            )
        )
    role.add_to_policy(
        iam.PolicyStatement(
            actions=[*WRITE, *READ],
            resources=[foundation.keys.identified.key_arn],
            conditions=through_s3(deployment),
        )
    )
    acknowledge(role, "Each loan is narrowed to one site's prefix.", f"IAM5[Resource::{objects}]")
    door.allow(["sts:AssumeRole"], [role.role_arn])
    door.tell("DROP_ROLE", role.role_arn)
    door.tell("LENT_BUCKET", name)
    return role
