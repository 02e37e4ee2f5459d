"""The trial's charter, read from where tracking keeps it; each version is parsed once per worker."""

import json
from functools import lru_cache

from corelab.charter.compiled import load_compiled
from corelab.charter.model import Charter
from corelab.kernel.errors import NotFound
from corelab.kernel.ids import TrialId
from corelab.kernel.write_path import Key, Store

VERSIONS_KEPT = 16  # a worker serves few trials at a time, each in one or two charter versions


class NoCharter(NotFound):
    """The trial has no published charter, or not this one."""

    code = "CHR-404"


def charter_in_force(store: Store, trial: TrialId) -> tuple[Charter, str]:
    """The charter that governs the trial now, and its hash.

    Raises
    ------
    NoCharter
        None is published.
    """
    stored = store.get(Key(room="tracking", trial=trial, kind="trial", id=trial))
    if stored is None:
        raise NoCharter(f"Publish a charter for {trial} first.", trial=trial)
    hash: str = json.loads(stored.document)["charter_hash"]
    return charter_by_hash(store, trial, hash), hash


def charter_by_hash(store: Store, trial: TrialId, hash: str) -> Charter:
    """The charter with this hash, whichever is in force.

    Raises
    ------
    NoCharter
        The trial never published it.
    """
    for stored in store.list(room="tracking", trial=trial, kind="charter"):
        document = json.loads(stored.document)
        if document["hash"] == hash:
            return _parsed(document["compiled"])
    raise NoCharter(f"{trial} never published this charter.", trial=trial, charter=hash)


@lru_cache(maxsize=VERSIONS_KEPT)
def _parsed(compiled: str) -> Charter:
    return load_compiled(compiled)
