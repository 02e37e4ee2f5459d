"""Held transmittals: what waits for a person, why, and the signed decision."""

from urllib.parse import quote

import click

from corelab_cli.context import Context, Group, pass_context, trial_option
from corelab_cli.signing import ToSign, password_option, post_signed, reason_option

held_argument = click.argument("transmittal", metavar="TRANSMITTAL")


@click.group(cls=Group)
def held() -> None:
    """Transmittals that are held for a person. For the core lab."""


@held.command()
@held_argument
@reason_option
@password_option
@trial_option
@pass_context
def reject(context: Context, transmittal: str, *, reason: str, password_stdin: bool, trial: str) -> None:
    """Reject TRANSMITTAL, with your signature: nothing of it counts, and the site sends anew."""
    to_sign = ToSign(operation="reject_transmittal", object=transmittal, meaning="APPROVAL", reason=reason)
    path = f"/v1/trials/{trial}/transmittals/{quote(transmittal)}/reject"
    done = post_signed(context, path, to_sign, trial=trial, password_stdin=password_stdin)
    context.show(done, words=lambda out: out.print(f"{transmittal} is {done['state']}."))
