"""What a reviewer sees is what stands in the pixels, or a word why nothing is shown."""

import io
import json
import sys
from struct import pack

import numpy as np
import pytest
from PIL import Image
from pydicom.pixels import convert_color_space

from corelab.deid.rendering import EVEN, PLAIN, read_answer, rendered
from corelab.dicom.syntaxes import RLE
from corelab_aws.children import ChildFailed, in_child
from tests.fakes.codestreams import run_lengths
from tests.fakes.dicom_files import mr_slice
from tests.fakes.images import PIXELS, ct
from tests.fakes.real_dicom import beside, read
from tests.hostile.building import ended, fragments

EIGHT = {
    0x00280100: ("US", pack("<H", 8)),
    0x00280101: ("US", pack("<H", 8)),
    0x00280102: ("US", pack("<H", 7)),
}
RGB = EIGHT | {0x00280002: ("US", pack("<H", 3)), 0x00280004: ("CS", b"RGB ")}


def seen(data, *, view=PLAIN, frame=1):
    made = rendered(data, first=frame, most=1)
    assert made.not_shown is None
    (picture,) = (one for one in made.pictures if one.view == view)
    return np.asarray(Image.open(io.BytesIO(picture.png)))


def test_a_grey_byte_is_its_own_shade():
    shown = seen(ct(EIGHT, pixels=bytes(range(256))))

    assert (shown == np.arange(256, dtype="uint8").reshape(16, 16)).all()


def test_frames_are_shown_from_the_one_asked_for():
    two = ct(EIGHT | {0x00280008: ("IS", b"2 ")}, pixels=bytes(range(256)) + bytes(reversed(range(256))))

    assert seen(two, frame=2)[0, 0] == 255
    assert [one.frame for one in rendered(two, first=2, most=9).pictures] == [2, 2]
    assert rendered(two, first=3, most=1).pictures == ()


@pytest.mark.parametrize("planar", [0, 1])
def test_colours_are_theirs_in_either_planar_configuration(planar):
    pixels = np.random.default_rng(1).integers(0, 256, (16, 16, 3), dtype="uint8")
    lying = np.moveaxis(pixels, 2, 0) if planar else pixels
    data = ct(RGB | {0x00280006: ("US", pack("<H", planar))}, pixels=lying.tobytes())

    assert (seen(data) == pixels).all()


def test_a_text_that_differs_by_one_value_stands_out():
    pixels = np.full((16, 16), 1000, dtype="<u2")
    pixels[0, 0] = 60000
    pixels[4:8, 4:8] = 1001

    plain, even = (seen(ct(pixels=pixels.tobytes()), view=view) for view in (PLAIN, EVEN))

    assert plain[5, 5] == plain[0, 1]
    assert int(even[5, 5]) - int(even[0, 1]) > 100


def test_bits_above_those_stored_are_shown_too():
    pixels = np.zeros((16, 16), dtype="<u2")
    pixels[2, 2] = 0x8000

    assert seen(ct(pixels=pixels.tobytes()))[2, 2] == 255


def test_signed_words_and_inverted_greys_are_in_order():
    pixels = np.linspace(-900, 900, 256).astype("<i2").reshape(16, 16)
    signed = {0x00280103: ("US", pack("<H", 1))}

    grey = seen(ct(signed, pixels=pixels.tobytes()))
    inverted = seen(ct(signed | {0x00280004: ("CS", b"MONOCHROME1 ")}, pixels=pixels.tobytes()))

    assert (grey[0, 0], grey[15, 15]) == (0, 255)
    assert (inverted == 255 - grey).all()


def test_single_bits_are_black_and_white():
    one = {0x00280100: ("US", pack("<H", 1)), 0x00280101: ("US", pack("<H", 1))}
    bits = np.random.default_rng(2).integers(0, 2, (16, 16), dtype="uint8")

    assert (seen(ct(one, pixels=np.packbits(bits, bitorder="little").tobytes())) == bits * 255).all()


@pytest.mark.parametrize(
    "data",
    [
        mr_slice(syntax="1.2.840.10008.1.2.4.50"),
        ct(RGB | {0x00280004: ("CS", b"YBR_PARTIAL_422 ")}, pixels=bytes(768)),
        ct(RGB | {0x00280004: ("CS", b"YBR_FULL")}, pixels=bytes(700)),
        ended(fragments(run_lengths(b"\x7f\0")), syntax=RLE),
        ct({0x00280100: ("US", pack("<H", 32))}, pixels=bytes(1024)),
        ct(pixels=PIXELS[:-2]),
    ],
)
def test_what_is_not_understood_is_said_and_not_shown(data):
    made = rendered(data, first=1, most=1)

    assert made.not_shown.endswith(".")
    assert made.pictures == ()


@pytest.mark.parametrize("planar", [0, 1])
def test_luminance_and_chrominance_are_shown_as_colours(planar):
    pixels = np.random.default_rng(3).integers(0, 256, (16, 16, 3), dtype="uint8")
    lying = np.moveaxis(pixels, 2, 0) if planar else pixels
    says = RGB | {0x00280004: ("CS", b"YBR_FULL"), 0x00280006: ("US", pack("<H", planar))}

    shown = seen(ct(says, pixels=lying.tobytes()))

    expected = convert_color_space(pixels, "YBR_FULL", "RGB")
    assert np.abs(shown.astype(int) - expected).max() <= 2


