"""Compressed frames: their size, and what stands in them besides pixels."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corelab.dicom.codestreams import jpeg, jpeg_2000, run_lengths
from corelab.dicom.errors import BadFragments, SyntaxDiffers
from corelab.dicom.fragments import codec, codestreams, frames_in_fragments, joined
from corelab.dicom.scan import scan_header
from corelab.dicom.syntaxes import COMPRESSED
from tests.fakes import codestreams as made
from tests.fakes.real_dicom import bundled
from tests.hostile.building import JPEG_BASELINE, ended, fragments

REAL = {  # file: codestream's size, remarks
    "JPEG-lossy.dcm": ((1024, 256, 1), []),
    "JPEG2000.dcm": ((1024, 256, 1), [b"Kakadu-2.2"]),
    "MR_small_jp2klossless.dcm": ((64, 64, 1), [b"Created by GDCM/OpenJPEG version 2.0"]),
    "MR_small_jpeg_ls_lossless.dcm": ((64, 64, 1), []),
    "SC_rgb_jls_lossy_line.dcm": ((100, 100, 3), []),
    "SC_rgb_jpeg_gdcm.dcm": ((100, 100, 3), []),
    "SC_rgb_jpeg_app14_dcmd.dcm": ((256, 256, 3), []),
    "SC_rgb_rle_2frame.dcm": ((0, 0, 0), []),
}


def remarked(frame, remarks):
    return [frame[at : at + length] for at, length in remarks]


@pytest.mark.parametrize(("name", "told"), REAL.items())
def test_frames_of_real_encoders_say_their_size_and_remarks(name, told):
    header = scan_header(bundled(name).read_bytes())

    seen = list(codestreams(header))
    frame = joined(header.data, frames_in_fragments(header)[0])

    assert (seen[0][:3], remarked(frame, seen[0].remarks)) == told


@pytest.mark.parametrize("start", [0xC0, 0xC1, 0xC3, 0xF7])
def test_what_is_coded_is_never_taken_for_a_remark(start):
    stuffed = {0xF7: b"\xff\x7f\xff\x00"}.get(start, b"\xff\0\xff\xd0\xff\xd7")

    seen = jpeg(made.jpeg(stuffed * 9, remark=b"by whom", start=start, rows=3, columns=5))

    assert seen[:3] == (3, 5, 1)
    assert [length for _, length in seen.remarks] == [len(b"by whom")]


@pytest.mark.parametrize(
    ("payload", "is_plain"),
    [
        (b"JFIF\0\1\1\1\0\x48\0\x48\0\0", True),
        (b"JFIF\0\1\1\1\0\x48\0\x48\1\1abc", False),
        (b"Adobe\0\x64\0\0\0\0\1", True),
        (b"Adobe Photoshop", False),
        (b"Exif\0\0", False),
        (b"Smith^John", False),
    ],
)
def test_application_data_stays_only_where_a_decoder_needs_it(payload, is_plain):
    frame = made.jpeg()
    with_data = frame[:2] + made.segment(0xE0, payload) + frame[2:]

    assert remarked(with_data, jpeg(with_data).remarks) == ([] if is_plain else [payload])


@pytest.mark.parametrize(("read", "make"), [(jpeg, made.jpeg), (jpeg_2000, made.jpeg_2000)])
def test_what_stands_behind_the_end_is_a_remark_and_padding_is_none(read, make):
    frame = make(behind=b"by whom")

    assert remarked(frame, read(frame).remarks) == [b"by whom" + bytes(len(frame) % 2) or b"by whom"]
    assert read(make() + bytes(4)).remarks == ()


def test_a_tile_without_a_length_reaches_to_the_end():
    frame = bytearray(made.jpeg_2000(b"\1" * 8))
    at = frame.index(b"\xff\x90") + 6
    frame[at : at + 4] = bytes(4)

    assert jpeg_2000(bytes(frame))[:3] == (16, 16, 1)


def test_frames_in_several_fragments_are_told_by_their_first_bytes():
    frame = made.jpeg()
    data = ended(fragments(frame[:10], frame[10:], frame), syntax=JPEG_BASELINE, frames=2)

    header = scan_header(data)

    assert [joined(header.data, one) for one in frames_in_fragments(header)] == [frame, frame]


def test_frames_that_cannot_be_told_apart_are_refused():
    frame = made.jpeg()
    data = ended(fragments(frame[:10], frame[10:20], frame[20:]), syntax=JPEG_BASELINE, frames=2)

    with pytest.raises(BadFragments):
        scan_header(data)


def test_every_compressed_syntax_has_a_codec():
    assert {codec(syntax) for syntax in COMPRESSED} == {jpeg, jpeg_2000, run_lengths}


@given(st.sampled_from([jpeg, jpeg_2000, run_lengths]), st.data())
def test_any_bytes_are_read_or_refused(read, data):
    frame = {jpeg: made.jpeg, jpeg_2000: made.jpeg_2000, run_lengths: made.run_lengths}[read]()
    at = data.draw(st.integers(0, len(frame)))
    bad = frame[:at] + data.draw(st.binary(max_size=40)) + frame[data.draw(st.integers(0, len(frame))) :]

    try:
        seen = read(bad)
    except BadFragments:
        return
    assert all(0 <= at <= at + length <= len(bad) for at, length in seen.remarks)


@pytest.mark.parametrize("length", [0, 1, 11, 12, 13])
def test_a_tile_part_that_leads_back_to_itself_is_refused(length):
    frame = bytearray(made.jpeg_2000(remark=b"before the data"))
    at = frame.index(b"\xff\x90") + 6
    comment = made.segment(0x64, b"\0\1again")
    data_at = frame.index(b"\xff\x93")
    looping = frame[:data_at] + comment + frame[data_at:]
    looping[at : at + 4] = length.to_bytes(4, "big")

    if length:
        with pytest.raises(BadFragments):
            jpeg_2000(bytes(looping))
    else:
        assert jpeg_2000(bytes(looping))[:3] == (16, 16, 1)


@pytest.mark.parametrize(
    ("frame", "syntax"),
    [
        (b"\xff\xd8\xff\xd9", "4.50"),
        (made.jpeg(start=0xC3), "4.50"),
        (made.jpeg(), "4.80"),
        (made.jpeg(start=0xF7), "4.70"),
        (b"\xff\x4f\xff\xd9", "4.90"),
    ],
)
def test_a_frame_of_another_process_or_of_nothing_is_refused(frame, syntax):
    with pytest.raises((BadFragments, SyntaxDiffers)):
        scan_header(ended(fragments(frame), syntax=f"1.2.840.10008.1.2.{syntax}"))
