"""What can go wrong at the gate."""

from corelab.kernel.errors import InvalidInput, NotAllowed


class NotSignedIn(NotAllowed):
    """The request carries no verified identity."""

    code = "ACC-401"


class TokenRevoked(NotSignedIn):
    """The token was issued before the account's tokens became valid."""

    code = "ACC-402"


class AccountClosed(NotAllowed):
    """The account is unknown or closed."""

    code = "ACC-405"


class GrantRefused(NotAllowed):
    """Separation of duties forbids this grant."""

    code = "ACC-406"


class SiteNotCovered(NotAllowed):
    """The grant does not hold at that site."""

    code = "ACC-408"


class ChallengeUnknown(NotAllowed):
    """The challenge was not issued to this person; whether it is another's is not said."""

    code = "ACC-430"


class ChallengeExpired(NotAllowed):
    """The challenge was not answered in time."""

    code = "ACC-431"


class ChallengeUsed(NotAllowed):
    """The challenge has been signed once, by another request."""

    code = "ACC-432"


class ChallengeForAnother(NotAllowed):
    """The challenge was issued for another operation or object."""

    code = "ACC-433"


class SignInStale(NotAllowed):
    """The sign-in is older than the challenge, or older than a signature may rest on."""

    code = "ACC-434"


class NothingToSign(InvalidInput):
    """The operation asks for no signature."""

    code = "ACC-436"
