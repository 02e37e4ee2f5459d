"""An object of a kind, for a person, with whatever is planted in it."""

from dataclasses import dataclass
from datetime import date

from corelab_deidbench.chance import Chance
from corelab_deidbench.kinds import BODY_PART, KINDS, UNDER_TEXT, Kind, pixels, plane
from corelab_deidbench.model import Case, Person, Trap
from corelab_deidbench.writing import (
    JPEG,
    JPEG_2000,
    PIXELS,
    RLE,
    Elements,
    Encoding,
    file_of,
    several,
    text,
    written,
)

BEGUN = date(2025, 3, 3)
ONE_PIXEL_BYTE = 8
COMPRESSED = frozenset({RLE, JPEG, JPEG_2000})


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where an object stands: whose, of which day, in which study and series."""

    person: Person
    day: date
    sop: str
    series: str
    study: str
    frame: str


def someone(chance: Chance) -> Person:
    """A person nobody is."""
    born = chance.day().strftime("%Y%m%d")
    return Person(name=f"{chance.name()}^{chance.name()}", id=chance.code(), born=born)


def placed(chance: Chance, *, person: Person, day: date = BEGUN, study: str = "", frame: str = "") -> Place:
    """A place of its own, or in a study that there is."""
    return Place(
        person=person,
        day=day,
        sop=chance.uid(),
        series=chance.uid(),
        study=study or chance.uid(),
        frame=frame or chance.uid(),
    )


def case(chance: Chance, trap: Trap, *, place: Place, number: int, trap_class: str) -> Case:
    """The file of an object with a trap in it."""
    kind = KINDS[trap.kind]
    syntax = trap.syntax or kind.syntax
    elements, follows = {**_general(kind, place, number), **plane(kind), **kind.own}, b""
    if kind.bits:
        drawn = trap.pixels if trap.pixels is not None else pixels(kind, chance.noise)
        if syntax in COMPRESSED:
            follows = drawn
        else:
            elements[PIXELS] = ("OW" if kind.bits > ONE_PIXEL_BYTE else "OB", drawn)
    elements |= trap.elements
    before = {tag: found for tag, found in elements.items() if tag <= PIXELS}
    after = {tag: found for tag, found in elements.items() if tag > PIXELS}
    follows += written(after, encoding=Encoding.of(syntax)) + trap.tail
    meta = {**_meta(kind, place), **trap.meta}
    return Case(
        number=number,
        trap_class=trap_class,
        kind=trap.kind,
        data=file_of(before, meta=meta, syntax=syntax, preamble=trap.preamble, tail=follows),
        tokens=trap.tokens,
        person=place.person.id,
        has_text_in_pixels=trap.has_text_in_pixels,
    )


def _general(kind: Kind, place: Place, number: int) -> Elements:
    """What every object has."""
    day = place.day.strftime("%Y%m%d").encode()
    person = place.person
    return {
        0x00080005: ("CS", b"ISO_IR 100"),
        0x00080008: ("CS", several(("ORIGINAL", "PRIMARY", UNDER_TEXT))),
        0x00080016: ("UI", text(kind.sop_class)),
        0x00080018: ("UI", text(place.sop)),
        0x00080020: ("DA", day),
        0x00080021: ("DA", day),
        0x00080022: ("DA", day),
        0x00080023: ("DA", day),
        0x00080030: ("TM", b"101500"),
        0x00080050: ("SH", b""),
        0x00080060: ("CS", text(kind.modality)),
        0x00080070: ("LO", b""),
        0x00080090: ("PN", b""),
        0x0008103E: ("LO", text(UNDER_TEXT)),
        0x00100010: ("PN", text(person.name)),
        0x00100020: ("LO", text(person.id)),
        0x00100030: ("DA", text(person.born)),
        0x00100040: ("CS", b"O"),
        0x00180015: ("CS", text(BODY_PART)),
        0x00180050: ("DS", b"5"),
        0x0020000D: ("UI", text(place.study)),
        0x0020000E: ("UI", text(place.series)),
        0x00200010: ("SH", b""),
        0x00200011: ("IS", b"2"),
        0x00200013: ("IS", text(str(number))),
        0x00200032: ("DS", several(("0", "0", "1"))),
        0x00200037: ("DS", several(("1", "0", "0", "0", "1", "0"))),
        0x00200052: ("UI", text(place.frame)),
        0x00201040: ("LO", b""),
    }


def _meta(kind: Kind, place: Place) -> Elements:
    return {
        0x00020001: ("OB", b"\0\1"),
        0x00020002: ("UI", text(kind.sop_class)),
        0x00020003: ("UI", text(place.sop)),
        0x00020012: ("UI", b"1.2.3.4"),
    }
