"""Clean exports of a ledger, made by the real sequencer in memory, and hands that tamper with them."""

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

from corelab.audit.entries import heartbeat_event
from corelab.audit.model import SYSTEM_LOG
from corelab.audit.sequencer import sequence
from corelab.audit.verify import Report, read_key, verify
from corelab.kernel.ids import TrialId
from tests.fakes.memory_ledger import SOFTWARE, MemoryLedger, an_event, later, public_key_pem

LOG = TrialId("DEMO01")


def clean_world(batches: list[int], *, objects: int = 3) -> MemoryLedger:
    """World whose log got its events in batches of these sizes; each batch is a segment with a checkpoint."""
    world = MemoryLedger()
    world.write(heartbeat := heartbeat_event(LOG, now=later(0), software=SOFTWARE))
    event_ids = [heartbeat.event_id]
    count = 0
    for second, size in enumerate(batches, start=1):
        for _ in range(size):
            version, number = divmod(count, objects)
            event = an_event(
                LOG, object=f"tms-{number}", version=version + 1, at=later(second), note="Žižkov €"
            )
            world.write(event)
            event_ids.append(event.event_id)
            count += 1
        sequence(world.ports(), log=LOG, event_ids=event_ids, now=later(second), software=SOFTWARE)
    system = [row.item.event_id for row in world.rows.values() if row.item.log == SYSTEM_LOG]
    sequence(world.ports(), log=SYSTEM_LOG, event_ids=system, now=later(len(batches)), software=SOFTWARE)
    return world


def clean_export(batches: list[int]) -> dict[str, bytes]:
    return clean_world(batches).export(taken_at=later(3600))


def segment_path(number: int) -> str:
    return f"ledger/{LOG}/segments/{number:012d}.jsonl"


def checkpoints_of(files: dict[str, bytes], place: str = "ledger") -> list[str]:
    return sorted(path for path in files if path.startswith(f"{place}/{LOG}/checkpoints/"))


def segments_of(files: dict[str, bytes]) -> list[str]:
    return sorted(path for path in files if path.startswith(f"ledger/{LOG}/segments/"))


def verified(files: dict[str, bytes], *, as_of: datetime | None = None) -> Report:
    return verify(files, key=read_key(public_key_pem()), as_of=as_of)


def causes(files: dict[str, bytes], *, as_of: datetime | None = None) -> set[str]:
    return {problem.cause for problem in verified(files, as_of=as_of).problems}


def listing_changed(files: dict[str, bytes], change: Callable[[dict[str, Any]], object]) -> dict[str, bytes]:
    """The export with another listing of versions."""
    listing = json.loads(files["versions.json"])
    change(listing)
    return files | {"versions.json": json.dumps(listing).encode()}


def without(files: dict[str, bytes], is_gone: Callable[[str], bool]) -> dict[str, bytes]:
    """The export of one who leaves these files out, and out of the listing too."""
    kept = {path: data for path, data in files.items() if not is_gone(path)}

    def relist(listing: dict[str, Any]) -> None:
        listing["versions"] = [item for item in listing["versions"] if item["file"] in kept]

    return listing_changed(kept, relist)


def end_cut(files: dict[str, bytes], *, segments: int) -> dict[str, bytes]:
    """The export of one who leaves out the end of the log, everywhere, and `_system`."""
    places = (segments_of(files), checkpoints_of(files), checkpoints_of(files, "witness"))
    gone = {path for paths in places for path in paths[-segments:]}
    return without(files, lambda path: path in gone or "/_system/" in path)
