"""What can go wrong with a query."""

from corelab.kernel.errors import InvalidInput, NotFound


class QueryUnknown(NotFound):
    """There is no such query for this caller."""

    code = "QRY-001"


class AnswerUnknown(InvalidInput):
    """The charter offers other answers to this query."""

    code = "QRY-002"
