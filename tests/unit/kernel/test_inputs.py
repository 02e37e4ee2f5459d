"""A step takes inputs of its own schema and of the one before, and no other."""

import pytest

from corelab.kernel.inputs import SCHEMA, InputUnknown, check_input, taken


def test_a_door_takes_the_newest_schema_and_the_one_before():
    assert [*taken(1)] == [1]
    assert [*taken(2)] == [1, 2]
    assert [*taken(7)] == [6, 7]


@pytest.mark.requirement("fault-46")
@pytest.mark.parametrize("newest", [SCHEMA, SCHEMA + 1])
def test_todays_inputs_are_taken_by_this_version_and_by_the_next(newest):
    check_input({"schema": SCHEMA}, newest=newest)


@pytest.mark.requirement("fault-46")
@pytest.mark.parametrize("named", [None, 0, 2, 5, "1", True, 1.0])
def test_an_input_of_any_other_schema_is_refused_and_not_guessed_at(named):
    with pytest.raises(InputUnknown):
        check_input({"schema": named}, newest=4 if named == 2 else 1)
    with pytest.raises(InputUnknown):
        check_input({})
