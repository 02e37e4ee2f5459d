r"""Segments as files, and the names of what a log stores.

A segment is lines, each ended by `\n`. The first is a header, the rest are leaves, one a line:

    {"first":196,"leaves":["<leaf hash, hex>", …],"log":"DEMO01","schema":"segment/1","segment":2}
    {"action":"transmittal.open", … ,"seq":196, … }

The leaf hashes are there for the day when something is wrong: checked against a signed root, they tell which
line it is (decision 0021).
"""

import json
from collections.abc import Iterator, Mapping, Sequence

from corelab.audit.leaf import leaf_bytes
from corelab.audit.merkle import leaf_hash
from corelab.kernel.canonical import Plain, canonical_json
from corelab.kernel.events import Event

SCHEMA = "segment/1"

Entry = Mapping[str, Plain]


def segment_key(log: str, *, number: int) -> str:
    """Object key of a segment."""
    return f"ledger/{log}/segments/{number:012d}.jsonl"


def checkpoint_key(log: str, *, size: int) -> str:
    """Object key of a checkpoint, in the ledger and with the witness."""
    return f"ledger/{log}/checkpoints/{size:012d}.txt"


def segment_leaves(events: Sequence[Event], *, first: int) -> tuple[bytes, ...]:
    """Leaves of events that take their places from `first` on."""
    return tuple(leaf_bytes(event, seq=seq) for seq, event in enumerate(events, start=first))


def segment_bytes(leaves: Sequence[bytes], *, log: str, number: int, first: int) -> bytes:
    """The segment's file."""
    header = canonical_json(
        {
            "schema": SCHEMA,
            "log": log,
            "segment": number,
            "first": first,
            "leaves": [leaf_hash(leaf).hex() for leaf in leaves],
        }
    )
    return b"".join(line + b"\n" for line in (header, *leaves))


def segment_entries(data: bytes) -> Iterator[Entry]:
    """Entries of a segment's file, in order."""
    for line in data.removesuffix(b"\n").split(b"\n")[1:]:  # the first line is the header
        entry: Entry = json.loads(line)
        yield entry
