"""A box of pixels is blanked and nothing else, in every way that pixels lie; what cannot be is refused."""

import io
import json
from dataclasses import replace
from struct import pack

import pydicom
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corelab.deid.errors import MaskImpossible
from corelab.deid.frames import Frames
from corelab.deid.masking import check_images, masked
from corelab.deid.model import Box, Clearing
from corelab.deid.packing import deidentify_series
from corelab.dicom.syntaxes import EXPLICIT_LITTLE, IMPLICIT_LITTLE, RLE
from corelab.pack.index import load_index
from corelab.pack.reader import read_instance
from tests.fakes.images import ASSIGNMENT, KEYS, PROFILE, SALT, ct, series_facts
from tests.fakes.real_dicom import beside, read

US, SC = b"1.2.840.10008.5.1.4.1.1.3.1", b"1.2.840.10008.5.1.4.1.1.7"
WHOLE = Frames(number=2, rows=5, columns=7, samples=1, bits=8, is_planar=False, photometric="MONOCHROME2")
LAYOUTS = [
    WHOLE,
    replace(WHOLE, bits=16),
    replace(WHOLE, photometric="MONOCHROME1", number=1),
    replace(WHOLE, photometric="PALETTE COLOR"),
    replace(WHOLE, samples=3, photometric="RGB"),
    replace(WHOLE, samples=3, photometric="RGB", is_planar=True),
    replace(WHOLE, samples=3, photometric="RGB", bits=16, is_planar=True),
]


def sample_at(pixels, frames, *, frame, row, column, sample):
    """Bytes of one sample, found the long way."""
    each = frames.bits // 8
    size = frames.rows * frames.columns
    base = frame * size * frames.samples
    place = row * frames.columns + column
    number = base + (sample * size + place if frames.is_planar else place * frames.samples + sample)
    return bytes(pixels[number * each : (number + 1) * each])


@given(
    frames=st.sampled_from(LAYOUTS),
    x=st.integers(0, 6),
    y=st.integers(0, 4),
    width=st.integers(1, 7),
    height=st.integers(1, 5),
    frame=st.sampled_from([None, 1]),
)
def test_a_box_and_nothing_else_is_blanked(frames, x, y, width, height, frame):
    width, height = min(width, frames.columns - x), min(height, frames.rows - y)
    whole = frames.frame_bytes * frames.number
    pixels = memoryview((b"\xab\xcd" * whole)[: whole + (whole & 1)])
    box = Box(image=None, frame=frame, x=x, y=y, width=width, height=height)

    made = masked(pixels, [box], frames=frames, image=1, syntax=EXPLICIT_LITTLE)

    assert len(made) == len(pixels)
    for number in range(frames.number):
        for row in range(frames.rows):
            for column in range(frames.columns):
                for sample in range(frames.samples):
                    at = {"frame": number, "row": row, "column": column, "sample": sample}
                    is_inside = (
                        frame in (None, number + 1) and x <= column < x + width and y <= row < y + height
                    )
                    before = sample_at(pixels, frames, **at)
                    after = sample_at(made, frames, **at)
                    assert after == (bytes(len(before)) if is_inside else before)


BOX = Box(image=None, frame=None, x=0, y=0, width=1, height=1)
PIXELS = memoryview(bytes(70))


@pytest.mark.parametrize(
    ("box", "frames", "syntax"),
    [
        (BOX, WHOLE, RLE),
        (replace(BOX, x=7), WHOLE, EXPLICIT_LITTLE),
        (replace(BOX, width=8), WHOLE, EXPLICIT_LITTLE),
        (replace(BOX, y=4, height=2), WHOLE, EXPLICIT_LITTLE),
        (replace(BOX, width=0), WHOLE, EXPLICIT_LITTLE),
        (replace(BOX, frame=3), WHOLE, EXPLICIT_LITTLE),
        (BOX, replace(WHOLE, photometric="YBR_FULL", samples=3), EXPLICIT_LITTLE),
        (BOX, replace(WHOLE, bits=1), EXPLICIT_LITTLE),
        (BOX, replace(WHOLE, bits=32), EXPLICIT_LITTLE),
        (BOX, replace(WHOLE, number=3), IMPLICIT_LITTLE),
    ],
)
def test_what_cannot_be_blanked_is_refused_with_what_to_do(box, frames, syntax):
    with pytest.raises(MaskImpossible) as refused:
        masked(PIXELS, [box], frames=frames, image=1, syntax=syntax)

    assert refused.value.message.endswith(".")


