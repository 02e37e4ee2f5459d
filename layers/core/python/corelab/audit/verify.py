"""Verify an export of a Corelab ledger, offline, without Corelab. One file; needs only `cryptography`.

    python verify.py EXPORT_DIR --key KEY.pem [--as-of 2026-01-31T08:15:00Z] [--json]

What it holds the export to, for each log in it:

1. **Segments** are numbered from 0 without gaps; each line is one entry in canonical JSON (RFC 8785), `seq`
   counts from 0 without gaps, no event stands twice.
2. **Checkpoints** (C2SP tlog-checkpoint) are signed by the key, name this log, and their root is the RFC 6962
   root of the entries they cover: so each is consistent with the one before. Every entry is covered.
3. **Witness**: every checkpoint that the witness holds is in the ledger, the same bytes; the last is there.
4. **Age**: the newest entry is not older than a day and two hours (each log has a daily heartbeat). What
   claims to come from the future does not count. Without `--as-of` the age is by the export's own word.
5. **Versions**: each object has one content; a version with other bytes or a delete marker is a failure.
6. **Objects**: for each object, versions run from 1 without gaps, and `before` of one is `after` of the last.
7. **`_system`**: what it says of other logs' checkpoints agrees with those logs, and each of them is there.
   A log that it speaks of and the export lacks is noted.

When a signed root does not fit, the leaf hashes in each segment's header tell which line was changed: they
are believed only where they lead to the signed root.

An export is whatever somebody handed over: nothing in it is trusted, not even that it is short, flat or text.

Exit code 0: it verifies. 3: it does not, and the report says why and where. 2: it could not be run.
"""

import argparse
import base64
import binascii
import hashlib
import json
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key

