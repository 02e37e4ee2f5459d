"""The registry and the subjects: sites, scanners, subjects."""

from typing import Any
from urllib.parse import quote

import click

from corelab_cli.context import Context, Group, pass_context, trial_option


@click.group(cls=Group)
def site() -> None:
    """Sites of a trial. For project managers."""


@site.command("register")
@click.argument("id", metavar="SITE")
@click.option("--name", required=True, help="The site's name in the trial.")
@click.option("--country", required=True, help="ISO 3166-1 alpha-3: DEU.")
@click.option("--timezone", required=True, help="Such as Europe/Berlin.")
@trial_option
@pass_context
def register_site(context: Context, /, id: str, trial: str, **facts: Any) -> None:  # noqa: ANN401 -- the options above
    """Register SITE (101)."""
    answer = context.client().post(f"/v1/trials/{trial}/sites", {"site": id, **facts})
    context.show(answer, words=lambda out: out.print(f"Site {id} is registered."))


@click.group(cls=Group)
def scanner() -> None:
    """Scanners of a site, and what they are qualified for. For project managers."""


@scanner.command("register")
@click.argument("id", metavar="SCANNER")
@click.option("--site", required=True, help="Where it stands: 101.")
@click.option("--modality", required=True, help="MR, CT, US.")
@click.option("--manufacturer", required=True, help="As its images say it.")
@click.option("--model", required=True, help="As its images say it.")
@click.option("--serial", required=True, help="Kept in the registry and never shown again.")
@click.option("--software", multiple=True, help="A version it is known with; repeat for several.")
@click.option(
    "--qualified-for", multiple=True, metavar="PROCEDURE", help="As in the charter; repeat for several."
)
@click.option("--qualified-on", metavar="DATE", help="First day, such as 2026-01-31.")
@click.option("--qualified-until", metavar="DATE", help="Last day.")
@trial_option
@pass_context
def register_scanner(context: Context, /, id: str, *, site: str, trial: str, **facts: Any) -> None:  # noqa: ANN401 -- the options above
    """Register SCANNER (101-MR1)."""
    plain = {name: [*value] if isinstance(value, tuple) else value for name, value in facts.items()}
    body = {"scanner": id, **plain}
    answer = context.client().post(f"/v1/trials/{trial}/sites/{quote(site)}/scanners", body)
    context.show(answer, words=lambda out: out.print(f"Scanner {id} is registered at site {site}."))


@click.group(cls=Group)
def subject() -> None:
    """Subjects of a site."""


@subject.command("register")
@click.argument("id", metavar="SUBJECT")
@click.option("--anchor", required=True, metavar="DATE", help="Day of randomization, such as 2026-01-31.")
@click.option("--sex", type=click.Choice(["M", "F"]), help="What its images are compared with.")
@click.option("--birth-year", type=int, help="The same.")
@click.option(
    "--screening-id",
    "screening_ids",
    multiple=True,
    help="Its name before it was a subject, as the charter writes it; repeat for several. Images that carry "
    "it are known as this subject's.",
)
@trial_option
@pass_context
def register_subject(
    context: Context,
    id: str,
    *,
    anchor: str,
    sex: str | None,
    birth_year: int | None,
    screening_ids: tuple[str, ...],
    trial: str,
) -> None:
    """Register SUBJECT (101-0001) and plan its visits. Again, with a further screening id, to add it."""
    known = {name: value for name, value in (("sex", sex), ("birth_year", birth_year)) if value is not None}
    named = {"screening_ids": [*screening_ids]} if screening_ids else {}
    body = {"subject": id, "anchor": anchor} | known | named
    answer = context.client().post(f"/v1/trials/{trial}/subjects", body)
    points = [f"{point['visit']} {point['opens']} to {point['closes']}" for point in answer["time_points"]]
    planned = ", ".join(points)
    context.show(answer, words=lambda out: out.print(f"Subject {id} at site {answer['site']}: {planned}."))
