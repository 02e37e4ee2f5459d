"""What can go wrong in quality control. A failed check is no error: it is a finding."""

from typing import ClassVar

from corelab.kernel.errors import CorelabError, NotFound, VersionConflict


class DocumentUnreadable(CorelabError):
    """Facts, index or findings do not have the shape that this version reads."""

    code: ClassVar[str] = "QC-001"


class NothingWaits(CorelabError):
    """No verdict waits for this answer: it is under review already, or newer data were judged."""

    code: ClassVar[str] = "QC-002"


class NotJudged(NotFound):
    """The time point has no verdict yet."""

    code: ClassVar[str] = "QC-404"


class VerdictMoved(VersionConflict):
    """Another command moved the verdict in between; look at it again."""

    code: ClassVar[str] = "QC-409"