MAX_AGE = timedelta(hours=26)  # a heartbeat a day, and two hours for a late sweep
SETTLING = timedelta(minutes=5)  # versions of one object may reach the log out of order, never for long
SKEW = timedelta(minutes=15)  # clocks of servers differ by less; more is worth a note
SEARCHED_BYTES = 4096  # longest line in which a changed byte is searched for
SEARCHED_LINES = 20  # in how many it is searched for: where all were changed, the byte is no news
LARGEST_NUMBER = 2**53  # that RFC 8785 writes exactly; no log gets there
SCHEMA = "export/1"
SYSTEM_LOG = "_system"
FILE = re.compile(
    r"(ledger|witness)/([A-Za-z0-9_][A-Za-z0-9._-]{0,63})/(segments|checkpoints)/([0-9]{12})\.(jsonl|txt)"
)
DONE, CANNOT_RUN, UNVERIFIED = 0, 2, 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One reason why the export does not verify: the cause, and the place as closely as it can be told.

    `line` counts from 1, `seq` and `byte` (offset in the file) from 0.
    """

    cause: str
    detail: str
    file: str | None = None
    line: int | None = None
    seq: int | None = None
    byte: int | None = None


@dataclass(slots=True, kw_only=True)
class Report:
    """What was looked at and what was found."""

    logs: dict[str, dict[str, Any]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def verifies(self) -> bool:
        """Whether nothing speaks against the export."""
        return not self.problems

    def fail(self, cause: str, detail: str, **place: Any) -> None:  # noqa: ANN401 -- a Problem's own fields
        """Add one reason why the export does not verify."""
        self.problems.append(Problem(cause=cause, detail=detail, **place))


class CannotRun(Exception):
    """There is nothing to verify, or nothing to verify it with."""


class Line(NamedTuple):
    """One entry as it stands in its file."""

    file: str
    line: int
    byte: int
    raw: bytes
    entry: Mapping[str, Any] | None


class SegmentFile(NamedTuple):
    """A segment taken apart: its entries and the leaf hashes that its header claims."""

    file: str
    lines: list[Line]
    claimed: list[bytes]


class Taken(NamedTuple):
    """When the export was taken.

    `as_of` is what ages are measured at: the reader's word, else the export's. `settled` is the earlier of
    the two, for what may still have been on its way.
    """

    as_of: datetime | None
    settled: datetime | None

    def is_young(self, at: datetime | None) -> bool:
        """Whether what happened then may not have reached the export."""
        return bool(at and self.settled and -SKEW <= self.settled - at <= SETTLING)


class Note(NamedTuple):
    """A checkpoint whose signature holds."""

    file: str
    size: int
    root: bytes


# Hashes: RFC 6962 s. 2.1 -------------------------------------------------------------------------------


def leaf_hash(leaf: bytes) -> bytes:
    """SHA-256(0x00 || leaf)."""
    return hashlib.sha256(b"\x00" + leaf).digest()


def roots_at(leaf_hashes: Sequence[bytes], sizes: set[int]) -> dict[int, bytes]:
    """Roots of the trees of the first n leaves, for each n asked for."""
    roots = {0: hashlib.sha256().digest()} if 0 in sizes else {}
    subtrees: list[bytes] = []  # roots of the perfect subtrees, largest first
    for index, leaf in enumerate(leaf_hashes):
        node, merging = leaf, index
        while merging & 1:
            node, merging = hashlib.sha256(b"\x01" + subtrees.pop() + node).digest(), merging >> 1
        subtrees.append(node)
        if index + 1 in sizes:
            root = subtrees[-1]
            for left in reversed(subtrees[:-1]):
                root = hashlib.sha256(b"\x01" + left + root).digest()
            roots[index + 1] = root
    return roots


def canonical(value: Any) -> bytes:  # noqa: ANN401 -- any JSON
    """Canonical JSON (RFC 8785) of a value without fractions."""

    def ordered(item: Any) -> Any:  # noqa: ANN401 -- any JSON
        if isinstance(item, dict):
            return {key: ordered(item[key]) for key in sorted(item, key=lambda key: key.encode("utf-16-be"))}
        return [ordered(each) for each in item] if isinstance(item, list) else item

    return json.dumps(ordered(value), ensure_ascii=False, separators=(",", ":")).encode()


def first_difference(found: bytes, expected: bytes) -> int:
    """Offset of the first byte that differs."""
    pairs = enumerate(zip(found, expected, strict=False))
    return next((at for at, (one, other) in pairs if one != other), min(len(found), len(expected)))


def changed_byte(line: bytes, expected_hash: bytes) -> tuple[int, int] | None:
    """Offset and true value of the one changed byte, if putting one byte right gives the expected hash."""
    if len(line) > SEARCHED_BYTES:
        return None
    before = hashlib.sha256(b"\x00")
    for at in range(len(line)):
        rest = line[at + 1 :]
        for value in range(256):
            attempt = before.copy()
            attempt.update(bytes((value,)) + rest)
            if attempt.digest() == expected_hash:
                return at, value
        before.update(line[at : at + 1])
    return None


# The export --------------------------------------------------------------------------------------------


def read_export(folder: Path) -> dict[str, bytes]:
    """Every file of an export, by its path in it."""
    if not folder.is_dir():
        message = f"{folder} is no folder"
        raise CannotRun(message)
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}


def read_key(pem: bytes) -> Ed25519PublicKey:
    """The ledger's public key."""
    try:
        key = load_pem_public_key(pem)
    except (ValueError, UnsupportedAlgorithm) as error:
        raise CannotRun("the key file is no public key in PEM") from error
    if not isinstance(key, Ed25519PublicKey):
        raise CannotRun("the key is not Ed25519")
    return key


def verify(
    files: Mapping[str, bytes],
    *,
    key: Ed25519PublicKey,
    as_of: datetime | None = None,
    needs_witness: bool = True,
) -> Report:
    """Verify an export.

    Parameters
    ----------
    files : mapping
        Path to bytes, as `read_export` gives them.
    as_of : datetime or None
        When the export was taken, as the reader knows it; else as the export says.
    needs_witness : bool
        Whether witness copies must be there.

    Raises
    ------
    CannotRun
        There is no log in the export.
    """
    report = Report()
    logs = sorted({found[2] for path in files if (found := FILE.fullmatch(path))})
    if not logs:
        raise CannotRun("there is no log in the export")
    try:
        _verify_logs(files, logs, key=key, report=report, as_of=as_of, needs_witness=needs_witness)
    except Exception as error:  # noqa: BLE001 -- whatever breaks the verifier was not written by a ledger
        detail = f"the verifier ends at something that no ledger writes ({type(error).__name__})"
        report.fail("UNEXPECTED", detail)
    return report


