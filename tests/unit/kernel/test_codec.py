import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import NewType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corelab.kernel.canonical import Plain, canonical_json
from corelab.kernel.codec import from_plain, to_plain

Name = NewType("Name", str)


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


@dataclass(frozen=True, slots=True, kw_only=True)
class Inner:
    name: Name
    at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outer:
    inner: Inner
    many: tuple[Inner, ...]
    pair: tuple[str, int]
    colours: frozenset[Colour]
    by_colour: Mapping[Colour, Inner]
    on: date
    dose: Decimal
    wait: timedelta
    free: Mapping[str, Plain]
    is_open: bool = False


moments = st.datetimes(timezones=st.just(UTC)).map(
    lambda at: at.replace(microsecond=at.microsecond // 1000 * 1000)
)
text = st.text(st.characters(exclude_categories=["Cs"]))
inners = st.builds(Inner, name=text, at=st.none() | moments.filter(lambda at: at.year >= 1000))
outers = st.builds(
    Outer,
    inner=inners,
    many=st.lists(inners, max_size=3).map(tuple),
    pair=st.tuples(text, st.integers(-(2**53) + 1, 2**53 - 1)),
    colours=st.frozensets(st.sampled_from(Colour)),
    by_colour=st.dictionaries(st.sampled_from(Colour), inners),
    on=st.dates(),
    dose=st.decimals(allow_nan=False, allow_infinity=False),
    wait=st.timedeltas().map(lambda wait: wait - wait % timedelta(milliseconds=1)),
    free=st.dictionaries(text, st.none() | st.booleans() | text),
    is_open=st.booleans(),
)


@given(outers)
def test_an_aggregate_comes_back_as_it_was_stored(outer):
    stored = canonical_json(to_plain(outer))
    assert from_plain(Outer, json.loads(stored)) == outer


def test_an_unknown_field_is_an_error_and_never_dropped():
    with pytest.raises(ValueError, match="no field extra"):
        from_plain(Inner, {"name": "a", "extra": 1})


def test_a_missing_field_takes_its_default_or_is_an_error():
    assert from_plain(Inner, {"name": "a"}) == Inner(name=Name("a"))
    with pytest.raises(ValueError, match="name"):
        from_plain(Inner, {})


@pytest.mark.parametrize("plain", [{"name": 1}, {"name": True}, {"name": "a", "at": "yesterday"}, [], "a"])
def test_a_wrong_shape_is_an_error(plain):
    with pytest.raises(ValueError):
        from_plain(Inner, plain)


def test_what_has_no_plain_form_is_refused():
    with pytest.raises(TypeError):
        to_plain(1.5)
