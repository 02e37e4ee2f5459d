"""Replacing a function of ministack, and refusing to when it is not the one that was read.

Every mend depends on the text of what it replaces. A new release may have
repaired the fault or moved it, so each replacement names a digest of the source
it was written against: an upgrade stops the boot with a name instead of changing
behaviour in silence.
"""

import hashlib
import inspect
from types import ModuleType
from typing import Any

DIGEST_LENGTH = 12  # hexadecimal digits; enough to notice any edit, short enough to read


class MendDoesNotFit(RuntimeError):
    """What a mend replaces has changed: read the new release, then drop or rewrite the mend."""


def fingerprint(text: str) -> str:
    """Digest of a source text.

    Parameters
    ----------
    text : str
        Source code, or any text a mend depends on.

    Returns
    -------
    str
        The first 12 hexadecimal digits of its SHA-256.
    """
    return hashlib.sha256(text.encode()).hexdigest()[:DIGEST_LENGTH]


def original(owner: ModuleType | type, name: str, *, digest: str) -> Any:  # noqa: ANN401 - ministack has no types
    """The function of ministack under that name, proved to be the one the mend was written for.

    Parameters
    ----------
    owner : module or class
        Where the function lives.
    name : str
        Its attribute.
    digest : str
        `fingerprint` of its source.

    Raises
    ------
    MendDoesNotFit
        It is gone, or its source differs.
    """
    found = getattr(owner, name, None)
    seen = "nothing" if found is None else fingerprint(inspect.getsource(found))
    if seen != digest:
        raise MendDoesNotFit(f"{owner.__name__}.{name}: expected {digest}, found {seen}")
    return found


def text_once(text: str, fragment: str) -> str:
    """The fragment, proved to stand exactly once in a text that a mend edits.

    Raises
    ------
    MendDoesNotFit
        It is not there, or more than once.
    """
    if text.count(fragment) != 1:
        raise MendDoesNotFit(f"{text.count(fragment)} places for {fragment[:60]!r}")
    return fragment
