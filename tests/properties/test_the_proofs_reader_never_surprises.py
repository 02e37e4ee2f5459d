"""Whatever the bytes, the proof's reader follows them to their end or says that it cannot."""

from hypothesis import given, settings
from hypothesis import strategies as st

from corelab.proof.proving import Prover
from corelab.proof.reading import Unreadable, opened
from tests.fakes.images import ct, mr, nested
from tests.fakes.proofs import pair, prover

IMAGES = [
    ct(),
    mr(implicit=True),
    ct(nested({0x00080104: ("LO", b"a meaning ")})),
    pair()[1],
]


@st.composite
def damaged(draw):
    data = bytearray(draw(st.sampled_from(IMAGES)))
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(128, len(data) - 1))
        data[at : at + draw(st.integers(0, 4))] = draw(st.binary(max_size=8))
    return bytes(data)


@given(damaged())
@settings(max_examples=300)
def test_damaged_files_are_read_or_not(data):
    try:
        file = opened(data)
    except Unreadable:
        return
    assert file.rest <= len(file.data)


@given(damaged(), damaged())
@settings(max_examples=200)
def test_damaged_files_get_a_verdict(original, delivered):
    proving: Prover = prover()
    proving.look(original, delivered)

    assert proving.verdict().verdict in {"PASS", "FAIL"}
