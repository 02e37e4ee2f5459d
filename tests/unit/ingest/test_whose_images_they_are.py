"""Every combination of how an image's two identities may stand, against the table of what follows."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corelab.ingest.belonging import (
    GRAVITY,
    Belonging,
    Presented,
    Standing,
    belonging,
    standing_of_any,
    together,
)

# Number stands, name and birth date stand, then by what the subject has: nothing, numbers, persons, both.
TRUTH = """
ABSENT   ABSENT   PSEUDONYM PSEUDONYM PSEUDONYM PSEUDONYM
ABSENT   OURS     SAME      SAME      SAME      SAME
ABSENT   OTHERS   OTHER     OTHER     OTHER     OTHER
ABSENT   NOBODYS  FIRST     UNSEEN    UNSEEN    UNSEEN
OURS     ABSENT   SAME      SAME      SAME      SAME
OURS     OURS     SAME      SAME      SAME      SAME
OURS     OTHERS   OTHER     OTHER     OTHER     OTHER
OURS     NOBODYS  SAME      SAME      RENAMED   RENAMED
OTHERS   ABSENT   OTHER     OTHER     OTHER     OTHER
OTHERS   OURS     OTHER     OTHER     OTHER     OTHER
OTHERS   OTHERS   OTHER     OTHER     OTHER     OTHER
OTHERS   NOBODYS  OTHER     OTHER     OTHER     OTHER
NOBODYS  ABSENT   FIRST     UNSEEN    UNSEEN    UNSEEN
NOBODYS  OURS     SAME      SAME      SAME      SAME
NOBODYS  OTHERS   OTHER     OTHER     OTHER     OTHER
NOBODYS  NOBODYS  FIRST     UNSEEN    UNSEEN    UNSEEN
"""
HAS = [(False, False), (True, False), (False, True), (True, True)]
ROWS = [line.split() for line in TRUTH.strip().splitlines()]


def test_the_table_holds_every_combination():
    assert {(row[0], row[1]) for row in ROWS} == set(itertools.product(Standing, Standing))


@pytest.mark.parametrize(
    ("number", "person", "has", "what"),
    [(row[0], row[1], has, what) for row in ROWS for has, what in zip(HAS, row[2:], strict=True)],
)
def test_what_follows_is_what_the_table_says(number, person, has, what):
    found = belonging(Standing(number), Standing(person), has_number=has[0], has_person=has[1])

    assert found == what


def stranger(number="", *persons):
    return Presented(number=number, persons=frozenset(persons))


@pytest.mark.parametrize("said", [*itertools.product(Belonging, repeat=2)])
def test_the_gravest_of_two_decides_and_a_stranger_among_the_subjects_own_is_several(said):
    strangers = [stranger("n")] if {Belonging.FIRST, Belonging.UNSEEN} & set(said) else []
    has_own = bool({Belonging.SAME, Belonging.RENAMED} & set(said))

    found = together(said, strangers)

    if Belonging.OTHER in said:
        assert found is Belonging.OTHER
    elif strangers and has_own:
        assert found is Belonging.SEVERAL
    else:
        assert found is max(said, key=GRAVITY.index)


@pytest.mark.parametrize(
    ("strangers", "is_one"),
    [
        ([stranger("a"), stranger("a", "p")], True),
        ([stranger("a"), stranger("", "p")], True),
        ([stranger("a", "p"), stranger("a", "p", "q"), stranger("a", "q")], True),
        ([stranger("a", "p"), stranger("a", "q"), stranger("a", "p", "q")], True),
        ([stranger("a"), stranger("b")], False),
        ([stranger("a", "p"), stranger("b", "p")], False),
        ([stranger("a", "p"), stranger("a", "q")], False),
    ],
)
def test_strangers_are_one_person_where_nothing_sets_them_apart(strangers, is_one):
    found = together([Belonging.FIRST], strangers)

    assert found is (Belonging.FIRST if is_one else Belonging.SEVERAL)


def test_nothing_at_all_is_a_pseudonym():
    assert together([], []) is Belonging.PSEUDONYM


@given(st.lists(st.sampled_from(Standing)), st.randoms())
def test_a_person_written_in_several_ways_stands_as_the_gravest_way(standings, random):
    shuffled = random.sample(standings, k=len(standings))

    assert standing_of_any(standings) is standing_of_any(shuffled)
    assert (standing_of_any(standings) is Standing.OTHERS) == (Standing.OTHERS in standings)
