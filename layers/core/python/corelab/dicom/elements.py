"""The element scanner: bytes to a tree of elements, each a place in the bytes. Nothing is copied or decoded.

Theory of operation. A data set is a run of elements, each a tag, a value representation (written, or looked
up where the syntax is implicit) and a length (PS3.5 7.1). A sequence holds items, an item a data set; either
may have no length and end at a delimiter (PS3.5 7.5). Every length is checked against what holds it, tags
must ascend strictly, and depth, elements and sizes are counted against budgets, so that whatever the bytes
are, reading ends soon and ends either with a tree that covers them exactly or with an `Unreadable`.

Pixels may stand in fragments (PS3.5 A.4): items of bytes up to a delimiter, the first a table of offsets.
Those of the image itself are kept, beside the tree.

An element is a plain tuple, since there are hundreds in every image and thousands of images in a series.
"""

from struct import Struct
from typing import NoReturn

from corelab.dicom import tags
from corelab.dicom.budgets import Budgets
from corelab.dicom.dictionary import lookup
from corelab.dicom.errors import (
    BadFragments,
    BadMeta,
    BadStructure,
    LyingLength,
    OverBudget,
    SyntaxDiffers,
    Truncated,
)

Items = tuple[tuple["Element", ...], ...]
Element = tuple[int, str, int, int, int, "Items | None"]
"""(tag, vr, start, value, end, items): where the element, its value and what follows it begin.

`items` is None for anything but a sequence; a sequence's `end` is behind its delimiter.
"""


UNIT_BYTES = {"US": 2, "SS": 2, "UL": 4, "SL": 4, "FL": 4, "AT": 4, "FD": 8, "SV": 8, "UV": 8}


def _codes(vrs: str) -> dict[bytes, str]:
    return {vr.encode(): vr for vr in vrs.split()}


SHORT = _codes("AE AS AT CS DA DS DT FD FL IS LO LT PN SH SL SS ST TM UI UL US")  # PS3.5 7.1.2
LONG = _codes("OB OD OF OL OV OW SQ SV UC UN UR UT UV")
# What a length may not have in its lowest bits: values are even, numbers whole.
ODD_BITS = {vr: UNIT_BYTES.get(vr, 2) - 1 for vr in (*SHORT.values(), *LONG.values())}
CODES = {code: (vr, code in LONG, ODD_BITS[vr]) for code, vr in (SHORT | LONG).items()}
NO_CODE = ("", False, 1)
UNDEFINED = 0xFFFFFFFF
HEAD_BYTES = 8
ITEM_GROUP = 0xFFFE
META_GROUP = 2
FIRST_GROUP = 8  # of an image: lower groups are commands, meta information and directories

BULK = frozenset({"OB", "OD", "OF", "OL", "OV", "OW", "UN"})  # never decoded

_IMPLICIT = Struct("<HHI").unpack_from
_LITTLE = (Struct("<HH2sH").unpack_from, _IMPLICIT, Struct("<I").unpack_from)
_BIG = (Struct(">HH2sH").unpack_from, Struct(">HHI").unpack_from, Struct(">I").unpack_from)


