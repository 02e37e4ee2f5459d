from collections.abc import Callable

import pytest

from infra.assembly import synthesize
from infra.deployment import read_deployment
from infra.layers import Target
from tests.infra.templates import Assembly

Synthesize = Callable[[str, Target], Assembly]


@pytest.fixture(scope="session")
def synthesized(tmp_path_factory: pytest.TempPathFactory) -> Synthesize:
    """Assembly of a deployment and a target, each made once."""
    made: dict[tuple[str, Target], Assembly] = {}

    def make(name: str, target: Target) -> Assembly:
        if (name, target) not in made:
            folder = tmp_path_factory.mktemp(f"{name}-{target}")
            synthesize(read_deployment(name), folder, target)
            made[name, target] = Assembly(folder)
        return made[name, target]

    return make


@pytest.fixture(scope="session")
def local(synthesized: Synthesize) -> Assembly:
    return synthesized("local", Target.HOST)


@pytest.fixture(scope="session")
def production(synthesized: Synthesize) -> Assembly:
    return synthesized("example", Target.AWS)


@pytest.fixture(scope="session", params=["local", "production"])
def assembly(request: pytest.FixtureRequest) -> Assembly:
    """Both deployments: what is asserted holds wherever it runs."""
    made: Assembly = request.getfixturevalue(request.param)
    return made
