"""A reader's queue, and what a misfiled study touches."""

import click
from rich.console import Console

from corelab_cli.context import Command, Context, pass_context, trial_option

HOW = {
    "HELD": "held the images",
    "COMPARED": "a later time point of the same reading: the read manager decides",
}


@click.command(cls=Command)
@click.option("--slot", help="Whose queue, for a read manager or inspector: R01.")
@trial_option
@pass_context
def queue(context: Context, slot: str | None, trial: str) -> None:
    """Show the reads that wait for a reader, in their order."""
    answer = context.client().get(f"/v1/trials/{trial}/queue", **({"slot": slot} if slot else {}))

    def words(out: Console) -> None:
        out.print(f"[bold]{answer['slot']}[/]: {len(answer['reads'])} waiting")
        for place, read in enumerate(answer["reads"], start=1):
            out.print(f"  {place}. {read['reading_id']} · time point {read['time_point']} · {read['design']}")

    context.show(answer, words=words)


@click.command(cls=Command)
@click.argument("study")
@trial_option
@pass_context
def affected(context: Context, study: str, trial: str) -> None:
    """Show the reads that a misfiled STUDY touches."""
    answer = context.client().get(f"/v1/trials/{trial}/studies/{study}/reads")

    def words(out: Console) -> None:
        if not answer["reads"]:
            out.print("No read held these images.")
        for read in answer["reads"]:
            place = f"{read['subject']} {read['visit']} · {read['slot']} · {read['session']}"
            out.print(f"  {place} · {read['state']} · {HOW[read['how']]}")

    context.show(answer, words=words)
