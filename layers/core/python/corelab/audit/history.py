"""The history of one object: its own entries, and the entries that caused them."""

import json
from collections.abc import Iterable, Iterator, Mapping

from corelab.kernel.canonical import Plain

Entry = Mapping[str, Plain]


def segment_entries(data: bytes) -> Iterator[Entry]:
    """Entries of a segment's file, in order."""
    for line in data.removesuffix(b"\n").split(b"\n")[1:]:  # the first line is the header
        entry: Entry = json.loads(line)
        yield entry


def history(entries: Iterable[Entry], *, object: str, id: str) -> tuple[Entry, ...]:
    """Entries of the object, and all that led to them, in the order of the log.

    Parameters
    ----------
    entries : iterable of Entry
        The whole log.
    object, id : str
        The kind of aggregate and its id.
    """
    by_event = {str(entry["event_id"]): entry for entry in entries}
    wanted: dict[str, Entry] = {}
    open_ends = [
        event_id for event_id, entry in by_event.items() if (entry["object"], entry["id"]) == (object, id)
    ]
    while open_ends:
        event_id = open_ends.pop()
        if event_id in wanted or event_id not in by_event:
            continue
        wanted[event_id] = by_event[event_id]
        open_ends.append(str(by_event[event_id]["cause"]))
    return tuple(entry for event_id, entry in by_event.items() if event_id in wanted)
