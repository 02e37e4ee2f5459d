"""Send a folder of images for one subject's visit."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

from corelab_cli import transfer
from corelab_cli.client import Client
from corelab_cli.context import Command, Context, pass_context, trial_option
from corelab_cli.errors import DONE, HELD
from corelab_cli.folder import SHOWN, LocalFile, check_contents, files_in, hashed, upload_key

TAKES_FILES = {"UPLOADING", "INCOMPLETE"}
UNDER_WAY = {"RECEIVED", "SCREENING"}
WELL = UNDER_WAY | {"ACCEPTED"}
POLL_SECONDS = 0.5


@click.command(cls=Command)
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@trial_option
@click.option("--site", required=True, envvar="CORELAB_SITE", help="Your site: 101.")
@click.option("--subject", required=True, help="The subject: 101-0001.")
@click.option("--visit", required=True, help="The visit: BL.")
@click.option(
    "--again",
    default=0,
    metavar="N",
    help="Send the very same files once more, as submission N.",
)
@click.option("--follow", is_flag=True, help="Wait until the images have been screened.")
@pass_context
def upload(context: Context, /, folder: Path, **asked: Any) -> int:  # noqa: ANN401 -- the options above
    """Send every file below FOLDER.

    Killed or interrupted, run the same command: it goes on where it stopped. Run it once more after that, and
    it says that everything is here. Exits 3 where something did not arrive, was refused or is held.
    """
    paths = files_in(folder)
    client = context.client()
    with _progress(context) as progress:
        files = _hash(paths, progress)
        check_contents(files)
        names = {name: asked[name] for name in ("site", "subject", "visit")}
        receipt, is_news = _sent(client, files, asked=asked, names=names, progress=progress)
    if asked["follow"]:
        receipt = _follow(client, f"/v1/trials/{asked['trial']}/transmittals/{receipt['transmittal']}")
    answer = receipt | {"sent_before": not is_news}
    context.show(answer, words=lambda out: _words(out, answer, files=files))
    return DONE if receipt["state"] in WELL and not receipt["refused"] else HELD


def _sent(
    client: Client,
    files: Sequence[LocalFile],
    *,
    asked: dict[str, Any],
    names: dict[str, str],
    progress: Progress,
) -> tuple[Any, bool]:
    """The receipt, and whether anything had to be done."""
    key = upload_key(files, **names, again=asked["again"])
    transmittal = transfer.open_transmittal(client, asked["trial"], **names, key=key)
    address = f"/v1/trials/{asked['trial']}/transmittals/{transmittal}"
    receipt = client.get(address)
    if receipt["state"] not in TAKES_FILES:
        return receipt, False
    task = progress.add_task("sending ", total=sum(file.size_bytes for file in files))
    transfer.send(client, address, files=files, key=key, told=lambda count: progress.advance(task, count))
    return transfer.complete(client, address, key=key), True


@contextmanager
def _progress(context: Context) -> Iterator[Progress]:
    is_watched = context.err.is_terminal and not context.as_json
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    with Progress(*columns, console=context.err, transient=True, disable=not is_watched) as progress:
        yield progress


def _hash(paths: Sequence[Path], progress: Progress) -> list[LocalFile]:
    task = progress.add_task("reading ", total=sum(path.stat().st_size for path in paths))
    return list(hashed(paths, told=lambda count: progress.advance(task, count)))


def _follow(client: Client, address: str) -> Any:  # noqa: ANN401 -- JSON
    while (receipt := client.get(address))["state"] in UNDER_WAY:
        client.pause(POLL_SECONDS)
    return receipt


def _words(out: Console, receipt: Any, *, files: Sequence[LocalFile]) -> None:  # noqa: ANN401 -- JSON
    by_number = {file.n: escape(str(file.path)) for file in files}
    out.print(
        f"[bold]{receipt['transmittal']}[/] {receipt['state']}: "
        f"{receipt['arrived']} of {len(files)} files arrived"
    )
    if receipt["sent_before"]:
        out.print("These files were sent before; nothing was changed.")
    _list(out, "did not arrive", names=[by_number.get(n, str(n)) for n in receipt["missing"]])
    _list(out, "arrived with another size", names=[by_number.get(n, str(n)) for n in receipt["wrong"]])
    reasons: defaultdict[str, list[str]] = defaultdict(list)
    for one in receipt["refused"]:
        reason = f"{one['detail']} {one['remedy']} ({one['code']})"
        reasons[reason].append(by_number.get(one["n"], str(one["n"])))
    for reason, names in reasons.items():
        _list(out, "refused", names=names)
        out.print(f"    {escape(reason)}")
    for line in _next(receipt):
        out.print(line, markup=False)


def _list(out: Console, what: str, *, names: Sequence[str]) -> None:
    for name in names[:SHOWN]:
        out.print(f"  [red]{what}[/] {name}")
    if len(names) > SHOWN:
        out.print(f"  … and {len(names) - SHOWN} more; add --json for all")


def _next(receipt: Any) -> Iterator[str]:  # noqa: ANN401 -- JSON
    """What happened to the whole, and what to do now."""
    if receipt["code"] is not None:
        yield f"{receipt['detail']} ({receipt['code']})"
    if receipt["state"] == "INCOMPLETE":
        yield "Run the same command to send what is missing."
    if receipt["state"] == "ABANDONED":
        yield "Too much time passed before it was complete. Send it as a new one: add --again 1."
