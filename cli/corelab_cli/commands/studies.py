"""Studies: where each belongs; for sites and the core lab: say so where the system could not."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

import click
from rich.console import Console
from rich.markup import escape

from corelab_cli.context import Context, Group, pass_context, trial_option
from corelab_cli.signing import ToSign, password_option, post_signed
from corelab_cli.signing import reason_option as signed_reason_option

study_argument = click.argument("study_id", metavar="STUDY")
reason_option = click.option("--reason", help="Why; it is kept for ever.")


@click.group(cls=Group)
def studies() -> None:
    """List studies, and say where one belongs that waits for it."""


@studies.command("list")
@trial_option
@click.option("--state", help="Only those in this state: UNMATCHED waits for somebody.")
@pass_context
def list_(context: Context, trial: str, state: str | None) -> None:
    """List studies: where each is, and what is asked about it."""
    asked = {"state": state} if state else {}
    answer = context.client().get(f"/v1/trials/{trial}/studies", **asked)
    context.show(answer, words=lambda out: _words(out, answer["studies"]))


@studies.command()
@study_argument
@trial_option
@pass_context
def show(context: Context, study_id: str, trial: str) -> None:
    """Show STUDY: where it is, and which transmittals brought it."""
    found = context.client().get(f"/v1/trials/{trial}/studies/{quote(study_id)}")
    context.show(found, words=lambda out: _words(out, [found], with_parts=True))


@studies.command()
@study_argument
@click.argument("visit")
@reason_option
@trial_option
@pass_context
def allocate(context: Context, study_id: str, *, visit: str, reason: str | None, trial: str) -> None:
    """Say that STUDY was taken at VISIT: it is worked on there. Nothing is sent again."""
    _place(context, trial, study_id=study_id, body={"visit": visit, "reason": reason})


@studies.command()
@study_argument
@reason_option
@trial_option
@pass_context
def prior(context: Context, study_id: str, *, reason: str | None, trial: str) -> None:
    """Say that STUDY is earlier than the trial: it is kept apart."""
    _place(context, trial, study_id=study_id, body={"set_apart": "PRIOR", "reason": reason})


@studies.command("off-protocol")
@study_argument
@reason_option
@trial_option
@pass_context
def off_protocol(context: Context, study_id: str, *, reason: str | None, trial: str) -> None:
    """Say that the trial did not ask for STUDY: it is kept apart."""
    _place(context, trial, study_id=study_id, body={"set_apart": "OFF_PROTOCOL", "reason": reason})


@studies.command()
@study_argument
@click.option("--subject", required=True, help="The subject whose study it is.")
@click.option("--visit", required=True, help="The visit at which it was taken.")
@signed_reason_option
@password_option
@trial_option
@pass_context
def correct(
    context: Context,
    study_id: str,
    *,
    subject: str,
    visit: str,
    reason: str,
    password_stdin: bool,
    trial: str,
) -> None:
    """Say, with your signature, that STUDY was filed by mistake, and where it belongs.

    It takes two persons: a PM and a DM, on the same subject and visit.
    """
    to_sign = ToSign(operation="correct_study", object=study_id, meaning="APPROVAL", reason=reason)
    path = f"/v1/trials/{trial}/studies/{quote(study_id)}/correct"
    more = {"subject": subject, "visit": visit}
    done = post_signed(context, path, to_sign, trial=trial, password_stdin=password_stdin, more=more)
    context.show(done, words=lambda out: _words(out, [done]))


@studies.command()
@study_argument
@signed_reason_option
@password_option
@trial_option
@pass_context
def withdraw(context: Context, study_id: str, *, reason: str, password_stdin: bool, trial: str) -> None:
    """Take STUDY out of the trial, with your signature: consent is withdrawn, or its site takes it back.

    Nothing is made of it any more, and its time point lets go of it.
    """
    to_sign = ToSign(operation="withdraw_study", object=study_id, meaning="APPROVAL", reason=reason)
    path = f"/v1/trials/{trial}/studies/{quote(study_id)}/withdraw"
    done = post_signed(context, path, to_sign, trial=trial, password_stdin=password_stdin)
    context.show(done, words=lambda out: _words(out, [done]))


def _place(context: Context, trial: str, *, study_id: str, body: dict[str, str | None]) -> None:
    said = {name: value for name, value in body.items() if value is not None}
    done = context.client().post(f"/v1/trials/{trial}/studies/{quote(study_id)}/allocate", said)
    context.show(done, words=lambda out: _words(out, [done]))


def _words(out: Console, found: Sequence[dict[str, Any]], *, with_parts: bool = False) -> None:
    if not found:
        out.print("There is no such study.")
    for study in found:
        day = "day unknown" if study["day"] is None else f"day {study['day']}"
        out.print(
            f"[bold]{study['study']}[/] {study['state']}"
            f" · subject {study['subject']}, {study['visit']} · {day}"
        )
        if study["detail"]:
            out.print(f"  {study['code']}: {escape(study['detail'])}")
        if study["suggested"]:
            out.print(f"  suggested: {', '.join(study['suggested'])}")
        if study["proposed"]:
            to, signed = study["proposed"], " and ".join(study["proposed"]["signed_by"])
            out.print(
                f"  correction to {to['subject']}, {to['visit']}: signed by {signed}, waits for the other"
            )
        for part in study["parts"] if with_parts else ():
            out.print(f"  brought by {part['transmittal']}: {len(part['series'])} series worked on")
