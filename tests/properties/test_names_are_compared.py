"""One person's name, however a system writes it, is one key; what stands for nobody has none."""

import unicodedata
from datetime import date

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from corelab.ingest.dummies import BEFORE_NUMBERS, WORDS
from corelab.ingest.persons import birth_key, is_dummy, letters, name_keys, words

LATIN = st.text(st.characters(categories=("Lu", "Ll"), max_codepoint=0x17F), min_size=2, max_size=12)
ANY = st.text(st.characters(exclude_categories=("Cs",)), max_size=30)


@given(ANY)
def test_a_key_is_its_own_key(text):
    assert letters(letters(text)) == letters(text)


@given(LATIN, LATIN)
def test_case_accents_punctuation_prefix_and_suffix_make_no_other_person(family, given_name):
    assume(not is_dummy(f"{family} {given_name}"))
    usual = name_keys(f"{family}^{given_name}")
    ways = [
        f"{family.upper()}^{given_name.upper()}",
        f"{family}^{given_name}^^Dr.^MD",
        f"{family}, {given_name}",
        f"{family}-{given_name}",
        f" {family} ^ {given_name} ^^^",
        unicodedata.normalize("NFD", f"{family}^{given_name}"),
        f"{family}^{given_name}=山田^太郎",
    ]
    assume(letters(family.upper() + given_name.upper()) == letters(family + given_name))  # ŉ has no capital

    assert all(set(usual) <= set(name_keys(way)) for way in ways)


@given(LATIN, st.integers(0, 99999))
def test_what_stands_for_nobody_has_no_key(name, number):
    for word in sorted(WORDS)[:: 1 + number % 7]:
        assert is_dummy(word.upper())
        assert is_dummy(f"{word}_{number}") or word not in BEFORE_NUMBERS
        assert name_keys(f"{word}^{word}") == ()
    assert name_keys(name, stand_ins=[f"{name}."]) == ()


@given(ANY)
def test_no_text_is_too_strange_to_be_compared(text):
    assert all(key and key == key.casefold() for key in name_keys(text)) or not words(text)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Müller^Jörg", "MUELLER^JOERG"),
        ("Müller^Jörg", "Muller^Jorg"),
        ("Strauß^Änne", "STRAUSS^AENNE"),
        ("O'Brien^Seán^Patrick", "OBRIEN^SEAN PATRICK"),
        ("Łukasz^Øyvind", "LUKASZ^OYVIND"),
        ("Иванов^Пётр", "ИВАНОВ^ПЕТР"),
        ("ヤマダ^タロウ", "やまだ^たろう"),
        ("ﾔﾏﾀﾞ^ﾀﾛｳ", "ヤマダ^タロウ"),
    ],
)
def test_two_ways_to_write_one_name(one, other):
    assert name_keys(one) == name_keys(other) != ()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Meier^Eva", "Meyer^Eva"),
        ("Yamada^Tarou", "Yamata^Tarou"),
        ("がら^あい", "から^あい"),
        ("मा^क", "मि^क"),
    ],
)
def test_two_names_stay_two(one, other):
    assert not set(name_keys(one)) & set(name_keys(other))


def test_a_name_that_could_not_be_decoded_and_an_initial_name_nobody():
    assert name_keys("M\\xfcller^Eva") == ()
    assert name_keys("E^") == ()


@pytest.mark.parametrize(
    "text", ["0", "000000", "1111", "XXX", "x", "", "-", "Anonymous", "TEST 4711", "ANON0012"]
)
def test_numbers_that_are_nobodys(text):
    assert is_dummy(text)


@pytest.mark.parametrize("text", ["4711", "HOSPITAL-4711", "KM-5206", "10", "Testa", "Nonet", "0815A"])
def test_numbers_that_may_be_somebodys(text):
    assert not is_dummy(text)


def test_birth_dates_of_forms_and_clocks_are_nobodys():
    nobodys = [None, date(1, 1, 1), date(1900, 1, 1), date(1901, 1, 1), date(1970, 1, 1), date(9999, 12, 31)]
    assert [birth_key(born) for born in nobodys] == [""] * 6
    assert birth_key(date(1961, 8, 12)) == "1961-08-12"
