"""What is expected, and what came."""

from typing import Any

import click
from rich.console import Console
from rich.table import Table

from corelab_cli.context import Command, Context, pass_context, trial_option

COLOURS = {
    "READABLE": "green",
    "COMPLETE": "green",
    "RECEIVED": "yellow",
    "PARTIAL": "yellow",
    "DUE": "yellow",
    "OVERDUE": "red",
    "MISSED": "red",
}


@click.command(cls=Command)
@trial_option
@click.option("--subject", help="Only this subject.")
@pass_context
def track(context: Context, trial: str, subject: str | None) -> None:
    """Show what is expected of each subject and visit, and what came."""
    asked = {"subject": subject} if subject else {}
    answer = context.client().get(f"/v1/trials/{trial}/tracker", **asked)
    context.show(answer, words=lambda out: _table(out, answer["rows"]))


def _table(out: Console, rows: list[dict[str, Any]]) -> None:
    if not rows:
        out.print("No subject is registered yet. Run `corelab subject register`.")
        return
    table = Table("Subject", "Visit", "Window", "State", "Received", "QC", "Notes", box=None, pad_edge=False)
    for row in rows:
        state = row["state"]
        table.add_row(
            row["subject"],
            row["visit"],
            f"{row['opens']} to {row['closes']}",
            f"[{COLOURS.get(state, 'default')}]{state}[/]",
            f"{row['received']} of {row['expected']}",
            row["verdict"] or "",
            ", ".join(row["flags"]),
        )
    out.print(table)
