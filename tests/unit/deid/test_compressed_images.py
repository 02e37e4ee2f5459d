"""Compressed frames go through as they came, without what encoders remark; other byte orders become ours."""

import io
from struct import pack

import numpy as np
import pytest
from pydicom.encaps import generate_frames

from corelab.deid.errors import MaskImpossible
from corelab.deid.model import Box, Clearing
from corelab.dicom.syntaxes import EXPLICIT_LITTLE
from corelab.kernel.canonical import sha256_hex
from corelab.pack.index import load_index
from tests.fakes import codestreams as made
from tests.fakes.images import PIXELS, cleaned, ct, deidentifier
from tests.fakes.real_dicom import bundled, read
from tests.hostile.building import JPEG_BASELINE, body, el, file, fragments
from tests.unit.deid.test_series_are_packed import packed

COMPRESSED = (
    "MR_small_RLE.dcm",
    "MR_small_jp2klossless.dcm",
    "MR_small_jpeg_ls_lossless.dcm",
    "JPEG-lossy.dcm",
    "JPEG2000.dcm",
    "JPGExtended.dcm",
    "693_J2KI.dcm",
    "SC_rgb_jpeg_dcmtk.dcm",
    "SC_rgb_jpeg_gdcm.dcm",
    "examples_ybr_color.dcm",
)
FRAME = made.jpeg()
MULTI_FRAME = b"1.2.840.10008.5.1.4.1.1.7.4"


def clip(*fragments_of_frames, frames=1, syntax=JPEG_BASELINE, **enclosed):
    whole = ct({0x00080016: ("UI", MULTI_FRAME), 0x00280008: ("IS", str(frames).encode())})
    bare = body(whole)[: -len(el(0x7FE00010, "OW", PIXELS))]
    return file(bare + fragments(*fragments_of_frames, **enclosed), syntax=syntax)


def out(data):
    return read(io.BytesIO(cleaned(data, is_cleared=True)))


@pytest.mark.parametrize("name", COMPRESSED)
def test_frames_of_real_files_are_the_same_but_for_remarks(name):
    source = bundled(name).read_bytes()

    before, after = read(io.BytesIO(source)), out(source)

    assert after.file_meta.TransferSyntaxUID == before.file_meta.TransferSyntaxUID
    frames = int(before.get("NumberOfFrames", 1))
    pairs = zip(
        *(generate_frames(one.PixelData, number_of_frames=frames) for one in (before, after)), strict=True
    )
    for old, new in pairs:
        assert len(new) == len(old)
        same = np.frombuffer(old, "uint8") == np.frombuffer(new, "uint8")
        assert not np.frombuffer(new, "uint8")[~same].any()  # what differs is zeros now
        assert (~same).sum() <= 60
    for word in (b"Kakadu", b"OpenJPEG", b"JasPer"):
        assert word not in after.PixelData


@pytest.mark.parametrize("name", ["MR_small_RLE.dcm", "SC_rgb_rle_16bit.dcm"])
def test_what_can_be_decoded_here_shows_the_same(name):
    source = bundled(name).read_bytes()

    assert (read(io.BytesIO(source)).pixel_array == out(source).pixel_array).all()


@pytest.mark.parametrize(
    "name",
    ["MR_small_bigendian.dcm", "SC_rgb_small_odd_big_endian.dcm", "MR_small_expb.dcm", "image_dfl.dcm"],
)
def test_other_byte_orders_and_deflated_files_leave_as_explicit_little_endian(name):
    source = bundled(name).read_bytes()

    before, after = read(io.BytesIO(source)), out(source)

    assert after.file_meta.TransferSyntaxUID == EXPLICIT_LITTLE
    assert (before.pixel_array == after.pixel_array).all()
    assert [after[tag].value for tag in (0x00280010, 0x00280100)] == [
        before[tag].value for tag in (0x00280010, 0x00280100)
    ]


def test_the_same_image_says_the_same_in_either_byte_order():
    one, other = (
        deidentifier(is_cleared=True).clean(bundled(name).read_bytes())
        for name in ("MR_small.dcm", "MR_small_bigendian.dcm")
    )

    differing = {tag for tag in one.listed if one.listed[tag] != other.listed.get(tag)}
    assert differing <= {"00080018", "00081140", "00100010"}
    assert bytes(one.pixels.value) == bytes(other.pixels.value)


@pytest.mark.parametrize("has_table", [False, True])
def test_a_frame_in_pieces_becomes_one_and_its_place_is_told(has_table):
    other = made.jpeg(remark=b"for Smith^John")
    table = pack("<2I", 0, len(FRAME) + 16) if has_table else b""
    data = clip(FRAME[:8], FRAME[8:], other, table=table, frames=2)

    done, tar = packed({"a": data}, clearing=Clearing(boxes=()))

    (one,) = load_index(done.index).instances
    at = [tar[offset : offset + length] for offset, length in one.frames]
    assert at == [FRAME, other.replace(b"for Smith^John", bytes(14))]
    assert one.payload_in == sha256_hex(FRAME + other)
    assert one.payload_out == sha256_hex(b"".join(at))
    found = read(io.BytesIO(tar[one.offset : one.offset + one.length]))
    assert list(generate_frames(found.PixelData, number_of_frames=2)) == at
    assert sha256_hex(tar[one.offset : one.offset + one.length]) == one.sha256


def test_frames_without_remarks_have_one_digest_and_a_blanked_remark_is_counted():
    plain, _ = packed({"a": clip(FRAME)}, clearing=Clearing(boxes=()))
    told, _ = packed({"a": clip(made.jpeg(remark=b"by whom"))}, clearing=Clearing(boxes=()))

    (one,), (other,) = (load_index(done.index).instances for done in (plain, told))
    assert one.payload_in == one.payload_out == sha256_hex(FRAME)
    assert other.payload_in != other.payload_out
    assert told.counts["removed"] == plain.counts["removed"] + 1


def test_boxes_are_not_blanked_in_compressed_frames():
    box = Box(image=None, frame=None, x=0, y=0, width=2, height=2)

    with pytest.raises(MaskImpossible, match="uncompressed"):
        packed({"a": clip(FRAME)}, clearing=Clearing(boxes=(box,)))


def test_nothing_but_frames_is_kept_of_what_encloses_them():
    end = b"\xfe\xff\xdd\xe0NAME"  # a delimiter has no length, and here it says one

    assert b"NAME" not in cleaned(clip(FRAME, end=end), is_cleared=True)
