"""Verify a ledger export offline: no profile, no network, no trust in who made it."""

import json
from datetime import UTC, datetime
from pathlib import Path

import click

from corelab.audit import verify as verifier
from corelab_cli.context import Command, Context, pass_context
from corelab_cli.errors import DONE, HELD, CannotRun


@click.command(cls=Command)
@click.argument("folder", metavar="PATH", type=click.Path(file_okay=False, path_type=Path))
@click.option(
    "--key",
    type=click.Path(dir_okay=False, path_type=Path),
    required=True,
    help="The ledger's public key (PEM), from a source of your own.",
)
@click.option("--as-of", metavar="MOMENT", help="When it was taken, if you know: 2026-01-31T08:15:00Z.")
@pass_context
def verify(context: Context, folder: Path, *, key: Path, as_of: str | None) -> int:
    """Verify the export in PATH. Exits 3 where it does not verify, and says why and where."""
    try:
        report = verifier.verify(
            verifier.read_export(folder),
            key=verifier.read_key(key.read_bytes()),
            as_of=None if as_of is None else _moment(as_of),
        )
    except verifier.CannotRun as error:
        raise CannotRun(f"{error}.") from error
    context.show(
        json.loads(verifier.report_json(report)),
        words=lambda out: out.print(verifier.report_text(report), markup=False),
    )
    return DONE if report.verifies else HELD


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is not None:
            return moment.astimezone(UTC)
    except (ValueError, OverflowError):
        pass  # no moment, or one that UTC puts before the first year: the same answer
    raise CannotRun("--as-of takes a moment with its time zone: 2026-01-31T08:15:00Z.")
