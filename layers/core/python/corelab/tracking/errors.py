"""What can go wrong with a trial's plan."""

from corelab.kernel.errors import AlreadyThere, CorelabError, IllegalMove, InvalidInput


class CharterOfAnotherTrial(InvalidInput):
    """The charter's trial is not the trial it was sent to."""

    code = "TRK-001"


class CharterTooLarge(InvalidInput):
    """The charter does not fit into one aggregate."""

    code = "TRK-002"


class CharterVersionTaken(AlreadyThere):
    """The version is published with another meaning, or a newer one is in force."""

    code = "TRK-003"


class TrialNotOpen(IllegalMove):
    """The trial is frozen, locked or archived."""

    code = "TRK-004"


class SubjectIllFormed(InvalidInput):
    """The charter's subject ids look otherwise."""

    code = "TRK-005"


class SubjectDiffers(AlreadyThere):
    """The subject is registered with other facts."""

    code = "TRK-006"


class ScreeningIdIllFormed(InvalidInput):
    """The charter has no such screening ids."""

    code = "TRK-009"


class ScreeningIdTaken(AlreadyThere):
    """Another subject has this name."""

    code = "TRK-010"


class NothingNew(CorelabError):
    """An event that says what is known already. Nothing to do about it."""

    code = "TRK-007"


class OlderVerdict(CorelabError):
    """A verdict that came after a newer one. Nothing to do about it."""

    code = "TRK-008"


class DatesWouldMove(InvalidInput):
    """An amendment would shift a subject's dates otherwise than before."""

    code = "TRK-009"
