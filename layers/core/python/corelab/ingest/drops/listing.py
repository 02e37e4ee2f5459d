"""Show drops to their site: counts, days and what was refused; nothing that says whose they are."""

from collections.abc import Callable

from corelab.ingest.drops.model import DROP, Drop
from corelab.kernel.ids import SiteId, TrialId
from corelab.kernel.write_path import Store, find_all


def drops_of(store: Store, *, trial: TrialId, covers: Callable[[SiteId], bool]) -> tuple[Drop, ...]:
    """The drops that may be shown, those that came last first."""
    found = (item.state for item in find_all(store, DROP, trial=trial))
    mine = [state for state in found if covers(state.site)]
    return tuple(sorted(mine, key=lambda state: (state.last_at, state.drop), reverse=True))
