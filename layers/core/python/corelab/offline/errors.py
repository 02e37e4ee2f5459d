"""Why a run on one machine cannot begin."""

from corelab.kernel.errors import CorelabError


class OfflineRefused(CorelabError):
    """The run cannot begin; the root of this package's errors."""

    code = "DEI-140"


class NothingThere(OfflineRefused):
    """The input is not there, or holds no image."""

    code = "DEI-141"


class OutputInside(OfflineRefused):
    """The output would lie inside of the input."""

    code = "DEI-142"


class SeveralPersons(OfflineRefused):
    """One subject was named, and the images are of several persons."""

    code = "DEI-143"
