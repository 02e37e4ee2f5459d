"""A big endian image in little endian: the same elements and values, written in the other order of bytes.

Source: DICOM PS3.5 7.3. The big endian syntax is retired; archives still hold it.
"""

from collections.abc import Sequence

from corelab.dicom.alike import Tree
from corelab.dicom.budgets import Budgets
from corelab.dicom.elements import Element, Scan
from corelab.dicom.header import Header
from corelab.dicom.values import element, item, swapped


def in_little_endian(header: Header, budgets: Budgets) -> Header:
    """Header of the same image in Explicit VR Little Endian."""
    data = b"".join(_written(header.data, header.elements))
    return Header(
        data=data,
        meta=header.meta,
        is_implicit=False,
        tree=Tree(Scan(data, budgets).data_set(0, len(data), implicit=False)),
        preamble=header.preamble,
        trailing_bytes=header.trailing_bytes,
    )


def _written(data: bytes, elements: Sequence[Element]) -> list[bytes]:
    """Elements' bytes. A sequence of unknown representation is in little endian already (PS3.5 6.2.2)."""
    return [
        element(tag, vr, swapped(data[value:end], vr), implicit=False)
        if items is None or vr == "UN"
        else element(tag, vr, b"".join(item(b"".join(_written(data, one))) for one in items), implicit=False)
        for tag, vr, _, value, end, items in elements
    ]
