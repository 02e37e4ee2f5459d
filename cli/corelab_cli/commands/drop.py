"""The drop bucket: keys for a site's own programs, what came by them, and whose it is."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

import click
from rich.console import Console
from rich.markup import escape

from corelab_cli.context import Context, Group, pass_context, trial_option


@click.group(cls=Group)
def drop() -> None:
    """Send images with a program of your own: borrow keys, list what came, say whose it is."""


@drop.command()
@click.option("--site", required=True, envvar="CORELAB_SITE", help="The site: 101.")
@trial_option
@pass_context
def keys(context: Context, *, site: str, trial: str) -> None:
    """Borrow keys for an hour: they put new objects below the site's prefix, and do nothing else.

    Anybody who has them can put images there in the site's name: keep them out of files and mails.
    """
    lent = context.client().post(f"/v1/trials/{trial}/sites/{quote(site)}/drop-keys")
    context.show(lent, words=lambda out: _keys(out, lent))


@drop.command("list")
@click.option("--state", help="Only those in this state: WAITING waits for its site.")
@trial_option
@pass_context
def list_(context: Context, *, state: str | None, trial: str) -> None:
    """List what came by the drop bucket, study by study."""
    answer = context.client().get(f"/v1/trials/{trial}/drops")
    found = [one for one in answer["drops"] if state in {None, one["state"]}]
    context.show({"drops": found}, words=lambda out: _words(out, found))


@drop.command("match")
@click.argument("drop_id", metavar="DROP")
@click.option("--subject", required=True, help="The subject whose images they are.")
@click.option("--visit", required=True, help="The visit at which they were taken.")
@trial_option
@pass_context
def match_(context: Context, drop_id: str, *, subject: str, visit: str, trial: str) -> None:
    """Say whose DROP is: it becomes a transmittal. Nothing is sent again."""
    path = f"/v1/trials/{trial}/drops/{quote(drop_id)}/match"
    done = context.client().post(path, {"subject": subject, "visit": visit})
    context.show(done, words=lambda out: _words(out, [done]))


def _keys(out: Console, lent: dict[str, str]) -> None:
    """As a shell takes them."""
    out.print(f"# until {lent['expires_at']}; put below s3://{escape(lent['bucket'] + '/' + lent['prefix'])}")
    out.print("# every put has to say If-None-Match: *")
    for name, value in (
        ("AWS_REGION", "region"),
        ("AWS_ACCESS_KEY_ID", "access_key_id"),
        ("AWS_SECRET_ACCESS_KEY", "secret_access_key"),
        ("AWS_SESSION_TOKEN", "session_token"),
    ):
        out.print(f"export {name}={escape(lent[value])}")


def _words(out: Console, found: Sequence[dict[str, Any]]) -> None:
    if not found:
        out.print("There is no such drop.")
    for one in found:
        days = (
            one["first_day"]
            if one["first_day"] == one["last_day"]
            else f"{one['first_day']} to {one['last_day']}"
        )
        out.print(f"[bold]{one['drop']}[/] {one['state']} · {one['objects']} objects · {days}")
        if one["transmittal"]:
            out.print(f"  subject {one['subject']}, {one['visit']}: {one['transmittal']}")
        for refused in one["refused"]:
            said = f"{refused['detail']} {refused['remedy']}"
            out.print(f"  {refused['objects']} refused, {refused['code']}: {escape(said)}")
