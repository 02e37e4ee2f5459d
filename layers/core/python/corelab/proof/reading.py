"""A reader of Part 10 files of the proof's own: element by element, sequences opened on demand.

Source: PS3.5 7.1, 7.5, A.1, A.2, A.4, A.5; PS3.10 7.1.
"""

import zlib
from collections.abc import Iterator
from struct import Struct
from typing import NamedTuple

from corelab.proof.tables import vr_of

IMPLICIT, DEFLATED, BIG = "1.2.840.10008.1.2", "1.2.840.10008.1.2.1.99", "1.2.840.10008.1.2.2"
LONG = frozenset({b"OB", b"OD", b"OF", b"OL", b"OV", b"OW", b"SQ", b"SV", b"UC", b"UN", b"UR", b"UT", b"UV"})
NAMES = {
    name.encode(): name
    for name in (
        *(
            "AE",
            "AS",
            "AT",
            "CS",
            "DA",
            "DS",
            "DT",
            "FD",
            "FL",
            "IS",
            "LO",
            "LT",
            "OB",
            "OD",
            "OF",
            "OL",
            "OV",
        ),
        *(
            "OW",
            "PN",
            "SH",
            "SL",
            "SQ",
            "SS",
            "ST",
            "SV",
            "TM",
            "UC",
            "UI",
            "UL",
            "UN",
            "UR",
            "US",
            "UT",
            "UV",
        ),
    )
}
UNDEFINED = 0xFFFFFFFF
UNITS = {
    **dict.fromkeys(("AT", "OW", "SS", "US"), 2),
    **dict.fromkeys(("FL", "OF", "OL", "SL", "UL"), 4),
    **dict.fromkeys(("FD", "OD", "OV", "SV", "UV"), 8),
}  # bytes of one number
ITEM, ITEM_END, SEQUENCE_END = 0xFFFEE000, 0xFFFEE00D, 0xFFFEE0DD
PIXEL_DATA, TRANSFER_SYNTAX = 0x7FE00010, 0x00020010
DELIMITERS = ITEM >> 16  # their group
START = 132  # preamble and prefix
DEEPEST = 32
MOST_INFLATED = 1 << 30
SHORT = {order: Struct(f"{order}HH2sH") for order in "<>"}
WIDE = {order: Struct(f"{order}HHI") for order in "<>"}
LENGTH = {order: Struct(f"{order}I") for order in "<>"}


class Unreadable(ValueError):
    """The bytes are no Part 10 file that this reader can follow to its end."""


class Node(NamedTuple):
    """One element.

    Attributes
    ----------
    start, value, end : int
        Where it begins, where its value does, and where that ends. What delimits a value of undefined length
        lies inside it.
    """

    tag: int
    vr: str
    start: int
    value: int
    end: int
    is_undefined: bool


class File(NamedTuple):
    """A file: its bytes (inflated where they were deflated), and its elements.

    Attributes
    ----------
    preamble : bytes
    syntax : str
    meta, elements : list of Node
        File meta information, and the data set at its top.
    rest : int
        Where what could be read ends.
    """

    data: bytes
    preamble: bytes
    syntax: str
    meta: list[Node]
    elements: list[Node]
    rest: int


class Way(NamedTuple):
    """How a data set is written."""

    is_implicit: bool
    order: str


PLAIN = Way(is_implicit=False, order="<")


def way_of(syntax: str) -> Way:
    """How data sets of a transfer syntax are written."""
    return Way(is_implicit=syntax == IMPLICIT, order=">" if syntax == BIG else "<")


def opened(data: bytes) -> File:
    """Read a file.

    Raises
    ------
    Unreadable
        It cannot be followed to its end.
    """
    if data[128:START] != b"DICM":
        raise Unreadable
    meta: list[Node] = []
    at = START
    while data[at : at + 2] == b"\x02\x00":
        node = _node(data, at, len(data), way=PLAIN)
        meta.append(node)
        at = node.end
    syntax = next((_uid(data, node) for node in meta if node.tag == TRANSFER_SYNTAX), "")
    preamble = data[:128]
    if syntax == DEFLATED:
        data = data[:at] + _inflated(data[at:])
    elements = _top(data, at, way_of(syntax))
    return File(data, preamble, syntax, meta, elements, elements[-1].end if elements else at)


def _top(data: bytes, at: int, way: Way) -> list[Node]:
    """Elements of the whole data set; zeros behind it are none.

    The loop that runs for every element of every image: plain elements are taken here, any other by `_node`.
    """
    made: list[Node] = []
    end, add, unpack, sizes = (
        len(data),
        made.append,
        SHORT[way.order].unpack_from,
        LENGTH[way.order].unpack_from,
    )
    while at < end:
        if way.is_implicit or at + 12 > end:
            node = _node(data, at, end, way=way)
        else:
            group, element, vr, length = unpack(data, at)
            value = at + 8
            if vr in LONG:
                (length,) = sizes(data, value)
                value += 4
            stop = value + length
            if length == UNDEFINED or stop > end or group == DELIMITERS:
                node = _node(data, at, end, way=way)
            else:
                node = Node(
                    group << 16 | element, NAMES.get(vr) or vr.decode("latin-1"), at, value, stop, False
                )
        if node.tag == 0 and not data[at:].strip(b"\0"):
            break
        add(node)
        at = node.end
    return made


