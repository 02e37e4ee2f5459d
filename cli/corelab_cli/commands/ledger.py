"""Take an export of a trial's ledger."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path, PurePosixPath
from typing import Any

import click
import httpx

from corelab_cli.client import Client
from corelab_cli.context import Context, Group, pass_context, trial_option
from corelab_cli.errors import CannotRun

SIDE_BY_SIDE = 8


@click.group(cls=Group)
def ledger() -> None:
    """The record of every action."""


@ledger.command()
@click.argument("folder", metavar="DIR", type=click.Path(file_okay=False, path_type=Path))
@trial_option
@pass_context
def export(context: Context, folder: Path, trial: str) -> None:
    """Fetch the trial's ledger into DIR, as `corelab verify DIR` takes it. DIR must be new or empty."""
    answer = take(context.client(), trial, folder=folder)
    context.show(
        answer,
        words=lambda out: out.print(
            f"{answer['files']} files in {folder}. Check: corelab verify {folder} --key KEY.pem "
            "(the public key from a source of your own)."
        ),
    )


def take(client: Client, trial: str, *, folder: Path) -> dict[str, Any]:
    """Write the export into the folder.

    Raises
    ------
    CannotRun
        The folder holds something, or a file cannot be had.

    An export comes in pages. Each page's files are fetched before the next is asked for: their URLs age.
    """
    if folder.exists() and any(folder.iterdir()):
        raise CannotRun(f"{folder} is not empty. Name a new folder: an export is not mixed with another.")
    folder.mkdir(parents=True, exist_ok=True)
    files = 0
    listing: dict[str, Any] = {}
    for page in _pages(client, trial):
        with ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
            for _ in pool.map(lambda item: _fetch(client, item, folder=folder), page["files"]):
                files += 1
        listing = _joined(listing, json.loads(page["versions"]))
        (folder / "key.pem").write_bytes(page["key_pem"].encode())
        (folder / "receipts.pem").write_bytes(page["receipt_key_pem"].encode())
    (folder / "versions.json").write_text(json.dumps(listing, indent=1) + "\n", encoding="utf-8")
    return {"trial": trial, "folder": str(folder), "files": files}


def _pages(client: Client, trial: str) -> Iterator[Any]:
    address = f"/v1/trials/{trial}/ledger-export"
    page = client.post(address)
    yield page
    while page["next"] is not None:
        page = client.post(f"{address}?from={page['next']}")
        yield page


def _joined(listing: dict[str, Any], more: dict[str, Any]) -> dict[str, Any]:
    """One listing of versions out of two pages' listings, which are of one moment."""
    return more | {"versions": [*listing.get("versions", []), *more["versions"]]}


def _fetch(client: Client, item: dict[str, str], *, folder: Path) -> None:
    name = PurePosixPath(item["file"])
    if name.is_absolute() or ".." in name.parts:
        raise CannotRun("The API named a file outside the folder. Do not use what was fetched.")
    try:
        answer = client.http.get(item["url"])
    except httpx.TransportError as error:
        raise CannotRun("The connection was lost. Empty the folder and run the same command.") from error
    if not answer.is_success:
        raise CannotRun(f"{name} was not handed out ({answer.status_code}). Empty the folder, run it again.")
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(answer.content)
