import base64
from datetime import date

import pytest

from local.story.cast import enrolled
from local.story.secrecy import found_in, identity

WORD = "Mustermann"


@pytest.mark.parametrize(
    "data",
    [
        b"...Mustermann...",
        b"MUSTERMANN^MAX",
        "mustermann".encode("utf-16-le"),
        *(base64.b64encode(b"x" * before + b"Mustermann" + b"yz") for before in range(4)),
    ],
)
def test_a_word_is_found_however_it_is_written(data):
    assert found_in([WORD], data) == {WORD}


def test_what_is_not_there_is_not_found():
    assert found_in([WORD], b"Muster mann") == set()


def test_identity_is_everything_that_names_patient_house_people_and_machine():
    first, second, *_ = enrolled(date(2026, 3, 1))

    words = identity(first)

    assert {"Mustermann", "Maximilian", "19570312", "MUSTER-4711-0815", "ACC-90210-A"} <= words
    assert {"Sankt Musterstadt Klinikum", "Beispiel", "Bruno", "Probst", "Petra", "GE-SN-0047110815"} <= words
    assert not {"Dr.", "", "M"} & words
    assert "Annegret" in identity(second)


def test_no_word_of_one_patient_is_part_of_the_demo_that_everybody_may_see():
    people = [*enrolled(date(2026, 3, 1))]

    words = set().union(*map(identity, people))

    assert found_in(words, " ".join(one.subject for one in people).encode()) == set()
