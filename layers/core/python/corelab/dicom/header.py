"""A file's header: what it says, by tag or keyword, and where its pixels lie."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

from corelab.dicom import tags
from corelab.dicom.alike import Tree
from corelab.dicom.dictionary import lookup, tag_of
from corelab.dicom.elements import Element
from corelab.dicom.values import Decode, Value, swapped, value_of

Buffer = bytes | memoryview


class Span(NamedTuple):
    """A run of bytes in the file."""

    offset: int
    length: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Meta:
    """File meta information (PS3.10 7.1)."""

    sop_class: str
    sop_instance: str
    syntax: str
    implementation: str


@dataclass(frozen=True, kw_only=True)
class Header:
    """A scanned file. Its text form shows no value: a header may hold identity.

    Attributes
    ----------
    data : bytes
        What the elements' places are in: the file, or its data set where that was deflated.
    tree : Tree
        The data set's elements; files that are alike share one.
    fragments : tuple of (int, int)
        Offset and length of each fragment of encapsulated pixels; the first is the table of offsets.
    preamble : str
        What `corelab.dicom.preambles.preamble_kind` says of it.
    trailing_bytes : int
        Zeros behind the last element.
    decode : callable
        `value_of`, or one that remembers.
    """

    data: bytes = field(repr=False)
    meta: Meta = field(repr=False)
    is_implicit: bool
    is_big_endian: bool = False
    tree: Tree = field(repr=False)
    fragments: tuple[tuple[int, int], ...] = field(default=(), repr=False)
    preamble: str
    trailing_bytes: int
    decode: Decode = field(default=value_of, repr=False)

    @property
    def elements(self) -> tuple[Element, ...]:
        """The data set's, in order."""
        return self.tree.elements

    @cached_property
    def by_tag(self) -> dict[int, Element]:
        """The data set's elements by tag."""
        return self.tree.by_tag

    @cached_property
    def charsets(self) -> tuple[str, ...]:
        """Values of Specific Character Set (0008,0005); empty for the default."""
        raw = self.raw(tags.CHARACTER_SET)
        return tuple(part.strip() for part in raw.decode("ascii", "replace").split("\\")) if raw else ()

    def __contains__(self, tag: int) -> bool:
        return tag in self.by_tag

    def raw(self, tag: int) -> bytes | None:
        """Value's bytes as they are; None where the element is absent."""
        found = self.by_tag.get(tag)
        return None if found is None else self.data[found[3] : found[4]]

    def told(self, tag: int) -> tuple[bytes, str] | None:
        """Value's little endian bytes and their representation; None where absent or a sequence."""
        found = self.by_tag.get(tag)
        if found is None or found[5] is not None:
            return None
        vr = found[1]
        if self.is_implicit and vr == "US" and tag != tags.PIXEL_REPRESENTATION and self._is_signed(tag):
            vr = "SS"
        raw = self.data[found[3] : found[4]]
        return (swapped(raw, vr) if self.is_big_endian else raw), vr

    def value(self, tag: int) -> Value:
        """Value as text, integer or list (`corelab.dicom.values.value_of`); None where absent or bulk."""
        told = self.told(tag)
        return None if told is None else self.decode(*told, self.charsets)

    def named(self, keyword: str) -> Value:
        """Value by the dictionary's keyword."""
        return self.value(tag_of(keyword))

    def text(self, tag: int) -> str:
        r"""Value as one text, several values joined by a backslash; "" where absent."""
        value = self.value(tag)
        parts = value if isinstance(value, list) else [value]
        return "\\".join("" if part is None else str(part) for part in parts)

    def integer(self, tag: int) -> int | None:
        """Value as one integer (US, IS and the like); None where it is none."""
        value = self.value(tag)
        if isinstance(value, int):
            return value
        try:
            return int(value) if isinstance(value, str) else None
        except ValueError:
            return None

    @property
    def sop_class(self) -> str:
        """SOP Class UID (0008,0016) of the data set."""
        return self.text(tags.SOP_CLASS)

    @property
    def sop_instance(self) -> str:
        """SOP Instance UID (0008,0018) of the data set."""
        return self.text(tags.SOP_INSTANCE)

    @property
    def meta_agrees(self) -> bool:
        """Whether file meta information names the data set's class and instance."""
        return (self.meta.sop_class, self.meta.sop_instance) == (self.sop_class, self.sop_instance)

    @property
    def pixels(self) -> Span | None:
        """Where the value of Pixel Data (7FE0,0010) lies."""
        found = self.by_tag.get(tags.PIXEL_DATA)
        return None if found is None else Span(found[3], found[4] - found[3])

    @property
    def pixel_bytes(self) -> memoryview | None:
        """Value of Pixel Data, not copied."""
        span = self.pixels
        return None if span is None else memoryview(self.data)[span.offset : span.offset + span.length]

    @property
    def expected_pixel_bytes(self) -> int | None:
        """Length that rows, columns, samples, frames and bits ask of native pixels, padded to even.

        Source: DICOM PS3.3 C.7.6.3, PS3.5 8.1.1.
        """
        sides = (tags.ROWS, tags.COLUMNS, tags.SAMPLES_PER_PIXEL, tags.BITS_ALLOCATED)
        bits = 1
        for tag in sides:
            number = self.integer(tag)
            if number is None or number < 1:
                return None
            bits *= number
        frames = self.integer(tags.NUMBER_OF_FRAMES) if tags.NUMBER_OF_FRAMES in self else 1
        if frames is None or frames < 1:
            return None
        whole = -(-bits * frames // 8)
        return whole + (whole & 1)

    @property
    def payload(self) -> Iterator[Buffer]:
        """The pixels' bytes in little endian, without what encloses them.

        Of compressed pixels these are the fragments behind the table of offsets: an archive may write that
        anew, and break a frame elsewhere, without touching a pixel.
        """
        pixels = self.pixel_bytes
        if pixels is None:
            return
        if self.fragments:
            view = memoryview(self.data)
            yield from (view[at : at + length] for at, length in self.fragments[1:])
        else:
            vr = self.by_tag[tags.PIXEL_DATA][1]
            yield swapped(bytes(pixels), vr) if self.is_big_endian else pixels

    def pixel_sha256(self) -> str | None:
        """SHA-256 of the pixels' `payload`, 64 hex; None without any."""
        if self.pixels is None:
            return None
        digest = hashlib.sha256()
        for part in self.payload:
            digest.update(part)
        return digest.hexdigest()

    def _is_signed(self, tag: int) -> bool:
        entry = lookup(tag)
        return entry is not None and "SS" in entry.vrs and self.integer(tags.PIXEL_REPRESENTATION) == 1