def _verify_logs(
    files: Mapping[str, bytes],
    logs: Sequence[str],
    *,
    key: Ed25519PublicKey,
    report: Report,
    as_of: datetime | None,
    needs_witness: bool,
) -> None:
    listed_at = _check_versions(files, report)
    said = [at for at in (as_of, listed_at) if at]
    taken = Taken(as_of=as_of or listed_at, settled=min(said, default=None))
    readers = {}
    for log in logs:
        readers[log] = LogVerifier(files, log=log, key=key, report=report)
        readers[log].run(taken, needs_witness=needs_witness)
    if SYSTEM_LOG in readers:
        _check_system(readers, report, taken=taken, needs_witness=needs_witness)
    else:
        report.notes.append(
            f"{SYSTEM_LOG} is not in the export: whether other logs were left out, or checkpoints from the "
            "middle of these, cannot be told"
        )
    if as_of is None:
        shown = listed_at.isoformat() if listed_at else "nobody knows when"
        report.notes.append(
            f"how old the newest entries may be is by the export's own word (taken {shown}); "
            "say when it was taken with --as-of"
        )
    elif listed_at and listed_at - as_of > SKEW:
        report.notes.append(f"the export says that it was taken {listed_at - as_of} after --as-of")


class LogVerifier:
    """Verifies one log of an export."""

    def __init__(
        self, files: Mapping[str, bytes], *, log: str, key: Ed25519PublicKey, report: Report
    ) -> None:
        self.files = files
        self.log = log
        self.key = key
        self.report = report
        self.segments: list[SegmentFile] = []
        self.lines: list[Line] = []
        self.hashes: list[bytes] = []
        self.actual: dict[int, bytes] = {}  # roots of the entries as they stand, at each checkpoint's size
        self.checkpoints: list[Note] = []
        self.searches_left = SEARCHED_LINES

    def run(self, taken: Taken, *, needs_witness: bool) -> None:
        """All checks, in the order of the opening text."""
        self._read_segments()
        self.hashes = [leaf_hash(line.raw) for line in self.lines]
        sizes = {size for place in ("ledger", "witness") for size, _ in self.paths(place, "checkpoints")}
        self.actual = roots_at(self.hashes, sizes)
        self._check_entries()
        self._read_checkpoints()
        self._check_roots()
        witnessed = self._check_witness(is_needed=needs_witness)
        newest = self._check_age(taken.as_of)
        self._check_objects(taken)
        self.report.logs[self.log] = {
            "entries": len(self.lines),
            "segments": len(self.segments),
            "checkpoints": len(self.checkpoints),
            "witness_copies": witnessed,
            "newest_entry": newest.isoformat() if newest else None,
        }

    def note(self, text: str) -> None:
        """Report something worth knowing that does not speak against the log."""
        self.report.notes.append(f"{self.log}: {text}")

    # 1. Segments

    def _read_segments(self) -> None:
        next_number, first = 0, 0
        for number, path in self.paths("ledger", "segments"):
            if number != next_number:
                gone = f"ledger/{self.log}/segments/{next_number:012d}.jsonl"
                detail = f"segments {next_number} to {number - 1} are not there"
                self.report.fail("SEGMENT_MISSING", detail, file=gone, seq=first)
            segment = self._read_segment(path, number=number, first=first)
            self.segments.append(segment)
            self.lines += segment.lines
            next_number, first = number + 1, first + len(segment.claimed)

    def _read_segment(self, path: str, *, number: int, first: int) -> SegmentFile:
        data = self.files[path]
        if not data.endswith(b"\n"):
            self.report.fail("SEGMENT_CUT", "the last line has no end", file=path, byte=len(data))
        rows = data.removesuffix(b"\n").split(b"\n")
        at, lines = len(rows[0]) + 1, []
        for line, raw in enumerate(rows[1:], start=2):
            lines.append(Line(path, line, at, raw, _json_object(raw)))
            at += len(raw) + 1
        claimed = _claimed_hashes(rows[0])
        expected = canonical(
            {
                "schema": "segment/1",
                "log": self.log,
                "segment": number,
                "first": first,
                "leaves": [each.hex() for each in claimed or [leaf_hash(line.raw) for line in lines]],
            }
        )
        if rows[0] != expected:
            where = first_difference(rows[0], expected)
            self.report.fail(
                "HEADER_CHANGED", "the header is not this segment's", file=path, line=1, byte=where
            )
        return SegmentFile(path, lines, claimed or [leaf_hash(line.raw) for line in lines])

    def _check_entries(self) -> None:
        expected = 0
        seen: dict[str, int] = {}
        previous: datetime | None = None
        for line in self.lines:
            place = {"file": line.file, "line": line.line, "byte": line.byte}
            entry = line.entry
            if entry is None:
                where = line.byte + _broken_at(line.raw)
                self.report.fail(
                    "ENTRY_UNREADABLE", "the line is no JSON", **place | {"seq": expected, "byte": where}
                )
                expected += 1
                continue
            if (expected_bytes := _canonical_form(entry)) != line.raw:
                where = line.byte + first_difference(line.raw, expected_bytes)
                self.report.fail(
                    "ENTRY_NOT_CANONICAL", "not canonical JSON", **place | {"seq": expected, "byte": where}
                )
            seq, event_id = _number(entry.get("seq")), _told(entry.get("event_id"))
            if seq != expected:
                detail = f"seq is {_told(entry.get('seq'))} where {expected} comes next"
                self.report.fail("SEQ_GAP", detail, **place, seq=expected)
            if entry.get("trial") != self.log:
                self.report.fail("WRONG_LOG", "the entry is another log's", **place, seq=expected)
            if event_id in seen:
                detail = f"the event stands at seq {seen[event_id]} already"
                self.report.fail("EVENT_TWICE", detail, **place, seq=expected)
            seen[event_id] = expected
            at = _moment(entry.get("at"))
            if at is None:
                self.report.fail("ENTRY_WITHOUT_TIME", "the entry has no time in UTC", **place, seq=expected)
            elif previous and previous - at > SKEW:
                self.note(f"time runs back by {previous - at} at seq {expected}; order is by seq")
            previous = at or previous
            expected = (expected if seq is None else seq) + 1

    # 2. Checkpoints

    def _read_checkpoints(self) -> None:
        for size, path in self.paths("ledger", "checkpoints"):
            if note := self._opened(path, size):
                self.checkpoints.append(note)

    def _opened(self, path: str, size: int) -> Note | None:
        data = self.files[path]
        name = f"corelab/{self.log}"
        raw_key = self.key.public_bytes_raw()
        key_id = hashlib.sha256(name.encode() + b"\n\x01" + raw_key).digest()[:4]
        text, gap, tail = data.rpartition(b"\n\n")
        text += b"\n"
        shown = tail.removeprefix(f"— {name} ".encode()).removesuffix(b"\n")
        try:
            signature = base64.b64decode(shown, validate=True)
            origin, shown_size, root = text.decode().splitlines()
            if not gap or tail != f"— {name} {base64.b64encode(signature).decode()}\n".encode():
                raise ValueError("no signature line")  # noqa: TRY301 -- one way out for whatever is no note
            if signature[:4] != key_id:
                self.report.fail("OTHER_KEY", "the checkpoint is signed by another key", file=path)
                return None
            self.key.verify(signature[4:], text)
            note = Note(path, int(shown_size), base64.b64decode(root, validate=True))
        except (ValueError, binascii.Error, InvalidSignature):
            expected = self._expected_text(size)
            is_text = expected is not None and text != expected
            at = first_difference(data, expected) if is_text and expected else len(text) + 1
            self.report.fail("CHECKPOINT_BAD", "the signature does not hold", file=path, byte=at)
            return None
        if origin != name or note.size != size:
            self.report.fail("CHECKPOINT_BAD", "the checkpoint is of another log or size", file=path, byte=0)
            return None
        return note

    def _expected_text(self, size: int) -> bytes | None:
        root = self.actual.get(size)
        if root is None:
            return None
        return f"corelab/{self.log}\n{size}\n{base64.b64encode(root).decode()}\n".encode()

    def _check_roots(self) -> None:
        lines = self.lines
        sizes = {note.size for note in self.checkpoints}
        actual = self.actual
        claimed = roots_at([each for segment in self.segments for each in segment.claimed], sizes)
        vouched, good = 0, 0  # entries whose claimed hashes are signed; entries that are as signed
        broken: Note | None = None
        for note in self.checkpoints:
            if actual.get(note.size) == note.root:
                good = max(good, note.size)
            if claimed.get(note.size) == note.root:
                vouched = max(vouched, note.size)
            elif actual.get(note.size) != note.root:
                broken = broken or note
        self._blame_lines(vouched=vouched, good=good)
        if broken and broken.size > len(lines):
            detail = f"a checkpoint covers {broken.size} entries and {len(lines)} are there"
            self.report.fail("ENTRIES_MISSING", detail, file=broken.file, seq=len(lines))
        elif broken:
            start = max((note.size for note in self.checkpoints if note.size <= good), default=0)
            detail = f"the signed root is not that of the entries; look at seq {start} to {broken.size - 1}"
            self.report.fail("ROOT_DIFFERS", detail, file=broken.file, seq=start)
        covered = max(sizes, default=0)
        if covered < len(lines):
            line = lines[covered]
            detail = f"no checkpoint covers the entries from seq {covered} on"
            self.report.fail(
                "NOT_COVERED", detail, file=line.file, line=line.line, seq=covered, byte=line.byte
            )

    def _blame_lines(self, *, vouched: int, good: int) -> None:
        first = 0
        for segment in self.segments:
            last = first + len(segment.claimed)
            found = [leaf_hash(line.raw) for line in segment.lines]
            if found != segment.claimed and last <= vouched:
                self._blame(segment, found, first=first)
            elif found != segment.claimed:
                detail = "header and entries disagree"
                detail += (
                    "; the entries are as signed"
                    if last <= good
                    else ", and no checkpoint says which is right"
                )
                self.report.fail("HEADER_CHANGED", detail, file=segment.file, line=1, seq=first, byte=0)
            first = last

    def _blame(self, segment: SegmentFile, found: list[bytes], *, first: int) -> None:
        there, signed = set(found), set(segment.claimed)
        gone = {at: True for at, each in enumerate(segment.claimed) if each not in there}  # a set, in order
        new = {at: True for at, each in enumerate(found) if each not in signed}
        for at in gone:
            if at not in new:
                line = segment.lines[min(at, len(segment.lines) - 1)] if segment.lines else None
                self.report.fail(
                    "ENTRY_MISSING",
                    "an entry that was signed is not there",
                    file=segment.file,
                    line=at + 2,
                    seq=first + at,
                    byte=line.byte if line else 0,
                )
        for at in new:
            line = segment.lines[at]
            self._blame_line(line, segment.claimed[at] if at in gone else None, seq=first + at)
        if not gone and not new:
            at = next(
                (
                    at
                    for at, pair in enumerate(zip(found, segment.claimed, strict=False))
                    if pair[0] != pair[1]
                ),
                min(len(found), len(segment.claimed)),
            )
            line = segment.lines[min(at, len(segment.lines) - 1)]
            detail = "the entries are not in the order that was signed"
            self.report.fail(
                "ORDER_CHANGED", detail, file=line.file, line=line.line, seq=first + at, byte=line.byte
            )

    def _blame_line(self, line: Line, expected: bytes | None, *, seq: int) -> None:
        place = {"file": line.file, "line": line.line, "seq": seq}
        if expected is None:
            self.report.fail("ENTRY_ADDED", "an entry that was never signed", **place, byte=line.byte)
        elif change := self._searched(line.raw, expected):
            at, value = change
            detail = f"one byte was changed: 0x{line.raw[at]:02x} stands where 0x{value:02x} was signed"
            self.report.fail("ENTRY_CHANGED", detail, **place, byte=line.byte + at)
        else:
            end = line.byte + len(line.raw)
            detail = f"the entry is not the one that was signed (bytes {line.byte} to {end})"
            self.report.fail("ENTRY_CHANGED", detail, **place, byte=line.byte)

    def _searched(self, line: bytes, expected: bytes) -> tuple[int, int] | None:
        self.searches_left -= 1
        return changed_byte(line, expected) if self.searches_left >= 0 else None

    # 3. Witness

    def _check_witness(self, *, is_needed: bool) -> int:
        copies = dict(self.paths("witness", "checkpoints"))
        for size, path in copies.items():
            original = f"ledger/{self.log}/checkpoints/{size:012d}.txt"
            if original not in self.files:
                detail = f"the witness holds a checkpoint of {size} entries that the ledger lacks"
                self.report.fail("CHECKPOINT_MISSING", detail, file=original, seq=len(self.lines))
            elif self.files[path] != self.files[original]:
                at = first_difference(self.files[path], self.files[original])
                self.report.fail(
                    "WITNESS_DIFFERS", "ledger and witness hold other checkpoints", file=path, byte=at
                )
            self._opened(path, size)
        last = max((size for size, _ in self.paths("ledger", "checkpoints")), default=None)
        if last is None:
            self.report.fail("CHECKPOINT_MISSING", "the log has no checkpoint")
        elif is_needed and last not in copies:
            gone = f"witness/{self.log}/checkpoints/{last:012d}.txt"
            self.report.fail("WITNESS_MISSING", "the witness has no copy of the last checkpoint", file=gone)
        return len(copies)

    # 4. Age

    def _check_age(self, as_of: datetime | None) -> datetime | None:
        newest: datetime | None = None
        for seq, line in enumerate(self.lines):
            at = _moment((line.entry or {}).get("at"))
            if at and as_of and at - as_of > SKEW:
                self.note(f"the entry of {at.isoformat()} is from the future (seq {seq}); it proves no age")
            elif at:
                newest = max(newest or at, at)
        if as_of and self.lines and (newest is None or as_of - newest > MAX_AGE):
            old = f"the newest entry is {as_of - newest} old" if newest else "no entry is that old"
            detail = f"{old}: the end of the log is missing, or it stood still"
            self.report.fail("STALE", detail, file=self.segments[-1].file, seq=len(self.lines) - 1)
        beats = [
            at.date()
            for line in self.lines
            if line.entry
            and line.entry.get("type") == "LogHeartbeat.v1"
            and (at := _moment(line.entry.get("at")))
        ]
        for day, next_day in pairwise(sorted(beats)):
            if next_day - day > timedelta(days=1):
                self.note(f"no heartbeat between {day} and {next_day}")
        return newest

    # 6. Objects

    def _check_objects(self, taken: Taken) -> None:
        objects: dict[tuple[str, ...], dict[int, tuple[int, Line]]] = {}
        for seq, line in enumerate(self.lines):
            if line.entry is None:
                continue
            name = tuple(_told(line.entry.get(part)) for part in ("room", "object", "id"))
            version = _number(line.entry.get("version"))
            if version is None:
                detail = f"{name[1]} {name[2]} has version {_told(line.entry.get('version'))}, which is none"
                self._fail_at(line, "VERSION_GAP", detail, seq=seq)
                continue
            versions = objects.setdefault(name, {})
            if version in versions:
                detail = f"{name[1]} {name[2]} has version {version} at seq {versions[version][0]} already"
                self._fail_at(line, "VERSION_TWICE", detail, seq=seq)
            versions[version] = (seq, line)
        for (_, kind, id), versions in objects.items():
            self._check_chain(f"{kind} {id}", versions, taken=taken)

    def _check_chain(self, name: str, versions: Mapping[int, tuple[int, Line]], *, taken: Taken) -> None:
        expected, after = 1, None
        for version in sorted(versions):
            seq, line = versions[version]
            entry = line.entry or {}
            if version != expected:
                detail = f"{name} has version {version} and not {expected}"
                if taken.is_young(_moment(entry.get("at"))):
                    self.note(f"{detail}, yet; it may still be on its way (seq {seq})")
                else:
                    self._fail_at(line, "VERSION_GAP", detail, seq=seq)
            elif _hash(entry.get("before")) != after:
                detail = f"{name} version {version} does not follow from the version before it"
                self._fail_at(line, "CHAIN_BROKEN", detail, seq=seq)
            expected, after = version + 1, _hash(entry.get("after"))

    def _fail_at(self, line: Line, cause: str, detail: str, *, seq: int) -> None:
        self.report.fail(cause, detail, file=line.file, line=line.line, seq=seq, byte=line.byte)

    def paths(self, place: str, kind: str) -> Iterator[tuple[int, str]]:
        """The log's files of one kind in one place, each with its number."""
        for path in sorted(self.files):
            found = FILE.fullmatch(path)
            if found and found.group(1, 2, 3) == (place, self.log, kind):
                yield int(found[4]), path


