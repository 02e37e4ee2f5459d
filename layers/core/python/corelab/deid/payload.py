"""An image's pixels on their way into the pack: as they came, but for what is blanked.

That is what lies in a person's boxes and, in compressed frames, what encoders remark. It becomes zeros in its
place, so that no length or offset changes. A frame in several fragments becomes one, so that the index can
name its place; nothing else that encloses frames is kept but the table of offsets (PS3.5 A.4).
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from struct import pack

from corelab.deid.frames import Frames
from corelab.deid.masking import masked
from corelab.deid.model import Box
from corelab.dicom.codestreams import Span
from corelab.dicom.fragments import HEAD_BYTES, Fragments, codec, joined
from corelab.dicom.syntaxes import EXPLICIT_LITTLE
from corelab.pack.tar import Chunk

ITEM = b"\xfe\xff\x00\xe0"
END = b"\xfe\xff\xdd\xe0\0\0\0\0"
LARGEST_OFFSET = 2**32 - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """An image's pixels as they came, in little endian.

    Attributes
    ----------
    syntax : str
        Any of the native ones where nothing is compressed.
    value : memoryview
        Of Pixel Data; of compressed pixels with everything that encloses them.
    table : (int, int)
        Offset in `value` and length of the table of offsets; (0, 0) without fragments.
    fragments : tuple of fragments
        Those of each frame, by offset in `value`; () for uncompressed pixels.
    """

    value: memoryview
    frames: Frames
    syntax: str = EXPLICIT_LITTLE
    table: tuple[int, int] = (0, 0)
    fragments: tuple[Fragments, ...] = ()

    @property
    def payload(self) -> Iterator[memoryview]:
        """The pixels' bytes without what encloses them."""
        if not self.fragments:
            yield self.value
        for fragments in self.fragments:
            yield from (self.value[at : at + length] for at, length in fragments)


@dataclass(frozen=True, slots=True, kw_only=True)
class Payload:
    """An image's pixels as they go.

    Attributes
    ----------
    pieces : sequence of chunks
        Value of Pixel Data, in order.
    frames : tuple of (int, int)
        Offset in the value and length of each frame.
    changed : sequence of chunks or None
        The pixels' bytes without what encloses them; None where they are as they came.
    is_masked : bool
        A person's boxes were blanked.
    removed : int
        How many comments of encoders were blanked.
    """

    pieces: Sequence[Chunk]
    frames: tuple[tuple[int, int], ...]
    changed: Sequence[Chunk] | None
    is_masked: bool = False
    removed: int = 0

    @property
    def length(self) -> int:
        """Bytes of the value."""
        return sum(map(len, self.pieces))


def payload_of(source: Source, boxes: Sequence[Box], *, image: int) -> Payload:
    """Pixels as they go into the pack.

    Parameters
    ----------
    image : int
        The image's number in its series, from 1.

    Raises
    ------
    MaskImpossible
        A box cannot be blanked here.
    corelab.dicom.errors.BadFragments
        A compressed frame is broken.
    """
    pixels = masked(source.value, boxes, frames=source.frames, image=image, syntax=source.syntax)
    if source.fragments:
        return _enclosed(source)
    value, is_masked = memoryview(pixels), pixels is not source.value
    return Payload(
        pieces=(value,),
        frames=source.frames.spans(len(value)),
        changed=(value,) if is_masked else None,
        is_masked=is_masked,
    )


def _enclosed(source: Source) -> Payload:
    read = codec(source.syntax)
    frames: list[Chunk] = []
    removed = 0
    for fragments in source.fragments:
        frame = joined(source.value, fragments)
        remarks = read(frame).remarks
        removed += len(remarks)
        frames.append(_blanked(frame, remarks) if remarks else frame)
    table = _table(source, frames)
    pieces: list[Chunk] = [_item(table), table]
    spans: list[tuple[int, int]] = []
    at = HEAD_BYTES + len(table)
    for one in frames:
        pieces += (_item(one), one)
        spans.append((at + HEAD_BYTES, len(one)))
        at += HEAD_BYTES + len(one)
    return Payload(
        pieces=(*pieces, END), frames=tuple(spans), changed=frames if removed else None, removed=removed
    )


def _blanked(frame: bytes, remarks: Iterable[Span]) -> bytes:
    blanked = bytearray(frame)
    for at, length in remarks:
        blanked[at : at + length] = bytes(length)
    return bytes(blanked)


def _table(source: Source, frames: Sequence[Chunk]) -> Chunk:
    """The table of offsets as it came; where fragments were joined, a new one if it can hold them."""
    at, length = source.table
    if all(len(fragments) == 1 for fragments in source.fragments):
        return source.value[at : at + length]
    offsets, place = [], 0
    for frame in frames:
        offsets.append(place)
        place += HEAD_BYTES + len(frame)
    is_written = length and place <= LARGEST_OFFSET
    return pack(f"<{len(offsets)}I", *offsets) if is_written else b""


def _item(chunk: Chunk) -> bytes:
    return ITEM + len(chunk).to_bytes(4, "little")
