"""Verdicts on geometry hang neither on how a subject lay, nor on order, nor on where slices are missing."""

import math
from itertools import pairwise

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from corelab.qc.findings import judge_series
from tests.fakes.qc_documents import demo_charter, facts_of, header, index_of

GEOMETRY = ("INT-11", "INT-12", "INT-13", "INT-15", "INT-16")
angles = st.floats(-math.pi, math.pi)
shifts = st.floats(-500, 500)
spacings = st.floats(0.5, 20)


def rotated(vector, turn):
    """A vector turned about z, then y, then x."""
    (a, b, c), (x, y, z) = turn, vector
    x, y = x * math.cos(a) - y * math.sin(a), x * math.sin(a) + y * math.cos(a)
    x, z = x * math.cos(b) + z * math.sin(b), -x * math.sin(b) + z * math.cos(b)
    y, z = y * math.cos(c) - z * math.sin(c), y * math.sin(c) + z * math.cos(c)
    return x, y, z


def stack(places, *, turn=(0, 0, 0), shift=(0, 0, 0), **elements):
    """Slices at these places (mm) along a turned and shifted normal, as DS of 16 characters writes them."""
    row, column = rotated((1, 0, 0), turn), rotated((0, 1, 0), turn)
    headers = []
    for number, place in enumerate(places, start=1):
        corner = (axis + move for axis, move in zip(rotated((10, 20, place), turn), shift, strict=True))
        headers.append(header(number, place=written(corner), cosines=written((*row, *column)), **elements))
    return headers


def written(numbers):
    return [f"{number:.10f}"[:16] for number in numbers]


def judged(headers):
    facts = facts_of(len(headers), recognised=None)
    document = judge_series(facts, index_of(headers), charter=demo_charter())
    return {item["check"]: item for item in document["results"]}


def outcomes(headers):
    results = judged(headers)
    return {check: results[check]["outcome"] for check in GEOMETRY}


def missing(headers):
    found = judged(headers)["INT-11"]
    return int(found["finding"]["values"]["missing"]) if found["finding"] else 0


@given(
    turn=st.tuples(angles, angles, angles),
    shift=st.tuples(shifts, shifts, shifts),
    spacing=spacings,
    gone=st.sets(st.integers(1, 13), max_size=6),
    order=st.randoms(use_true_random=False),
)
def test_no_rotation_shift_or_order_changes_a_verdict(turn, shift, spacing, gone, order):
    places = [n * spacing for n in range(15) if n not in gone]
    plain, moved = stack(places), stack(places, turn=turn, shift=shift)
    order.shuffle(moved)

    assert outcomes(moved) == outcomes(plain)
    assert missing(moved) == missing(plain)


@given(spacing=spacings, count=st.integers(4, 40), data=st.data())
def test_as_many_slices_are_missing_as_were_taken_out(spacing, count, data):
    inner = st.integers(1, count - 2)
    gone = data.draw(st.sets(inner, min_size=1, max_size=count - 2))
    places = [n * spacing for n in range(count) if n not in gone]

    headers = stack(places, t00180088=f"{spacing:.6f}", t00180050=f"{spacing:.6f}")

    assert missing(headers) == len(gone)
    assert outcomes(headers)["INT-13"] == "PASS"


@given(spacing=spacings, count=st.integers(4, 40), data=st.data())
def test_two_neighbours_suffice_to_count_what_is_missing_where_no_spacing_is_stated(spacing, count, data):
    gone = data.draw(st.sets(st.integers(1, count - 2), max_size=count - 2))
    left = [n for n in range(count) if n not in gone]
    assume(any(after - before == 1 for before, after in pairwise(left)))

    assert missing(stack([n * spacing for n in left])) == len(gone)


@given(spacing=st.floats(2, 20), wobble=st.lists(st.floats(-0.024, 0.024), min_size=5, max_size=30))
def test_rounding_of_positions_is_neither_uneven_nor_missing(spacing, wobble):
    places = [n * spacing + off for n, off in enumerate(wobble)]

    assert set(outcomes(stack(places)).values()) == {"PASS"}


@given(spacing=st.floats(2, 20), at=st.integers(1, 13), share=st.floats(0.3, 0.45))
def test_a_displaced_slice_is_uneven_and_none_is_missing(spacing, at, share):
    places = [n * spacing + (share * spacing if n == at else 0) for n in range(15)]

    found = outcomes(stack(places))

    assert (found["INT-11"], found["INT-13"]) == ("PASS", "FAIL")


@given(spacing=spacings, twice=st.sets(st.integers(0, 14), min_size=1))
def test_every_doubled_slice_is_one_too_many(spacing, twice):
    headers = stack([n * spacing for n in range(15)])

    found = judged(headers + [headers[n] for n in twice])["INT-12"]

    assert found["finding"]["values"]["duplicates"] == str(len(twice))


@pytest.mark.parametrize("modality", ["CT", "MR", "PT"])
def test_every_modality_of_slices_is_judged(modality):
    assert outcomes(stack([0, 5, 10], t00080060=modality))["INT-11"] == "PASS"
