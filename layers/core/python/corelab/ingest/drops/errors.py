"""What can go wrong with a drop."""

from typing import ClassVar

from corelab.kernel.errors import CorelabError, IllegalMove, NotFound


class DropUnknown(NotFound):
    """There is no such drop for this caller."""

    code = "ING-041"


class DropNotReady(IllegalMove):
    """Objects of the study may still arrive."""

    code = "ING-042"


class DropTaken(IllegalMove):
    """The drop is matched, or holds nothing that can be used."""

    code = "ING-043"


class DropFull(CorelabError):
    """The drop takes no more objects: it is matched, or holds as much as a transmittal may."""

    code: ClassVar[str] = "ING-044"


class DropIncomplete(CorelabError):
    """An arrival was counted and is not kept yet; its event, or the sweep, comes again."""

    code: ClassVar[str] = "ING-045"
    retry: ClassVar[bool] = True
