"""Sign in; say who is signed in; make people known and give them roles."""

import sys

import click
from rich.console import Console

from corelab_cli.context import Command, Context, Group, pass_context, trial_option
from corelab_cli.sessions import sign_in as prove_identity


@click.command("sign-in", cls=Command)
@click.argument("user")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")
@pass_context
def sign_in(context: Context, user: str, *, password_stdin: bool) -> None:
    """Sign in as USER; the session stays on this machine."""
    profile = context.profile()
    password = (
        sys.stdin.readline().rstrip("\n")
        if password_stdin
        else click.prompt("Password", hide_input=True, err=True)
    )
    with profile.http(context.transport) as http:
        prove_identity(profile, http, user=user, password=password)
    context.show({"user": user}, words=lambda out: out.print(f"Signed in as {user}."))


@click.command(cls=Command)
@click.option("--trial", envvar="CORELAB_TRIAL", help="List the grants in this trial.")
@pass_context
def whoami(context: Context, trial: str | None) -> None:
    """Say who is signed in, and with which roles."""
    me = context.client().get("/v1/me", **({"trial": trial} if trial else {}))

    def words(out: Console) -> None:
        roles = [f"{grant['role']} at {grant['site'] or 'every site'}" for grant in me["grants"]]
        roles += ["ADMIN"] if me["is_admin"] else []
        out.print(f"{me['person']}: {', '.join(roles) or 'no role here'}")

    context.show(me, words=words)


@click.group(cls=Group)
def account() -> None:
    """People who may sign in. For administrators."""


@account.command()
@click.argument("username")
@click.option("--email", help="Where the invitation goes; it stays in the user pool.")
@pass_context
def create(context: Context, username: str, email: str | None) -> None:
    """Make USERNAME known, or find the person of that name."""
    made = context.client().post("/v1/accounts", {"username": username, "email": email})
    context.show(made, words=lambda out: out.print(f"{username} is person {made['person']}."))


@click.group(cls=Group)
def grant() -> None:
    """Roles in a trial. For administrators and project managers."""


@grant.command()
@click.argument("person")
@click.argument("role")
@click.option("--site", help="Only at this site; sites' roles need it.")
@click.option("--slot", help="A reader's place in the charter's pool: R01.")
@trial_option
@pass_context
def give(context: Context, person: str, *, role: str, site: str | None, slot: str | None, trial: str) -> None:
    """Give PERSON (the id that `account create` prints) the ROLE: SITE, QC, DM, PM, READER and others."""
    body = {"person": person, "role": role.upper(), "site": site, "slot": slot}
    given = context.client().post(f"/v1/trials/{trial}/grants", body)
    where = given["site"] or "every site"
    context.show(given, words=lambda out: out.print(f"{person} is {given['role']} at {where}."))
