"""What must be true of any ledger, whatever happened to it. The simulation and the real adapters share it."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from corelab.audit.merkle import leaf_hash, root_hash
from corelab.audit.note import parsed_checkpoint
from corelab.audit.segment import segment_entries
from corelab.audit.verify import read_key, verify


@dataclass
class Aftermath:
    """What a run left behind.

    `written` holds each event that was committed, by log and event id; `signed` each text that the key ever
    signed, stored or not; `on_bus` how often each event was on the bus.
    """

    written: Mapping[str, Mapping[str, bytes]]
    export: Mapping[str, bytes]
    key_pem: bytes
    on_bus: Mapping[str, int]
    halted: Mapping[str, str] = field(default_factory=dict)
    signed: Iterable[str] = ()


def broken_promises(aftermath: Aftermath) -> list[str]:
    """Each promise of the ledger that the run broke; empty where all held."""
    broken = [f"halted: {log}: {reason}" for log, reason in aftermath.halted.items()]
    leaves = _leaves(aftermath.export)
    for log in sorted({*aftermath.written, *leaves}):
        written = aftermath.written.get(log, {})
        found: dict[str, bytes] = {}
        count: Counter[str] = Counter()
        for entry in leaves.get(log, []):
            event_id = str(entry["event_id"])
            count[event_id] += 1
            found[event_id] = {name: value for name, value in entry.items() if name != "seq"}
        broken += [f"lost: {event_id}" for event_id in written if event_id not in found]
        broken += [f"doubled: {event_id}" for event_id, times in count.items() if times > 1]
        for event_id, entry in found.items():
            if event_id not in written or json.loads(written[event_id]) != entry:
                broken.append(f"phantom: {event_id}")
        broken += [f"never on the bus: {each}" for each in written if not aftermath.on_bus.get(each)]
    broken += _forks(aftermath)
    try:
        report = verify(aftermath.export, key=read_key(aftermath.key_pem))
    except Exception as error:  # noqa: BLE001 -- a verifier that breaks is a broken promise
        return [*broken, f"verifier: {error!r}"]
    return broken + [f"verifier: {problem}" for problem in report.problems]


def _leaves(export: Mapping[str, bytes]) -> dict[str, list[dict[str, object]]]:
    found: dict[str, list[dict[str, object]]] = {}
    for path in sorted(export):
        if path.startswith("ledger/") and "/segments/" in path:
            found.setdefault(path.split("/")[1], []).extend(map(dict, segment_entries(export[path])))
    return found


def _forks(aftermath: Aftermath) -> list[str]:
    hashes: dict[str, list[bytes]] = {}
    for path in sorted(aftermath.export):
        if path.startswith("ledger/") and "/segments/" in path:
            lines = aftermath.export[path].splitlines()[1:]
            hashes.setdefault("corelab/" + path.split("/")[1], []).extend(map(leaf_hash, lines))
    forks = []
    for text in sorted(set(aftermath.signed)):
        signed = parsed_checkpoint(text)
        leaves = hashes.get(signed.origin, [])
        if signed.size > len(leaves) or root_hash(leaves[: signed.size]) != signed.root:
            forks.append(f"forked: {signed.origin} at {signed.size}")
    return forks
