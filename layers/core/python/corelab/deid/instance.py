"""One image in, one image out: the scan, the checks that hold a series, the pass, the splice around pixels.

What is known before a series' bytes are seen (rules by kind of image, elements to write, keys, the subject's
offset) is compiled once per kind of image and transfer syntax; an image then costs one scan and one pass over
its header, and its pixels are never copied.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from corelab.deid.actions import Rules
from corelab.deid.applying import Applier
from corelab.deid.errors import BurnedIn, ClassNotAccepted, PixelsUnexpected, ValueUnusable
from corelab.deid.outcomes import KEPT, REMOVED, RuleSet, Written
from corelab.deid.private import safe_private
from corelab.deid.profile import Assignment, DeidProfile
from corelab.deid.rewrite import Rewriter
from corelab.deid.uids import KeyedUids
from corelab.deid.written import METHOD_CODES, FileMeta, written_elements
from corelab.dicom import tags
from corelab.dicom.budgets import BUDGETS, Budgets
from corelab.dicom.charset import is_known
from corelab.dicom.elements import Element
from corelab.dicom.header import Header
from corelab.dicom.scan import scan_header
from corelab.dicom.syntaxes import CT_IMAGE, IMPLICIT_LITTLE, MR_IMAGE
from corelab.dicom.values import Value

ACCEPTED_CLASSES = frozenset({CT_IMAGE, MR_IMAGE})
IDENTIFYING = (tags.SOP_INSTANCE, tags.STUDY_INSTANCE, tags.SERIES_INSTANCE)
DESCRIBING = (
    tags.CHARACTER_SET,
    tags.SOP_CLASS,
    tags.SAMPLES_PER_PIXEL,
    tags.NUMBER_OF_FRAMES,
    tags.ROWS,
    tags.COLUMNS,
    tags.BITS_ALLOCATED,
    tags.PIXEL_REPRESENTATION,
    tags.BURNED_IN,
)
NOT_BURNED_IN = frozenset({b"", b"NO"})
ONE_FRAME = frozenset({b"", b"1", b"+1", b"01"})
FIRST_OVERLAY, LAST_OF_GROUP = 0x60000000, 0xFFFF
OVERLAY_BITS, OVERLAY_PLACE, OVERLAY_DATA = 0x100, 0x102, 0x3000  # elements of groups 60xx, PS3.3 C.9.2
ONE_BIT, FIRST_BIT = b"\1\0", b"\0\0"
PIXEL_VRS = ("OW", "OB")
MOST_REMEMBERED = 16  # a series has one description, or a few


@dataclass(frozen=True, slots=True, kw_only=True)
class Cleaned:
    """A de-identified image: its file is `head`, then `pixels`.

    Attributes
    ----------
    sop_instance : str
        The new UID.
    head : bytes
        Everything before the pixels' value.
    pixels : memoryview
        The original's, untouched. Nothing may follow them: no list has an element behind Pixel Data.
    listed : mapping
        Entries of the pack's index, by tag.
    counts : sequence of int
        In the order of `outcomes.COUNTS`.
    """

    sop_instance: str
    sop_class: str
    syntax: str
    head: bytes = field(repr=False)
    pixels: memoryview = field(repr=False)
    listed: dict[str, Value] = field(repr=False)
    counts: Sequence[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Plan:
    rules: RuleSet
    meta: FileMeta
    codes_without_private: bytes
    codes_with_private: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class _About:
    """What a handful of elements say of an image; the same for all of a series."""

    sop_class: str
    charsets: tuple[str, ...]
    pixel_bytes: int
    is_signed: bool


class Deidentifier:
    """De-identifies the images of one series.

    Parameters
    ----------
    profile : DeidProfile
    assignment : Assignment
    uids : KeyedUids
    offset_days : int
        The subject's.
    """

    def __init__(
        self,
        *,
        profile: DeidProfile,
        assignment: Assignment,
        uids: KeyedUids,
        offset_days: int,
        budgets: Budgets = BUDGETS,
    ) -> None:
        self._profile = profile
        self._assignment = assignment
        self._uids = uids
        self._offset_days = offset_days
        self._budgets = budgets
        self._plans: dict[tuple[str, str], _Plan] = {}
        self._rewriters: dict[tuple[int, _About], Rewriter] = {}
        self._abouts: dict[tuple[tuple[str, bytes] | None, ...], _About] = {}

    def clean(self, data: bytes) -> Cleaned:
        """De-identified image.

        Raises
        ------
        Unreadable
            The bytes are no DICOM file that is accepted.
        DeidRefused
            The image cannot be de-identified as it is.
        """
        header = scan_header(data, self._budgets)
        about = self._described(header)
        plan = self._plan(about.sop_class, header.meta.syntax)
        place, (_, _, start, value, end, _) = _pixels(header, about)
        elements = header.elements
        _check_overlays(header.data, elements[:place])
        made = self._rewriter(plan, about).rewritten(header.data, elements[:place])
        counts = made.counts
        counts[REMOVED] += len(elements) - place - 1
        counts[KEPT] += 1
        pixels_head = header.data[start:value]
        if not plan.rules.is_implicit:
            pixels_head = pixels_head[:6] + bytes(2) + pixels_head[8:]  # reserved, PS3.5 7.1.2
        new_uid = self._uids.value(header.raw(tags.SOP_INSTANCE) or b"")
        pieces = made.pieces
        if not made.is_standard_private:
            pieces = [
                plan.codes_without_private if piece is plan.codes_with_private else piece for piece in pieces
            ]
        return Cleaned(
            sop_instance=new_uid.decode("ascii"),
            sop_class=about.sop_class,
            syntax=header.meta.syntax,
            head=b"".join((plan.meta.of(new_uid), *pieces, pixels_head)),
            pixels=memoryview(header.data)[value:end],
            listed=made.listed,
            counts=counts,
        )

    def _described(self, header: Header) -> _About:
        for tag in IDENTIFYING:
            found = header.by_tag.get(tag)
            if found is None or found[1] != "UI" or not header.data[found[3] : found[4]].strip(b" \0"):
                raise ValueUnusable("Send the image again: it lacks a UID.", tag=tags.tag_text(tag))
        data, by_tag = header.data, header.by_tag
        ones = (by_tag.get(tag) for tag in DESCRIBING)  # with its representation: it decides too
        key = tuple(one and (one[1], data[one[3] : one[4]]) for one in ones)
        known = self._abouts.get(key)
        if known is None:
            known = _about(header)
            if len(self._abouts) >= MOST_REMEMBERED:
                self._abouts.clear()
            self._abouts[key] = known
        return known

    def _rewriter(self, plan: _Plan, about: _About) -> Rewriter:
        key = (id(plan), about)
        known = self._rewriters.get(key)
        if known is None:
            if len(self._rewriters) >= MOST_REMEMBERED:
                self._rewriters.clear()
            applier = Applier(rules=plan.rules, charsets=about.charsets, is_signed=about.is_signed)
            known = self._rewriters[key] = Rewriter(applier)
        return known

    def _plan(self, sop_class: str, syntax: str) -> _Plan:
        known = self._plans.get((sop_class, syntax))
        if known is None:
            known = self._plans[sop_class, syntax] = self._compiled(sop_class, syntax)
        return known

    def _compiled(self, sop_class: str, syntax: str) -> _Plan:
        profile, implicit = self._profile, syntax == IMPLICIT_LITTLE
        claims, plain = (
            written_elements(profile, self._assignment, implicit=implicit, is_standard_private=is_standard)
            for is_standard in (True, False)
        )
        return _Plan(
            meta=FileMeta(sop_class=sop_class, syntax=syntax),
            rules=RuleSet(
                top=Rules(profile, sop_class=sop_class, nested=False),
                nested=Rules(profile, sop_class=sop_class, nested=True),
                private=safe_private() if profile.keep_private else {},
                uids=self._uids,
                offset_days=self._offset_days,
                written=claims,
                is_implicit=implicit,
            ),
            codes_with_private=_codes(claims),
            codes_without_private=_codes(plain),
        )


def _codes(written: Sequence[Written]) -> bytes:
    return next(one.raw for one in written if one.tag == METHOD_CODES)


def _is_one_of(header: Header, tag: int, *, vr: str, values: frozenset[bytes]) -> bool:
    """Whether the element is absent, or of this representation with one of these values."""
    found = header.by_tag.get(tag)
    if found is None:
        return True
    return found[1] == vr and header.data[found[3] : found[4]].strip(b" \0").upper() in values


def _check_overlays(data: bytes, before_pixels: Sequence[Element]) -> None:
    """Hold an image with an overlay that may stand in bits of the pixels (PS3.3 C.9.2, as of 2004)."""
    groups: dict[int, dict[int, bytes]] = {}
    for tag, _, _, value, end, _ in reversed(before_pixels):
        if tag < FIRST_OVERLAY:
            break
        if tag & LAST_OF_GROUP and not tag & 0x10000 and tag >> 24 == FIRST_OVERLAY >> 24:
            groups.setdefault(tag >> 16, {})[tag & LAST_OF_GROUP] = data[value:end]
    for group in groups.values():
        apart = (
            group.get(OVERLAY_BITS, ONE_BIT) == ONE_BIT and group.get(OVERLAY_PLACE, FIRST_BIT) == FIRST_BIT
        )
        if OVERLAY_DATA not in group or not apart:
            raise BurnedIn("Send images without overlays in the pixels: the header describes one there.")


def _about(header: Header) -> _About:
    sop_class = header.sop_class
    if sop_class not in ACCEPTED_CLASSES:
        raise ClassNotAccepted("Only CT and MR images are de-identified yet: hold this series.")
    if not _is_one_of(header, tags.BURNED_IN, vr="CS", values=NOT_BURNED_IN):
        raise BurnedIn("Send images without text in the pixels: the header does not say that there is none.")
    if not _is_one_of(header, tags.NUMBER_OF_FRAMES, vr="IS", values=ONE_FRAME):
        raise PixelsUnexpected("Send one image a file: the header says that there are several frames.")
    if not all(map(is_known, header.charsets)):
        raise ValueUnusable(
            "Send the image again: its character set is none of the standard's.",
            tag=tags.tag_text(tags.CHARACTER_SET),
        )
    expected = header.expected_pixel_bytes
    if expected is None:
        raise PixelsUnexpected("Send the image again: what describes its pixels is missing.")
    return _About(
        sop_class=sop_class,
        charsets=header.charsets,
        pixel_bytes=expected,
        is_signed=header.integer(tags.PIXEL_REPRESENTATION) == 1,
    )


def _pixels(header: Header, about: _About) -> tuple[int, Element]:
    elements = header.elements
    place = len(elements) - 1
    while place >= 0 and elements[place][0] != tags.PIXEL_DATA:
        place -= 1
    if place < 0 or elements[place][1] not in PIXEL_VRS:
        raise PixelsUnexpected("Send the image again: it has no pixels.")
    found = elements[place]
    if found[4] - found[3] > about.pixel_bytes:
        raise PixelsUnexpected(
            "Send the image again: it holds more bytes of pixels than its header accounts for.",
            expected=about.pixel_bytes,
            actual=found[4] - found[3],
        )
    return place, found
