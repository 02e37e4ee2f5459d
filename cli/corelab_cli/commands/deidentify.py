"""De-identify a folder on this machine: no server, no account."""

import os
import secrets
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import click
from rich.console import Console
from rich.markup import escape

from corelab.kernel.errors import CorelabError
from corelab.kernel.keys import KEY_BYTES
from corelab.offline import Job, Report, deidentify
from corelab_cli.context import Command, Context, json_of, pass_context
from corelab_cli.errors import DONE, HELD, CannotRun
from corelab_cli.progress import meter

KEY_FILE = Path(".corelab") / "deid.key"
FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command(cls=Command)
@click.argument("source", metavar="IN", type=click.Path(exists=True, path_type=Path))
@click.argument("target", metavar="OUT", type=click.Path(file_okay=False, path_type=Path))
@click.option(
    "--charter", required=True, type=FILE, help="The trial's charter: what is kept, how dates move."
)
@click.option(
    "--key", type=FILE, help=f"The key's file, 64 hex digits; without, {KEY_FILE}, made if need be."
)
@click.option("--site", default="", help="Written into the images: 101.")
@click.option("--subject", default="", help="All images are of this subject; without, a pseudonym each.")
@click.option("--visit", default="", help="A visit of the charter, written into the images: BL.")
@click.option(
    "--workers",
    type=click.IntRange(min=1),
    default=lambda: os.cpu_count() or 1,
    help="Processes; one a core.",
)
@click.option(
    "--report", type=click.Path(dir_okay=False, path_type=Path), help="Write the report there, too."
)
@pass_context
def run(
    context: Context,
    /,
    source: Path,
    target: Path,
    *,
    charter: Path,
    key: Path | None,
    workers: int,
    report: Path | None,
    **whose: str,
) -> int:
    """De-identify the images that IN (a folder, a file, a ZIP or tar) holds, into the folder OUT.

    Nothing leaves this machine. Each series is proved by an independent reader and comes with a certificate;
    a series that fails, or that a person has to look at first, is held and leaves nothing. Killed, run the
    same command: it goes on. Exits 0 where all was delivered, 3 where something is held or refused.
    """
    job = _job(charter, key=_key(context, key), whose=whose)
    try:
        with meter(context) as shown:
            made = deidentify(source, target, job=job, workers=workers, progress=shown)
    except CorelabError as error:
        raise CannotRun(f"{error.message} [{error.code}]") from error
    answer = made.plain
    if report is not None:
        report.write_text(json_of(answer) + "\n", encoding="utf-8")
    context.show(answer, words=lambda out: _words(out, made, target=target))
    return DONE if made.is_whole else HELD


def _job(charter: Path, *, key: bytes, whose: dict[str, str]) -> Job:
    return Job(charter_yaml=charter.read_bytes(), key=key, **whose)


def _key(context: Context, path: Path | None) -> bytes:
    """The key; made at first use, with a word on what it is."""
    given = path or KEY_FILE
    if path is None and not given.exists():
        given.parent.mkdir(exist_ok=True)
        opened = os.open(given, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(opened, "w") as file:
            file.write(secrets.token_hex(KEY_BYTES) + "\n")
        context.err.print(
            f"A key was made: {given}. Who has it can tell whose images are whose; without it nobody can, "
            "and no later run gives the same pseudonyms. Keep it safe, and apart from the images."
        )
    try:
        key = bytes.fromhex(given.read_text().strip())
    except ValueError:
        key = b""
    if len(key) != KEY_BYTES:
        raise CannotRun(f"{given} is no key: it must hold {2 * KEY_BYTES} hex digits.")
    return key


def _words(out: Console, made: Report, *, target: Path) -> None:
    images, subjects = sum(one.images for one in made.delivered), {one.subject for one in made.delivered}
    out.print(
        f"{len(made.delivered)} series of {len(subjects)} subjects in {escape(str(target))}: "
        f"{images} images, each series proved and with its certificate."
    )
    for one in made.held:
        place = f"{one.images} images, the first {one.file}"
        _told(out, f"Held {one.series} ({place})", one.plain)
        if one.found:
            out.print(f"    {escape(one.found)}")
    for code, number in sorted(Counter(one.code for one in made.refused).items()):
        first = next(one for one in made.refused if one.code == code)
        _told(out, f"Refused {number}, the first {first.file}", first.plain)
    if made.set_aside:
        out.print(f"{made.set_aside} other files hold no image.")


def _told(out: Console, what: str, told: Mapping[str, object]) -> None:
    """What happened in a sentence, and who does what next."""
    out.print(escape(f"{what}: {told['sentence']} [{told['code']}]"))
    out.print(escape(f"    {told['remedy']}"))
