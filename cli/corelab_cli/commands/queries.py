"""Queries: list them, answer one; for the core lab: accept an answer, ask again, take back."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

import click
from rich.console import Console
from rich.markup import escape

from corelab_cli.context import Command, Context, Group, pass_context, trial_option

query_argument = click.argument("query_id", metavar="QUERY")
reason_option = click.option("--reason", required=True, help="Why; it is kept for ever.")


@click.command(cls=Command)
@trial_option
@click.option("--subject", help="Only this subject's.")
@click.option("--all", "everything", is_flag=True, help="Settled ones too.")
@pass_context
def queries(context: Context, trial: str, subject: str | None, *, everything: bool) -> None:
    """List the questions that wait for somebody: what was seen, what was asked for, and until when."""
    asked = {"unsettled": "false" if everything else "true"} | ({"subject": subject} if subject else {})
    answer = context.client().get(f"/v1/trials/{trial}/queries", **asked)
    context.show(answer, words=lambda out: _words(out, answer["queries"]))


@click.group(cls=Group)
def query() -> None:
    """Act on one query."""


@query.command()
@query_argument
@click.argument("answer")
@click.option("--text", help="In your own words.")
@trial_option
@pass_context
def answer(context: Context, query_id: str, *, answer: str, text: str | None, trial: str) -> None:
    """Answer QUERY: one of the answers that it offers, such as resent or this_subject. For sites.

    After new images you need not answer: the query closes by itself once the check passes. About images that
    are held, your answer helps the core lab to decide; it releases nothing by itself.
    """
    _act(context, trial, query_id=query_id, action="answer", body={"answer": answer, "text": text})


@query.command()
@query_argument
@trial_option
@pass_context
def accept(context: Context, query_id: str, trial: str) -> None:
    """Close QUERY: its answer suffices. For the core lab."""
    _act(context, trial, query_id=query_id, action="accept", body=None)


@query.command()
@query_argument
@reason_option
@trial_option
@pass_context
def reopen(context: Context, query_id: str, *, reason: str, trial: str) -> None:
    """Ask QUERY again: its answer does not suffice. For the core lab."""
    _act(context, trial, query_id=query_id, action="reopen", body={"reason": reason})


@query.command()
@query_argument
@reason_option
@trial_option
@pass_context
def cancel(context: Context, query_id: str, *, reason: str, trial: str) -> None:
    """Take QUERY back: it should not have been asked. For the core lab."""
    _act(context, trial, query_id=query_id, action="cancel", body={"reason": reason})


def _act(context: Context, trial: str, *, query_id: str, action: str, body: Any) -> None:  # noqa: ANN401 -- JSON
    done = context.client().post(f"/v1/trials/{trial}/queries/{quote(query_id)}/{action}", body)
    context.show(done, words=lambda out: _words(out, [done]))


def _words(out: Console, found: Sequence[dict[str, Any]]) -> None:
    if not found:
        out.print("No query waits.")
    for query in found:
        out.print(
            f"[bold]{query['query']}[/] {query['state']} · subject {query['subject']}, {query['visit']}"
            f" · answer by {query['due']}"
        )
        if query["about"]:
            out.print(f"  about {', '.join(query['about'])}")
        for line in query["lines"]:
            mark = "[green]settled[/]" if line["is_passed"] else "[red]open[/]"
            out.print(f"  {mark} {escape(line['text'])}")
        for turn in query["thread"]:
            said = ": ".join(filter(None, (turn["answer"], turn["text"])))
            out.print(f"  {turn['at'][:16]} {turn['action']} {escape(said)}".rstrip())
