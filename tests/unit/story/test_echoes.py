from datetime import date
from io import BytesIO

import numpy as np
import pydicom

from local.story.cast import enrolled
from local.story.echoes import BANNER, drawn, ultrasound_image

PERSON = enrolled(date(2026, 3, 1)).echo.patient


def read(data):
    return pydicom.dcmread(BytesIO(data))


def test_the_name_stands_in_the_box_and_nowhere_else():
    x, y, width, height = BANNER

    named, bare = drawn(PERSON, seed=3), drawn(None, seed=3)
    differs = named != bare

    assert differs[y : y + height, x : x + width].any()
    differs[y : y + height, x : x + width] = False
    assert not differs.any()
    assert not bare[y : y + height, x : x + width].any()


def test_the_same_image_has_the_same_bytes_and_each_series_its_own():
    assert ultrasound_image(PERSON, series=1) == ultrasound_image(PERSON, series=1)

    one, other = read(ultrasound_image(PERSON, series=1)), read(ultrasound_image(PERSON, series=2))

    assert one.StudyInstanceUID == other.StudyInstanceUID
    assert one.SeriesInstanceUID != other.SeriesInstanceUID
    assert not np.array_equal(one.pixel_array, other.pixel_array)


def test_the_header_flags_burned_in_text_only_where_it_is_asked_to():
    assert "BurnedInAnnotation" not in read(ultrasound_image(PERSON, series=1))
    assert read(ultrasound_image(PERSON, series=1, flag="YES")).BurnedInAnnotation == "YES"


def test_images_of_one_series_are_numbered():
    first, second = (read(ultrasound_image(PERSON, series=1, number=number)) for number in (1, 2))

    assert first.SeriesInstanceUID == second.SeriesInstanceUID
    assert (first.InstanceNumber, second.InstanceNumber) == (1, 2)
    assert first.SOPInstanceUID != second.SOPInstanceUID
