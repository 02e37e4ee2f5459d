import pytest

from corelab.ingest.drops.model import DROP_MACHINE
from corelab.ingest.model import OBJECT_MACHINE, TRANSMITTAL_MACHINE
from tests.fakes.state_tables import differences


@pytest.mark.parametrize(
    "machine", [TRANSMITTAL_MACHINE, OBJECT_MACHINE, DROP_MACHINE], ids=lambda machine: machine.name
)
def test_every_pair_of_state_and_event_is_as_the_glossary_says(machine):
    assert differences(machine) == {}
