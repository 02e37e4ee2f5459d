"""The traps: by their seed, each with its token really in the file, and found again by the judge."""

import codecs
import zlib

import pytest

from corelab_deidbench.bounds import interval
from corelab_deidbench.chance import KANJI, Chance
from corelab_deidbench.corpus import corpus
from corelab_deidbench.judging import Output, leaks, matched
from corelab_deidbench.kinds import KINDS
from corelab_deidbench.model import STUDIES
from corelab_deidbench.tokens import Kind, Token, text
from corelab_deidbench.traps import CLASSES
from corelab_deidbench.writing import DEFLATED, EXPLICIT, file_of

PER_CLASS = 24


@pytest.fixture(scope="module")
def cases():
    return corpus(7, per_class=PER_CLASS)


def output(data, *, name="1.dcm"):
    return Output(name=name, data=data)


def test_a_seed_gives_the_same_files_and_another_gives_others(cases):
    again, other = corpus(7, per_class=PER_CLASS), corpus(8, per_class=PER_CLASS)

    assert [one.data for one in again] == [one.data for one in cases]
    assert not {one.data for one in other} & {one.data for one in cases}


def test_a_class_keeps_its_traps_when_more_are_asked_for(cases):
    all_of = {token for one in cases for token in one.tokens}

    fewer = {token for one in corpus(7, per_class=3) for token in one.tokens}

    assert fewer < all_of


def test_every_token_of_every_trap_is_in_its_file_and_in_no_other(cases):
    outputs = {one.number: output(one.data, name=f"{one.number}.dcm") for one in cases}
    of_case, others = matched(cases, outputs.values())

    lost = [
        (one.trap_class, one.number)
        for one in cases
        if leaks(one, of_case=of_case, others=others) != one.tokens
    ]

    assert lost == []
    words = [token.value for one in cases for token in one.tokens]
    assert len(set(words)) == len(words)


def test_every_class_and_kind_is_there(cases):
    assert {one.trap_class for one in cases} == {*CLASSES, STUDIES}
    assert {one.kind for one in cases if one.trap_class == STUDIES} == set(KINDS)
    assert all(sum(one.trap_class == name for one in cases) == PER_CLASS for name in CLASSES)


def test_an_output_is_matched_by_its_name_or_by_what_it_says(cases):
    one = cases[0]

    by_name, _ = matched(cases, [output(b"broken", name=f"sub/{one.number}.dcm")])
    by_number, _ = matched(cases, [output(one.data, name="2.25.77.dcm")])
    nobody, others = matched(cases, [output(b"a note", name="2.25.77.txt")])

    assert list(by_name) == list(by_number) == [one.number]
    assert (nobody, len(others)) == ({}, 1)


NAME = "Vorkelun"
FORMS = {
    "as it is": NAME.encode(),
    "in capitals": NAME.upper().encode(),
    "UTF-16": NAME.encode("utf-16-le"),
    "UTF-16, the other order": NAME.encode("utf-16-be"),
    "with dots between": ".".join(NAME).encode(),
    "packed by zlib": b"junk" + zlib.compress(b"for " + NAME.encode()) + b"junk",
    "packed by gzip": codecs.encode(b"", "hex") + zlib.compress(NAME.encode(), wbits=31),
}


@pytest.mark.parametrize("form", FORMS)
def test_the_judge_knows_a_name_in_every_form(form):
    assert output(b"\0\1\2" + FORMS[form] + b"\0").betrays(text(NAME))
    assert not output(b"\0\1\2" + FORMS[form] + b"\0").betrays(text("Another"))


def test_the_judge_reads_names_of_files_and_deflated_data_sets():
    inside = {0x00104000: ("LT", NAME.encode())}
    deflated = file_of(inside, meta={}, syntax=DEFLATED)

    assert NAME.encode() not in deflated
    assert output(deflated).betrays(text(NAME))
    assert output(b"", name=f"{NAME}/1.dcm").betrays(text(NAME))
    assert not output(file_of({}, meta={}, syntax=EXPLICIT)).betrays(text(NAME))


@pytest.mark.parametrize(
    ("word", "encoding"),
    [
        ("山川田中", "iso2022_jp"),
        ("山川田中", "shift_jis"),
        ("山川田中", "euc_jp"),
        ("김이박최", "euc_kr"),
        ("김이박최", "iso2022_kr"),
        ("赵钱孙李", "gb18030"),
        ("жзиклмн", "utf-8"),
        ("Vorküelun", "latin-1"),
    ],
)
def test_the_judge_knows_other_scripts(word, encoding):
    assert output(b"before " + word.encode(encoding) + b" after").betrays(text(word))


@pytest.mark.parametrize("form", [b"19471103", b"1947-11-03", b"03.11.1947", b"11/03/1947", b"03 Nov 1947"])
def test_the_judge_knows_a_day(form):
    assert output(b"x" + form).betrays(Token(kind=Kind.DAY, value="1947-11-03"))


@pytest.mark.parametrize(
    "form",
    [b"3105914860", (3105914860).to_bytes(4, "little"), (3105914860).to_bytes(4, "big")],
)
def test_the_judge_knows_a_number(form):
    assert output(b"x" + form).betrays(Token(kind=Kind.NUMBER, value="3105914860"))


def test_what_is_drawn_is_drawn_once():
    chance = Chance(1, about="words")

    words = [chance.written_in(KANJI) for _ in range(500)]

    assert len(set(words)) == 500


@pytest.mark.parametrize(
    ("seen", "of", "low", "high"),
    [
        (0, 20, 0.0, 0.1684),
        (1, 20, 0.0013, 0.2487),
        (20, 20, 0.8316, 1.0),
        (5, 50, 0.0333, 0.2181),
        (0, 0, 0, 1),
    ],
)
def test_bounds_are_those_of_clopper_and_pearson(seen, of, low, high):
    assert interval(seen, of) == pytest.approx((low, high), abs=1e-4)
