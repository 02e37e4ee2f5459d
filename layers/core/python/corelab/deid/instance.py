"""One image in, one image out: the scan, the checks that hold a series, the pass, the splice around pixels.

What is known before a series' bytes are seen (rules by kind of image, elements to write, keys, the subject's
offset) is compiled once per kind of image and transfer syntax; an image then costs one scan and one pass over
its header, and its pixels are never copied. An image with the layout of the one before it costs even less
(`corelab.deid.layouts`).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from corelab.deid.actions import Rules
from corelab.deid.applying import Applier
from corelab.deid.described import (
    DESCRIBING,
    IDENTIFYING,
    About,
    about_of,
    decides,
    has_overlay_inside,
    pixels_of,
)
from corelab.deid.errors import BurnedIn, ValueUnusable
from corelab.deid.identity import Identity, Said, identity_of, said_of
from corelab.deid.layouts import Layout
from corelab.deid.outcomes import KEPT, REMOVED, RuleSet, Written, number_of
from corelab.deid.payload import Source, payload_of
from corelab.deid.private import safe_private
from corelab.deid.profile import Assignment, DeidProfile
from corelab.deid.rewrite import DataSet, Rewriter
from corelab.deid.uids import KeyedUids
from corelab.deid.written import METHOD_CODES, FileMeta, written_elements
from corelab.dicom import tags
from corelab.dicom.budgets import BUDGETS, Budgets
from corelab.dicom.elements import Element, Scan
from corelab.dicom.fragments import frames_in_fragments
from corelab.dicom.header import Header
from corelab.dicom.little import in_little_endian
from corelab.dicom.scan import check_syntax, opened, scan_header
from corelab.dicom.syntaxes import BIG_ENDIAN, DEFLATED, EXPLICIT_LITTLE, IMPLICIT_LITTLE
from corelab.dicom.values import Value
from corelab.kernel.errors import CorelabError

LARGEST_FITTED_BYTES = 1024 * 1024  # of a header: a larger one is scanned whole, within its budgets
DOUBT_REMEDY = "A person looks at the frames: text may stand in the pixels of this series."
MOST_REMEMBERED = 16  # a series has one description, or a few
DELIVERED = {BIG_ENDIAN: EXPLICIT_LITTLE, DEFLATED: EXPLICIT_LITTLE}  # syntaxes that leave as another


@dataclass(frozen=True, slots=True, kw_only=True)
class Cleaned:
    """A de-identified image: its file is `head`, then what becomes of `pixels` (`corelab.deid.payload`).

    Attributes
    ----------
    sop_instance : str
        The new UID.
    head : bytes
        Everything before the pixels' value.
    pixels : Source
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
    pixels: Source = field(repr=False)
    listed: dict[str, Value] = field(repr=False)
    counts: Sequence[int]

    @property
    def file(self) -> bytes:
        """The whole file, where no box is blanked."""
        return b"".join((self.head, *payload_of(self.pixels, (), image=1).pieces))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Plan:
    syntax: str
    rules: RuleSet
    meta: FileMeta
    codes_without_private: bytes
    codes_with_private: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class _Last:
    """The image before: what its header looked like, and what was decided by it."""

    layout: Layout
    about: About
    plan: _Plan


