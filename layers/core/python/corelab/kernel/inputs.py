"""What passes from step to step of the pipeline names its schema, so that an upgrade may come amid a run.

A run goes on with the versions of the doors that it began with, but the sweep starts a run that died again
with today's, and a person lets a series run again months later. So each door takes the newest schema and the
one before it, and refuses any other instead of guessing.
"""

from collections.abc import Mapping

from corelab.kernel.errors import CorelabError

SCHEMA = 1


class InputUnknown(CorelabError):
    """A step was given an input of a schema that it does not know."""

    code = "COR-415"


def taken(newest: int) -> range:
    """Schemas that a door takes whose own is `newest`: that one and the one before."""
    return range(max(1, newest - 1), newest + 1)


def check_input(document: Mapping[str, object], *, newest: int = SCHEMA) -> None:
    """Let an input through whose schema this version reads.

    Raises
    ------
    InputUnknown
        It names none, or another.
    """
    named = document.get("schema")
    if type(named) is not int or named not in taken(newest):
        raise InputUnknown(
            "Start the transmittal again: the version that runs here cannot read the input of this run.",
            schema=named if type(named) is int else None,
            newest=newest,
        )
