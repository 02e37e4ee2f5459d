"""Traps in text: descriptions, repeated identity, dates, scripts, code meanings, UIDs."""

from corelab_deidbench.chance import CHINESE, CYRILLIC, HANGUL, KANJI, Chance
from corelab_deidbench.model import Trap
from corelab_deidbench.tokens import Kind, Token, day, text
from corelab_deidbench.traps.attributes import within
from corelab_deidbench.writing import Elements, Value
from corelab_deidbench.writing import text as latin

DESCRIPTIONS: tuple[tuple[int, str], ...] = (
    (0x0008103E, "LO"),  # Series Description
    (0x00081030, "LO"),  # Study Description
    (0x00204000, "LT"),  # Image Comments
    (0x00181030, "LO"),  # Protocol Name
    (0x00180010, "LO"),  # Contrast/Bolus Agent
    (0x00181160, "SH"),  # Filter Type
    (0x00181210, "SH"),  # Convolution Kernel
    (0x00180024, "SH"),  # Sequence Name
    (0x00082111, "ST"),  # Derivation Description
    (0x00181250, "SH"),  # Receive Coil Name
    (0x00184000, "LT"),  # Acquisition Comments
    (0x00181020, "LO"),  # Software Versions
    (0x00180015, "CS"),  # Body Part Examined
    (0x00180022, "CS"),  # Scan Options
    (0x00080008, "CS"),  # Image Type
    (0x00081090, "LO"),  # Manufacturer's Model Name
    (0x00400310, "ST"),  # Comments on Radiation Dose
    (0x00181048, "LO"),  # Contrast/Bolus Route
    (0x00324000, "LT"),  # Study Comments
    (0x0020103E, "LO"),  # nothing that the standard knows
)
SENTENCES = (
    "AXIAL {} T1",
    "head of {}",
    "{}",
    "T2 FLAIR Dr {}",
    "CHEST {} WITH CONTRAST",
    "copy for {} ward 3",
)


def described(chance: Chance, index: int) -> Trap:
    """A name among words that describe an image."""
    tag, vr = DESCRIPTIONS[index % len(DESCRIPTIONS)]
    name = chance.name()
    if vr == "CS":
        said = name.upper()
    elif vr == "SH":
        said = f"B30f {name}"
    else:
        said = SENTENCES[index % len(SENTENCES)].format(name)
    return Trap(
        tokens=(text(name),),
        elements={tag: (vr, latin(said))},
        kind=("CT", "MR", "PT", "CT implicit")[index % 4],
    )


def repeated(chance: Chance, index: int) -> Trap:
    """The image's own identity, a second time, elsewhere and written otherwise."""
    family, given, number = chance.name(), chance.name(), chance.code()
    own: Elements = {
        0x00100010: ("PN", latin(f"{family}^{given}")),
        0x00100020: ("LO", latin(number)),
    }
    said = (
        f"{given} {family}",
        f"{family}{given}".lower(),
        f"{family.upper()}, {given.upper()}",
        number.replace("-", ""),
        f"pat {number.lower()}",
        f"{given[0]}. {family}",
    )[index % 6]
    tag, vr = DESCRIPTIONS[(index * 3) % len(DESCRIPTIONS)]
    value = said.upper()[:16] if vr == "CS" else said[:16] if vr == "SH" else said
    return Trap(tokens=(text(family), text(given), text(number)), elements={**own, tag: (vr, latin(value))})


def dated(chance: Chance, index: int) -> Trap:
    """A day in text, in a UID, in elements of other kinds."""
    born = chance.day()
    places: tuple[tuple[int, str, str], ...] = (
        (0x0008103E, "LO", f"AXIAL {born:%Y%m%d}"),
        (0x00204000, "LT", f"born {born:%d.%m.%Y}"),
        (0x00081030, "LO", f"CHEST {born:%Y-%m-%d}"),
        (0x00200052, "UI", f"1.2.840.99.{born:%Y%m%d}.7"),
        (0x00181210, "SH", f"{born:%d/%m/%Y}"),
        (0x0008002A, "DT", f"{born:%Y%m%d}101500"),
        (0x00181012, "DA", f"{born:%Y%m%d}"),
        (0x00181020, "LO", f"V {born:%Y%m%d}"),
        (0x00181078, "DT", f"{born:%Y%m%d}080000.000"),
        (0x00091130, "LO", f"{born:%d %b %Y}"),
        (0x0020000E, "UI", f"1.2.840.99.{born:%Y%m%d}101500.1"),
        (0x00180010, "LO", f"batch {born:%m/%d/%Y}"),
    )
    tag, vr, said = places[index % len(places)]
    more: Elements = {0x00090011: ("LO", b"ACME 1.1")} if tag == 0x00091130 else {}  # noqa: PLR2004 -- a tag
    return Trap(tokens=(day(born),), elements={**more, tag: (vr, latin(said))}, kind=("CT", "MR")[index % 2])


