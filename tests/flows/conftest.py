"""The whole system on the embedded AWS in strict mode, once for the flows that ask for it."""

from collections.abc import Iterator

import pytest

from local.cloud import Cloud
from local.deploy import Stack, deploy
from local.environment import api_url, embedded, outputs_of
from local.synth import synthesize


@pytest.fixture(scope="session")
def system() -> Iterator[Cloud]:
    """The embedded AWS of the deployed system, as the account's root."""
    with embedded(strict=True) as cloud:
        yield cloud


@pytest.fixture(scope="session")
def deployed(system) -> list[Stack]:
    """The system's stacks, as deployed."""
    return deploy(synthesize(), system)


@pytest.fixture(scope="session")
def outputs(deployed) -> dict[str, str]:
    """What the stacks say of themselves."""
    return outputs_of(deployed)


@pytest.fixture(scope="session")
def api(system, outputs) -> str:
    """Where the API answers on this machine."""
    return api_url(system, outputs)
