"""Slices as pictures: one, and many on a sheet."""

import base64
from collections.abc import Sequence
from io import BytesIO

import numpy as np
import numpy.typing as npt
import pydicom
from PIL import Image, ImageDraw

Grey = npt.NDArray[np.uint8]
BRIGHTEST_PERCENT = 99.5  # the few brightest pixels may saturate: the rest gains contrast
THUMBNAIL = 104
COLUMNS = 10
LACKING = 235  # light on the dark sheet: a gap is seen at once
INK = 120


def grey(part10: bytes) -> Grey:
    """Pixels of a slice as (rows, columns) uint8, stretched over the grey scale."""
    pixels = pydicom.dcmread(BytesIO(part10)).pixel_array.astype(np.float64)
    low, high = pixels.min(), np.percentile(pixels, BRIGHTEST_PERCENT)
    stretched: Grey = (np.clip((pixels - low) / max(high - low, 1), 0, 1) * 255).astype(np.uint8)
    return stretched


def contact_sheet(slices: Sequence[Grey | None]) -> Image.Image:
    """Thumbnails in reading order; a slice that is not there is a crossed light square."""
    rows = -(-len(slices) // COLUMNS)
    sheet = Image.new("L", (COLUMNS * THUMBNAIL, rows * THUMBNAIL))
    for place, pixels in enumerate(slices):
        row, column = divmod(place, COLUMNS)
        thumbnail = _gap() if pixels is None else Image.fromarray(pixels).resize((THUMBNAIL, THUMBNAIL))
        sheet.paste(thumbnail, (column * THUMBNAIL, row * THUMBNAIL))
    return sheet


def data_url(picture: Image.Image | Grey) -> str:
    """The picture as a PNG inside a page."""
    image = picture if isinstance(picture, Image.Image) else Image.fromarray(picture)
    written = BytesIO()
    image.save(written, "PNG", optimize=True)
    return "data:image/png;base64," + base64.b64encode(written.getvalue()).decode()


def _gap() -> Image.Image:
    square = Image.new("L", (THUMBNAIL, THUMBNAIL), LACKING)
    draw = ImageDraw.Draw(square)
    edge, far = 3, THUMBNAIL - 4
    draw.rectangle((edge, edge, far, far), outline=INK)
    draw.line((edge, edge, far, far), fill=INK)
    draw.line((edge, far, far, edge), fill=INK)
    return square
