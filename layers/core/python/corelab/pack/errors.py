"""What can be wrong with a pack."""

from typing import ClassVar

from corelab.kernel.errors import CorelabError


class PackDamaged(CorelabError):
    """Bytes of a pack are not those that its index names."""

    code: ClassVar[str] = "DEI-201"


class NotInPack(CorelabError):
    """The pack holds no such instance."""

    code: ClassVar[str] = "DEI-202"


class IndexInvalid(CorelabError):
    """The index cannot be read."""

    code: ClassVar[str] = "DEI-203"
