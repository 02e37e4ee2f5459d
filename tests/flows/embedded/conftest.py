from collections.abc import Iterator
from pathlib import Path

import pytest

from local.cloud import Cloud
from local.deploy import Stack, deploy
from local.environment import embedded


@pytest.fixture(scope="session")
def cloud() -> Iterator[Cloud]:
    with embedded(strict=True) as running:
        yield running


@pytest.fixture(scope="session")
def assembly() -> Path:
    """A small stack that leans on the embedded AWS exactly where the product does."""
    return Path(__file__).parent / "probe"


@pytest.fixture(scope="session")
def probe(cloud, assembly) -> Stack:
    return deploy(assembly, cloud)[0]


@pytest.fixture(scope="session")
def names(probe) -> dict[str, str]:
    return probe.outputs
