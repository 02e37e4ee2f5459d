import pytest

from corelab.tracking.machines import TIME_POINT, TRIAL
from tests.fakes.state_tables import differences, rows_of


@pytest.mark.parametrize("machine", [TIME_POINT, TRIAL], ids=lambda machine: machine.name)
def test_every_pair_is_as_the_state_table_says(machine) -> None:
    assert rows_of(machine.name)
    assert differences(machine) == {}
