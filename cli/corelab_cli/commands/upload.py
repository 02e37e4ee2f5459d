"""Send images for one subject's visit."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.markup import escape

from corelab_cli import transfer
from corelab_cli.choosing import LeftOut, choose
from corelab_cli.client import Client
from corelab_cli.commands.receipt import save_receipt
from corelab_cli.context import Command, Context, pass_context, trial_option
from corelab_cli.errors import DONE, HELD
from corelab_cli.folder import SHOWN, LocalFile, hashed, numbered, single, upload_key
from corelab_cli.journal import Journal
from corelab_cli.progress import Meter, meter

TAKES_FILES = {"UPLOADING", "INCOMPLETE"}
UNDER_WAY = {"RECEIVED", "SCREENING"}
WELL = UNDER_WAY | {"ACCEPTED"}
POLL_SECONDS = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """What is sent, and what is not.

    Attributes
    ----------
    known : tuple
        What of it is here already, in the API's words.
    """

    files: tuple[LocalFile, ...]
    left_out: tuple[LeftOut, ...]
    known: tuple[Any, ...]


@click.command(cls=Command)
@click.argument("paths", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
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
@click.option("--skip-known", is_flag=True, help="Send only what your site has not sent for the subject yet.")
@click.option("--follow", is_flag=True, help="Wait until the images have been screened.")
@click.option(
    "--receipt",
    "receipt_path",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="Save the signed receipt there; in a folder, under the transmittal's id.",
)
@click.option("--as-import", is_flag=True, help="The core lab's import of media that a courier brought.")
@click.option("--courier", metavar="NUMBER", help="The consignment's number, with --as-import.")
@click.option("--media", default=1, metavar="N", help="How many media it held, with --as-import.")
@pass_context
def upload(context: Context, /, paths: tuple[Path, ...], **asked: Any) -> int:  # noqa: ANN401 -- the options above
    """Send every file that PATHS name or hold; ZIP and tar files go as they are.

    Killed or interrupted, run the same command: it goes on where it stopped. Run it once more after that, and
    it says that everything is here. Exits 3 where something did not arrive, was refused or is held.
    """
    if asked["as_import"] != (asked["courier"] is not None):
        raise click.UsageError("--as-import and --courier NUMBER go together.")
    client = context.client()
    with meter(context) as shown:
        load = _loaded(context, client, paths, asked=asked, shown=shown)
        if not load.files:
            return _nothing_new(context, load)
        receipt, is_news = _sent(client, load.files, asked=asked, shown=shown)
    address = f"/v1/trials/{asked['trial']}/transmittals/{receipt['transmittal']}"
    if asked["follow"]:
        receipt = _follow(client, address)
    answer = receipt | _told(load, but=receipt["transmittal"]) | {"sent_before": not is_news}
    if asked["receipt_path"] is not None and receipt["state"] not in TAKES_FILES | {"ABANDONED"}:
        answer["receipt_saved"] = str(save_receipt(client, address, at=asked["receipt_path"]))
    context.show(answer, words=lambda out: _words(out, answer, files=load.files))
    return DONE if receipt["state"] in WELL and not receipt["refused"] else HELD


def _loaded(
    context: Context, client: Client, paths: Sequence[Path], *, asked: dict[str, Any], shown: Meter
) -> Load:
    """What to send: chosen, hashed, each content once; without what is here, where that was asked for."""
    choice = choose(paths)
    advance = shown.begin("reading", total_bytes=sum(path.stat().st_size for path in choice.files))
    journal = Journal(context.profile().path.with_suffix(".hashes"))
    files, copies = single(hashed(choice.files, journal=journal, told=advance))
    known = transfer.known_files(
        client, asked["trial"], site=asked["site"], subject=asked["subject"], files=files
    )
    if asked["skip_known"]:
        here = {item["sha256"] for item in known}
        files = numbered(file for file in files if file.sha256 not in here)
    left_out = [
        *choice.left_out,
        *(LeftOut(path=path, why=f"is a copy of {original}") for path, original in copies.items()),
    ]
    return Load(files=tuple(files), left_out=tuple(left_out), known=tuple(known))


def _sent(
    client: Client, files: Sequence[LocalFile], *, asked: dict[str, Any], shown: Meter
) -> tuple[Any, bool]:
    """The receipt, and whether anything had to be done."""
    names = {name: asked[name] for name in ("site", "subject", "visit")}
    number = asked["courier"]
    courier = None if number is None else {"reference": number, "media": asked["media"]}
    key = upload_key(files, **names, again=asked["again"], courier=number)
    transmittal = transfer.open_transmittal(client, asked["trial"], **names, key=key, courier=courier)
    address = f"/v1/trials/{asked['trial']}/transmittals/{transmittal}"
    receipt = client.get(address)
    if receipt["state"] not in TAKES_FILES:
        return receipt, False
    advance = shown.begin("sending", total_bytes=sum(file.size_bytes for file in files))
    transfer.send(client, address, files=files, key=key, told=advance)
    return transfer.complete(client, address, key=key), True


def _follow(client: Client, address: str) -> Any:  # noqa: ANN401 -- JSON
    while (receipt := client.get(address))["state"] in UNDER_WAY:
        client.pause(POLL_SECONDS)
    return receipt


def _told(load: Load, *, but: str | None = None) -> dict[str, Any]:
    """What is not sent and why, and what is here already in other transmittals."""
    return {
        "left_out": [{"path": str(item.path), "why": item.why} for item in load.left_out],
        "known": [item for item in load.known if item["transmittal"] != but],
    }


def _nothing_new(context: Context, load: Load) -> int:
    answer = _told(load) | {"transmittal": None, "sent_before": True}

    def words(out: Console) -> None:
        out.print("Everything is here already; nothing was sent.")
        _also(out, answer)

    context.show(answer, words=words)
    is_well = all(item["state"] in WELL and item["code"] is None for item in load.known)
    return DONE if is_well else HELD


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
        name = by_number.get(one["n"], str(one["n"]))
        reasons[reason].append(name if one["member"] is None else f"{name}, file {one['member']} in it")
    for reason, names in reasons.items():
        _list(out, "refused", names=names)
        out.print(f"    {escape(reason)}")
    for one in receipt["containers"]:
        out.print(f"  {by_number.get(one['n'], str(one['n']))} holds {_counted(one['images'], 'image')}")
    for one in receipt["set_aside"]:
        out.print(f"  set aside: {_counted(one['objects'], 'file')}. {escape(one['detail'])} ({one['code']})")
    if receipt["listed_only"]:
        out.print(
            f"  The medium's directory lists {_counted(receipt['listed_only'], 'more image')}: send what was "
            "never sent in a new transmittal."
        )
    _also(out, receipt)
    for line in _next(receipt):
        out.print(line, markup=False)


def _also(out: Console, answer: Any) -> None:  # noqa: ANN401 -- JSON
    """What was left out, by reason, and what is here already, by transmittal."""
    _list(out, "not sent", names=[escape(f"{item['path']} {item['why']}") for item in answer["left_out"]])
    places: defaultdict[tuple[str, str, str], int] = defaultdict(int)
    for item in answer["known"]:
        places[item["transmittal"], item["visit"], item["state"]] += 1
    for (transmittal, visit, state), count in places.items():
        out.print(f"  already here: {count} of these files, in {transmittal} (visit {visit}, {state})")


def _list(out: Console, what: str, *, names: Sequence[str]) -> None:
    for name in names[:SHOWN]:
        out.print(f"  [red]{what}[/] {name}")
    if len(names) > SHOWN:
        out.print(f"  … and {len(names) - SHOWN} more; add --json for all")


def _next(receipt: Any) -> Iterator[str]:  # noqa: ANN401 -- JSON
    """What happened to the whole, and what to do now."""
    if receipt["code"] is not None:
        yield f"{receipt['detail']} ({receipt['code']})"
    if receipt["state"] == "QUARANTINED":
        asked = receipt["held"]["asked"]
        named = f"as {asked['query']}" if asked else "in a moment"
        yield f"The core lab asks you {named}: see corelab queries, answer with corelab query answer."
    if receipt["state"] == "INCOMPLETE":
        yield "Run the same command to send what is missing."
    if receipt["state"] == "ABANDONED":
        yield "Too much time passed before it was complete. Send it as a new one: add --again 1."
    if "receipt_saved" in receipt:
        yield f"The signed receipt is in {receipt['receipt_saved']}."
    elif receipt["state"] not in TAKES_FILES | {"ABANDONED"}:
        yield f"Its signed receipt: corelab receipt {receipt['transmittal']} --to FILE"


def _counted(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}s"