# 5. Versions, and 7. `_system` -------------------------------------------------------------------------


def _check_versions(files: Mapping[str, bytes], report: Report) -> datetime | None:
    """Hold the files to the listing of versions; gives the time at which it was taken."""
    listing = _json_object(files.get("versions.json", b""))
    versions = (listing or {}).get("versions")
    if (
        listing is None
        or not isinstance(versions, list)
        or not all(isinstance(item, dict) for item in versions)
    ):
        report.fail(
            "VERSIONS_MISSING", "the listing of versions is unreadable or not there", file="versions.json"
        )
        return None
    taken_at = _moment(listing.get("taken_at"))
    if listing.get("schema") != SCHEMA:
        detail = f"the listing is not of the schema {SCHEMA}, which alone is known here"
        report.fail("VERSIONS_MISSING", detail, file="versions.json")
    if taken_at is None:
        detail = "the listing does not say when it was taken"
        report.fail("VERSIONS_MISSING", detail, file="versions.json")
    oldest: dict[str, bytes] = {}
    for item in versions:
        _check_version(item, files=files, oldest=oldest, report=report)
    listed = {item["file"] for item in versions if isinstance(item.get("file"), str)}
    for path in files:
        if path.startswith(("ledger/", "witness/")) and path not in listed:
            report.fail("FILE_UNKNOWN", "the file is not in the listing of versions", file=path)
    return taken_at


