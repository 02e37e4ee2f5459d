"""What can go wrong at the gate."""

from corelab.kernel.errors import NotAllowed


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
