"""Held transmittals: what waits for a person, why, and the signed decision."""

from typing import Any
from urllib.parse import quote

import click
from rich.console import Console
from rich.markup import escape

from corelab_cli.context import Command, Context, Group, pass_context, trial_option
from corelab_cli.errors import CannotRun
from corelab_cli.signing import ToSign, password_option, post_signed, reason_option

held_argument = click.argument("transmittal", metavar="TRANSMITTAL")


@click.group(cls=Group)
def held() -> None:
    """Transmittals that are held for a person. For the core lab."""


@held.command("list", cls=Command)
@trial_option
@pass_context
def list_held(context: Context, trial: str) -> None:
    """List what is held, the longest first: why, and what can be decided."""
    answer = context.client().get(f"/v1/trials/{trial}/held")

    def words(out: Console) -> None:
        if not answer["held"]:
            out.print("Nothing is held.")
        for one in answer["held"]:
            _words(out, one)

    context.show(answer, words=words)


@held.command()
@held_argument
@trial_option
@pass_context
def show(context: Context, transmittal: str, trial: str) -> None:
    """Show why TRANSMITTAL is held, and what can be decided."""
    waiting = _waiting(context, transmittal, trial=trial)
    context.show(waiting, words=lambda out: _words(out, waiting))


@held.command()
@held_argument
@reason_option
@password_option
@trial_option
@pass_context
def release(context: Context, transmittal: str, *, reason: str, password_stdin: bool, trial: str) -> None:
    """Release TRANSMITTAL, with your signature: what it is held for passes, and it is screened again."""
    _decide(context, "release", transmittal, reason=reason, password_stdin=password_stdin, trial=trial)


@held.command()
@held_argument
@reason_option
@password_option
@trial_option
@pass_context
def reject(context: Context, transmittal: str, *, reason: str, password_stdin: bool, trial: str) -> None:
    """Reject TRANSMITTAL, with your signature: nothing of it counts, and the site sends anew."""
    _decide(context, "reject", transmittal, reason=reason, password_stdin=password_stdin, trial=trial)


def _decide(
    context: Context, decision: str, transmittal: str, *, reason: str, password_stdin: bool, trial: str
) -> None:
    seen = _waiting(context, transmittal, trial=trial)
    _words(Console(stderr=True), seen)
    to_sign = ToSign(
        operation=f"{decision}_transmittal", object=transmittal, meaning="APPROVAL", reason=reason
    )
    path = f"/v1/trials/{trial}/transmittals/{quote(transmittal)}/{decision}"
    more = {"held_under": seen["code"]}
    done = post_signed(context, path, to_sign, trial=trial, password_stdin=password_stdin, more=more)
    context.show(done, words=lambda out: out.print(f"{transmittal} is {done['state']}."))


def _waiting(context: Context, transmittal: str, *, trial: str) -> Any:  # noqa: ANN401 -- JSON
    receipt = context.client().get(f"/v1/trials/{trial}/transmittals/{quote(transmittal)}")
    if receipt["held"] is None:
        raise CannotRun(f"{transmittal} is not held: it is {receipt['state']}.")
    return receipt["held"]


def _words(out: Console, one: dict[str, Any]) -> None:
    out.print(
        f"[bold]{one['transmittal']}[/] since {one['held_since'][:16]}"
        f" · site {one['site']}, subject {one['subject']}, {one['visit']}"
    )
    out.print(f"  {escape(one['detail'])} \\[{one['code']}]")
    counts = one["counts"]
    if counts is not None:
        told = ", ".join(f"{name} {number}" for name, number in counts.items())
        out.print(f"  {told}")
    out.print(f"  To the site: {escape(one['remedy'])}")
    out.print(f"  {escape(_asked(one['asked']))}")
    out.print(f"  You can: {', '.join(one['choices'])}. {escape(one['instead'] or '')}".rstrip())


def _asked(asked: dict[str, Any] | None) -> str:
    """What the site was asked, and what it said."""
    if asked is None:
        return "The site has not been asked yet."
    if asked["answer"] is None:
        return f"The site is asked: {asked['query']} {asked['state']}, answer by {asked['due']}"
    said = ": ".join(filter(None, (asked["answer"], asked["text"])))
    return f"The site answered {asked['query']}: {said}"