def _check_version(
    item: Mapping[str, Any], *, files: Mapping[str, bytes], oldest: dict[str, bytes], report: Report
) -> None:
    """Hold one version to the oldest of its object; the listing names the oldest first."""
    bucket, key, path = (_text(item.get(name)) for name in ("bucket", "key", "file"))
    place = f"{bucket}/{key.removeprefix('ledger/')}"
    if item.get("is_delete_marker"):
        report.fail(
            "DELETE_MARKER", f"{key} ({bucket}) was marked as deleted at {_told(item.get('at'))}", file=place
        )
    elif path not in files:
        report.fail("FILE_MISSING", f"a listed version of {key} ({bucket}) is not in the export", file=path)
    elif place in oldest and files[path] != oldest[place]:
        at = first_difference(files[path], oldest[place])
        report.fail("VERSION_DIFFERS", f"a later version has other bytes, from byte {at} on", file=path)
    elif place not in oldest and (path != place or not FILE.fullmatch(place)):
        report.fail("FILE_UNKNOWN", "an object that no log writes, or not under its own name", file=path)
    if path in files:
        oldest.setdefault(place, files[path])


def _check_system(
    logs: Mapping[str, LogVerifier], report: Report, *, taken: Taken, needs_witness: bool
) -> None:
    told: dict[str, list[tuple[int, str, int, Line]]] = {}
    for seq, line in enumerate(logs[SYSTEM_LOG].lines):
        entry = line.entry or {}
        data = entry.get("data")
        if entry.get("type") == "CheckpointSigned.v1" and isinstance(data, dict):
            size, name = _number(data.get("size")), _text(data.get("log"))
            if size is not None and name:
                told.setdefault(name, []).append((size, _text(data.get("root")), seq, line))
    if absent := sorted(told.keys() - logs.keys()):
        named = ", ".join(map(_told, absent))
        report.notes.append(f"{SYSTEM_LOG} speaks of logs that are not in the export: {named}")
    for name in told.keys() & logs.keys():
        sizes = {size for size, *_ in told[name]}
        _check_told_are_there(logs[name], sizes, report, needs_witness=needs_witness)
        roots = roots_at(logs[name].hashes, sizes)
        for size, root, seq, line in told[name]:
            if size in roots and roots[size].hex() == root:
                continue
            if size not in roots and taken.is_young(_moment((line.entry or {}).get("at"))):
                report.notes.append(f"{SYSTEM_LOG}: {name} has grown to {size} entries since it was exported")
                continue
            detail = f"{SYSTEM_LOG} holds another checkpoint of {name} at {size} entries"
            place = {"file": line.file, "line": line.line, "seq": seq, "byte": line.byte}
            report.fail("SYSTEM_DIFFERS", detail, **place)


