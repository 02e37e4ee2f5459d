from collections.abc import Iterator

import pytest

from local.cloud import Cloud
from local.deploy import deploy
from local.environment import api_url, embedded, outputs_of
from local.synth import synthesize
from tests.flows.gate.people import Gate
from tests.flows.gate.things import World, made

ANYBODY = (
    '{"Version": "2012-10-17", "Statement": '
    '[{"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}]}'
)
EVERYTHING = '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}'


@pytest.fixture(scope="session")
def world() -> Iterator[World]:
    """A system of its own, to be attacked: two sites with the same things, a person for every role."""
    with embedded(strict=True) as cloud:
        outputs = outputs_of(deploy(synthesize(), cloud))
        gate = Gate(cloud=cloud, outputs=outputs, api=api_url(cloud, outputs))
        yield made(gate)
        gate.close()


@pytest.fixture(scope="session")
def owner(world: World) -> Cloud:
    """Somebody of the account whose role may do everything: only the resources' own policies are left."""
    iam = world.gate.cloud.client("iam")
    role = iam.create_role(RoleName="data-owner", AssumeRolePolicyDocument=ANYBODY)["Role"]
    iam.put_role_policy(RoleName="data-owner", PolicyName="everything", PolicyDocument=EVERYTHING)
    return world.gate.cloud.as_role(role["Arn"])
