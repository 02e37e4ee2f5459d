"""Electronic signatures from the command line: a challenge, the password once more, and the signed request.

Signing takes the password anew each time; the session alone is not enough (21 CFR 11.200(a)(1)).
"""

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import click

from corelab_cli.client import Client
from corelab_cli.context import Context
from corelab_cli.sessions import sign_in, signed_in_user

A_TOKENS_SECOND = (
    1.0  # tokens tell their sign-in in whole seconds: the next one is surely after the challenge
)

reason_option = click.option("--reason", required=True, help="Why; it is kept for ever.")
password_option = click.option(
    "--password-stdin", is_flag=True, help="Read the password from standard input; you sign with it."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ToSign:
    """What a person signs.

    Attributes
    ----------
    operation : str
        Its id in the contract.
    object : str
        The id of what it moves, as the challenge names it.
    meaning : str
        What the signature means: AUTHORSHIP, REVIEW, APPROVAL or RESPONSIBILITY.
    """

    operation: str
    object: str
    meaning: str
    reason: str


def post_signed(
    context: Context,
    path: str,
    to_sign: ToSign,
    *,
    trial: str,
    password_stdin: bool,
    more: Mapping[str, Any] | None = None,
) -> Any:  # noqa: ANN401 -- JSON
    """Answer of a signed POST.

    Parameters
    ----------
    more : mapping or None
        The body's other fields.

    Raises
    ------
    CannotRun
        Nobody is signed in, the password is wrong, or the API refused.
    """
    client = context.client()
    asked = {"operation": to_sign.operation, "object": to_sign.object}
    challenge = client.post(f"/v1/trials/{trial}/signing-challenges", asked)["challenge"]
    _prove_anew(context, client, password_stdin=password_stdin)
    signature = {"challenge": challenge, "meaning": to_sign.meaning}
    return client.post(path, {**(more or {}), "reason": to_sign.reason, "signature": signature})


def _prove_anew(context: Context, client: Client, *, password_stdin: bool) -> None:
    user = signed_in_user(client.profile, user=context.user)
    password = (
        sys.stdin.readline().rstrip("\n")
        if password_stdin
        else click.prompt(f"Password of {user}, to sign", hide_input=True, err=True)
    )
    client.pause(A_TOKENS_SECOND)
    sign_in(client.profile, client.http, user=user, password=password)
