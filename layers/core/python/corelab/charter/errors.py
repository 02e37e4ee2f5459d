"""What can be wrong with a charter, or with a question put to it."""

from typing import ClassVar

from corelab.kernel.errors import CorelabError


class CharterInvalid(CorelabError):
    """The charter has problems; nothing was published. `wire.lint` lists them with line and remedy."""

    code: ClassVar[str] = "CHR-001"


class NotInCharter(CorelabError):
    """The charter does not have what was named."""

    code: ClassVar[str] = "CHR-002"


class PlaceholderMissing(CorelabError):
    """A query text asks for a value that was not given."""

    code: ClassVar[str] = "CHR-003"
