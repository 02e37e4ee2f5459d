"""What the bench is made of: files, with what was planted in them."""

from dataclasses import dataclass, field

from corelab_deidbench.tokens import Token
from corelab_deidbench.writing import Elements

STUDIES = "sound studies"  # no trap: what use is left


@dataclass(frozen=True, slots=True, kw_only=True)
class Trap:
    """What is planted into an image, and where.

    Attributes
    ----------
    elements, meta : mapping of tag to (VR, value)
        They replace an image's own, or join them.
    pixels : bytes, optional
        In place of the image's.
    syntax : str
        In place of the kind's own transfer syntax.
    tail : bytes
        Follows the last element.
    has_text_in_pixels : bool
        A person could read it in the image.
    """

    tokens: tuple[Token, ...]
    elements: Elements = field(default_factory=dict)
    kind: str = "CT"
    meta: Elements = field(default_factory=dict)
    preamble: bytes = b""
    pixels: bytes | None = None
    tail: bytes = b""
    syntax: str = ""
    has_text_in_pixels: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Whom an image is of."""

    name: str
    id: str
    born: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One file, and what the bench knows of it.

    Attributes
    ----------
    number : int
        Also its name, and its instance number: by one of them it is found again in what comes out.
    refers_to : int or None
        The case whose image this one refers to.
    """

    number: int
    trap_class: str
    kind: str
    data: bytes
    tokens: tuple[Token, ...] = ()
    person: str = ""
    visit: int = 0
    refers_to: int | None = None
    has_text_in_pixels: bool = False
    is_covered: bool = True
