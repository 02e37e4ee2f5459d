from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from corelab.charter.comparison import components
from corelab.charter.model import Operator, ParameterRule, Severity, UnknownPolicy, Visit, VisitKind
from corelab.charter.rules import Result, judge
from corelab.charter.windows import days_from_anchor, days_outside, window_of

RULE = ParameterRule(
    parameter="SliceThickness",
    label="Slice thickness",
    check="MR-03",
    op=Operator.EQ,
    values=("5",),
    abs=Decimal("0.1"),
    rel=None,
    unit="mm",
    severity=Severity.MINOR,
    section="5.2",
    query="mr_timing",
    unknown=UnknownPolicy.QUERY,
)
WEEK_6 = Visit(
    id="W6", label="Week 6", kind=VisitKind.FOLLOW_UP, target_day=42, window=(-7, 7), procedures=("MR_BRAIN",)
)


def rule(op, *values, **more):
    return replace(RULE, op=op, values=values, **more)


@pytest.mark.parametrize(
    ("asked", "value", "result"),
    [
        (rule(Operator.EQ, "5"), "4.9", Result.PASS),
        (rule(Operator.EQ, "5"), "4.8999", Result.FAIL),
        (rule(Operator.EQ, "5"), "5.10000", Result.PASS),
        (rule(Operator.EQ, "5"), None, Result.UNKNOWN),
        (rule(Operator.EQ, "5"), "", Result.UNKNOWN),
        (rule(Operator.EQ, "3D"), "3D", Result.PASS),
        (rule(Operator.EQ, "3D"), "2D", Result.FAIL),
        (rule(Operator.IN, "1.5", "3"), "3.00000", Result.PASS),
        (rule(Operator.IN, "1.5", "3"), "2", Result.FAIL),
        (rule(Operator.NOT_IN, "01"), "00", Result.PASS),
        (rule(Operator.RANGE, "2000", "3000", abs=None), "2300.00", Result.PASS),
        (rule(Operator.RANGE, "2000", "3000", abs=None), "3000.01", Result.FAIL),
        (rule(Operator.RANGE, "2000", "3000", abs=None), "many", Result.UNKNOWN),
        (rule(Operator.RANGE, "2000", "3000", abs=None), "NaN", Result.UNKNOWN),
        (rule(Operator.RANGE, "2000", "3000", abs=None), "1E999999", Result.UNKNOWN),
        (rule(Operator.MIN, "100", abs=None, rel=Decimal("0.01")), "99", Result.PASS),
        (rule(Operator.MIN, "100", abs=None, rel=Decimal("0.01")), "98.9", Result.FAIL),
        (rule(Operator.MAX, "0.98"), ["0.97", "1.09"], Result.FAIL),
        (rule(Operator.MAX, "0.98"), ["0.97", "1.08"], Result.PASS),
        (rule(Operator.REGEX, "(?i)earl"), "Body EARL 2", Result.PASS),
        (rule(Operator.CONTAINS, "ATTN"), ["ATTN", "DECY"], Result.PASS),
        (rule(Operator.CONTAINS, "ATT"), ["ATTN", "DECY"], Result.FAIL),
        (rule(Operator.NOT_CONTAINS, "LOCALIZER"), "ORIGINAL\\PRIMARY", Result.PASS),
        (rule(Operator.PRESENT), None, Result.FAIL),
        (rule(Operator.ABSENT), None, Result.PASS),
        (rule(Operator.ABSENT), 0, Result.FAIL),
    ],
)
def test_a_value_is_judged_by_its_rule(asked, value, result):
    assert judge(asked, value).result is result


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        (rule(Operator.EQ, "5"), "4.9–5.1 mm"),
        (rule(Operator.EQ, "5", abs=None), "5 mm"),
        (rule(Operator.IN, "1.5", "3", unit="T"), "1.4–1.6 or 2.9–3.1 T"),
        (rule(Operator.RANGE, "2000", "3000", abs=None, unit="ms"), "2000–3000 ms"),
        (rule(Operator.MIN, "60", abs=None, unit="s"), "at least 60 s"),
        (rule(Operator.MAX, "30", unit="ms"), "at most 30.1 ms"),
        (rule(Operator.NOT_IN, "01", abs=None, unit=None), "anything but 1"),
        (rule(Operator.REGEX, "^a{2}$", unit=None), "a text of the form ^a{2}$"),
        (rule(Operator.CONTAINS, "ATTN", unit=None), "a value containing ATTN"),
        (rule(Operator.NOT_CONTAINS, "ATTN", unit=None), "a value without ATTN"),
        (rule(Operator.PRESENT), "stated"),
        (rule(Operator.ABSENT), "not stated"),
    ],
)
def test_what_is_asked_is_said_in_words(asked, words):
    assert judge(asked, None).asked == words


def test_what_is_seen_is_said_with_its_unit():
    assert judge(RULE, "2300.00").seen == "2300 mm"
    assert judge(RULE, ["0.97", "1.10"]).seen == "0.97 × 1.1 mm"
    assert judge(RULE, None).seen == "not stated"


def test_padding_and_empty_components_are_no_values():
    assert components("ORIGINAL\\ PRIMARY \0\\") == ("ORIGINAL", "PRIMARY")


def test_a_window_counts_from_the_anchor_and_both_ends_belong_to_it():
    window = window_of(WEEK_6, anchor=date(2026, 1, 1))

    assert (window.opens, window.target, window.closes) == (
        date(2026, 2, 5),
        date(2026, 2, 12),
        date(2026, 2, 19),
    )
    assert window.holds(date(2026, 2, 5))
    assert window.holds(date(2026, 2, 19))
    assert not window.holds(date(2026, 2, 20))


def test_a_scan_outside_its_window_is_so_many_days_early_or_late():
    assert [days_outside(WEEK_6, day=day) for day in (34, 35, 42, 49, 52)] == [-1, 0, 0, 0, 3]
    assert days_from_anchor(date(2025, 12, 31), anchor=date(2026, 1, 1)) == -1
