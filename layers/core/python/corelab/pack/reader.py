"""Reading a pack by its index: an instance's bytes by range, verified before anybody sees them."""

from collections.abc import Callable

from corelab.kernel.canonical import sha256_hex
from corelab.pack.errors import NotInPack, PackDamaged
from corelab.pack.index import Index, Instance

ReadRange = Callable[[int, int], bytes]
"""Bytes of the tar from an offset, of a length."""


def read_instance(index: Index, sop: str, *, read: ReadRange) -> bytes:
    """The instance's DICOM file.

    Raises
    ------
    NotInPack
        The index names no such instance.
    PackDamaged
        The bytes are not those that the index names.
    """
    found = next((instance for instance in index.instances if instance.sop == sop), None)
    if found is None:
        raise NotInPack("Ask for an instance of this series: the pack holds no such one.")
    return verified(found, read(found.offset, found.length))


def verified(instance: Instance, data: bytes) -> bytes:
    """The bytes, if they are the instance's file.

    Raises
    ------
    PackDamaged
        They are not.
    """
    if len(data) != instance.length or sha256_hex(data) != instance.sha256:
        raise PackDamaged("Make the pack again: its bytes are not those of its index.", sop=instance.sop)
    return data
