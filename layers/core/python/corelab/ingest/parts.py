"""Large files in parts: an address for each part, which of them have arrived, and joining them.

Theory of operation. The storage itself knows which uploads were begun, which parts of them arrived and with
which hash, so nothing of that is kept twice: whoever was killed asks again and goes on. Where two clients
began an upload of one file each, the oldest counts; the other is cleared away by the sweep. An object is made
of its parts only where its key is free, so what is there is never written over. Each part's address binds its
number, length and SHA-256; that the parts are together the file that was promised, Screen finds out, as for
every file, by the whole object's hash.
"""

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from corelab.ingest.budgets import BUDGETS, MIB, Budgets
from corelab.ingest.errors import PartsMissing, PartsRefused, TakesNoFiles
from corelab.ingest.layout import object_key, transmittal_of
from corelab.ingest.model import TAKES_FILES, TRANSMITTAL, File, Transmittal
from corelab.ingest.ports import Incoming, PartFound, Unfinished, Upload
from corelab.ingest.receipts import file_of
from corelab.ingest.rules import NUMBERS_SHOWN
from corelab.kernel.ids import TransmittalId, TrialId
from corelab.kernel.write_path import Store, find, get

UPLOADED = "incoming/"
_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One part of a file that will be sent.

    Attributes
    ----------
    part : int
        Its number, from 1.
    sha256 : str
        64 lowercase hex digits, of its own bytes.
    """

    part: int
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PartTicket:
    """A part: arrived, or with the URL that takes it."""

    part: int
    size_bytes: int
    upload: Upload | None


def goes_in_parts(file: File, *, budgets: Budgets = BUDGETS) -> bool:
    """Whether the file is sent in parts."""
    return file.size_bytes > budgets.in_parts_above_bytes


def part_bytes(size_bytes: int, *, budgets: Budgets = BUDGETS) -> int:
    """Size of each part but the last, of a file of this size: whole MiB, and never more parts than may be."""
    least = -(-size_bytes // budgets.parts)
    return budgets.part_bytes if least <= budgets.part_bytes else -(-least // MIB) * MIB


def part_sizes(size_bytes: int, *, budgets: Budgets = BUDGETS) -> tuple[int, ...]:
    """Sizes of a file's parts, in order of number."""
    each = part_bytes(size_bytes, budgets=budgets)
    whole, rest = divmod(size_bytes, each)
    return (each,) * whole + ((rest,) if rest else ())


def parts_digest(sha256_of_parts: Iterable[str]) -> str:
    """SHA-256 over the parts' own, one after the other: what joins them names all of them by it."""
    return hashlib.sha256(b"".join(bytes.fromhex(sha256) for sha256 in sha256_of_parts)).hexdigest()


def register_parts(
    store: Store,
    *,
    incoming: Incoming,
    trial: TrialId,
    transmittal: TransmittalId,
    n: int,
    parts: Sequence[Part],
    budgets: Budgets = BUDGETS,
) -> tuple[PartTicket, ...]:
    """A URL for each of these parts that has not arrived; a repeat gets fresh URLs.

    Raises
    ------
    TakesNoFiles
        The transmittal is past uploading.
    FileUnknown
        The file is not registered.
    PartsRefused
        The file is not sent in parts, or has no such parts.
    """
    file = _taken(store, trial=trial, transmittal=transmittal, n=n)
    if not goes_in_parts(file, budgets=budgets):
        raise PartsRefused(f"File {n} is sent as a whole: use the address of its batch.", n=n)
    sizes = part_sizes(file.size_bytes, budgets=budgets)
    _check_parts(parts, most=len(sizes), budgets=budgets)
    key = object_key(trial, transmittal, n)
    if incoming.version_of(key) is not None:
        return tuple(PartTicket(part=one.part, size_bytes=sizes[one.part - 1], upload=None) for one in parts)
    upload = _oldest(incoming, key)
    if upload is None:
        incoming.begin(key)
        upload = _oldest(incoming, key)
    if upload is None:
        raise PartsMissing("The upload was ended meanwhile. Repeat the request.", n=n)
    there = {(found.part, found.size_bytes, found.sha256) for found in _arrived(incoming, upload)}
    return tuple(
        PartTicket(
            part=one.part,
            size_bytes=sizes[one.part - 1],
            upload=None
            if (one.part, sizes[one.part - 1], one.sha256) in there
            else incoming.presigned_part(
                key,
                upload_id=upload.upload_id,
                part=one.part,
                size_bytes=sizes[one.part - 1],
                sha256=one.sha256,
            ),
        )
        for one in parts
    )


