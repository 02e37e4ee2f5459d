"""What must hold between an original and what is delivered for it, and what may be there at all."""

from dataclasses import replace
from struct import pack

import pytest

from corelab.dicom.values import element, item
from corelab.proof.proving import Prover
from corelab.proof.reading import opened
from corelab.proof.tables import profile
from tests.fakes.codestreams import jpeg, jpeg_2000
from tests.fakes.images import PIXELS, cleaned, data_set
from tests.fakes.proofs import changed, pair, prover, verdict_on
from tests.hostile.building import BIG_ENDIAN, JPEG_2000, JPEG_BASELINE, big_endian, ended, file, fragments

KEYED = b"2.25.123456789012345678901234567890123456"
REFERENCES = 0x00081140


def checks(verdict):
    return {(one.check, one.where) for one in verdict.found}


def after(elements, planted=None):
    original, delivered = pair(planted)
    return checks(verdict_on((original, changed(delivered, elements))))


@pytest.mark.parametrize(
    ("tag", "value"),
    [
        (0x00280010, ("US", pack("<H", 15))),
        (0x00280011, ("US", pack("<H", 17))),
        (0x00280030, ("DS", b"1\\2")),
        (0x00180050, ("DS", b"4 ")),
        (0x00200032, ("DS", b"0\\0\\2")),
        (0x00200037, ("DS", b"0\\1\\0\\1\\0\\0")),
        (0x00200037, None),
        (0x00281052, ("DS", b"0 ")),
        (0x00280103, ("US", pack("<H", 1))),
    ],
)
def test_geometry_that_changed_is_found(tag, value):
    assert ("geometry", f"({tag >> 16:04X},{tag & 0xFFFF:04X})") in after({tag: value})


def test_pixels_that_changed_are_found():
    original, delivered = pair()
    at = delivered.rindex(PIXELS[:16])

    for place in (at, at + 255, len(delivered) - 1):
        broken = delivered[:place] + bytes([delivered[place] ^ 1]) + delivered[place + 1 :]
        assert ("pixels", "pixels") in checks(verdict_on((original, broken)))


def test_uids_are_mapped_one_to_one_throughout():
    first, second = pair(), pair(number=2)
    assert verdict_on(first, second).passes

    other_series = (second[0], changed(second[1], {0x0020000E: ("UI", KEYED)}))
    assert ("uids", "(0020,000E)") in checks(verdict_on(first, other_series))

    study = next(node for node in opened(first[1]).elements if node.tag == 0x0020000D)
    merged = (first[0], changed(first[1], {0x0020000E: ("UI", first[1][study.value : study.end])}))
    assert ("uids", "(0020,000E)") in checks(verdict_on(merged))


@pytest.mark.parametrize(
    "uid", [b"1.2.840.113619.2.5", b"2.25.20260310", b"2.25.0001", b"2.25.x", b"2.25.12345678901234567890"]
)
def test_a_uid_that_is_not_keyed_is_found(uid):
    assert ("uids", "(0020,0052)") in after({0x00200052: ("UI", uid)})


def test_a_day_at_either_end_of_a_keyed_uid_is_found():
    for uid in (b"2.25.1947110312345678901234567890123456", b"2.25.3141592653589793238462643319471103"):
        assert ("token", "(0020,0052)") in after({0x00200052: ("UI", uid)})


@pytest.mark.parametrize("day", [b"20260310", b"20240409", b"20240410", b"20240417", b"19990101"])
def test_a_date_that_is_not_moved_by_the_subjects_offset_is_found(day):
    right = b"20240409"  # 700 days before

    assert (("dates", "(0008,0020)") in after({0x00080020: ("DA", day)})) == (day != right)


def test_a_date_that_the_original_did_not_have_is_found():
    assert ("dates", "(0008,0023)") in after({0x00080023: ("DA", b"20240409")})


def test_an_offset_of_no_whole_weeks_is_found():
    policy = replace(prover()._policy, offset_days=-701)
    assert ("offset", "series") in checks(Prover(policy).verdict())


def reference(uid):
    inner = {0x00081150: ("UI", b"1.2.840.10008.5.1.4.1.1.2"), 0x00081155: ("UI", uid)}
    return {REFERENCES: ("SQ", item(data_set(inner)))}


def test_references_inside_a_series_resolve():
    images = [pair(reference(b"1.2.3.4.5.2"), number=1), pair(number=2)]
    assert verdict_on(*images).passes

    (original, delivered), second = images
    broken = (original, changed(delivered, reference(KEYED)))
    found = checks(verdict_on(broken, second))
    assert {("references", "(0008,1140)[1].(0008,1155)")} <= found


