"""De-identification: of a folder on this machine; and of what the pipeline holds, a person's decision."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import click
import httpx
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from corelab_cli.client import Client
from corelab_cli.commands.deidbench import bench
from corelab_cli.commands.deidentify import run
from corelab_cli.context import Context, Group, pass_context, trial_option
from corelab_cli.errors import CannotRun
from corelab_cli.signing import ToSign, password_option, post_signed, reason_option

AT_ONCE = 8  # frames that one request shows
BOX = re.compile(r"(?:(?P<image>\d+)(?:/(?P<frame>\d+))?:)?(?P<place>\d+,\d+,\d+,\d+)")

series_argument = click.argument("series", metavar="SERIES")
version_option = click.option(
    "--version", type=click.IntRange(min=1), default=1, help="Its version; 1 without."
)


class RunsByDefault(Group):
    """A group whose command `run` is meant where none of its names comes first."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put the default's name first where it is meant."""
        is_named = not args or args[0] in self.commands or args[0] in ctx.help_option_names
        return super().parse_args(ctx, args if is_named else ["run", *args])


@click.group(cls=RunsByDefault)
def deid() -> None:
    """De-identify a folder: `corelab deid IN OUT --charter FILE`. And decide on what the pipeline holds."""


deid.add_command(run)
deid.add_command(bench)


@deid.group(cls=Group)
def review() -> None:
    """Series that are held because text may stand in their pixels."""


@review.command(name="list")
@trial_option
@pass_context
def list_reviews(context: Context, trial: str) -> None:
    """List what waits for a reviewer, the longest held first."""
    answer = context.client().get(f"/v1/trials/{trial}/reviews")
    context.show(answer, words=lambda out: _listed(out, answer["reviews"]))


@review.command()
@series_argument
@version_option
@click.option("--image", type=click.IntRange(min=1), help="Only this image, from 1; all without it.")
@click.option(
    "--folder",
    type=click.Path(path_type=Path, file_okay=False),
    required=True,
    help="Where the pictures go. Delete them when you have decided.",
)
@trial_option
@pass_context
def show(context: Context, series: str, *, version: int, image: int | None, folder: Path, trial: str) -> None:
    """Write the frames of SERIES (ser_…) as PNG into a folder: two views of each. Each view is an entry."""
    client = context.client()
    place = _place(trial, series, version)
    folder.mkdir(parents=True, exist_ok=True)
    shown = list(_images(client, place, image=image))
    files = [
        str(_written(client, folder, image=answer["image"], picture=picture))
        for answer in shown
        for picture in answer["pictures"]
    ]
    not_shown = sorted({answer["not_shown"] for answer in shown if answer["not_shown"]})
    told = {"series": series, "version": version, "files": files, "not_shown": not_shown}
    context.show(told, words=lambda out: _shown(out, told, folder))


@review.command()
@series_argument
@version_option
@click.option(
    "--box",
    "boxes",
    multiple=True,
    metavar="[IMAGE[/FRAME]:]X,Y,WIDTH,HEIGHT",
    help="Blank this rectangle, counting from 0 at the upper left; in every image and frame without numbers.",
)
@reason_option
@password_option
@trial_option
@pass_context
def clear(
    context: Context,
    series: str,
    *,
    version: int,
    boxes: tuple[str, ...],
    reason: str,
    password_stdin: bool,
    trial: str,
) -> None:
    """Let SERIES through, with your signature and the boxes blanked. Look at the frames first."""
    more = {"boxes": [_box(text) for text in boxes]}
    _decide(context, "clear", series, version, reason, password_stdin=password_stdin, trial=trial, more=more)


@review.command()
@series_argument
@version_option
@reason_option
@password_option
@trial_option
@pass_context
def refuse(
    context: Context, series: str, *, version: int, reason: str, password_stdin: bool, trial: str
) -> None:
    """Let nothing of SERIES through, with your signature. Look at the frames first."""
    _decide(context, "refuse", series, version, reason, password_stdin=password_stdin, trial=trial, more={})


@review.command()
@series_argument
@version_option
@reason_option
@trial_option
@pass_context
def retry(context: Context, series: str, *, version: int, reason: str, trial: str) -> None:
    """Let SERIES run again that failed or was too large. For the project manager."""
    done = context.client().post(f"{_place(trial, series, version)}/retry", {"reason": reason})
    context.show(done, words=lambda out: out.print(f"{series} is {done['state']}."))


def _decide(  # noqa: PLR0917 -- the two signed decisions share all of it
    context: Context,
    what: str,
    series: str,
    version: int,
    reason: str,
    *,
    password_stdin: bool,
    trial: str,
    more: dict[str, Any],
) -> None:
    to_sign = ToSign(operation=f"{what}_review", object=series, meaning="REVIEW", reason=reason)
    path = f"{_place(trial, series, version)}/{what}"
    done = post_signed(context, path, to_sign, trial=trial, password_stdin=password_stdin, more=more)
    context.show(done, words=lambda out: out.print(f"{series} is {done['state']}."))


def _images(client: Client, place: str, *, image: int | None) -> Iterator[dict[str, Any]]:
    """Answers for every image that is asked for, as many frames at once as one request shows."""
    number, last = image or 1, image
    while last is None or number <= last:
        first, frames = 1, 1
        while first <= frames:
            body = {"image": number, "first": first, "frames": AT_ONCE}
            answer = client.post(f"{place}/renderings", body)
            yield answer
            last = last or answer["images"]
            frames = 0 if answer["not_shown"] else answer["frames"]
            first += AT_ONCE
        number += 1


def _written(client: Client, folder: Path, *, image: int, picture: dict[str, Any]) -> Path:
    try:
        answer = client.http.get(picture["url"])
        answer.raise_for_status()
    except httpx.HTTPError as error:
        raise CannotRun("A picture could not be fetched. Run the same command again.") from error
    path = folder / f"{image:04d}-{picture['frame']:04d}-{picture['view']}.png"
    path.write_bytes(answer.content)
    return path


def _box(text: str) -> dict[str, Any]:
    found = BOX.fullmatch(text)
    if found is None:
        message = f"{text} is no box. Write X,Y,WIDTH,HEIGHT, or 2/1:X,Y,WIDTH,HEIGHT for image 2, frame 1."
        raise CannotRun(message)
    x, y, width, height = map(int, found["place"].split(","))
    image, frame = (None if found[name] is None else int(found[name]) for name in ("image", "frame"))
    return {"image": image, "frame": frame, "x": x, "y": y, "width": width, "height": height}


def _place(trial: str, series: str, version: int) -> str:
    return f"/v1/trials/{trial}/series/{quote(series)}/versions/{version}"


def _listed(out: Console, reviews: list[dict[str, Any]]) -> None:
    if not reviews:
        out.print("Nothing waits for a reviewer.")
        return
    table = Table("Series", "Version", "Since (UTC)", "Code", "Why", box=None, pad_edge=False)
    for one in reviews:
        told = (one["series"], str(one["version"]), one["since"] or "", one["code"], one["sentence"])
        table.add_row(*map(escape, told))
    out.print(table)


def _shown(out: Console, told: dict[str, Any], folder: Path) -> None:
    out.print(f"{len(told['files'])} pictures in {escape(str(folder))}. Delete them when you have decided.")
    for reason in told["not_shown"]:
        out.print(escape(reason))
