"""Note that keys were lent for a site's prefix: an entry each time, and where the sweep has to look."""

from datetime import datetime

from corelab.ingest.drops import events
from corelab.ingest.drops.model import DROP_PLACE, DropPlace
from corelab.ingest.service import note_trial
from corelab.kernel.canonical import Plain
from corelab.kernel.ids import SiteId
from corelab.kernel.moments import moment_text
from corelab.kernel.write_path import Command, Decision, Found, Outcome, Store, execute


def lend_place(store: Store, *, command: Command, site: SiteId, until: datetime) -> Outcome[DropPlace]:
    """Enter that keys were lent which end at `until`; a repeat changes nothing."""
    note_trial(store, command)

    def decide(found: Found[DropPlace] | None) -> Decision[DropPlace]:
        latest = until if found is None else max(until, found.state.open_until)
        data: dict[str, Plain] = {"site": site, "until": moment_text(until)}
        return Decision(
            state=DropPlace(site=site, open_until=latest), type=events.LENT, action="drop.lend", data=data
        )

    return execute(store, DROP_PLACE, id=site, command=command, step="lend", decide=decide)
