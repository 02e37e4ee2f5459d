import io
from datetime import date

import pytest

from corelab.deid.dates import shifted, subject_offset_days
from corelab.deid.errors import ProfileNotSupported
from corelab.kernel.keys import TrialKeys
from tests.fakes.images import KEYS, SALT, cleaned, ct
from tests.fakes.real_dicom import read

RANGE = (-3650, -365)


def test_the_offset_is_whole_weeks_within_the_charters_range():
    offsets = {
        subject_offset_days(KEYS, salt=bytes([number]) * 32, range_days=RANGE) for number in range(200)
    }

    assert all(offset % 7 == 0 and RANGE[0] <= offset <= RANGE[1] for offset in offsets)
    assert len(offsets) > 100


def test_the_offset_is_the_subjects_in_its_trial_and_nobody_elses():
    offset = subject_offset_days(KEYS, salt=SALT, range_days=RANGE)

    assert offset == subject_offset_days(KEYS, salt=SALT, range_days=RANGE)
    assert offset != subject_offset_days(KEYS, salt=b"b" * 32, range_days=RANGE)
    assert offset != subject_offset_days(
        TrialKeys(trial="OTHER", secret=KEYS.secret), salt=SALT, range_days=RANGE
    )


def test_a_range_without_a_whole_week_is_refused():
    with pytest.raises(ProfileNotSupported):
        subject_offset_days(KEYS, salt=SALT, range_days=(-6, 6))


def test_a_subject_without_a_salt_gets_no_offset():
    with pytest.raises(ValueError, match="salt"):
        subject_offset_days(KEYS, salt=b"", range_days=RANGE)


@pytest.mark.parametrize(
    ("value", "vr", "expected"),
    [
        (b"20260310", "DA", b"20260303"),
        (b"20260310 ", "DA", b"20260303"),
        (b"20240304\\20240229", "DA", b"20240226\\20240222"),
        (b"2026.03.10", "DA", b"20260303"),
        (b"", "DA", b""),
        (b"20260101101500.123456+0100 ", "DT", b"20251225101500.123456+0100"),
        (b"20260101", "DT", b"20251225"),
        (b"2026010110", "DT", b"2025122510"),
        (b"202601", "DT", None),
        (b"2026", "DT", None),
        (b"20260310-20260311", "DA", None),
        (b"20261310", "DA", None),
        (b"YESTERDA", "DA", None),
        (b"00010103", "DA", None),
        (b"00010108", "DA", None),
        (b"19700101", "DA", None),
        (b"19791231101500", "DT", None),
        (b"19800108", "DA", b"19800101"),
    ],
)
def test_a_date_moves_by_the_offset_or_not_at_all(value, vr, expected):
    assert shifted(value, vr, days=-7) == expected


@pytest.mark.parametrize(
    ("tag", "vr", "value", "left"),
    [
        (0x00080020, "DA", b"00010101", ""),  # type 2: emptied
        (0x00080022, "DA", b"00010101", None),  # type 3: removed
        (0x00189074, "DT", b"00010101", "00010101000000"),  # action D: a dummy
    ],
)
def test_a_date_at_the_calendars_edge_falls_back_to_the_basic_profile(tag, vr, value, left):
    found = read(io.BytesIO(cleaned(ct({tag: (vr, value)}))))

    assert (found[tag].value if tag in found else None) == left


def test_intervals_survive_between_two_visits():
    first = read(io.BytesIO(cleaned(ct({0x00080022: ("DA", b"20240115")}))))
    second = read(io.BytesIO(cleaned(ct({0x00080022: ("DA", b"20260310")}))))

    days = date.fromisoformat(second.AcquisitionDate) - date.fromisoformat(first.AcquisitionDate)
    assert days == date(2026, 3, 10) - date(2024, 1, 15)
    assert second.StudyTime == "101500"
    assert second.LongitudinalTemporalInformationModified == "MODIFIED"
