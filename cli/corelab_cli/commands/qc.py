"""Quality control of a folder on this machine: no server, no account, nothing written."""

import os
from datetime import UTC, datetime
from pathlib import Path

import click
from rich.console import Console
from rich.markup import escape

from corelab.ingest import codes
from corelab.kernel.errors import CorelabError
from corelab.offline import Question, Verdict, judge
from corelab.offline.verdict import SeriesJudged
from corelab.qc.model import Finding
from corelab_cli.context import Command, Context, pass_context
from corelab_cli.errors import DONE, HELD, CannotRun
from corelab_cli.progress import meter

STATES = {
    "ACCEPTED": "nothing was found",
    "ACCEPTED_WITH_DEVIATION": "readable, with deviations",
    "QUERY_RAISED": "the site would be asked",
    "REVIEW": "a person at the core lab would look at it first",
}


@click.command(cls=Command)
@click.argument("source", metavar="DIR", type=click.Path(exists=True, path_type=Path))
@click.option(
    "--charter",
    required=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The trial's charter: what is asked for.",
)
@click.option("--site", default="", help="The site: 101.")
@click.option("--subject", default="", help="The subject, in the words to the site: 101-0001.")
@click.option(
    "--visit", default="", help="A visit of the charter: BL. Without, the procedures found are judged."
)
@click.option(
    "--workers",
    type=click.IntRange(min=1),
    default=lambda: os.cpu_count() or 1,
    help="Processes; one a core.",
)
@pass_context
def qc(context: Context, /, source: Path, *, charter: Path, workers: int, **whose: str) -> int:
    """Judge the images that DIR (a folder, a file, a ZIP or tar) holds, as the core lab will.

    All of it is one subject's time point. Nothing leaves this machine, and nothing is written. Exits 0 where
    the time point could be read, 3 where something blocks it or a file is broken, 2 where it cannot judge.
    """
    question = Question(charter_yaml=charter.read_bytes(), **whose)
    try:
        with meter(context) as shown:
            made = judge(source, question=question, now=datetime.now(UTC), workers=workers, progress=shown)
    except CorelabError as error:
        raise CannotRun(f"{error.message} [{error.code}]") from error
    context.show(made.plain, words=lambda out: _words(out, made))
    return DONE if made.is_passed else HELD


def _words(out: Console, made: Verdict) -> None:
    for one in made.series:
        _series(out, one)
    for refused in made.refused:
        told = refused.plain
        out.print(f"[red]✗[/] {escape(refused.file)}: {told['sentence']} [{refused.code}]", markup=True)
        out.print(f"    {told['remedy']}")
    _time_point(out, made)


def _series(out: Console, one: SeriesJudged) -> None:
    mark = _mark(one.findings) if one.slot else "[dim]·[/]"
    what = one.slot or "not asked for"
    out.print(
        f"{mark} [bold]{escape(what)}[/]: {one.images} {one.modality} images, the first "
        f"{escape(one.first)}; {one.role}, {escape(one.role_reason)}"
    )
    for reason in one.because:
        out.print(f"    [dim]{'recognised by' if one.slot else 'no'} {escape(reason)}[/]")
    for finding in one.findings:
        _finding(out, finding)
    for seen in one.observed:
        out.print(f"    [dim]{seen.check}: {escape(seen.seen)}; nothing follows from it[/]")


def _finding(out: Console, finding: Finding) -> None:
    weight = "[red]blocks[/]" if finding.blocks else finding.severity.value
    out.print(f"    {finding.check} {weight}: {escape(finding.seen)}")
    out.print(f"        asked: {escape(finding.asked)} (section {escape(finding.section)})")
    out.print(f"        to the site: {escape(finding.text)}")


def _time_point(out: Console, made: Verdict) -> None:
    extent = "complete" if made.is_complete else "partial" if made.is_partial else "nothing of it is here"
    mark = "[green]✓[/]" if made.is_passed else "[red]✗[/]"
    visit = escape(made.visit or "of the procedures found")
    out.print(f"{mark} [bold]Time point {visit}[/]: {extent}; {STATES[made.state]} ({made.state})")
    for finding in made.of_time_point:
        _finding(out, finding)
    if made.has_several_persons:
        told = codes.text_of(codes.SEVERAL_IDENTITIES)
        out.print(f"    [red]{made.persons} persons[/]: {told.sentence} {told.remedy}")
    if made.not_judged:
        out.print(f"    [dim]Not judged here: {', '.join(made.not_judged)}; only the core lab can.[/]")
    if made.set_aside:
        out.print(f"    [dim]{made.set_aside} other files hold no image.[/]")


def _mark(findings: tuple[Finding, ...]) -> str:
    if any(one.blocks for one in findings):
        return "[red]✗[/]"
    return "[yellow]![/]" if findings else "[green]✓[/]"
