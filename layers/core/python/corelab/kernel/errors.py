"""The one root of every error, with a stable code and facts as fields.

A class per thing that a caller can do about it. Facts are never identity: they may be logged and shown.
"""

from typing import ClassVar


class CorelabError(Exception):
    """An expected failure, with a code that never changes meaning.

    Parameters
    ----------
    message : str
        One sentence for the person who has to act, saying what to do next. Never identity.
    **facts
        Plain values for logs and problem JSON. Never identity.
    """

    code: ClassVar[str] = "COR-000"
    retry: ClassVar[bool] = False

    def __init__(self, message: str, **facts: str | int | bool | None) -> None:
        super().__init__(message)
        self.message = message
        self.facts = facts


class NotFound(CorelabError):
    """What was named is not there, or not there for this caller."""

    code = "ACC-404"


class VersionConflict(CorelabError):
    """Somebody else changed it first; read it again."""

    code = "ACC-409"
    retry = True


class Busy(CorelabError):
    """What keeps the state takes no more for the moment; nothing was written."""

    code = "ACC-503"
    retry = True


class AlreadyThere(CorelabError):
    """It is there already, and not as it was asked for now."""

    code = "ACC-410"


class KeyReused(CorelabError):
    """The Idempotency-Key was used before, for something else."""

    code = "ACC-411"


class NotAllowed(CorelabError):
    """The caller holds no grant for this."""

    code = "ACC-403"


class IllegalMove(CorelabError):
    """The state table has no such transition."""

    code = "ACC-422"


class ReasonMissing(CorelabError):
    """The transition asks for a reason."""

    code = "ACC-423"


class SignatureMissing(CorelabError):
    """The transition asks for a signature."""

    code = "ACC-424"


class OthersHaveToSign(NotAllowed):
    """The move takes several persons, and this one's part is done."""

    code = "ACC-437"


class SignedOtherVersion(CorelabError):
    """What was signed has changed since; a signature is never carried over to another version."""

    code = "ACC-435"


class TooLarge(CorelabError):
    """What was decided does not fit into one event or one aggregate; nothing was written."""

    code = "COR-413"


class OverLimit(CorelabError):
    """More was sent than one request carries; nothing of it was kept."""

    code = "ACC-413"


class WrongMedia(CorelabError):
    """What was sent is of another type than is taken here."""

    code = "ACC-415"


class InvalidInput(CorelabError):
    """What was sent does not have the shape that was asked for."""

    code = "ACC-400"
