"""Traps in attributes that PS3.15 Table E.1-1 names, at the top and nested."""

from collections.abc import Callable

from corelab_deidbench.chance import Chance
from corelab_deidbench.model import Trap
from corelab_deidbench.tokens import Kind, Token, day, text
from corelab_deidbench.writing import Elements, Value
from corelab_deidbench.writing import text as latin

# Rows of Table E.1-1 that the basic profile removes, empties or replaces.
ROWS: tuple[tuple[int, str], ...] = (
    (0x00100010, "PN"),  # Patient's Name
    (0x00100020, "LO"),  # Patient ID
    (0x00100030, "DA"),  # Patient's Birth Date
    (0x00080090, "PN"),  # Referring Physician's Name
    (0x00080050, "SH"),  # Accession Number
    (0x00080080, "LO"),  # Institution Name
    (0x00080081, "ST"),  # Institution Address
    (0x00080094, "SH"),  # Referring Physician's Telephone Numbers
    (0x00081010, "SH"),  # Station Name
    (0x00081040, "LO"),  # Institutional Department Name
    (0x00081048, "PN"),  # Physician(s) of Record
    (0x00081050, "PN"),  # Performing Physician's Name
    (0x00081060, "PN"),  # Name of Physician(s) Reading Study
    (0x00081070, "PN"),  # Operators' Name
    (0x00081080, "LO"),  # Admitting Diagnoses Description
    (0x00101000, "LO"),  # Other Patient IDs
    (0x00101001, "PN"),  # Other Patient Names
    (0x00101005, "PN"),  # Patient's Birth Name
    (0x00101040, "LO"),  # Patient's Address
    (0x00101060, "PN"),  # Patient's Mother's Birth Name
    (0x00101080, "LO"),  # Military Rank
    (0x00102150, "LO"),  # Country of Residence
    (0x00102154, "SH"),  # Patient's Telephone Numbers
    (0x00102160, "SH"),  # Ethnic Group
    (0x00102180, "SH"),  # Occupation
    (0x001021B0, "LT"),  # Additional Patient History
    (0x001021F0, "LO"),  # Patient's Religious Preference
    (0x00102297, "PN"),  # Responsible Person
    (0x00104000, "LT"),  # Patient Comments
    (0x00181000, "LO"),  # Device Serial Number
    (0x00181004, "LO"),  # Plate ID
    (0x00181030, "LO"),  # Protocol Name
    (0x00181400, "LO"),  # Acquisition Device Processing Description
    (0x00200010, "SH"),  # Study ID
    (0x00321032, "PN"),  # Requesting Physician
    (0x00321033, "LO"),  # Requesting Service
    (0x00321060, "LO"),  # Requested Procedure Description
    (0x00380010, "LO"),  # Admission ID
    (0x00380300, "LO"),  # Current Patient Location
    (0x00380500, "LO"),  # Patient State
    (0x00400242, "SH"),  # Performed Station Name
    (0x00400253, "SH"),  # Performed Procedure Step ID
    (0x00400254, "LO"),  # Performed Procedure Step Description
    (0x00400280, "ST"),  # Comments on the Performed Procedure Step
    (0x00401001, "SH"),  # Requested Procedure ID
    (0x00401102, "ST"),  # Person's Address
    (0x00401103, "LO"),  # Person's Telephone Numbers
    (0x0040A075, "PN"),  # Verifying Observer Name
    (0x00700084, "PN"),  # Content Creator's Name
    (0x00104000, "LT"),  # Patient Comments
)
# Sequences, outermost first: some have a row themselves, some have none and are looked into.
PATHS: tuple[tuple[int, ...], ...] = (
    (0x00082218,),
    (0x00081140,),
    (0x00400275,),
    (0x00082218, 0x00082220),
    (0x00081032,),
    (0x00540220, 0x00540222),
    (0x00189346,),
    (0x00081115, 0x00081140, 0x0040A170),
    (0x00400555, 0x0040A168),
    (0x52009229, 0x00209116),
)
MAKERS: dict[str, Callable[[Chance], str]] = {
    "PN": lambda chance: f"{chance.name()}^{chance.name()}",
    "SH": lambda chance: chance.code(),
    "LO": lambda chance: chance.name(),
    "ST": lambda chance: f"{chance.name()} {chance.below(90) + 10}",
    "LT": lambda chance: f"seen by {chance.name()}",
}


def drawn(vr: str, chance: Chance) -> tuple[tuple[Token, ...], bytes]:
    """A value for a representation, and its tokens: each word of it that names somebody."""
    if vr == "DA":
        born = chance.day()
        return (day(born),), born.strftime("%Y%m%d").encode()
    if vr == "UI":
        uid = chance.uid()
        return (Token(kind=Kind.UID, value=uid),), latin(uid)
    said = MAKERS[vr](chance)
    words = [word for word in said.replace("^", " ").split() if word[0].isupper()]
    return tuple(text(word) for word in words), latin(said)


def attribute(chance: Chance, index: int) -> Trap:
    """At the top of the data set."""
    tag, vr = ROWS[index % len(ROWS)]
    tokens, value = drawn(vr, chance)
    return Trap(tokens=tokens, elements={tag: (vr, value)}, kind=("CT", "MR", "CT implicit")[index % 3])


def nested(chance: Chance, index: int) -> Trap:
    """Within sequences."""
    tag, vr = ROWS[(7 * index) % len(ROWS)]
    tokens, value = drawn(vr, chance)
    made = within(PATHS[index % len(PATHS)], {tag: (vr, value)})
    return Trap(tokens=tokens, elements=made, kind=("CT", "CT implicit", "MR", "PT")[index % 4])


def within(path: tuple[int, ...], elements: Elements) -> Elements:
    """Elements in the one item of sequences in one another."""
    for tag in reversed(path):
        items: Value = [elements]
        elements = {tag: ("SQ", items)}
    return elements
