"""One image series: what it is, and its life as the ledger tells it."""

import json
from typing import Any
from urllib.parse import quote

import click
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from corelab.kernel.ids import SubjectId, TrialId
from corelab.reads.rules import read_id
from corelab_cli.client import Client
from corelab_cli.context import Command, Context, pass_context, trial_option


@click.command(cls=Command)
@click.argument("series")
@click.option("--history", is_flag=True, help="Every entry, from the upload to the readers' queues.")
@trial_option
@pass_context
def image(context: Context, series: str, trial: str, *, history: bool) -> None:
    """Show SERIES (ser_…): where it stands and, with --history, its whole life."""
    client = context.client()
    answer = client.get(f"/v1/trials/{trial}/series/{quote(series)}")
    if history:
        answer["history"] = life_of(client, trial, series=answer)
    context.show(answer, words=lambda out: _words(out, answer))


def life_of(client: Client, trial: str, *, series: dict[str, Any]) -> list[dict[str, Any]]:
    """Entries of everything that an image passed through, in the order of the ledger.

    Parameters
    ----------
    series : mapping
        As the API shows it.
    """
    place = f"{series['subject']}#{series['visit']}"
    objects = [
        *(("transmittal", version["transmittal"]) for version in series["versions"]),
        ("series", series["series"]),
        ("qc", place),
        ("time_point", place),
        *(("query", f"{place}#{id}") for id in _queries(client, trial, series=series)),
        *(("read", f"{place}#{id}") for id in _reads(client, trial, series=series)),
    ]
    entries = [
        entry
        for kind, id in dict.fromkeys(objects)
        for entry in client.get(f"/v1/trials/{trial}/history", object=kind, id=id)["entries"]
    ]
    return sorted(entries, key=lambda entry: (entry["seq"] is None, entry["seq"], entry["at"]))


def _queries(client: Client, trial: str, *, series: dict[str, Any]) -> list[str]:
    found = client.get(f"/v1/trials/{trial}/queries", subject=series["subject"])["queries"]
    return [query["query"] for query in found if query["visit"] == series["visit"] and not query["about"]]


def _reads(client: Client, trial: str, *, series: dict[str, Any]) -> list[str]:
    """Ids of the reads that there can be; those that are not there have no entries."""
    charter = json.loads(client.get(f"/v1/trials/{trial}/charter")["compiled"])
    return [
        read_id(
            TrialId(trial),
            seed=design["seed"],
            design=design["id"],
            subject=SubjectId(series["subject"]),
            visit=series["visit"],
            slot=slot,
        )
        for design in charter.get("reads", [])
        for slot in design["readers"]
    ]


def _words(out: Console, answer: dict[str, Any]) -> None:
    states = ", ".join(f"version {version['version']} {version['state']}" for version in answer["versions"])
    out.print(f"[bold]{answer['series']}[/] subject {answer['subject']}, {answer['visit']}: {states}")
    table = Table("Seq", "When (UTC)", "What", "By", "SHA-256 after", box=None, pad_edge=False)
    for entry in answer.get("history", []):
        seq = str(entry["seq"]) if entry["seq"] is not None else "under way"
        told = (seq, entry["at"], entry["action"], entry["role"], entry["after"][:16])
        table.add_row(*map(escape, told))
    if table.row_count:
        out.print(table)
