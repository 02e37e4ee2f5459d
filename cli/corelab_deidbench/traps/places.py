"""Traps in places that readers pass over: private elements, odd representations, file meta, what trails."""

from struct import pack

from corelab_deidbench.chance import Chance
from corelab_deidbench.model import Trap
from corelab_deidbench.tokens import Token, day, text
from corelab_deidbench.traps.attributes import within
from corelab_deidbench.writing import Elements, Encoding, Value, written
from corelab_deidbench.writing import text as latin

CREATORS = ("SIEMENS CSA HEADER", "GEMS_PARM_01", "Philips Imaging DD 001", "ACME 1.1", "Mustermann Soft", "")


def private(chance: Chance, index: int) -> Trap:
    """Under a known, an unknown and no creator."""
    name = chance.name()
    plain: Value = latin(f"{name} 12")
    creator = CREATORS[index % len(CREATORS)]
    group = (0x0029, 0x0043, 0x2001, 0x0009, 0x0011, 0x0019)[index % 6] << 16
    where = group | 0x1000 | (0x10, 0x01, 0x63, 0xE0)[index % 4]
    ways: tuple[tuple[str, Value], ...] = (
        ("LO", plain),
        ("OB", latin(f"CSA\0\0\0{name}\0\0")),
        ("UN", plain),
        ("SQ", [{0x00104000: ("LT", plain)}]),
        ("PN", latin(f"{name}^A")),
        ("ST", plain),
    )
    vr, value = ways[(index + index // len(CREATORS)) % len(ways)]
    named: Elements = {group | 0x0010: ("LO", latin(creator))} if creator else {}
    return Trap(tokens=(text(name),), elements={**named, where: (vr, value)}, kind=("CT", "MR")[index % 2])


def odd(chance: Chance, index: int) -> Trap:
    """Under a representation that is wrong, or unknown."""
    name = chance.name()
    plain = latin(f"{name}^A")
    inside = written({0x00100010: ("PN", plain)}, encoding=Encoding(is_implicit=True))
    item = pack("<HHI", 0xFFFE, 0xE000, len(inside)) + inside
    ways: tuple[tuple[int, str, bytes], ...] = (
        (0x00100010, "UN", plain),
        (0x00101001, "UN", plain),
        (0x00082218, "UN", item),
        (0x00181151, "DS", latin(name)),
        (0x00180022, "CS", latin(name.upper())),
        (0x00280106, "US", latin(name)),
        (0x00181242, "IS", latin(name)),
        (0x00101010, "AS", latin(name)),
        (0x00080032, "TM", latin(name)),
        (0x00080022, "DA", latin(name)),
        (0x00200052, "UI", latin(name)),
        (0x00081030, "OB", plain),
        (0x00080051, "UT", plain),
        (0x00284000, "UN", plain),
        (0x00286FFE, "LO", plain),
        (0x00189073, "FD", latin(name)),
    )
    tag, vr, value = ways[index % len(ways)]
    return Trap(tokens=(text(name),), elements={tag: (vr, value)}, kind=("CT", "MR")[index % 2])


def file_meta(chance: Chance, index: int) -> Trap:
    """Before the data set: preamble and group 0002."""
    name = chance.name()
    upper = latin(name.upper())
    ways: tuple[tuple[bytes, Elements], ...] = (
        (latin(f"made for {name}"), {}),
        (b"", {0x00020016: ("AE", upper)}),
        (b"", {0x00020013: ("SH", upper)}),
        (b"", {0x00020017: ("AE", upper)}),
        (b"", {0x00020018: ("AE", upper)}),
        (b"", {0x00020100: ("UI", b"1.2.3.4.5"), 0x00020102: ("OB", latin(name))}),
        (b"\0" * 64 + latin(name), {}),
        (b"", {0x00020026: ("UR", latin(f"http://{name}.example"))}),
    )
    preamble, meta = ways[index % len(ways)]
    return Trap(tokens=(text(name),), preamble=preamble, meta=meta, kind=("CT", "MR")[index % 2])


def trailing(chance: Chance, index: int) -> Trap:
    """After the pixels, in and behind the last element."""
    name = chance.name()
    plain = latin(f"{name} was here")
    noise = bytes(byte & 0x0F for byte in chance.noise(512))
    signed: Value = [{0x04000100: ("UI", b"1.2.3.4"), 0x04000115: ("OB", plain)}]
    ways: tuple[tuple[Elements, bytes, bytes | None], ...] = (
        ({0xFFFCFFFC: ("OB", plain)}, b"", None),
        ({}, b"", noise + plain),
        ({}, plain, None),
        ({0xFFFAFFFA: ("SQ", signed)}, b"", None),
        ({}, b"\0" * 512 + plain, None),
        ({0xFFFCFFFC: ("OB", bytes(500) + plain)}, b"", None),
        ({0x7FE10010: ("LO", b"ACME 1.1"), 0x7FE11001: ("OB", plain)}, b"", None),
        ({}, b"", noise + b"\0" * 64 + plain),
    )
    elements, tail, pixels = ways[index % len(ways)]
    return Trap(
        tokens=(text(name),), elements=elements, tail=tail, pixels=pixels, kind=("CT", "MR")[index % 2]
    )


def overlaid(chance: Chance, index: int) -> Trap:
    """In overlays and curves: their bits, their labels."""
    name = chance.name()
    plane: Elements = {
        0x60000010: ("US", (16,)),
        0x60000011: ("US", (16,)),
        0x60000040: ("CS", b"G"),
        0x60000050: ("SS", (1, 1)),
        0x60000100: ("US", (1,)),
        0x60000102: ("US", (0,)),
        0x60003000: ("OW", bytes(32)),
    }
    ways: tuple[Elements, ...] = (
        {0x60003000: ("OW", latin(name).ljust(32))},
        {0x60000022: ("LO", latin(f"mark {name}"))},
        {0x60001500: ("LO", latin(name))},
        {0x60004000: ("LT", latin(f"by {name}"))},
        {0x50000022: ("LO", latin(name)), 0x50003000: ("OW", bytes(16))},
        {0x50003000: ("OW", latin(name).ljust(16))},
        {0x50002500: ("LO", latin(name))},
        {0x60020022: ("LO", latin(name)), 0x60023000: ("OB", latin(name).ljust(32))},
    )
    chosen = ways[index % len(ways)]
    under = plane if min(chosen) >= min(plane) else {}
    return Trap(tokens=(text(name),), elements={**under, **chosen}, kind=("CT", "MR")[index % 2])


def annotated(chance: Chance, index: int) -> Trap:
    """In graphic annotations, acquisition context and content."""
    name, born = chance.name(), chance.day()
    said: Value = latin(f"{name} {born:%d.%m.%Y}")
    ways: tuple[Elements, ...] = (
        within((0x00700001, 0x00700008), {0x00700006: ("ST", said)}),
        {0x00700081: ("LO", said)},
        within((0x00400555,), {0x0040A160: ("UT", said)}),
        within((0x0040A730,), {0x0040A123: ("PN", said)}),
        within((0x00700060,), {0x00700068: ("LO", said)}),
        within((0x0040A730, 0x0040A730), {0x0040A160: ("UT", said)}),
        within((0x00700001,), {0x00700002: ("CS", latin(name.upper())), 0x00700006: ("ST", said)}),
    )
    chosen = ways[index % len(ways)]
    tokens: tuple[Token, ...] = (text(name), day(born))
    return Trap(tokens=tokens, elements=chosen, kind=("CT", "MR", "CT implicit")[index % 3])
