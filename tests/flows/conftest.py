"""The whole system on the embedded AWS in strict mode, once for the flows that ask for it."""

from collections.abc import Iterator

import pytest

from local.cloud import Cloud
from local.deploy import Stack, deploy
from local.environment import api_url, embedded, outputs_of
from local.synth import synthesize
from tests.flows.trial_on_stack import CHARTER, TrialOnStack, open_trial


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put what looks back on the whole session at its end."""
    items.sort(key=lambda item: item.get_closest_marker("at_the_end") is not None)


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


@pytest.fixture(scope="session")
def trial(system, outputs) -> Iterator[TrialOnStack]:
    """The demo's trial, with its people, on the deployed system."""
    opened = open_trial(system, outputs)
    yield opened
    opened.http.close()


@pytest.fixture(scope="session")
def charter() -> str:
    """The demo's charter, as text."""
    return CHARTER
