"""Findings leave the identified world: whatever text a header holds, no finding repeats it."""

from hypothesis import given
from hypothesis import strategies as st

from corelab.kernel.canonical import canonical_json
from corelab.qc.findings import judge_series
from corelab.qc.makers import MAKERS, maker_named
from corelab.qc.service import brought_series
from corelab.qc.tags import TAGS
from corelab.qc.wording import SEEN_CHARACTERS
from tests.fakes.qc_documents import brain, demo_charter, facts_of, index_of

LETTERS = "QXZJ"  # no word of ours holds three of them in a row
TEXT = st.text(LETTERS, min_size=3, max_size=80) | st.builds(
    lambda maker, text: f"{maker} {text}",
    st.sampled_from(["SIEMENS", "GE MEDICAL"]),
    st.text(LETTERS, min_size=3),
)
ELEMENTS = st.dictionaries(
    st.sampled_from([tag for tag in TAGS.values() if tag != TAGS["Modality"]]),
    TEXT | st.lists(TEXT, min_size=1, max_size=6) | st.builds(lambda text: f"1.5\\{text}", TEXT),
    min_size=1,
    max_size=8,
)
NUMBERS = st.decimals(allow_nan=False, allow_infinity=False).map(str) | st.integers().map(str)
PLACES = st.lists(st.integers(0, 19), min_size=1, max_size=20)


def told(headers, **facts) -> tuple[str, list[str]]:
    """Everything that a series' findings say, and each sentence of it."""
    document = facts_of(len(headers), **facts)
    findings = judge_series(document, index_of(headers), charter=demo_charter())
    brought = brought_series(
        document, facts_key="f", charter=demo_charter(), findings=findings, findings_key="g"
    )
    words = [words for item in brought.failures for words in (item.seen, item.asked, item.text)]
    return canonical_json(findings).decode() + " ".join(words), words


@given(elements=ELEMENTS, places=PLACES, modality=st.sampled_from(["MR", "CT", "PT"]) | TEXT)
def test_no_text_of_the_header_appears_in_a_finding(elements, places, modality):
    headers = [item | {TAGS["Modality"]: modality} for item in brain()]
    for place in places:
        headers[place] |= elements

    everything, _ = told(headers)

    assert not _repeated(everything)


@given(manufacturer=TEXT, model=TEXT, software=TEXT, id=st.sampled_from([None, "101-MR1"]))
def test_no_text_of_the_scanner_appears_in_a_finding(manufacturer, model, software, id):
    scanner = facts_of()["scanner"] | {
        "id": id,
        "manufacturer": manufacturer,
        "model": model,
        "software": software,
        "serial_matches": False,
    }

    everything, _ = told(brain(), scanner=scanner)

    assert not _repeated(everything)


@given(header=TEXT | st.none(), side=TEXT | st.none(), agrees=st.booleans() | st.none())
def test_no_text_of_the_person_appears_in_a_finding(header, side, agrees):
    agreement = {"agrees": agrees}
    everything, _ = told(
        brain(),
        sex={"header": header, "agrees": agrees},
        birth_year=agreement,
        age=agreement,
        order={"after_birth": agrees, "in_past": agrees},
        laterality=side,
    )

    assert not _repeated(everything)


@given(
    tag=st.sampled_from([*TAGS.values()]),
    values=st.lists(NUMBERS, min_size=1, max_size=20),
    digits=st.text("0123456789", max_size=3000),
)
def test_numbers_of_the_header_make_short_words(tag, values, digits):
    headers = brain()
    for place, value in enumerate(values):
        headers[place][tag] = [value, f"1.{digits}"]

    _, words = told(headers)

    assert all(len(item) <= 3 * SEEN_CHARACTERS for item in words)
    assert len(digits) < 100 or not any(digits[:100] in item for item in words)


def test_an_exponent_writes_no_million_zeros():
    _, words = told(brain(t00180080="1E-999999"))

    assert "Repetition time 0 ms" in words


@given(text=st.text())
def test_a_maker_is_one_of_the_list(text):
    assert maker_named(text) in {*MAKERS, "an unlisted maker"}


def _repeated(everything: str) -> bool:
    """Whether three of the letters stand together."""
    return any(
        all(letter in LETTERS for letter in everything[place : place + 3])
        for place in range(len(everything) - 2)
    )
