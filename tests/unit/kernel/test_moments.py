from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corelab.kernel.moments import moment, moment_text

moments = st.datetimes(min_value=datetime(1000, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 -- zones come apart


@given(moments, moments)
def test_the_order_of_texts_is_the_order_of_moments(one, other):
    one, other = (at.replace(microsecond=at.microsecond // 1000 * 1000) for at in (one, other))
    assert (moment_text(one) < moment_text(other)) == (one < other)
    assert moment(moment_text(one)) == one


def test_a_moment_is_written_in_utc():
    berlin = timezone(timedelta(hours=1))
    assert moment_text(datetime(2026, 1, 31, 8, 15, tzinfo=berlin)) == "2026-01-31T07:15:00.000Z"


def test_a_moment_without_a_zone_is_refused():
    with pytest.raises(ValueError, match="time zone"):
        moment_text(datetime(2026, 1, 31))  # noqa: DTZ001 -- the point
