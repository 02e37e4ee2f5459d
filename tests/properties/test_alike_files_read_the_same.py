"""What was found in the files before never changes what is found in a file."""

from dataclasses import asdict

from hypothesis import given, settings
from hypothesis import strategies as st

from corelab.dicom import scan
from corelab.dicom.alike import Alike
from corelab.ingest.header import read_image
from corelab.kernel.errors import CorelabError
from tests.fakes.images import ct, nested
from tests.fakes.real_dicom import beside


def sibling(number, *, implicit=False):
    planted = nested({0x00081155: ("UI", f"1.2.3.{number:04d}".encode())}, implicit=implicit)
    return ct(
        planted | {0x00080032: ("TM", f"1015{number % 60:02d}".encode())}, number=number, implicit=implicit
    )


def tried(data, alike=None):
    try:
        header = scan.scan_header(data, alike=alike)
        return header.elements, header.trailing_bytes, asdict(read_image(data, alike=alike))
    except CorelabError as refusal:
        return refusal.code, refusal.message


def warm(*, implicit):
    alike = Alike()
    for number in (11, 12, 13):
        read_image(sibling(number, implicit=implicit), alike=alike)
    return alike


@st.composite
def changed(draw):
    implicit = draw(st.booleans())
    data = bytearray(sibling(draw(st.integers(10, 99)), implicit=implicit))
    for _ in range(draw(st.integers(0, 3))):
        at = draw(st.integers(0, len(data) - 300))
        if draw(st.booleans()):
            data[at] = draw(st.integers(0, 255))
        else:  # another length at one place, made up for at another
            cut = draw(st.integers(1, 8))
            del data[at : at + cut]
            place = draw(st.integers(0, len(data)))
            data[place:place] = bytes(cut)
    return implicit, bytes(data)


@given(changed())
@settings(max_examples=400, deadline=None)
def test_no_file_is_read_otherwise_for_the_ones_before_it(drawn):
    implicit, data = drawn

    assert tried(data, warm(implicit=implicit)) == tried(data)


def test_a_file_that_is_alike_is_not_scanned(monkeypatch):
    alike = warm(implicit=False)
    expected = tried(sibling(14))
    scanned = []
    whole = scan.Scan.data_set
    monkeypatch.setattr(
        scan.Scan, "data_set", lambda self, *given, **named: scanned.append(1) or whole(self, *given, **named)
    )

    assert tried(sibling(14), alike) == expected
    assert scanned == []


def test_the_end_of_a_file_is_looked_at():
    data = sibling(11) + bytes(8)
    alike = Alike()
    tried(data, alike)

    longer = data[:-8] + b"PK\5\6" + bytes(4)

    assert tried(longer, alike) == tried(longer)


def test_what_is_remembered_stays_small():
    alike = Alike()
    for number in range(600):
        tried(ct({0x00104000: ("LT", b"x" * 2 * number)}), alike)

    assert alike.trees <= 256


def test_real_series_read_the_same():
    for folder in ("ct_philips_head_5mm", "mr_acr_ge_artist_t1"):
        alike = Alike()
        for path in beside(folder):
            data = path.read_bytes()
            assert tried(data, alike) == tried(data)
