"""Reading a transmittal's objects: side by side, within a budget of bytes in flight, each verified first.

The hash is checked before anything is parsed. One bad file never stops its siblings: it becomes a refusal.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Condition

from corelab.dicom.errors import Unreadable
from corelab.ingest import codes
from corelab.ingest.budgets import BUDGETS, Budgets
from corelab.ingest.header import Image, read_image
from corelab.ingest.layout import object_key
from corelab.ingest.model import File
from corelab.ingest.ports import Incoming
from corelab.kernel.canonical import sha256_hex
from corelab.kernel.errors import NotFound
from corelab.kernel.ids import TransmittalId, TrialId

Read = Callable[[bytes], Image]


@dataclass(frozen=True, slots=True, kw_only=True)
class Good:
    """An object that could be read."""

    file: File
    key: str
    version_id: str
    image: Image


@dataclass(frozen=True, slots=True, kw_only=True)
class Bad:
    """An object that is refused, and why."""

    file: File
    code: str


class ByteGate:
    """Lets work in while the bytes in flight stay within a budget; what is larger than it goes alone."""

    def __init__(self, budget_bytes: int) -> None:
        self._budget = budget_bytes
        self._in_flight = 0
        self._changed = Condition()

    @contextmanager
    def holding(self, size_bytes: int) -> Iterator[None]:
        """Wait for room, and give it back afterwards."""
        with self._changed:
            self._changed.wait_for(lambda: not self._in_flight or self._fits(size_bytes))
            self._in_flight += size_bytes
        try:
            yield
        finally:
            with self._changed:
                self._in_flight -= size_bytes
                self._changed.notify_all()

    def _fits(self, size_bytes: int) -> bool:
        return self._in_flight + size_bytes <= self._budget


def read_objects(
    incoming: Incoming,
    *,
    trial: TrialId,
    transmittal: TransmittalId,
    files: tuple[File, ...],
    read: Read = read_image,
    budgets: Budgets = BUDGETS,
) -> list[Good | Bad]:
    """Every promised object, read or refused, in order of number."""
    gate = ByteGate(budgets.in_flight_bytes)

    def one(file: File) -> Good | Bad:
        source = file.source
        key = source.key if source else object_key(trial, transmittal, file.n)
        version_id = source.version_id if source else None
        with gate.holding(file.size_bytes):
            return read_object(incoming, key=key, version_id=version_id, file=file, read=read)

    with ThreadPoolExecutor(max_workers=budgets.readers) as pool:
        return list(pool.map(one, files))


def read_object(
    incoming: Incoming, *, key: str, file: File, version_id: str | None = None, read: Read = read_image
) -> Good | Bad:
    """One object: there, as promised, and readable; or refused."""
    try:
        fetched = incoming.fetch(key, version_id=version_id)
    except NotFound:
        return Bad(file=file, code=codes.MISSING)
    broken = _broken_promise(file, fetched.body)
    if broken is not None:
        return Bad(file=file, code=broken)
    try:
        image = read(fetched.body)
    except Unreadable as error:
        return Bad(file=file, code=error.code)
    except (ValueError, LookupError, ArithmeticError):  # a value that cannot be decoded: the others go on
        return Bad(file=file, code=Unreadable.code)
    if not image.has_identifiers:
        return Bad(file=file, code=codes.NO_IDENTIFIERS)
    return Good(file=file, key=key, version_id=fetched.version_id, image=image)


def _broken_promise(file: File, body: bytes) -> str | None:
    if len(body) != file.size_bytes:
        return codes.SIZE_DIFFERS
    return codes.HASH_DIFFERS if sha256_hex(body) != file.sha256 else None
