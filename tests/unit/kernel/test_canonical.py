import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from corelab.kernel.canonical import LARGEST_SAFE_INTEGER, canonical_json

TEXT = st.text(st.characters(exclude_categories=["Cs"]))
PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers(-LARGEST_SAFE_INTEGER, LARGEST_SAFE_INTEGER) | TEXT,
    lambda inner: st.lists(inner) | st.dictionaries(TEXT, inner),
)


@given(PLAIN)
def test_canonical_json_is_what_another_implementation_of_rfc_8785_writes(value):
    assert canonical_json(value) == rfc8785.dumps(value)


@pytest.mark.parametrize("value", [1.5, {1: "a"}, b"bytes", {"a": {1, 2}}, object()])
def test_what_has_no_exact_form_is_refused(value):
    with pytest.raises(TypeError):
        canonical_json(value)


@pytest.mark.parametrize("value", [LARGEST_SAFE_INTEGER + 1, "\ud800"])
def test_what_another_reader_would_change_is_refused(value):
    with pytest.raises(ValueError):
        canonical_json(value)
