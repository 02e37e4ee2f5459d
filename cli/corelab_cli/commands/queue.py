"""A reader's queue."""

import click
from rich.console import Console

from corelab_cli.context import Command, Context, pass_context, trial_option


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
