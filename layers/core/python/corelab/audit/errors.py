"""What can go wrong on the ledger, by what a caller can do about it."""

from corelab.kernel.errors import CorelabError, InvalidInput


class HeadMoved(CorelabError):
    """Another sequencer placed entries first; read the head again."""

    code = "AUD-001"
    retry = True


class Unavailable(CorelabError):
    """A service that the ledger needs does not answer; the sweep comes back to it."""

    code = "AUD-002"
    retry = True


class LogHalted(CorelabError):
    """The log stands still until a person has looked: what is stored contradicts what must be stored."""

    code = "AUD-003"


class Contradiction(CorelabError):
    """Something stored contradicts the log; whoever meets it halts the log."""

    code = "AUD-004"


class Unreadable(CorelabError):
    """An outbox item that is no event of this log; it is left where it is and the log goes on."""

    code = "AUD-005"


class BadNote(CorelabError):
    """Text that is no signed note, or a signature that does not verify."""

    code = "AUD-006"


class BadProof(CorelabError):
    """A Merkle proof that does not prove what it claims."""

    code = "AUD-007"


class BadCursor(InvalidInput):
    """Text that no page of this log's export ended with; begin the export again."""

    code = "AUD-008"
