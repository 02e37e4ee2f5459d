import pytest
from hypothesis import given
from hypothesis import strategies as st

from corelab.kernel.ids import derived_id, is_id


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]))))
def test_the_same_parts_always_give_the_same_id(parts):
    assert derived_id("ser", *parts) == derived_id("ser", *parts)
    assert is_id(derived_id("ser", *parts), prefix="ser")


def test_parts_are_framed_so_that_no_two_lists_meet():
    assert derived_id("ser", "a", "bc") != derived_id("ser", "ab", "c")
    assert derived_id("ser", "a") != derived_id("stu", "a")


@pytest.mark.parametrize(
    "text", ["", "ser_", "ser_short", "stu_" + "0" * 26, "ser_" + "8" * 26, "ser_" + "0" * 25 + "I"]
)
def test_what_has_another_shape_is_no_id(text):
    assert not is_id(text, prefix="ser")