def test_a_box_of_another_image_changes_nothing_and_of_none_is_refused():
    assert masked(PIXELS, [replace(BOX, image=2)], frames=WHOLE, image=1, syntax=EXPLICIT_LITTLE) is PIXELS
    with pytest.raises(MaskImpossible):
        check_images([replace(BOX, image=3)], images=2)


def packed(files, clearing):
    sink = io.BytesIO()
    made = deidentify_series(
        series_facts(files),
        profile=PROFILE,
        assignment=ASSIGNMENT,
        keys=KEYS,
        salt=SALT,
        originals=lambda original: files[original.key],
        sink=sink,
        clearing=clearing,
    )
    tar = sink.getvalue()
    index = load_index(made.index)
    images = [
        read(io.BytesIO(read_instance(index, one.sop, read=lambda at, n: tar[at : at + n])))
        for one in index.instances
    ]
    return made, index, images


def clip(number):
    own = {
        0x00080016: ("UI", US),
        0x00080060: ("CS", b"US"),
        0x00280008: ("IS", b"2 "),
        0x00280100: ("US", pack("<H", 8)),
        0x00280101: ("US", pack("<H", 8)),
        0x00280102: ("US", pack("<H", 7)),
        0x00280301: ("CS", b"YES"),
    }
    return ct(own, number=number, pixels=bytes([number]) * 512)


def test_a_cleared_series_is_packed_with_its_boxes_blanked_and_says_so():
    box = Box(image=2, frame=1, x=4, y=0, width=8, height=2)

    made, index, images = packed({"a": clip(1), "b": clip(2)}, Clearing(boxes=(box,)))

    first, second = (image.pixel_array for image in images)
    assert (first == 1).all()
    assert (second[0, :2, 4:12] == 0).all()
    assert (second == 2).sum() == 512 - 16
    assert [image.BurnedInAnnotation for image in images] == ["NO", "NO"]
    assert "113101" in [code.CodeValue for code in images[0].DeidentificationMethodCodeSequence]
    certificate = json.loads(made.certificate)
    assert certificate["masked"] == {
        "cleared_by_person": True,
        "boxes": [{"image": 2, "frame": 1, "x": 4, "y": 0, "width": 8, "height": 2}],
    }
    assert certificate["options"][-1] == "clean_pixel_data"
    one, two = index.instances
    assert one.payload_in == one.payload_out
    assert two.payload_in != two.payload_out
    assert [len(item.frames) for item in index.instances] == [2, 2]


def test_a_series_that_nobody_had_to_clear_says_so():
    made, _, images = packed({"a": ct()}, None)

    assert json.loads(made.certificate)["masked"] == {"cleared_by_person": False, "boxes": []}
    assert "BurnedInAnnotation" not in images[0]


@pytest.mark.parametrize(
    "name",
    [
        "us_burned_in_siemens/GREYSCALE_IMAGE",
        "us_burned_in_siemens/RGB_IMAGE",
        "us_ge_rgb/US1_UNCR",
        "sc_ct_dose_summary/I40",
        "sc_ct_dose_summary/I10",
    ],
)
def test_a_real_banner_is_blanked_and_everything_below_it_stays(name):
    folder, _, file = name.partition("/")
    data = next(path for path in beside(folder) if path.stem == file).read_bytes()
    before = pydicom.dcmread(io.BytesIO(data))
    box = Box(image=None, frame=None, x=0, y=0, width=before.Columns, height=60)

    _, _, (after,) = packed({"a": data}, Clearing(boxes=(box,)))

    assert not after.pixel_array[:60].any()
    assert (after.pixel_array[60:] == before.pixel_array[60:]).all()
    assert str(after.PatientName) == "101-0001"