def _check_told_are_there(log: LogVerifier, sizes: set[int], report: Report, *, needs_witness: bool) -> None:
    """Hold a log to the checkpoints that `_system` knows of it: it was told when both places had them."""
    last = max((size for size, _ in log.paths("ledger", "checkpoints")), default=0)
    places = {"ledger": "CHECKPOINT_MISSING"} | ({"witness": "WITNESS_MISSING"} if needs_witness else {})
    for place, cause in places.items():
        there = {size for size, _ in log.paths(place, "checkpoints")}
        for size in sorted(size for size in sizes - there if size < last):
            gone = f"{place}/{log.log}/checkpoints/{size:012d}.txt"
            detail = f"{SYSTEM_LOG} knows of a checkpoint of {size} entries that is not there"
            report.fail(cause, detail, file=gone, seq=size)


def _json_object(raw: bytes) -> Mapping[str, Any] | None:
    try:
        value = json.loads(raw.decode())  # of bytes it would guess the encoding
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _canonical_form(entry: Mapping[str, Any]) -> bytes:
    try:
        return canonical(entry)
    except (ValueError, RecursionError):  # half a character pair, or nesting without end: it has none
        return b""


def _broken_at(raw: bytes) -> int:
    try:
        json.loads(raw.decode())
    except UnicodeDecodeError as error:
        return error.start
    except json.JSONDecodeError as error:
        return len(error.doc[: error.pos].encode())
    except (ValueError, RecursionError):  # more digits than a number has, or nesting without end
        return 0
    return 0


