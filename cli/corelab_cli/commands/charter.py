"""The imaging charter: check it, publish it, print its schema."""

import hashlib
import json
from dataclasses import asdict
from pathlib import Path

import click
from rich.console import Console
from rich.markup import escape

from corelab.charter.wire import compile_charter, json_schema
from corelab.charter.wire import lint as problems_of
from corelab_cli.context import Context, Group, pass_context, trial_option
from corelab_cli.errors import DONE, HELD, CannotRun

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group(cls=Group)
def charter() -> None:
    """The file that says what a trial asks for."""


@charter.command()
@click.argument("file", type=FILE)
@pass_context
def lint(context: Context, file: Path) -> int:
    """Check FILE: every problem with its line and the remedy. Exits 3 where there is one."""
    text = file.read_bytes()
    problems = [asdict(problem) for problem in problems_of(text)]
    made = None if problems else compile_charter(text)
    answer = {"file": str(file), "hash": made.hash if made else None, "problems": problems}

    def words(out: Console) -> None:
        for problem in problems:
            out.print(
                f"{file}:{problem['line']}: [bold]{escape(problem['path'])}[/]: {escape(problem['message'])}"
            )
            out.print(f"    {escape(problem['remedy'])}")
        good = f"{file} can be published; its hash is {answer['hash']}."
        out.print(f"{len(problems)} to mend." if problems else good)

    context.show(answer, words=words)
    return HELD if problems else DONE


@charter.command()
def schema() -> None:
    """Print the charter's JSON Schema, for an editor."""
    click.echo(json.dumps(json_schema(), indent=2, sort_keys=True))


@charter.command()
@click.argument("file", type=FILE)
@trial_option
@pass_context
def publish(context: Context, file: Path, trial: str) -> None:
    """Publish FILE: from then on it governs the trial."""
    try:
        source = file.read_bytes().decode()
    except UnicodeDecodeError as error:
        raise CannotRun(f"{file} is not UTF-8 text. Save it as UTF-8.") from error
    key = hashlib.sha256(source.encode()).hexdigest()
    answer = context.client().post(f"/v1/trials/{trial}/charters", {"source": source}, key=key)
    context.show(
        answer,
        words=lambda out: out.print(f"Version {answer['version']} is in force, hash {answer['hash']}."),
    )
