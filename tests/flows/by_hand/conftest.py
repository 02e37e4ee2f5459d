from collections.abc import Iterator

import pytest

from tests.flows.by_hand.stage import Stage, stage


@pytest.fixture(scope="session")
def on_stage(tmp_path_factory) -> Iterator[Stage]:
    """A deployed system in which nothing moves but what a test moves."""
    with stage(tmp_path_factory.mktemp("workers")) as ready:
        yield ready
