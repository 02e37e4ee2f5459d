"""Whatever is done to a file's bytes: a sound answer or a refusal with a code, never anything else."""

import io
import warnings

import pydicom
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corelab.deid.dates import shifted
from corelab.deid.uids import KeyedUids
from corelab.dicom.charset import CODECS, decode
from corelab.dicom.errors import Unreadable
from corelab.dicom.scan import scan_header
from corelab.kernel.errors import CorelabError
from tests.fakes.images import UID_KEY, cleaned, ct, deidentifier, mr, nested

SECRET = b"IDENTITY"
IDENTIFIED = {
    0x00080080: ("LO", SECRET),
    0x00081030: ("LO", SECRET),
    0x00081070: ("PN", SECRET),
    0x00100010: ("PN", SECRET),
    0x00100020: ("LO", SECRET),
    0x00101040: ("LO", SECRET),
    0x00204000: ("LT", SECRET),
    0x00290010: ("LO", b"SIEMENS CSA HEADER"),
    0x00291010: ("OB", SECRET),
}
FILES = [
    image(IDENTIFIED | nested(IDENTIFIED, implicit=implicit), implicit=implicit)
    for image in (ct, mr)
    for implicit in (False, True)
]
HEADER = FILES[0].index(bytes(range(64)))  # mutations of pixels are no news


@st.composite
def mutated(draw):
    data = bytearray(draw(st.sampled_from(FILES)))
    for _ in range(draw(st.integers(1, 6))):
        at = draw(st.integers(0, HEADER))
        change = draw(st.sampled_from(["set", "cut", "insert", "copy", "end"]))
        if change == "set":
            data[at : at + 1] = bytes([draw(st.integers(0, 255))])
        elif change == "cut":
            del data[at : at + draw(st.integers(1, 40))]
        elif change == "insert":
            data[at:at] = draw(st.binary(max_size=24))
        elif change == "copy":
            data[at:at] = data[at : at + draw(st.integers(1, 64))]
        else:
            del data[draw(st.integers(0, len(data))) :]
    return bytes(data)


@given(mutated())
@settings(max_examples=400, deadline=None)
def test_a_mutated_file_is_deidentified_or_refused(data):
    refusal, out = None, b""
    try:
        out = cleaned(data)
    except CorelabError as error:
        refusal = error

    if refusal is not None:
        assert refusal.code[:3] in ("ING", "DEI")
        assert SECRET.decode() not in str(refusal) + str(refusal.facts)
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = pydicom.dcmread(io.BytesIO(out))
    assert str(found.PatientName) == found.PatientID == "101-0001"
    assert [element.tag for element in found] == sorted(found.keys())
    assert out[:132] == bytes(128) + b"DICM"
    scan_header(out)


@pytest.mark.parametrize("step", range(4))
def test_every_truncation_is_refused(step):
    data = FILES[step]
    for end in range(0, len(data) - 1, 3):
        with pytest.raises(CorelabError):
            cleaned(data[:end])


@given(st.binary(max_size=600))
def test_arbitrary_bytes_are_refused(data):
    with pytest.raises(Unreadable):
        scan_header(data)
    with pytest.raises(Unreadable):
        scan_header(bytes(128) + b"DICM" + data)


@given(mutated())
@settings(max_examples=100, deadline=None)
def test_what_was_remembered_of_another_image_changes_nothing(data):
    one = deidentifier()
    for known in FILES:
        one.clean(known)

    def tried(with_one):
        try:
            made = with_one.clean(data)
        except CorelabError as refusal:
            return refusal.code
        return made.head, made.listed, tuple(made.counts)

    assert tried(one) == tried(deidentifier())


@given(st.binary(max_size=60), st.lists(st.sampled_from([*CODECS, "ISO 2022 IR 87", "nonsense"]), max_size=3))
def test_any_bytes_decode_under_any_character_set(raw, charsets):
    assert isinstance(decode(raw, charsets), str)


@given(st.dates(), st.dates(), st.integers(-530, 530))
def test_intervals_between_dates_survive_every_shift(first, second, weeks):
    texts = [f"{day.year:04d}{day.month:02d}{day.day:02d}".encode() for day in (first, second)]

    moved = [shifted(text, "DA", days=7 * weeks) for text in texts]

    if None not in moved:
        days = [pydicom.valuerep.DA(text.decode()) for text in moved]
        assert days[1] - days[0] == second - first
        assert days[0].weekday() == first.weekday()


@given(st.binary(max_size=30), st.sampled_from(["DA", "DT"]), st.integers(-530, 530))
def test_any_value_is_shifted_or_left_to_the_basic_profile(value, vr, weeks):
    moved = shifted(value, vr, days=7 * weeks)

    assert moved is None or not moved.strip(b"0123456789.+-\\")


@given(st.text("0123456789.", min_size=1, max_size=64), st.text("0123456789.", min_size=1, max_size=64))
def test_different_uids_stay_different(one, other):
    uids = KeyedUids(UID_KEY)

    assert (uids.of(one) == uids.of(other)) == (one == other)
