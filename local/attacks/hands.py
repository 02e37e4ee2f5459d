"""What a forger works with: an export's files, and chance to choose the place."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from random import Random
from typing import Any

from corelab.audit.merkle import leaf_hash
from corelab.kernel.canonical import canonical_json

SYSTEM = "_system"
Lines = list[bytes]


@dataclass(slots=True, kw_only=True)
class Case:
    """An export in a forger's hands.

    Attributes
    ----------
    files : dict
        Path to bytes; the forger changes it.
    log : str
        The log under attack.
    older : mapping
        An honest export of the same ledger, taken earlier.
    fork : mapping
        An export of another history under the same key: what a signer who is not honest could have signed.
    """

    rng: Random
    files: dict[str, bytes]
    log: str
    older: Mapping[str, bytes]
    fork: Mapping[str, bytes]

    def segments(self) -> list[str]:
        """Paths of the log's segments."""
        return self._under(f"ledger/{self.log}/segments/")

    def checkpoints(self, place: str = "ledger") -> list[str]:
        """Paths of the log's checkpoints."""
        return self._under(f"{place}/{self.log}/checkpoints/")

    def checkpoints_beyond(self, size: int, *, place: str = "ledger") -> list[str]:
        """Paths of the log's checkpoints of more than so many entries; a segment may have none of its own."""
        return [path for path in self.checkpoints(place) if int(path[-16:-4]) > size]

    def some_segment(self) -> tuple[str, Lines]:
        """A segment by chance, as lines; the first is its header."""
        path = self.rng.choice(self.segments())
        return path, self.lines(path)

    def lines(self, path: str) -> Lines:
        """A file's lines."""
        return self.files[path].removesuffix(b"\n").split(b"\n")

    def put(self, path: str, lines: Lines) -> None:
        """Write lines back."""
        self.files[path] = b"".join(line + b"\n" for line in lines)

    def put_carefully(self, path: str, lines: Lines) -> None:
        """Write lines back under a header that agrees with them."""
        header = json.loads(lines[0]) | {"leaves": [leaf_hash(line).hex() for line in lines[1:]]}
        self.put(path, [canonical_json(header), *lines[1:]])

    def remove(self, *paths: str) -> None:
        """Take files away, and their mention in the listing."""
        for path in paths:
            self.files.pop(path, None)
        gone = set(paths)
        self.relist(lambda versions: [item for item in versions if item["file"] not in gone])

    def relist(self, change: Callable[[list[dict[str, Any]]], list[dict[str, Any]]]) -> None:
        """Rewrite the listing of versions."""
        listing = json.loads(self.files["versions.json"])
        listing["versions"] = change(listing["versions"])
        self.files["versions.json"] = json.dumps(listing).encode()

    def seq_of(self, path: str, line: int) -> int:
        """Sequence number of a segment's line, counting lines from 1."""
        first: int = json.loads(self.lines(path)[0])["first"]
        return first + line - 2

    def _under(self, prefix: str) -> list[str]:
        return sorted(path for path in self.files if path.startswith(prefix) and "@" not in path)


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """What a verifier must say: one of the causes, at one of the files or within the sequence numbers.

    Attributes
    ----------
    line, byte : int or None
        Where it can be told so closely.
    seqs : range or None
        Where the file alone does not say it.
    has_other_key : bool
        The forger's key came with the export.
    looked_at_after : timedelta or None
        When the export is looked at, where its age is what betrays it.
    """

    causes: frozenset[str]
    files: frozenset[str] = frozenset()
    line: int | None = None
    byte: int | None = None
    seqs: range | None = None
    has_other_key: bool = False
    looked_at_after: timedelta | None = None


Attack = Callable[[Case], Trace]


def trace(*causes: str, file: str | None = None, **more: Any) -> Trace:  # noqa: ANN401 -- a Trace's own fields
    """A trace in one file."""
    return Trace(causes=frozenset(causes), files=frozenset({file} if file else ()), **more)