@pytest.mark.parametrize(
    "tag", [0x00080016, 0x00080060, 0x0020000D, 0x00120062, 0x00120063, 0x00100020, 0x00281053]
)
def test_what_is_required_is_there(tag):
    assert ("required", f"({tag >> 16:04X},{tag & 0xFFFF:04X})") in after({tag: None})


def test_the_file_meta_information_speaks_of_the_same_instance():
    original, delivered = pair()
    node = next(node for node in opened(delivered).meta if node.tag == 0x00020003)
    other = delivered[: node.value] + b"2.25.9" + delivered[node.value + 6 :]

    assert ("references", "meta (0002,0003)") in checks(verdict_on((original, other)))


REMOVED = sorted(tag for tag, row in profile().items() if row.basic == "X" and tag >> 16 >= 8)


def test_every_attribute_that_the_table_removes_is_found():
    original, delivered = pair()
    written = prover()._policy.written
    stays = {"PatientAge", "PatientSex", "PatientSize", "PatientWeight"}
    for tag in REMOVED:
        row = profile()[tag]
        if tag in written or row.shifts or row.keyword in stays:
            continue
        found = checks(verdict_on((original, changed(delivered, {tag: ("LO", b"x ")}))))
        assert ("closure", f"({tag >> 16:04X},{tag & 0xFFFF:04X})") in found


@pytest.mark.parametrize(
    ("tag", "vr", "value"),
    [
        (0x00104000, "LT", b"a comment "),
        (0x00204000, "LT", b"a comment "),
        (0x00080070, "LO", b"Zyzzyva "),
        (0x00180015, "CS", b"SOMEWHERE "),
        (0x00091001, "LO", b"without a creator "),
        (0x00080051, "SQ", item(b"")),
        (0x00080000, "UL", bytes(4)),
        (0x7FE00020, "OW", bytes(4)),
        (0x60003000, "OW", bytes(4)),
        (0x00080014, "UI", b"1.2.3.4"),
        (0x00100030, "DA", b"19460101"),
        (0x00400244, "DS", b"1 "),
        (0x00111111, "LO", b"x "),
    ],
)
def test_what_no_list_allows_is_found(tag, vr, value):
    found = after({tag: (vr, value)})

    assert {check for check, where in found if f"({tag >> 16:04X},{tag & 0xFFFF:04X})" in where} & {
        "closure",
        "uids",
    }


def test_what_the_trial_writes_is_exactly_that():
    assert ("written", "(0012,0040)") in after({0x00120040: ("LO", b"101-0002")})
    assert ("written", "(0010,0020)") in after({0x00100020: ("LO", b"101-0002")})


def test_a_file_that_cannot_be_read_fails():
    original, delivered = pair()

    for broken in (b"", delivered[:200], b"x" * 4000, delivered[:-10]):
        assert not verdict_on((original, broken)).passes
        assert not verdict_on((broken, delivered)).passes


def test_nothing_looked_at_is_no_pass():
    assert not prover().verdict().passes


def compressed(make, syntax, **said):
    """An original, and what is delivered for it."""
    original = ended(fragments(make(b"\1\2\3\4" * 8, **said)), syntax=syntax)
    return original, cleaned(original)


@pytest.mark.parametrize(("make", "syntax"), [(jpeg, JPEG_BASELINE), (jpeg_2000, JPEG_2000)])
@pytest.mark.parametrize("put", [b"exported by another", "Fr\u00f6hlich^Hannelore!".encode("latin-1")])
def test_compressed_pixels_without_their_remarks_pass_and_others_are_found(make, syntax, put):
    original, made = compressed(make, syntax, remark=b"exported by nobody.")
    blank = bytes(len(put))
    at = made.index(blank, made.index(make()[:2]))

    assert checks(verdict_on((original, made))) == set()
    for changed_one in (
        made.replace(b"\1\2\3\4", b"\1\2\0\4", 1),
        made[:at] + put + made[at + len(put) :],
    ):
        assert ("pixels", "pixels") in checks(verdict_on((original, changed_one)))


def test_frames_may_be_enclosed_otherwise():
    frame = jpeg(b"\1\2\3\4" * 8)
    original = ended(fragments(frame[:12], frame[12:]), syntax=JPEG_BASELINE)

    assert checks(verdict_on((original, cleaned(original)))) == set()


def test_a_big_endian_image_is_the_same_in_little_endian_and_not_if_a_number_changed():
    original = file(big_endian(), syntax=BIG_ENDIAN)
    made = cleaned(original)

    assert checks(verdict_on((original, made))) == set()
    rows = element(0x00280010, "US", pack("<H", 16), implicit=False)
    other = element(0x00280010, "US", pack("<H", 4096), implicit=False)  # the same bytes, turned
    assert ("geometry", "(0028,0010)") in checks(verdict_on((original, made.replace(rows, other))))