def scripted(chance: Chance, index: int) -> Trap:
    """A name in another script: declared, declared wrongly, not declared."""
    kanji, hangul = chance.written_in(KANJI), chance.written_in(HANGUL)
    chinese, cyrillic = chance.written_in(CHINESE), chance.written_in(CYRILLIC, length=7)
    umlaut = f"{chance.name()}ü{chance.word()}"
    ways: tuple[tuple[str, str, bytes], ...] = (
        (kanji, "\\ISO 2022 IR 87", kanji.encode("iso2022_jp")),
        (hangul, "\\ISO 2022 IR 149", b"\x1b$)C" + hangul.encode("euc_kr")),
        (chinese, "GB18030", chinese.encode("gb18030")),
        (cyrillic, "ISO_IR 192", cyrillic.encode()),
        (umlaut, "ISO_IR 100", umlaut.encode("latin-1")),
        (umlaut, "ISO_IR 100", umlaut.encode()),
        (cyrillic, "ISO_IR 6", cyrillic.encode()),
        (kanji, "ISO_IR 13", kanji.encode("shift_jis")),
        (kanji, "", kanji.encode("iso2022_jp")),
        (chinese, "ISO_IR 100", chinese.encode("gb18030")),
        (umlaut, "\\ISO 2022 IR 100", b"\x1b-A" + umlaut.encode("latin-1")),
        (umlaut, "ISO_IR 192", umlaut.encode("utf-16-le")),
    )
    name, declared, value = ways[index % len(ways)]
    tag, vr = ((0x00100010, "PN"), (0x0008103E, "LO"), (0x00204000, "LT"), (0x00081070, "PN"))[
        (index // len(ways) + index) % 4
    ]
    return Trap(tokens=(text(name),), elements={0x00080005: ("CS", latin(declared)), tag: (vr, value)})


def coded(chance: Chance, index: int) -> Trap:
    """A person's name where a code's meaning stands."""
    name = chance.name()
    sequence = (0x00082218, 0x00081032, 0x00540220, 0x00089215, 0x00401012, 0x00400260)[index % 6]
    meaning = (name, f"{name} protocol", f"Chest, ordered by {name}")[index % 3]
    code: Elements = {
        0x00080100: ("SH", (b"T-D3000", b"51185008", b"X1")[index % 3]),
        0x00080102: ("SH", (b"SRT", b"SCT", b"99ACME")[index % 3]),
        0x00080104: ("LO", latin(meaning)),
    }
    return Trap(tokens=(text(name),), elements=within((sequence,), code), kind=("CT", "MR", "PT")[index % 3])


def uids(chance: Chance, index: int) -> Trap:
    """A UID that leads back: of the object, of what it refers to, in text."""
    uid = chance.uid()
    plain: Value = latin(uid)
    referenced: Elements = {0x00081150: ("UI", b"1.2.840.10008.5.1.4.1.1.2"), 0x00081155: ("UI", plain)}
    ways: tuple[Elements, ...] = (
        {0x0020000D: ("UI", plain)},
        {0x0020000E: ("UI", plain)},
        {0x00200052: ("UI", plain)},
        within((0x00081140,), referenced),
        within((0x00082112,), referenced),
        within((0x00081115, 0x00081199), referenced),
        {0x00081195: ("UI", plain)},
        {0x00880140: ("UI", plain)},
        {0x0020103E: ("UI", plain)},
        {0x00204000: ("LT", latin(f"see {uid}"))},
        {0x00090010: ("LO", b"ACME 1.1"), 0x00091001: ("UI", plain)},
        {0x00083010: ("UI", plain)},
        {0x00181002: ("UI", plain)},
        {0x00200200: ("UI", plain)},
    )
    return Trap(
        tokens=(Token(kind=Kind.UID, value=uid),),
        elements=ways[index % len(ways)],
        kind=("CT", "MR")[index % 2],
    )


def numbered(chance: Chance, index: int) -> Trap:
    """A hospital number where a measurement stands."""
    number = chance.number()
    value = int(number)
    ways: tuple[tuple[int, str, Value], ...] = (
        (0x00181153, "IS", latin(number)),
        (0x00181302, "IS", latin(number)),
        (0x00180090, "DS", latin(number)),
        (0x00189073, "FD", (value,)),
        (0x00186028, "FD", (value,)),
        (0x0018606E, "UL", (value,)),
        (0x00209157, "UL", (value,)),
        (0x00280106, "US", (value & 0xFFFF, value >> 16)),
        (0x00281200, "OW", (value & 0xFFFF, value >> 16)),
        (0x00201041, "DS", latin(number)),
        (0x00180081, "DS", latin(number)),
        (0x00189074, "DT", latin(number)),
    )
    tag, vr, planted = ways[index % len(ways)]
    own: Elements = {0x00100020: ("LO", latin(number))}
    return Trap(
        tokens=(Token(kind=Kind.NUMBER, value=number),),
        elements={**own, tag: (vr, planted)},
        kind=("CT", "MR")[index % 2],
    )
