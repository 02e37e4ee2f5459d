"""Signed operations: what their bodies carry, and the one step that comes before the effect.

Only doors with signed operations take this in, and with it the partitions of `infra.grants.takes_signatures`.
"""

from collections.abc import Mapping
from typing import Annotated, TypeVar

from pydantic import Field, StringConstraints

from corelab.access import signing
from corelab.kernel.canonical import Plain
from corelab.kernel.write_path import Command, Kind, Store
from corelab_aws.doors.wire import Wire

T = TypeVar("T")
ChallengeName = Annotated[str, StringConstraints(pattern=r"^sgn_[0-7][0-9A-HJKMNP-TV-Z]{25}$")]


class Signature(Wire):
    """An electronic signature: send it with the token of a sign-in that is later than the challenge."""

    challenge: ChallengeName = Field(description="As `issue_challenge` gave it, for this very operation.")
    meaning: Annotated[signing.Meaning, Field(strict=False, description="What the signature means.")]


def sign(
    store: Store,
    command: Command,
    *,
    operation: str,
    of: Kind[T],
    id: str,
    signature: Signature | None,
    terms: Mapping[str, Plain],
) -> Command:
    """The command with its signature (`corelab.access.signing.sign`); without one, as it is.

    Parameters
    ----------
    operation : str
        The one that was authorized; the challenge names it.
    of, id
        The aggregate that the operation moves; the challenge names its id.
    signature : Signature or None
        As it came in the body. Whether one is needed is the state table's to say.
    terms : mapping
        What the body decides, beside reason and signature.
    """
    if signature is None:
        return command
    return signing.sign(
        store,
        command=command,
        operation=operation,
        of=of,
        id=id,
        challenge=signature.challenge,
        meaning=signature.meaning,
        terms=terms,
    )