def _claimed_hashes(header: bytes) -> list[bytes] | None:
    leaves = (_json_object(header) or {}).get("leaves")
    if not isinstance(leaves, list):
        return None
    try:
        return [bytes.fromhex(each) for each in leaves]
    except (TypeError, ValueError):
        return None


def _moment(value: object) -> datetime | None:
    try:
        at = datetime.fromisoformat(_text(value))
        return None if at.tzinfo is None else at.astimezone(UTC)
    except (ValueError, OverflowError):  # no moment, or one that UTC puts before the first year
        return None


def _number(value: object) -> int | None:
    """A whole number that a ledger may hold, else None. `true` is none."""
    if not isinstance(value, int) or isinstance(value, bool):
        return None
    return value if 0 <= value <= LARGEST_NUMBER else None


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _hash(value: object) -> str | None:
    return None if value is None else _text(value)


def _told(value: object) -> str:
    """A value in a report: short, and never what only looks like one."""
    if isinstance(value, str) or _number(value) is not None:
        return str(value)
    return "nothing" if value is None else "no text or number"


# The command -------------------------------------------------------------------------------------------


def report_json(report: Report) -> str:
    """The report for programs."""
    plain = {"verifies": report.verifies, **asdict(report)}
    return json.dumps(plain, indent=2, sort_keys=True)


