from collections.abc import Iterator

import pytest

from local.cloud import Cloud
from local.deploy import Stack, deploy
from local.environment import embedded
from tests.flows.embedded.probe_stack import write_assembly


@pytest.fixture(scope="session")
def cloud() -> Iterator[Cloud]:
    with embedded(strict=True) as running:
        yield running


@pytest.fixture(scope="session")
def assembly(tmp_path_factory):
    return write_assembly(tmp_path_factory.mktemp("assembly"))


@pytest.fixture(scope="session")
def probe(cloud, assembly) -> Stack:
    return deploy(assembly, cloud)[0]


@pytest.fixture(scope="session")
def names(probe) -> dict[str, str]:
    return probe.outputs