class Deidentifier:
    """De-identifies the images of one series.

    Parameters
    ----------
    profile : DeidProfile
    assignment : Assignment
    uids : KeyedUids
    offset_days : int
        The subject's.
    is_cleared : bool
        A person looked at the series' frames: no doubt about text in its pixels is left.
    """

    def __init__(
        self,
        *,
        profile: DeidProfile,
        assignment: Assignment,
        uids: KeyedUids,
        offset_days: int,
        is_cleared: bool = False,
        budgets: Budgets = BUDGETS,
    ) -> None:
        self._profile = profile
        self._assignment = assignment
        self._uids = uids
        self._offset_days = offset_days
        self._is_cleared = is_cleared
        self._budgets = budgets
        self._plans: dict[tuple[str, str], _Plan] = {}
        self._rewriters: dict[tuple[int, About, Identity], Rewriter] = {}
        self._identities: dict[tuple[Said, tuple[str, ...]], Identity] = {}
        self._abouts: dict[tuple[tuple[str, bytes] | None, ...], About] = {}
        self._last: _Last | None = None

    def clean(self, data: bytes) -> Cleaned:
        """De-identified image.

        Raises
        ------
        Unreadable
            The bytes are no DICOM file that is accepted.
        DeidRefused
            The image cannot be de-identified as it is.
        """
        fitted = self._fitted(data)
        return self._scanned(data) if fitted is None else fitted

    def _fitted(self, data: bytes) -> Cleaned | None:
        """An image that has the layout of the one before it; None for any other."""
        last = self._last
        if last is None:
            return None
        try:
            raw, meta, start = opened(data, self._budgets)
            if meta.syntax != last.plan.syntax:
                return None
            implicit = last.plan.rules.is_implicit
            check_syntax(raw, start, is_implicit=implicit, is_big=False)
            scan = Scan(raw, self._budgets)
            applied = last.layout.applied(raw, scan, start)
            if applied is None or applied.at - start > LARGEST_FITTED_BYTES:
                return None
            elements = scan.data_set(applied.at, len(raw), implicit=implicit)
            if not elements or elements[0][0] != tags.PIXEL_DATA or not applied.uid.strip(b" \0"):
                return None
            _, pixels = pixels_of(elements[:1], last.about)
        except CorelabError:  # the ordinary way says what is wrong
            return None
        return self._spliced(
            raw,
            applied.made,
            pixels,
            source=_native(raw, pixels, last.about),
            about=last.about,
            plan=last.plan,
            uid=applied.uid,
            behind=number_of(elements[1:]),
        )

    def _scanned(self, data: bytes) -> Cleaned:
        header = scan_header(data, self._budgets)
        if header.is_big_endian:
            header = in_little_endian(header, self._budgets)
        about = self._described(header)
        plan = self._plan(about.sop_class, DELIVERED.get(header.meta.syntax, header.meta.syntax))
        place, pixels = pixels_of(header.elements, about, is_enclosed=bool(header.fragments))
        before = header.elements[:place]
        self._check_text(about, has_overlay=has_overlay_inside(header.data, before))
        rewriter = self._rewriter(plan, about, self._identity(header.data, before, about))
        rewriter.forget()
        made = rewriter.rewritten(header.data, before)
        if not header.fragments:
            self._learn(header.data[: pixels[2]], before, about=about, plan=plan, rewriter=rewriter)
        return self._spliced(
            header.data,
            made,
            pixels,
            source=_enclosed(header, pixels, about)
            if header.fragments
            else _native(header.data, pixels, about),
            about=about,
            plan=plan,
            uid=header.raw(tags.SOP_INSTANCE) or b"",
            behind=number_of(header.elements[place + 1 :]),
        )

    def _check_text(self, about: About, *, has_overlay: bool) -> None:
        """Leave an image to a person where text may stand in its pixels and nobody has looked."""
        doubt = about.doubt or (BurnedIn if has_overlay else None)
        if doubt is not None and not self._is_cleared:
            raise doubt(DOUBT_REMEDY)

    def _spliced(
        self,
        data: bytes,
        made: DataSet,
        pixels: Element,
        *,
        source: Source,
        about: About,
        plan: _Plan,
        uid: bytes,
        behind: int,
    ) -> Cleaned:
        start, value = pixels[2:4]
        made.counts[REMOVED] += behind
        made.counts[KEPT] += 1
        pixels_head = data[start:value]
        if not plan.rules.is_implicit:
            pixels_head = pixels_head[:6] + bytes(2) + pixels_head[8:]  # reserved, PS3.5 7.1.2
        new_uid = self._uids.value(uid)
        pieces = made.pieces
        if not made.is_standard_private:
            pieces = [
                plan.codes_without_private if piece is plan.codes_with_private else piece for piece in pieces
            ]
        return Cleaned(
            sop_instance=new_uid.decode("ascii"),
            sop_class=about.sop_class,
            syntax=plan.syntax,
            head=b"".join((plan.meta.of(new_uid), *pieces, pixels_head)),
            pixels=source,
            listed=made.listed,
            counts=made.counts,
        )

    def _learn(
        self, data: bytes, elements: Sequence[Element], *, about: About, plan: _Plan, rewriter: Rewriter
    ) -> None:
        last = self._last
        if last is not None and last.layout.rewriter is rewriter and last.layout.learn(data, elements):
            return
        layout = Layout(rewriter, data, elements, decides=decides, apart=plan.codes_with_private)
        self._last = _Last(layout=layout, about=about, plan=plan)

    def _described(self, header: Header) -> About:
        for tag in IDENTIFYING:
            found = header.by_tag.get(tag)
            if found is None or found[1] != "UI" or not header.data[found[3] : found[4]].strip(b" \0"):
                raise ValueUnusable("Send the image again: it lacks a UID.", tag=tags.tag_text(tag))
        data, by_tag = header.data, header.by_tag
        ones = (by_tag.get(tag) for tag in DESCRIBING)  # with its representation: it decides too
        key = tuple(one and (one[1], data[one[3] : one[4]]) for one in ones)
        known = self._abouts.get(key)
        if known is None:
            known = about_of(header)
            if len(self._abouts) >= MOST_REMEMBERED:
                self._abouts.clear()
            self._abouts[key] = known
        return known

    def _identity(self, data: bytes, before: Sequence[Element], about: About) -> Identity:
        key = (said_of(data, before), about.charsets)
        known = self._identities.get(key)
        if known is None:
            if len(self._identities) >= MOST_REMEMBERED:
                self._identities.clear()
            known = self._identities[key] = identity_of(*key)
        return known

    def _rewriter(self, plan: _Plan, about: About, identity: Identity) -> Rewriter:
        key = (id(plan), about, identity)
        known = self._rewriters.get(key)
        if known is None:
            if len(self._rewriters) >= MOST_REMEMBERED:
                self._rewriters.clear()
            applier = Applier(
                rules=plan.rules, charsets=about.charsets, is_signed=about.is_signed, identity=identity
            )
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
            written_elements(
                profile,
                self._assignment,
                implicit=implicit,
                is_standard_private=is_standard,
                is_cleared=self._is_cleared,
            )
            for is_standard in (True, False)
        )
        return _Plan(
            syntax=syntax,
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


def _native(data: bytes, pixels: Element, about: About) -> Source:
    return Source(value=memoryview(data)[pixels[3] : pixels[4]], frames=about.frames)


def _enclosed(header: Header, pixels: Element, about: About) -> Source:
    _, _, _, value, end, _ = pixels
    at, length = header.fragments[0]
    return Source(
        value=memoryview(header.data)[value:end],
        frames=about.frames,
        syntax=header.meta.syntax,
        table=(at - value, length),
        fragments=tuple(
            tuple((at - value, length) for at, length in fragments)
            for fragments in frames_in_fragments(header)
        ),
    )


def _codes(written: Sequence[Written]) -> bytes:
    return next(one.raw for one in written if one.tag == METHOD_CODES)