def report_text(report: Report) -> str:
    """The report for people."""
    rows = [
        f"{log}: {found['entries']} entries in {found['segments']} segments, "
        f"{found['checkpoints']} checkpoints, {found['witness_copies']} witness copies, "
        f"newest entry {found['newest_entry']}"
        for log, found in report.logs.items()
    ]
    for problem in report.problems:
        place = [problem.file or "", *_numbered(problem)]
        rows.append(f"FAIL {problem.cause}: {problem.detail} [{', '.join(filter(None, place))}]")
    rows += [f"note {note}" for note in report.notes]
    rows.append("The ledger verifies." if report.verifies else "The ledger does NOT verify.")
    return "\n".join(map(_printable, rows))


def _printable(row: str) -> str:
    """A row that stays one, whatever an export put into it: no line ends, no terminal's commands."""
    return "".join(
        each if each.isprintable() else each.encode("unicode_escape").decode("ascii") for each in row
    )


def _numbered(problem: Problem) -> list[str]:
    numbers = {"line": problem.line, "seq": problem.seq, "byte": problem.byte}
    return [f"{name} {number}" for name, number in numbers.items() if number is not None]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; gives its exit code."""
    parser = argparse.ArgumentParser(prog="verify.py", description="Verify an export of a Corelab ledger.")
    parser.add_argument("export", type=Path, help="the export's folder")
    parser.add_argument("--key", type=Path, help="public key (PEM) from a source of your own, not the export")
    parser.add_argument("--as-of", help="when the export was taken, if you know better: 2026-01-31T08:15:00Z")
    parser.add_argument("--no-witness", action="store_true", help="do not ask for the witness's copies")
    parser.add_argument("--json", action="store_true", help="report as JSON")
    chosen = parser.parse_args(arguments)
    try:
        files = read_export(chosen.export)
        as_of = _moment(chosen.as_of)
        if chosen.as_of and as_of is None:
            raise CannotRun("--as-of takes a moment with its time zone")  # noqa: TRY301 -- one way out
        if chosen.key is None and "key.pem" not in files:
            raise CannotRun("give the public key with --key")  # noqa: TRY301 -- one way out
        key = read_key(files["key.pem"] if chosen.key is None else chosen.key.read_bytes())
        report = verify(files, key=key, as_of=as_of, needs_witness=not chosen.no_witness)
    except (CannotRun, OSError) as error:
        sys.stderr.write(f"cannot run: {error}\n")
        return CANNOT_RUN
    if chosen.key is None:
        report.notes.append(
            "the key came with the export: this proves only that the export agrees with itself"
        )
    _show(report_json(report) if chosen.json else report_text(report))
    return DONE if report.verifies else UNVERIFIED


def _show(text: str) -> None:
    """Write what the terminal's encoding can show; escapes for the rest."""
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    sys.stdout.write(text.encode(encoding, "backslashreplace").decode(encoding) + "\n")


if __name__ == "__main__":
    sys.exit(main())