def elements_in(data: bytes, at: int, end: int, *, way: Way) -> Iterator[Node]:
    """Elements of a data set that lies in a stretch of bytes, up to its item's end if that is marked.

    Raises
    ------
    Unreadable
    """
    while at < end:
        node = _node(data, at, end, way=way)
        if node.tag == ITEM_END:
            if node.end != end:
                raise Unreadable
            return
        yield node
        at = node.end


def items_of(data: bytes, node: Node, way: Way) -> Iterator[list[Node]]:
    """Items of a sequence.

    Raises
    ------
    Unreadable
    """
    at, end = node.value, node.end
    while at < end:
        tag, length = _tagged(data, at, way.order)
        at += 8
        if tag == SEQUENCE_END and at == end:
            return
        if tag != ITEM:
            raise Unreadable
        stop = _item_end(data, at, end, way=way, depth=0) if length == UNDEFINED else at + length
        if stop > end:
            raise Unreadable
        yield list(elements_in(data, at, stop, way=way))
        at = stop


def little(value: bytes, vr: str, way: Way) -> bytes:
    """A value with its numbers in little endian, as delivered files have them (PS3.5 7.3)."""
    size = UNITS.get(vr, 1) if way.order == ">" else 1
    turned = bytearray(value)
    for place in range(size):
        turned[place::size] = value[size - 1 - place :: size]
    return bytes(turned)


def fragments(data: bytes, node: Node) -> Iterator[bytes]:
    """Fragments of encapsulated pixels, the offset table first (PS3.5 A.4)."""
    at = node.value
    while at + 8 <= node.end:
        tag, length = _tagged(data, at, "<")
        if tag != ITEM:
            return
        yield data[at + 8 : at + 8 + length]
        at += 8 + length


def _node(data: bytes, at: int, end: int, *, way: Way, depth: int = 0) -> Node:
    if at + 8 > end:
        raise Unreadable
    order = way.order
    group, element, vr, length = SHORT[order].unpack_from(data, at)
    tag = group << 16 | element
    value = at + 8
    if way.is_implicit or group == DELIMITERS:
        (length,) = LENGTH[order].unpack_from(data, at + 4)
        kind = "" if group == DELIMITERS else vr_of(tag)
    else:
        if vr in LONG:
            if at + 12 > end:
                raise Unreadable
            (length,) = LENGTH[order].unpack_from(data, at + 8)
            value = at + 12
        kind = vr.decode("latin-1")
    if length != UNDEFINED or group == DELIMITERS:
        stop = value + (0 if length == UNDEFINED else length)
        if stop > end:
            raise Unreadable
        return Node(tag, kind, at, value, stop, is_undefined=False)
    inner = Way(is_implicit=True, order="<") if kind == "UN" else way  # PS3.5 6.2.2, note 2
    return Node(
        tag,
        kind or "SQ",
        at,
        value,
        _sequence_end(data, value, end, way=inner, depth=depth),
        is_undefined=True,
    )


def _sequence_end(data: bytes, at: int, end: int, *, way: Way, depth: int) -> int:
    """Where a sequence, or encapsulated pixels, of undefined length end."""
    if depth > DEEPEST:
        raise Unreadable
    while at + 8 <= end:
        tag, length = _tagged(data, at, way.order)
        at += 8
        if tag == SEQUENCE_END:
            return at
        if tag != ITEM:
            raise Unreadable
        at = _item_end(data, at, end, way=way, depth=depth) if length == UNDEFINED else at + length
    raise Unreadable


def _item_end(data: bytes, at: int, end: int, *, way: Way, depth: int) -> int:
    while at < end:
        node = _node(data, at, end, way=way, depth=depth + 1)
        at = node.end
        if node.tag == ITEM_END:
            return at
    raise Unreadable


def _tagged(data: bytes, at: int, order: str) -> tuple[int, int]:
    if at + 8 > len(data):
        raise Unreadable
    group, element, length = WIDE[order].unpack_from(data, at)
    return group << 16 | element, length


def _uid(data: bytes, node: Node) -> str:
    return data[node.value : node.end].strip(b" \0").decode("latin-1")


def _inflated(data: bytes) -> bytes:
    try:
        made = zlib.decompressobj(-zlib.MAX_WBITS).decompress(data, MOST_INFLATED)
    except zlib.error as error:
        raise Unreadable from error
    return made