def test_colours_that_two_pixels_share_are_shown():
    luminance = np.random.default_rng(4).integers(0, 256, (16, 16), dtype="uint8")
    chroma = np.random.default_rng(5).integers(0, 256, (16, 8, 2), dtype="uint8")
    lying = np.concatenate((luminance.reshape(16, 8, 2), chroma), axis=2)
    says = RGB | {0x00280004: ("CS", b"YBR_FULL_422"), 0x00280006: ("US", pack("<H", 0))}

    shown = seen(ct(says, pixels=lying.tobytes()))

    whole = np.dstack((luminance, np.repeat(chroma, 2, axis=1)))
    assert np.abs(shown.astype(int) - convert_color_space(whole, "YBR_FULL", "RGB")).max() <= 2


@pytest.mark.parametrize("bits", [8, 16])
@pytest.mark.parametrize(("entries", "first"), [(256, 0), (100, 50)])
def test_a_palette_is_shown_in_its_colours_and_what_it_hides_in_the_other_view(bits, entries, first):
    shades = np.random.default_rng(6).integers(0, 256, (3, entries), dtype="uint8")
    tables = shades.astype("<u2") << 8 if bits == 16 else shades
    says = EIGHT | {0x00280004: ("CS", b"PALETTE COLOR ")}
    for channel in range(3):
        said = pack("<HHH", entries, first, bits)
        says |= {0x00281101 + channel: ("US", said), 0x00281201 + channel: ("OW", tables[channel].tobytes())}
    data = ct(says, pixels=bytes(range(256)))

    index = np.clip(np.arange(256) - first, 0, entries - 1).reshape(16, 16)
    assert (seen(data) == np.moveaxis(shades[:, index], 0, 2)).all()
    assert len(np.unique(seen(data, view=EVEN))) == 256


@pytest.mark.parametrize("kind", ["grey byte", "grey word", "colours"])
def test_run_lengths_are_decoded(kind):
    random = np.random.default_rng(7)
    if kind == "grey word":
        pixels = random.integers(0, 3, (16, 16), dtype="<u2") * 20000
        data = ct(pixels=pixels.tobytes())
    else:
        shape = (16, 16, 3) if kind == "colours" else (16, 16)
        pixels = random.integers(0, 4, shape, dtype="uint8") * 60
        data = ct(
            RGB | {0x00280006: ("US", pack("<H", 0))} if kind == "colours" else EIGHT, pixels=pixels.tobytes()
        )
    found = read(io.BytesIO(data))
    found.compress(RLE)
    packed = io.BytesIO()
    found.save_as(packed)

    for view in (PLAIN, EVEN):
        assert (seen(packed.getvalue(), view=view) == seen(data, view=view)).all()


def test_of_run_lengths_that_end_early_nothing_is_shown():
    data = ct(EIGHT, pixels=bytes(range(256)))
    found = read(io.BytesIO(data))
    found.compress(RLE)
    packed = io.BytesIO()
    found.save_as(packed)
    whole = packed.getvalue()
    emptied = whole[:-200] + bytes([128]) * 192 + whole[-8:]

    made = rendered(emptied, first=1, most=1)
    assert (made.pictures, made.not_shown) == ((), "A compressed frame cannot be decoded. Refuse the series.")


def test_nothing_of_the_header_is_told_but_a_modality():
    made = rendered(ct({0x00080060: ("CS", b"Smith^John")}), first=1, most=1)

    assert made.modality == ""
    assert rendered(ct(), first=1, most=1).modality == "CT"


def test_a_child_renders_the_same():
    data = ct(EIGHT, pixels=bytes(range(256)))

    answer = in_child("corelab.deid.rendering", "1", "1", stdin=data)

    assert read_answer(answer) == rendered(data, first=1, most=1)


@pytest.mark.requirement("fault-19")
def test_a_file_that_breaks_ends_the_child_alone():
    with pytest.raises(ChildFailed):
        in_child("corelab.deid.rendering", "1", "1", stdin=b"no DICOM")


@pytest.mark.requirement("fault-19")
def test_a_child_ends_in_time_and_within_its_memory():
    with pytest.raises(ChildFailed):
        in_child("timeit", "-n", "1", "-r", "1", "bytes(2**30)", stdin=b"", memory_bytes=256 * 1024**2)
    with pytest.raises(ChildFailed):
        in_child("timeit", "-n", "1", "-r", "1", "while True: pass", stdin=b"", seconds=1)


def test_a_child_inherits_no_setting(monkeypatch):
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "planted")

    said = in_child("json.tool", stdin=json.dumps({"path": sys.path[-1]}).encode())
    code = "import os; print(sorted(os.environ))"
    told = in_child("timeit", "-n", "1", "-r", "1", code, stdin=b"")

    assert said
    assert b"AWS" not in told


@pytest.mark.parametrize("folder", ["us_burned_in_siemens", "us_ge_rgb", "sc_ct_dose_summary"])
def test_real_frames_are_shown_as_they_are(folder):
    for path in beside(folder):
        found = read(io.BytesIO(path.read_bytes()))
        made = rendered(path.read_bytes(), first=1, most=1)
        if found.file_meta.TransferSyntaxUID.is_compressed:
            assert made.not_shown
        elif found.BitsAllocated == 8:
            assert (seen(path.read_bytes()) == found.pixel_array).all()
        else:
            assert made.pictures
