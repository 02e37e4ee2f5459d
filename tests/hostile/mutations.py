"""Seeded mutations of files that are like real ones: the same number, the same bytes.

Bytes flip, lengths lie, elements go, come twice or change places, files are cut and joined. Each keeps what
was planted in it, or a part.
"""

import random
from collections.abc import Callable
from functools import cache
from struct import pack

from corelab.dicom.errors import Unreadable
from corelab.dicom.scan import read_header, scan_header
from tests.fakes.codestreams import jpeg
from tests.fakes.images import PIXELS, Planted, ct, data_set, mr, nested
from tests.fakes.real_dicom import bundled
from tests.hostile.building import (
    DEFLATED,
    IDENTIFIED,
    JPEG_BASELINE,
    SECRET,
    body,
    deflate,
    ended,
    file,
    fragments,
    image,
)

PRIVATE: Planted = {
    0x00190010: ("LO", b"GEMS_ACQU_01"),
    0x00191002: ("SL", pack("<i", 912)),
    0x00191039: ("SS", pack("<h", 4)),
    0x00431010: ("LO", SECRET),
}
PIXELS_AT_MOST = 64  # bytes of pixels that may be touched: elsewhere is more to break
BUNDLED = ("CT_small.dcm", "MR_small.dcm", "MR_small_implicit.dcm")
EDGES = (0, 1, 2, 7, 8, 0xFE, 0xFF, 0x7F, 0x80)


@cache
def seeds() -> tuple[bytes, ...]:
    """The files that are mutated."""
    made = [
        one(IDENTIFIED | PRIVATE | nested(IDENTIFIED, implicit=implicit), implicit=implicit)
        for one in (ct, mr)
        for implicit in (False, True)
    ]
    made += [_renamed(bundled(name).read_bytes()) for name in BUNDLED]
    made += [
        ended(
            fragments(jpeg(), jpeg(), table=pack("<II", 0, len(jpeg()) + 8)), syntax=JPEG_BASELINE, frames=2
        ),
        file(deflate(body()), syntax=DEFLATED),
        image({0x00081140: ("SQ", b"")}, preamble=b"MZ".ljust(128, b"\0")),
    ]
    for one in made:
        read_header(one)
    return tuple(made)


def mutated(number: int) -> bytes:
    """Mutation of this number."""
    chance = random.Random(number)  # noqa: S311 -- repeatable, no secret
    data = bytearray(chance.choice(seeds()))
    for _ in range(chance.randint(1, 4)):
        chance.choice(CHANGES)(data, chance)
    return bytes(data)


def _renamed(data: bytes) -> bytes:
    """A bundled file with the name and number of the corpus, and in more places than it had."""
    header = scan_header(data)
    planted = {0x00081030: ("LO", SECRET), 0x00100010: ("PN", SECRET), 0x00100020: ("LO", SECRET)}
    start = header.elements[0][2]
    made = data[:start]
    rest = {one[0]: data[one[2] : one[4]] for one in header.elements}
    for tag, said in planted.items():
        rest[tag] = data_set({tag: said}, implicit=header.is_implicit)
    return made + b"".join(rest[tag] for tag in sorted(rest))


def _place(data: bytearray, chance: random.Random) -> int:
    end = data.find(PIXELS[:16])
    return chance.randrange(128, max(130, (end + PIXELS_AT_MOST) if end > 0 else min(len(data), 8000)))


def _flip(data: bytearray, chance: random.Random) -> None:
    at = _place(data, chance)
    if at < len(data):
        data[at] ^= 1 << chance.randrange(8)


def _edge(data: bytearray, chance: random.Random) -> None:
    at = _place(data, chance)
    data[at : at + 1] = bytes([chance.choice(EDGES)])


def _length(data: bytearray, chance: random.Random) -> None:
    at = _place(data, chance) & ~1
    data[at : at + 4] = chance.choice(
        (b"\xff\xff\xff\xff", b"\0\0\0\0", b"\xfe\xff\xff\x7f", b"\xff\xff\0\0")
    )


def _value(data: bytearray, chance: random.Random) -> None:
    """Other bytes in an element's value: what is around stays sound."""
    try:
        header = read_header(bytes(data))
    except Unreadable:
        return
    if len(header.data) != len(data) or not header.elements:
        return
    _, _, _, value, end, _ = chance.choice(header.elements)
    if end - value in range(1, 4096):
        at = chance.randrange(value, end)
        data[at] = chance.choice((0, 9, 10, 27, 32, 48, 57, 65, 92, 94, 255, chance.randrange(256)))


def _cut(data: bytearray, chance: random.Random) -> None:
    at = _place(data, chance)
    del data[at : at + chance.randint(1, 40)]


def _insert(data: bytearray, chance: random.Random) -> None:
    at = _place(data, chance)
    data[at:at] = chance.randbytes(chance.randint(1, 24))


def _copy(data: bytearray, chance: random.Random) -> None:
    at, other = _place(data, chance), _place(data, chance)
    data[at:at] = data[other : other + chance.randint(1, 64)]


def _end(data: bytearray, chance: random.Random) -> None:
    del data[_place(data, chance) :]


def _join(data: bytearray, chance: random.Random) -> None:
    other = chance.choice(seeds())
    data[_place(data, chance) :] = other[chance.randrange(128, len(other)) :]


def _mark(data: bytearray, chance: random.Random) -> None:
    at = _place(data, chance) & ~1
    data[at:at] = chance.choice((b"\xfe\xff\0\xe0", b"\xfe\xff\x0d\xe0", b"\xfe\xff\xdd\xe0")) + bytes(4)


CHANGES: tuple[Callable[[bytearray, random.Random], None], ...] = (
    *(_value,) * 12,
    *(_flip,) * 3,
    _edge,
    _length,
    _cut,
    _insert,
    _copy,
    _end,
    _join,
    _mark,
)
