"""Keep a request's sound instances below the site's prefix, as if its own programs had put them there.

The entry comes first, so that the sweep looks there for whatever no event tells of; then each instance is put
under a key of the command and its number, unless it is there. A command names its content, so one that died
goes on where it stopped.
"""

from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Protocol

from corelab.ingest.dicomweb.instances import Instance
from corelab.ingest.drops import events
from corelab.ingest.drops.layout import drop_prefix
from corelab.ingest.drops.model import DROP_PLACE, DropPlace
from corelab.ingest.service import note_trial
from corelab.kernel.canonical import Plain, sha256_hex
from corelab.kernel.ids import SiteId
from corelab.kernel.write_path import Command, Decision, Found, Store, execute

SIDE_BY_SIDE = 8


class Bucket(Protocol):
    """Where instances are put."""

    def put_once(self, key: str, body: bytes) -> bool:
        """Write the object unless the key is taken; False where it was."""


def content_of(instances: Sequence[Instance]) -> str:
    """Digest of what is kept of a request: it names the command."""
    return sha256_hex("".join(sha256_hex(one.body) for one in instances if one.code is None).encode())


def store_instances(
    store: Store,
    *,
    bucket: Bucket,
    command: Command,
    site: SiteId,
    instances: Sequence[Instance],
    side_by_side: int = SIDE_BY_SIDE,
) -> int:
    """Keep what is sound; how many."""
    kept = [one for one in instances if one.code is None]
    if not kept:
        return 0
    refused = Counter(one.code for one in instances if one.code is not None)
    note_trial(store, command)

    def decide(found: Found[DropPlace] | None) -> Decision[DropPlace]:
        latest = command.now if found is None else max(command.now, found.state.open_until)
        data: dict[str, Plain] = {
            "site": site,
            "objects": len(kept),
            "size_bytes": sum(len(one.body) for one in kept),
            "codes": dict(refused),
        }
        return Decision(
            state=DropPlace(site=site, open_until=latest), type=events.POSTED, action="drop.post", data=data
        )

    execute(store, DROP_PLACE, id=site, command=command, step="post", decide=decide)
    under = f"{drop_prefix(command.trial, site)}stow/{command.id}/"
    with ThreadPoolExecutor(max_workers=side_by_side) as pool:
        puts = [pool.submit(bucket.put_once, f"{under}{n}", one.body) for n, one in enumerate(kept, 1)]
    for put in puts:
        put.result()
    return len(kept)
