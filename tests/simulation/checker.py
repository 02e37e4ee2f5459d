"""What must be true of any ledger, whatever happened to it. The simulation and the real adapters share it."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from corelab.audit.merkle import leaf_hash, root_hash
from corelab.audit.note import parsed_checkpoint
from corelab.audit.segment import segment_entries
from corelab.audit.verify import Problem, read_key, verify


@dataclass
class Aftermath:
    """What a run left behind.

    `written` holds each event that was committed, by log and event id; `signed` each text that the key ever
    signed, stored or not; `on_bus` how often each event was on the bus. `export` was taken at the end,
    `flights` while others wrote. `spoiled` are the logs into which somebody else wrote: they may stand still.
    `poison` is how many items of each log are no events, `counted` how many of them the last sweep told.
    """

    written: Mapping[str, Mapping[str, bytes]]
    export: Mapping[str, bytes]
    key_pem: bytes
    on_bus: Mapping[str, int]
    halted: Mapping[str, str] = field(default_factory=dict)
    signed: Iterable[str] = ()
    flights: Iterable[Mapping[str, bytes]] = ()
    spoiled: frozenset[str] = frozenset()
    poison: Mapping[str, int] = field(default_factory=dict)
    counted: Mapping[str, int] = field(default_factory=dict)


def broken_promises(aftermath: Aftermath) -> list[str]:
    """Each promise of the ledger that the run broke; empty where all held."""
    halted = aftermath.halted
    broken = [f"halted: {log}: {reason}" for log, reason in halted.items() if log not in aftermath.spoiled]
    broken += [
        f"not told: {count} items of {log} are no events, {aftermath.counted.get(log, 0)} were counted"
        for log, count in aftermath.poison.items()
        if log not in halted and aftermath.counted.get(log, 0) != count
    ]
    leaves = _leaves(aftermath.export)
    for log in sorted({*aftermath.written, *leaves}):
        written = aftermath.written.get(log, {})
        found: dict[str, bytes] = {}
        count: Counter[str] = Counter()
        for entry in leaves.get(log, []):
            event_id = str(entry["event_id"])
            count[event_id] += 1
            found[event_id] = {name: value for name, value in entry.items() if name != "seq"}
        if log not in halted:  # else they wait in the outbox
            broken += [f"lost: {event_id}" for event_id in written if event_id not in found]
        broken += [f"doubled: {event_id}" for event_id, times in count.items() if times > 1]
        for event_id, entry in found.items():
            if event_id not in written or json.loads(written[event_id]) != entry:
                broken.append(f"phantom: {event_id}")
        broken += [f"never on the bus: {each}" for each in written if not aftermath.on_bus.get(each)]
    broken += _forks(aftermath)
    for name, export in (
        ("verifier", aftermath.export),
        *(("in flight", each) for each in aftermath.flights),
    ):
        if len(export) > 1:  # more than the listing
            problems = verify(export, key=read_key(aftermath.key_pem)).problems
            broken += [f"{name}: {each}" for each in problems if not _is_of_a_halt(each, halted)]
    return broken


def _is_of_a_halt(problem: Problem, halted: Mapping[str, str]) -> bool:
    """What an export of a halted log rightly says: something that belongs to it is still on its way.

    `_system` may know its last checkpoint and its head not; an older version may wait in the outbox.
    """
    return any(
        (problem.cause == "SYSTEM_DIFFERS" and f"checkpoint of {log} " in problem.detail)
        or (problem.cause == "VERSION_GAP" and str(problem.file).startswith(f"ledger/{log}/"))
        for log in halted
    )


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
        if signed.size > len(leaves) and signed.origin.removeprefix("corelab/") in aftermath.halted:
            continue  # the last checkpoint of a halted log may not be on its head
        if signed.size > len(leaves) or root_hash(leaves[: signed.size]) != signed.root:
            forks.append(f"forked: {signed.origin} at {signed.size}")
    return forks
