"""Why a body of instances is refused whole. Nothing of it was kept."""

from corelab.kernel.errors import InvalidInput, OverLimit, WrongMedia


class NotInstances(WrongMedia):
    """The body, or a part of it, is of another type than instances come in."""

    code = "ING-046"


class BodyBroken(InvalidInput):
    """The body does not come apart as its type says."""

    code = "ING-047"


class BodyTooLarge(OverLimit):
    """More bytes, or more parts, than one request carries."""

    code = "ING-048"


class SiteUnclear(InvalidInput):
    """The caller acts for several sites, and the request does not say for which."""

    code = "ING-049"
