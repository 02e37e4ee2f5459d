"""Attacks on single entries."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from corelab.kernel.canonical import canonical_json
from local.attacks.hands import Attack, Case, Trace, trace

NEWLINE = 0x0A
Entry = dict[str, Any]
EDITS: Mapping[str, Callable[[Entry], object]] = {
    "who acted": lambda entry: entry["actor"].update(subject="p-somebody-else"),
    "in which role": lambda entry: entry["actor"].update(
        role="PM" if entry["actor"]["role"] != "PM" else "QC"
    ),
    "what was done": lambda entry: entry.update(action="transmittal.undo"),
    "when": lambda entry: entry.update(at="2026-03-01T07:59:59.000Z"),
    "to what": lambda entry: entry.update(id=entry["id"] + "9"),
    "which version": lambda entry: entry.update(version=entry["version"] + 1),
    "the state before": lambda entry: entry.update(before="1" * 64),
    "the state after": lambda entry: entry.update(after="2" * 64),
    "why": lambda entry: entry.update(reason="as agreed"),
    "under which charter": lambda entry: entry.update(charter="3" * 64),
    "who signed": lambda entry: entry.update(signature="sig-forged"),
    "what led to it": lambda entry: entry.update(cause="evt_forged"),
    "what it says": lambda entry: entry["data"].update(note="nothing happened"),
    "by which software": lambda entry: entry.update(software="9.9.9"),
    "its own id": lambda entry: entry.update(event_id="evt_forged"),
    "its place": lambda entry: entry.update(seq=entry["seq"] + 1),
    "a field more": lambda entry: entry.update(extra=1),
    "a field less": lambda entry: entry.pop("action"),
}
CARELESSLY = ("who acted", "when", "what it says", "its place", "a field more", "a field less")


def _edited(change: Callable[[Entry], object], *, carefully: bool) -> Attack:
    def attack(case: Case) -> Trace:
        path, lines = case.some_segment()
        number = case.rng.randrange(1, len(lines))
        entry = json.loads(lines[number])
        change(entry)
        lines[number] = canonical_json(entry)
        if not carefully:
            case.put(path, lines)
            return trace("ENTRY_CHANGED", file=path, line=number + 1)
        first, last = case.seq_of(path, 2), case.seq_of(path, len(lines))
        case.put_carefully(path, lines)
        return trace("ROOT_DIFFERS", seqs=range(first, last + 1))

    return attack


def _flip_a_bit(case: Case) -> Trace:
    path = case.rng.choice(case.segments())
    data = bytearray(case.files[path])
    start = data.index(NEWLINE) + 1
    while True:
        at, bit = case.rng.randrange(start, len(data)), 1 << case.rng.randrange(8)
        if NEWLINE not in (data[at], data[at] ^ bit):
            break
    data[at] ^= bit
    case.files[path] = bytes(data)
    return trace("ENTRY_CHANGED", file=path, byte=at)


def _break_a_line(case: Case) -> Trace:
    path, lines = case.some_segment()
    number = case.rng.randrange(1, len(lines))
    cut = case.rng.randrange(1, len(lines[number]))
    lines[number : number + 1] = [lines[number][:cut], lines[number][cut:]]
    case.put(path, lines)
    return trace("ENTRY_UNREADABLE", file=path, line=number + 1)


def _delete(case: Case) -> Trace:
    path, lines = case.some_segment()
    number = case.rng.randrange(1, len(lines))
    seq = case.seq_of(path, number + 1)
    del lines[number]
    case.put(path, lines)
    return trace("ENTRY_MISSING", file=path, seqs=range(seq, seq + 1))


def _delete_carefully(case: Case) -> Trace:
    path, lines = case.some_segment()
    number = case.rng.randrange(1, len(lines))
    seq = case.seq_of(path, number + 1)
    del lines[number]
    case.put_carefully(path, lines)
    return trace("SEQ_GAP", "ENTRIES_MISSING", seqs=range(seq, seq + 2))


def _forged(line: bytes) -> bytes:
    forged = {"event_id": "evt_forged", "id": "forged", "version": 1, "before": None}
    return canonical_json(json.loads(line) | forged)


def _insert(case: Case) -> Trace:
    path, lines = case.some_segment()
    number = case.rng.randrange(1, len(lines) + 1)
    lines.insert(number, _forged(lines[1]))
    case.put(path, lines)
    return trace("ENTRY_ADDED", file=path, line=number + 1)


def _insert_carefully(case: Case) -> Trace:
    path, lines = case.some_segment()
    number = case.rng.randrange(1, len(lines) + 1)
    seq = case.seq_of(path, number + 1)
    entry = json.loads(_forged(lines[1])) | {"seq": seq}
    lines.insert(number, canonical_json(entry))
    case.put_carefully(path, lines)
    return trace("SEQ_GAP", "ROOT_DIFFERS", "NOT_COVERED", seqs=range(case.seq_of(path, 2), seq + 2))


def _duplicate(case: Case) -> Trace:
    path, lines = case.some_segment()
    number = case.rng.randrange(1, len(lines))
    lines.insert(number + 1, lines[number])
    case.put(path, lines)
    return trace("EVENT_TWICE", file=path, line=number + 2)


def _swap(case: Case) -> Trace:
    path = case.rng.choice([path for path in case.segments() if len(case.lines(path)) > 2])  # noqa: PLR2004 -- header and two
    lines = case.lines(path)
    one, other = sorted(case.rng.sample(range(1, len(lines)), 2))
    lines[one], lines[other] = lines[other], lines[one]
    case.put(path, lines)
    return trace("ORDER_CHANGED", file=path, line=one + 1)


def _swap_carefully(case: Case) -> Trace:
    path = case.rng.choice([path for path in case.segments() if len(case.lines(path)) > 2])  # noqa: PLR2004 -- header and two
    lines = case.lines(path)
    one, other = sorted(case.rng.sample(range(1, len(lines)), 2))
    places = [json.loads(lines[at])["seq"] for at in (one, other)]
    swapped = [json.loads(lines[at]) for at in (other, one)]
    lines[one], lines[other] = (
        canonical_json(entry | {"seq": seq}) for entry, seq in zip(swapped, places, strict=True)
    )
    case.put_carefully(path, lines)
    return trace("ROOT_DIFFERS", seqs=range(case.seq_of(path, 2), case.seq_of(path, len(lines)) + 1))


def _reverse(case: Case) -> Trace:
    path = case.rng.choice([path for path in case.segments() if len(case.lines(path)) > 2])  # noqa: PLR2004 -- header and two
    lines = case.lines(path)
    case.put(path, [lines[0], *reversed(lines[1:])])
    return trace("ORDER_CHANGED", file=path)


def _write_otherwise(case: Case) -> Trace:
    """The same JSON in other bytes."""
    path, lines = case.some_segment()
    number = case.rng.randrange(1, len(lines))
    entry = json.loads(lines[number])
    ways = (
        json.dumps(entry, ensure_ascii=False, sort_keys=True).encode(),
        canonical_json(dict(entry)).replace(b":", b": ", 1),
        lines[number][:-1] + b',"zzz":1,"zzz":2}',
        b" " + lines[number],
    )
    lines[number] = case.rng.choice(ways)
    case.put(path, lines)
    return trace("ENTRY_NOT_CANONICAL", file=path, line=number + 1)


ON_ENTRIES: Mapping[str, Attack] = {
    **{f"edit {what}": _edited(EDITS[what], carefully=False) for what in CARELESSLY},
    **{f"edit {what}, header put right": _edited(change, carefully=True) for what, change in EDITS.items()},
    "flip a bit": _flip_a_bit,
    "break a line in two": _break_a_line,
    "delete an entry": _delete,
    "delete an entry, header put right": _delete_carefully,
    "insert an entry": _insert,
    "insert an entry, header put right": _insert_carefully,
    "say an entry twice": _duplicate,
    "swap two entries": _swap,
    "swap two entries, header put right": _swap_carefully,
    "reverse a segment": _reverse,
    "write an entry in other bytes": _write_otherwise,
}
