"""The elements that the trial writes: pseudonyms, Clinical Trial modules, what was done, file meta.

Source: PS3.3 C.7.1.3 (Clinical Trial Subject), C.7.2.3 (Study), C.7.3.2 (Series), C.7.1.1 (Patient);
PS3.15 E.2, E.3; PS3.16 CID 7050; PS3.10 7.1.
"""

import unicodedata

from corelab import __version__
from corelab.deid.outcomes import Written
from corelab.deid.profile import Assignment, DeidProfile
from corelab.deid.table import EDITION
from corelab.dicom import tags
from corelab.dicom.values import element, item, value_of

ENGINE = f"corelab {__version__}"
IMPLEMENTATION_UID = "2.25.71873111552203055151618789492403325607"  # names this implementation, PS3.7 D.3.3.2
IMPLEMENTATION_NAME = "CORELAB_" + __version__.replace(".", "_")
LONGEST = {"SH": 16, "LO": 64, "PN": 64}  # characters, PS3.5 6.2
METHOD_CODES = 0x00120064
PREAMBLE = bytes(128) + b"DICM"

CLEAN_PIXELS = "clean_pixel_data"

BASIC = ("113100", "Basic Application Confidentiality Profile")
PIXELS = ("113101", "Clean Pixel Data Option")
MODIFIED_DATES = ("113107", "Retain Longitudinal Temporal Information Modified Dates Option")
CHARACTERISTICS = ("113108", "Retain Patient Characteristics Option")
DEVICE = ("113109", "Retain Device Identity Option")
SAFE_PRIVATE = ("113111", "Retain Safe Private Option")


def written_elements(
    profile: DeidProfile,
    assignment: Assignment,
    *,
    implicit: bool,
    is_standard_private: bool,
    is_cleared: bool = False,
) -> tuple[Written, ...]:
    """Elements to write, in order of tag.

    Parameters
    ----------
    is_standard_private : bool
        Whether every private element kept is of PS3.15's own table: only then may its option be claimed.
    is_cleared : bool
        A person looked at the frames: what was burned into the pixels is gone (PS3.15 E.3.1).
    """
    scanner = assignment.scanner if profile.keep_device else None
    label = assignment.series_label
    texts: list[tuple[int, str, str | None]] = [
        (tags.STATION_NAME, "SH", scanner),
        (tags.SERIES_DESCRIPTION, "LO", label),
        (tags.PATIENT_NAME, "PN", assignment.subject),
        (tags.PATIENT_ID, "LO", assignment.subject),
        (0x00120010, "LO", assignment.sponsor),
        (0x00120020, "LO", assignment.trial),
        (0x00120021, "LO", assignment.protocol_name),
        (0x00120030, "LO", assignment.site),
        (0x00120031, "LO", ""),
        (0x00120040, "LO", assignment.subject),
        (0x00120050, "LO", assignment.visit),
        (0x00120051, "ST", assignment.visit_label),
        (0x00120060, "LO", ""),
        (0x00120062, "CS", "YES"),
        (0x00120071, "LO", label),
        (tags.DEVICE_SERIAL, "LO", scanner),
        (tags.BURNED_IN, "CS", "NO" if is_cleared else None),
        (0x00280303, "CS", "MODIFIED" if profile.shift_dates else "REMOVED"),
    ]
    made = [_text(tag, vr, text, implicit=implicit) for tag, vr, text in texts if text is not None]
    did = _methods(profile, has_scanner=scanner is not None, is_cleared=is_cleared)
    methods = [f"{EDITION} Basic", *did, ENGINE]
    made.append(_raw(0x00120063, "LO", "\\".join(methods).encode(), implicit=implicit))
    codes = _codes(
        profile,
        has_scanner=scanner is not None,
        is_standard_private=is_standard_private,
        is_cleared=is_cleared,
    )
    items = b"".join(item(_code_item(code, meaning, implicit=implicit)) for code, meaning in codes)
    made.append(_raw(METHOD_CODES, "SQ", items, implicit=implicit))
    return tuple(sorted(made))


class FileMeta:
    """Preamble of zeros, prefix and file meta information of one kind of image (PS3.10 7.1)."""

    def __init__(self, *, sop_class: str, syntax: str) -> None:
        self._before = _meta((1, "OB", b"\x00\x01"), (2, "UI", sop_class.encode()))
        self._after = _meta(
            (0x10, "UI", syntax.encode()),
            (0x12, "UI", IMPLEMENTATION_UID.encode()),
            (0x13, "SH", IMPLEMENTATION_NAME.encode()),
        )

    def of(self, sop_instance: bytes) -> bytes:
        """Bytes up to the data set of the image with this UID."""
        body = self._before + _meta((3, "UI", sop_instance)) + self._after
        return PREAMBLE + _meta((0, "UL", len(body).to_bytes(4, "little"))) + body


def plain_text(text: str) -> str:
    r"""Text in the default repertoire, so that it is right under any Specific Character Set (PS3.5 6.1.2).

    >>> plain_text("Universität\\Köln")
    'Universitat/Koln'
    """
    folded = unicodedata.normalize("NFKD", text.replace("\\", "/"))
    bare = "".join(letter for letter in folded if not unicodedata.combining(letter))
    return "".join(letter if " " <= letter <= "~" else "?" for letter in bare)


def _meta(*elements: tuple[int, str, bytes]) -> bytes:
    return b"".join(element(0x00020000 | number, vr, value, implicit=False) for number, vr, value in elements)


def _methods(profile: DeidProfile, *, has_scanner: bool, is_cleared: bool) -> list[str]:
    """What is done, in words of 64 characters: a charter's options are not quite the standard's."""
    done = {
        "retain_safe_private": "Private: PS3.15 E.3.10-1; numbers and codes of the TCIA list",
        "retain_device_identity": "Device: the registry's scanner id as serial number and station",
        "retain_patient_characteristics": f"Kept: {' '.join(sorted(profile.characteristics))}",
        "retain_longitudinal_modified_dates": "Dates: moved by whole weeks, one offset a subject; times kept",
    }
    return [
        "Text: by an allow-list, without what names the person",
        *(done[name] for name in profile.claimed(has_scanner=has_scanner)),
        *(["Pixels: a person looked at the frames; marked boxes blanked"] if is_cleared else []),
    ]


def _codes(
    profile: DeidProfile, *, has_scanner: bool, is_standard_private: bool, is_cleared: bool
) -> list[tuple[str, str]]:
    optional = (
        (PIXELS, is_cleared),
        (MODIFIED_DATES, profile.shift_dates),
        (CHARACTERISTICS, bool(profile.characteristics)),
        (DEVICE, has_scanner),
        (SAFE_PRIVATE, profile.keep_private and is_standard_private),
    )
    return [BASIC, *(code for code, is_on in optional if is_on)]


def _code_item(code: str, meaning: str, *, implicit: bool) -> bytes:
    return b"".join(
        element(tag, vr, text.encode(), implicit=implicit)
        for tag, vr, text in (
            (0x00080100, "SH", code),
            (0x00080102, "SH", "DCM"),
            (0x00080104, "LO", meaning),
        )
    )


def _text(tag: int, vr: str, text: str, *, implicit: bool) -> Written:
    return _raw(tag, vr, plain_text(text)[: LONGEST.get(vr)].encode(), implicit=implicit)


def _raw(tag: int, vr: str, value: bytes, *, implicit: bool) -> Written:
    listed = None if vr == "SQ" else (tags.tag_text(tag), value_of(value, vr, ()))
    return Written(tag, element(tag, vr, value, implicit=implicit), listed)
