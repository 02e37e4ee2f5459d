"""Attacks on whole segments: cut, moved, mixed, put back."""

import json
from collections.abc import Mapping
from datetime import timedelta

from corelab.kernel.canonical import canonical_json
from local.attacks.hands import SYSTEM, Attack, Case, Trace, trace

LONG_AFTER = timedelta(hours=30)  # longer than a day's heartbeat and a late sweep


def _cut_head(case: Case) -> Trace:
    segments = case.segments()
    count = case.rng.randrange(1, len(segments))
    case.remove(*segments[:count])
    return trace("SEGMENT_MISSING", file=segments[0])


def _cut_middle(case: Case) -> Trace:
    segments = case.segments()
    first = case.rng.randrange(1, len(segments) - 1)
    last = case.rng.randrange(first + 1, len(segments))
    case.remove(*segments[first:last])
    return trace("SEGMENT_MISSING", file=segments[first])


def _cut_tail(case: Case) -> Trace:
    segments = case.segments()
    kept = case.rng.randrange(1, len(segments))
    seq = case.seq_of(segments[kept], 2)
    case.remove(*segments[kept:])
    return trace("ENTRIES_MISSING", seqs=range(seq, seq + 1))


def _cut_tail_with_its_checkpoints(case: Case) -> Trace:
    segments = case.segments()
    kept = case.rng.randrange(1, len(segments))
    beyond = case.checkpoints_beyond(case.seq_of(segments[kept], 2))
    case.remove(*segments[kept:], *beyond)
    return trace("CHECKPOINT_MISSING", file=beyond[0])


def _cut_tail_everywhere(case: Case) -> Trace:
    """The log of accounts still says what the trial's log was."""
    segments = case.segments()
    kept = case.rng.randrange(1, len(segments))
    size = case.seq_of(segments[kept], 2)
    beyond = [path for place in ("ledger", "witness") for path in case.checkpoints_beyond(size, place=place)]
    case.remove(*segments[kept:], *beyond)
    return _system_says(case, "SYSTEM_DIFFERS")


def _cut_tail_of_every_log(case: Case) -> Trace:
    """Nothing in a shorter ledger betrays it, but its age."""
    case.files.clear()
    case.files.update(case.older)
    return trace("STALE", file=case.segments()[-1], looked_at_after=LONG_AFTER)


def _replay_one_log(case: Case) -> Trace:
    """An earlier export of the trial's log beside today's log of accounts."""
    case.remove(*case.segments(), *case.checkpoints(), *case.checkpoints("witness"))
    put_back = {path: data for path, data in case.older.items() if f"/{case.log}/" in path}
    old = json.loads(case.older["versions.json"])["versions"]
    case.relist(lambda versions: [*versions, *(item for item in old if item["file"] in put_back)])
    case.files.update(put_back)
    return _system_says(case, "SYSTEM_DIFFERS")


def _cut_a_line_short(case: Case) -> Trace:
    path = case.rng.choice(case.segments())
    data = case.files[path]
    at = len(data) - case.rng.randrange(1, 40)
    case.files[path] = data[:at]
    return trace("SEGMENT_CUT", file=path, byte=at)


def _empty(case: Case) -> Trace:
    path = case.rng.choice(case.segments())
    case.files[path] = b""
    return trace("SEGMENT_CUT", "HEADER_CHANGED", file=path)


def _swap_segments(case: Case) -> Trace:
    one, other = sorted(case.rng.sample(case.segments(), 2))
    case.files[one], case.files[other] = case.files[other], case.files[one]
    return trace("HEADER_CHANGED", file=one)


def _renumber(case: Case) -> Trace:
    """Every segment from one on becomes the next."""
    segments = case.segments()
    start = case.rng.randrange(len(segments))
    for path in reversed(segments[start:]):
        number = int(path[-18:-6]) + 1
        case.files[f"{path[:-18]}{number:012d}.jsonl"] = case.files.pop(path)
    return trace("SEGMENT_MISSING", file=segments[start])


def _mix_logs(case: Case) -> Trace:
    """An entry of another log among this log's."""
    path, lines = case.some_segment()
    theirs = case.rng.choice(
        sorted(name for name in case.files if name.startswith(f"ledger/{SYSTEM}/segments/"))
    )
    number = case.rng.randrange(1, len(lines))
    seq = case.seq_of(path, number + 1)
    entry = json.loads(case.rng.choice(case.lines(theirs)[1:])) | {"seq": seq}
    lines[number] = canonical_json(entry)
    case.put_carefully(path, lines)
    return trace("WRONG_LOG", file=path, line=number + 1)


def _take_anothers_segment(case: Case) -> Trace:
    theirs = sorted(name for name in case.files if name.startswith(f"ledger/{SYSTEM}/segments/"))
    path = case.rng.choice(case.segments())
    case.files[path] = case.files[case.rng.choice(theirs)]
    return trace("HEADER_CHANGED", file=path, line=1)


def _change_a_leaf_hash(case: Case) -> Trace:
    path, lines = case.some_segment()
    header = json.loads(lines[0])
    header["leaves"][case.rng.randrange(len(header["leaves"]))] = "f" * 64
    case.put(path, [canonical_json(header), *lines[1:]])
    return trace("HEADER_CHANGED", file=path, line=1)


def _change_the_header(case: Case) -> Trace:
    path, lines = case.some_segment()
    header = json.loads(lines[0])
    field = case.rng.choice(["first", "segment", "log", "schema"])
    header[field] = header[field] + 1 if isinstance(header[field], int) else "other"
    case.put(path, [canonical_json(header), *lines[1:]])
    return trace("HEADER_CHANGED", file=path, line=1)


def _fork(case: Case) -> Trace:
    """Another history, signed by a dishonest signer; the witness keeps the first one's checkpoints."""
    gone = [*case.segments(), *case.checkpoints()]
    theirs = {path: data for path, data in case.fork.items() if path.startswith(f"ledger/{case.log}/")}
    listed = json.loads(case.fork["versions.json"])["versions"]
    case.remove(*gone)
    case.relist(lambda versions: [*versions, *(item for item in listed if item["file"] in theirs)])
    case.files.update(theirs)
    witness = case.checkpoints("witness")
    originals = {path.replace("witness", "ledger", 1) for path in witness}
    return Trace(
        causes=frozenset({"WITNESS_DIFFERS", "CHECKPOINT_MISSING"}), files=frozenset({*witness, *originals})
    )


def _system_says(case: Case, cause: str) -> Trace:
    told = [name for name in case.files if name.startswith(f"ledger/{SYSTEM}/segments/")]
    return Trace(causes=frozenset({cause}), files=frozenset(told))


ON_SEGMENTS: Mapping[str, Attack] = {
    "cut the head": _cut_head,
    "cut segments from the middle": _cut_middle,
    "cut the tail": _cut_tail,
    "cut the tail with its checkpoints": _cut_tail_with_its_checkpoints,
    "cut the tail, its checkpoints and their copies": _cut_tail_everywhere,
    "replay an old export": _cut_tail_of_every_log,
    "replay an old log beside today's log of accounts": _replay_one_log,
    "cut a segment short": _cut_a_line_short,
    "empty a segment": _empty,
    "swap two segments": _swap_segments,
    "renumber segments": _renumber,
    "mix in an entry of another log": _mix_logs,
    "put another log's segment in its place": _take_anothers_segment,
    "change a leaf hash in a header": _change_a_leaf_hash,
    "change a header": _change_the_header,
    "fork the log": _fork,
}