class Scan:
    """One file's scan, with what is left of its budgets.

    Parameters
    ----------
    data : bytes
        The whole file.
    budgets : Budgets
    is_big_endian, is_encapsulated : bool
        What the transfer syntax says of numbers and of pixels.
    first_group : int
        No element of a data set is of a lower one.

    Attributes
    ----------
    fragments : list of (int, int)
        Offset and length of each fragment of the image's pixels; the first is the table of offsets.
    """

    def __init__(
        self,
        data: bytes,
        budgets: Budgets,
        *,
        is_big_endian: bool = False,
        is_encapsulated: bool = False,
        first_group: int = FIRST_GROUP,
    ) -> None:
        self.fragments: list[tuple[int, int]] = []
        self._data = data
        self._budgets = budgets
        self._left = budgets.elements
        self._explicit, self._item, self._length = _BIG if is_big_endian else _LITTLE
        self._is_encapsulated = is_encapsulated
        self._first_group = first_group

    def data_set(self, start: int, end: int, *, implicit: bool) -> tuple[Element, ...]:
        """Elements of the data set between two places.

        Zeros behind the last element are dropped: some writers pad their files so.
        """
        found, _ = self._elements(start, end, implicit=implicit, depth=0)
        return tuple(found)

    def some(self, start: int, most: int, *, implicit: bool) -> tuple[tuple[Element, ...], int]:
        """The next elements of a data set, at most so many, and where the one behind them begins."""
        found, at = self._elements(start, len(self._data), implicit=implicit, depth=0, most=most)
        return tuple(found), at

    def meta(self, start: int, end: int) -> tuple[Element, ...]:
        """Elements of file meta information: explicit, all of group 0002."""
        found, stop = self._elements(start, end, implicit=False, depth=0, first_group=META_GROUP)
        if stop != end or any(element[0] >> 16 != META_GROUP for element in found):
            raise BadMeta("Send the file again: its meta information does not end where it says.")
        return tuple(found)

    def _elements(  # noqa: C901, PLR0912, PLR0915 -- one loop, kept whole for its speed
        self,
        at: int,
        end: int,
        *,
        implicit: bool,
        depth: int,
        until_delimiter: bool = False,
        first_group: int | None = None,
        most: int = -1,
    ) -> tuple[list[Element], int]:
        data, left, codes = self._data, self._left, CODES.get
        first = self._first_group if first_group is None else first_group
        explicit, long_length, small = self._explicit, self._length, self._budgets.text_bytes
        found: list[Element] = []
        last = -1
        while at < end:
            value = at + HEAD_BYTES
            if value > end:
                self._too_short(at, end)
            if implicit:
                group, number, length = _IMPLICIT(data, at)
                tag = group << 16 | number
                vr = implicit_vr(tag) if group != ITEM_GROUP else ""
                odd = ODD_BITS.get(vr, 1)
            else:
                group, number, code, length = explicit(data, at)
                tag = group << 16 | number
                vr, is_long, odd = codes(code, NO_CODE)
                if is_long:
                    value += 4
                    if value > end:
                        self._too_short(at, end)
                    (length,) = long_length(data, at + HEAD_BYTES)
            if tag <= last or not vr or group < first:
                if until_delimiter and tag == tags.ITEM_END:
                    self._left = left
                    return found, value
                if depth == 0 and tag == 0 and data.count(0, at, end) == end - at:
                    break
                self._out_of_place(tag, vr, last=last, at=at)
            last = tag
            left -= 1
            if left < 0:
                raise OverBudget("Send an image: this holds too many elements.", offset=at)
            items: Items | None = None
            if vr == "SQ" or length == UNDEFINED:
                if length != UNDEFINED and length > end - value:
                    self._overruns(tag, at=at, end=end)
                self._left = left
                items, stop = self._sequence(tag, vr, value, end, length, implicit=implicit, depth=depth)
                left = self._left
            else:
                stop = value + length
                if stop > end:
                    self._overruns(tag, at=at, end=end)
                if length & odd:
                    self._lies(tag, at)
                if length > small:
                    self._large(tag, vr, length, depth=depth)
            found.append((tag, vr, at, value, stop, items))
            at = stop
            most -= 1
            if not most:
                break
        if until_delimiter:
            raise Truncated("Send the file again: it ends inside an item.", offset=at)
        self._left = left
        return found, at

    def _sequence(  # noqa: C901, PLR0917 -- one loop, kept whole; the head of the element that it belongs to
        self, tag: int, vr: str, at: int, end: int, length: int, *, implicit: bool, depth: int
    ) -> tuple[Items | None, int]:
        if tag == tags.PIXEL_DATA and length == UNDEFINED and vr != "SQ":
            return None, self._fragments(tag, at, end, depth=depth)
        if vr not in ("SQ", "UN"):
            self._lies(tag, at)
        if depth >= self._budgets.depth:
            raise OverBudget("Send an image: its sequences are too deep.", tag=tags.tag_text(tag))
        implicit = implicit or vr == "UN"  # PS3.5 6.2.2 note 2: such a sequence is implicit little endian
        heads = _IMPLICIT if implicit else self._item
        stop = end if length == UNDEFINED else at + length
        items: list[tuple[Element, ...]] = []
        while at < stop:
            if at + HEAD_BYTES > stop:
                self._too_short(at, stop)
            group, number, item_bytes = heads(self._data, at)
            mark = group << 16 | number
            at += HEAD_BYTES
            if mark == tags.SEQUENCE_END and length == UNDEFINED:
                return tuple(items), at
            if mark != tags.ITEM:
                raise BadStructure("Send the file again: a sequence holds no item.", offset=at - HEAD_BYTES)
            self._left -= 1
            if self._left < 0:
                raise OverBudget("Send an image: this holds too many items.", offset=at)
            is_open = item_bytes == UNDEFINED
            if not is_open and item_bytes > stop - at:
                self._overruns(tag, at=at, end=stop)
            item_end = stop if is_open else at + item_bytes
            found, at = self._elements(
                at, item_end, implicit=implicit, depth=depth + 1, until_delimiter=is_open
            )
            items.append(tuple(found))
        if length == UNDEFINED:
            raise Truncated("Send the file again: it ends inside a sequence.", offset=at)
        return tuple(items), at

    def _fragments(self, tag: int, at: int, end: int, *, depth: int) -> int:
        if not self._is_encapsulated:
            raise SyntaxDiffers("Send uncompressed images: these pixels are in fragments.", offset=at)
        found: list[tuple[int, int]] = []
        while at + HEAD_BYTES <= end:
            group, number, length = _IMPLICIT(self._data, at)
            mark = group << 16 | number
            at += HEAD_BYTES
            if mark == tags.SEQUENCE_END:
                if not found:
                    raise BadFragments("Send the file again: its pixels hold no fragment.", offset=at)
                if not depth:
                    self.fragments = found
                return at
            if mark != tags.ITEM:
                raise BadFragments("Send the file again: a fragment is none.", offset=at - HEAD_BYTES)
            if length > end - at:
                self._overruns(tag, at=at, end=end)
            if length & 1:
                self._lies(tag, at)
            self._left -= 1
            if self._left < 0:
                raise OverBudget("Send an image: this holds too many fragments.", offset=at)
            found.append((at, length))
            at += length
        raise Truncated("Send the file again: its pixels do not end.", offset=at)

    def _large(self, tag: int, vr: str, length: int, *, depth: int) -> None:
        if tag == tags.PIXEL_DATA and not depth:
            if self._is_encapsulated:
                raise SyntaxDiffers("Send the file again: its pixels are not compressed as it says.")
        elif vr not in BULK or length > self._budgets.value_bytes:
            raise OverBudget("Send an image: one value is too large.", tag=tags.tag_text(tag))

    def _too_short(self, at: int, end: int) -> NoReturn:
        if end == len(self._data):
            raise Truncated("Send the file again: it ends inside an element.", offset=at)
        raise LyingLength("Send the file again: an element does not fit its item.", offset=at)

    def _overruns(self, tag: int, *, at: int, end: int) -> NoReturn:
        if end == len(self._data):
            raise Truncated("Send the file again: it ends inside a value.", tag=tags.tag_text(tag), offset=at)
        self._lies(tag, at)

    def _lies(self, tag: int, at: int) -> NoReturn:
        raise LyingLength(
            "Send the file again: an element's length does not fit.", tag=tags.tag_text(tag), offset=at
        )

    def _out_of_place(self, tag: int, vr: str, *, last: int, at: int) -> NoReturn:
        why = "an element is out of order or doubled" if vr and tag <= last else "an element is none"
        raise BadStructure(f"Send the file again: {why}.", tag=tags.tag_text(tag), offset=at)


def implicit_vr(tag: int) -> str:
    """Value representation where the syntax writes none: the dictionary's, UN for the unknown and private.

    Where the standard allows several: OW for pixels and tables (PS3.5 A.1), else the first.
    """
    if not tag & 0xFFFF:
        return "UL"  # a group's length (retired), PS3.5 7.2
    if tag & 0x10000:
        number = tag & 0xFFFF
        return "LO" if 0x10 <= number <= 0xFF else "UN"  # noqa: PLR2004 -- private creators, PS3.5 7.8.1
    entry = lookup(tag)
    if entry is None:
        return "UN"
    return "OW" if "OW" in entry.vrs else entry.vrs[0]
