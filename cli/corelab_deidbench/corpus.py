"""All files of a run, by a seed: traps of each class, and sound studies of persons who come twice."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from itertools import count

from corelab_deidbench.chance import Chance
from corelab_deidbench.imaging import BEGUN, Place, case, placed, someone
from corelab_deidbench.kinds import KINDS, REFERRING
from corelab_deidbench.model import STUDIES, Case, Person, Trap
from corelab_deidbench.traps import CLASSES, NOT_COVERED
from corelab_deidbench.writing import Elements, text

VISITS = 2
PER_PERSON = 10  # traps of a class for one person with sound studies
FIRST = 10_001  # all names of files are of one length
REFERRED = "CT"


def corpus(seed: int, *, per_class: int) -> tuple[Case, ...]:
    """The same seed and number, the same bytes."""
    numbers = count(FIRST)
    return (*_traps(seed, per_class, numbers), *_studies(seed, per_class, numbers))


def _traps(seed: int, per_class: int, numbers: Iterator[int]) -> Iterator[Case]:
    for trap_class, draw in CLASSES.items():
        chance = Chance(seed, about=trap_class)
        for index in range(per_class):
            place = placed(chance, person=someone(chance))
            made = case(chance, draw(chance, index), place=place, number=next(numbers), trap_class=trap_class)
            yield replace(made, is_covered=trap_class != NOT_COVERED)


def _studies(seed: int, per_class: int, numbers: Iterator[int]) -> Iterator[Case]:
    chance = Chance(seed, about=STUDIES)
    for _ in range(max(1, per_class // PER_PERSON)):
        person = someone(chance)
        for visit in range(VISITS):
            yield from _visit(chance, person, visit=visit, numbers=numbers)


def _visit(chance: Chance, person: Person, *, visit: int, numbers: Iterator[int]) -> Iterator[Case]:
    """An object of each kind, in one study; some refer to its first."""
    day = BEGUN + timedelta(days=42 * visit + chance.below(7))
    study, frame = chance.uid(), chance.uid()
    referred, first = "", 0
    for kind in KINDS:
        place: Place = placed(chance, person=person, day=day, study=study, frame=frame)
        trap = Trap(tokens=(), kind=kind, elements=_reference(referred) if kind in REFERRING else {})
        made = case(chance, trap, place=place, number=next(numbers), trap_class=STUDIES)
        if kind == REFERRED:
            referred, first = place.sop, made.number
        yield replace(made, visit=visit, refers_to=first if kind in REFERRING else None)


def _reference(sop: str) -> Elements:
    """That an object is made of another one."""
    image: Elements = {0x00081150: ("UI", text(KINDS[REFERRED].sop_class)), 0x00081155: ("UI", text(sop))}
    return {0x00082112: ("SQ", [image])}
