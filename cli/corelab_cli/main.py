"""The `corelab` command."""

import json
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path

import click

from corelab import __version__
from corelab_cli.commands import (
    charter,
    deid,
    drop,
    held,
    images,
    ledger,
    people,
    qc,
    queries,
    queue,
    receipt,
    registry,
    studies,
    track,
    upload,
    verify,
)
from corelab_cli.context import Context, Group
from corelab_cli.errors import BUG, CANNOT_RUN, DONE, CannotRun


@click.group(cls=Group, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.option("--profile", help="The deployment's file; without it .corelab/profile.json.")
@click.option("--user", help="Act as this signed-in user; without it the last who signed in.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@click.version_option(__version__, prog_name="corelab")
@click.pass_context
def corelab(context: click.Context, profile: str | None, user: str | None, *, as_json: bool) -> None:
    """An imaging core lab: send images, follow them, prove what happened.

    \b
    A site's first steps:
      corelab sign-in coordinator
      corelab upload FOLDER --trial DEMO01 --site 101 --subject 101-0001 --visit BL
      corelab track --trial DEMO01
      corelab queries --trial DEMO01

    Exit codes: 0 done, 1 a bug of ours, 2 cannot run, 3 ran and something is held, blocking or unverified.
    """  # noqa: D301 -- click reads \b as: keep these lines
    shared = context.ensure_object(Context)
    shared.profile_name, shared.user, shared.as_json = profile, user, shared.as_json or as_json


for command in (
    people.sign_in,
    people.whoami,
    upload.upload,
    receipt.receipt,
    receipt.verify_receipt,
    track.track,
    queries.queries,
    queries.query,
    held.held,
    studies.studies,
    drop.drop,
    deid.deid,
    qc.qc,
    queue.queue,
    queue.affected,
    images.image,
    charter.charter,
    people.account,
    people.grant,
    registry.site,
    registry.scanner,
    registry.subject,
    ledger.ledger,
    verify.verify,
):
    corelab.add_command(command)


def main(arguments: Sequence[str] | None = None, *, context: Context | None = None) -> int:
    """Run the command; whatever happens, a person reads a sentence and never a traceback.

    Parameters
    ----------
    arguments : sequence of str or None
        Those of the process without it.
    context : Context or None
        A prepared one, such as with a transport in place of the network.

    Returns
    -------
    int
        The exit code.
    """
    given = sys.argv[1:] if arguments is None else [*arguments]
    as_json = "--json" in given
    try:
        result = corelab.main(
            given, prog_name="corelab", standalone_mode=False, obj=context or Context(as_json=as_json)
        )
    except BrokenPipeError:
        return DONE  # who read has read enough
    except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001 -- the last door before a person
        return _tell(error, as_json=as_json)
    return result if isinstance(result, int) else DONE


def _tell(error: BaseException, *, as_json: bool) -> int:
    """Say what stopped the command; gives the exit code."""
    text, exit_code = _sentence(error)
    document = error.document() if isinstance(error, CannotRun) else {"detail": text}
    if as_json:
        click.echo(json.dumps({"problem": document, "exit_code": exit_code}, indent=2, sort_keys=True))
    elif isinstance(error, click.UsageError):
        error.show()
    else:
        click.echo(f"corelab: {text}", err=True)
    return exit_code


def _sentence(error: BaseException) -> tuple[str, int]:
    """What a person has to know, and the exit code."""
    if isinstance(error, CannotRun):
        return str(error), error.exit_code
    if isinstance(error, click.ClickException):
        return error.format_message(), CANNOT_RUN
    if isinstance(error, click.Abort | KeyboardInterrupt):
        return "Stopped. What was done stays done; run the same command to go on.", CANNOT_RUN
    if isinstance(error, OSError):
        return f"{error.filename or 'This machine'}: {error.strerror or type(error).__name__}.", CANNOT_RUN
    return f"A bug of ours ({_where(error)}). Please report it; nothing is half done.", BUG


def _where(error: BaseException) -> str:
    """Kind and place, never the message: that may hold what it was made from."""
    frame = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__} at {Path(frame.filename).name}:{frame.lineno}"
