"""Where a site's own programs put objects: `drop/<trial>/<site>/…`, and what they may be called there."""

import re

from corelab.kernel.ids import SiteId, TrialId
from corelab.kernel.keys import Purpose, TrialKeys

_KEY = re.compile(r"drop/([^/]+)/([^/]+)/.+", re.DOTALL)


def drop_prefix(trial: TrialId, site: SiteId) -> str:
    """Everything that one site put for one trial."""
    return f"drop/{trial}/{site}/"


def place_of_key(key: str) -> tuple[TrialId, SiteId] | None:
    """Trial and site of a dropped object's key, or None for any other key."""
    found = _KEY.fullmatch(key)
    return None if found is None else (TrialId(found[1]), SiteId(found[2]))


def place_hash(keys: TrialKeys, *, key: str, version_id: str) -> str:
    """Keyed hash by which one version of one object is known; its name may hold a patient's."""
    return keys.keyed_hash(Purpose.IDENTITY, "drop", key, version_id)
