"""What rewriting is made of: what the trial writes, what becomes of an element, what is counted."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from corelab.deid.actions import Rules
from corelab.deid.private import PrivateRules
from corelab.deid.uids import KeyedUids
from corelab.dicom.elements import Element
from corelab.dicom.values import Value

COUNTS = ("kept", "removed", "replaced", "emptied", "uids", "dates", "private_kept", "private_removed")
KEPT, REMOVED, REPLACED, EMPTIED, UIDS, DATES, PRIVATE_KEPT, PRIVATE_REMOVED = range(len(COUNTS))

Listed = tuple[str, Value]
"""An entry of the pack's index: the tag as eight hex digits, the value."""


class Written(NamedTuple):
    """An element that the trial writes, whatever the image had there."""

    tag: int
    raw: bytes
    listed: Listed | None


class Outcome(NamedTuple):
    """What became of an element.

    Attributes
    ----------
    raw : bytes
        Its new bytes; none where it is gone.
    counted : int
        Its place in `COUNTS`.
    nested : sequence of int or None
        Counts of the elements inside it.
    is_standard : bool
        Every private element kept inside it is of PS3.15's own table.
    """

    raw: bytes
    counted: int
    listed: Listed | None = None
    nested: Sequence[int] | None = None
    is_standard: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleSet:
    """Everything that decides about the elements of one kind of image in one trial.

    Attributes
    ----------
    top, nested : Rules
        For public elements of the data set, and inside sequences.
    private : PrivateRules
        Empty where no private element stays.
    offset_days : int
        The subject's.
    written : sequence of Written
        In order of tag; for the top level.
    is_implicit : bool
        The transfer syntax writes no value representations.
    """

    top: Rules
    nested: Rules
    private: PrivateRules
    uids: KeyedUids
    offset_days: int
    written: Sequence[Written]
    is_implicit: bool


def number_of(elements: Sequence[Element]) -> int:
    """Number of elements, those inside sequences with them."""
    return len(elements) + sum(number_of(one) for found in elements for one in found[5] or ())


def added(counts: list[int], more: Sequence[int] | None) -> None:
    """Add counts to counts."""
    for place, number in enumerate(more or ()):
        counts[place] += number