def join_parts(
    store: Store,
    *,
    incoming: Incoming,
    trial: TrialId,
    transmittal: TransmittalId,
    n: int,
    sha256_of_parts: str,
    budgets: Budgets = BUDGETS,
) -> None:
    """Make the file of its parts; a repeat finds it there.

    Parameters
    ----------
    sha256_of_parts : str
        `parts_digest` of the parts that were sent.

    Raises
    ------
    TakesNoFiles
        The transmittal is past uploading.
    FileUnknown
        The file is not registered.
    PartsMissing
        Parts have not arrived, or are others.
    """
    file = _taken(store, trial=trial, transmittal=transmittal, n=n)
    key = object_key(trial, transmittal, n)
    if incoming.version_of(key) is not None:
        return
    upload = _oldest(incoming, key)
    if upload is None:
        raise PartsMissing(f"File {n}: no part has arrived. Register its parts and send them.", n=n)
    there = tuple(_arrived(incoming, upload))
    _check_joinable(file, there, sha256_of_parts=sha256_of_parts, budgets=budgets)
    is_joined = incoming.join(key, upload_id=upload.upload_id, parts=there)
    if not is_joined and incoming.version_of(key) is None:
        raise PartsMissing(f"File {n}: its parts are gone. Register them and send them again.", n=n)


def clear_away(store: Store, *, incoming: Incoming) -> int:
    """End uploads in parts of every transmittal that takes no more files; gives how many."""
    ended = 0
    for upload in list(incoming.unfinished(UPLOADED)):
        named = transmittal_of(upload.key)
        found = find(store, TRANSMITTAL, trial=named[0], id=named[1]) if named else None
        if found is not None and found.state.state not in TAKES_FILES:
            incoming.abandon(upload.key, upload_id=upload.upload_id)
            ended += 1
    return ended


def _taken(store: Store, *, trial: TrialId, transmittal: TransmittalId, n: int) -> File:
    state: Transmittal = get(store, TRANSMITTAL, trial=trial, id=transmittal).state
    if state.state not in TAKES_FILES:
        raise TakesNoFiles(
            f"The transmittal is {state.state} and takes no more files; open another.", state=state.state
        )
    return file_of(store, trial=trial, state=state, n=n)


def _check_parts(parts: Sequence[Part], *, most: int, budgets: Budgets) -> None:
    if not 0 < len(parts) <= budgets.asked_parts:
        raise PartsRefused(f"Register 1 to {budgets.asked_parts} parts at once.", largest=budgets.asked_parts)
    numbers = [one.part for one in parts]
    if len(set(numbers)) != len(numbers) or not all(1 <= number <= most for number in numbers):
        raise PartsRefused(f"Number the file's parts from 1 to {most}, each once.", most=most)
    for one in parts:
        if _SHA256.fullmatch(one.sha256) is None:
            raise PartsRefused(
                f"Part {one.part}: write its SHA-256 as 64 lowercase hex digits.", part=one.part
            )


def _check_joinable(
    file: File, there: Sequence[PartFound], *, sha256_of_parts: str, budgets: Budgets
) -> None:
    sizes = dict(enumerate(part_sizes(file.size_bytes, budgets=budgets), start=1))
    found = {one.part: one.size_bytes for one in there}
    lacking = sorted(number for number in sizes if found.get(number) != sizes[number])
    if lacking:
        shown = ", ".join(map(str, lacking[:NUMBERS_SHOWN]))
        raise PartsMissing(f"File {file.n}: send what has not arrived, parts {shown}.", n=file.n, parts=shown)
    if found.keys() != sizes.keys() or parts_digest(one.sha256 for one in there) != sha256_of_parts:
        raise PartsMissing(
            f"File {file.n}: other parts arrived than were named. Register its parts and send them again.",
            n=file.n,
        )


def _oldest(incoming: Incoming, key: str) -> Unfinished | None:
    mine = (upload for upload in incoming.unfinished(key) if upload.key == key)
    return min(mine, key=lambda upload: (upload.begun_at, upload.upload_id), default=None)


def _arrived(incoming: Incoming, upload: Unfinished) -> Iterable[PartFound]:
    return incoming.parts(upload.key, upload_id=upload.upload_id)
