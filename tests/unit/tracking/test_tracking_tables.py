import pytest

from corelab.tracking.machines import TIME_POINT, TRIAL
from tests.fakes.state_tables import differences, rows_of

WITHDRAWN = {  # docs/decisions/0141: what came was filed there by mistake
    ("RECEIVED", "withdrawn_part"),
    ("RECEIVED", "withdrawn_all"),
    ("PARTIAL", "withdrawn_all"),
}


@pytest.mark.parametrize(
    ("machine", "more"), [(TIME_POINT, WITHDRAWN), (TRIAL, set())], ids=["time_point", "trial"]
)
def test_every_pair_is_as_the_state_table_says(machine, more) -> None:
    assert rows_of(machine.name)
    assert differences(machine) == {pair: (machine.moves[pair], None) for pair in more}
