"""What can go wrong with a query."""

from corelab.kernel.errors import CorelabError, InvalidInput, NotFound, VersionConflict


class QueryUnknown(NotFound):
    """There is no such query for this caller."""

    code = "QRY-001"


class NothingToSettle(CorelabError):
    """Another one was first. Nothing to do about it."""

    code = "QRY-003"


class AskedMeanwhile(VersionConflict):
    """The question was settled while it was being asked: it is asked anew."""

    code = "QRY-004"


class AnswerUnknown(InvalidInput):
    """The charter offers other answers to this query."""

    code = "QRY-002"
