"""Register sites and scanners; list them.

Registering the same facts again changes nothing; registering others under a taken id is refused.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from corelab.kernel.errors import AlreadyThere, NotFound
from corelab.kernel.ids import SiteId, TrialId
from corelab.kernel.write_path import Command, Decision, Found, Store, execute, find, find_all, get
from corelab.qualification.model import SCANNER, SITE, Scanner, Site


@dataclass(frozen=True, slots=True, kw_only=True)
class Equipped:
    """A site and its scanners, in order of id."""

    site: Site
    scanners: tuple[Scanner, ...]


def register_site(store: Store, *, command: Command, site: Site) -> Site:
    """Register a site; the site as it is now.

    Raises
    ------
    AlreadyThere
        Its id is registered with other facts.
    """

    def decide(found: Found[Site] | None) -> Decision[Site]:
        if found is not None:
            raise AlreadyThere(f"Site {site.site} is registered, with other facts.", site=site.site)
        data = {"site": site.site}
        return Decision(state=site, type="SiteRegistered.v1", action="site.register", data=data)

    try:
        return execute(store, SITE, id=site.site, command=command, step="register", decide=decide).state
    except AlreadyThere:
        there = get(store, SITE, trial=command.trial, id=site.site).state
        if replace(there, state=site.state) == site:
            return there
        raise


def register_scanner(store: Store, *, command: Command, scanner: Scanner) -> Scanner:
    """Register a scanner of a registered site.

    Raises
    ------
    NotFound
        The site is not registered.
    AlreadyThere
        Its id is registered with other facts.
    """
    if find(store, SITE, trial=command.trial, id=scanner.site) is None:
        raise NotFound(f"There is no site {scanner.site}. Register it first.", site=scanner.site)

    def decide(found: Found[Scanner] | None) -> Decision[Scanner]:
        if found is not None:
            raise AlreadyThere(
                f"Scanner {scanner.scanner} is registered, with other facts.", scanner=scanner.scanner
            )
        data = {"site": scanner.site, "scanner": scanner.scanner}  # the serial stays in the registry
        return Decision(state=scanner, type="ScannerRegistered.v1", action="scanner.register", data=data)

    try:
        return execute(
            store, SCANNER, id=scanner.scanner, command=command, step="register", decide=decide
        ).state
    except AlreadyThere:
        there = get(store, SCANNER, trial=command.trial, id=scanner.scanner).state
        if there == scanner:
            return there
        raise


def sites(store: Store, *, trial: TrialId, among: frozenset[SiteId] | None) -> Iterator[Equipped]:
    """Sites with their scanners, in order of id; `among` None is every site."""
    scanners = [found.state for found in find_all(store, SCANNER, trial=trial)]
    for found in find_all(store, SITE, trial=trial):
        site = found.state
        if among is None or site.site in among:
            yield Equipped(
                site=site, scanners=tuple(scanner for scanner in scanners if scanner.site == site.site)
            )
