"""Reading a transmittal's objects: side by side, within a budget of bytes in flight, each verified first.

The hash is checked before anything is parsed. One bad file never stops its siblings: it becomes a refusal.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Condition

from corelab.dicom.alike import Alike
from corelab.dicom.directory import listed_instances
from corelab.dicom.errors import NotAnImage, NotDicom, PixelsBroken, SyntaxNotAccepted, Unreadable
from corelab.dicom.probe import DECODERS, Probe, first_frame
from corelab.dicom.scan import read_header
from corelab.ingest import codes
from corelab.ingest.budgets import BUDGETS, Budgets
from corelab.ingest.containers.kinds import is_also_zip, is_headless, is_part_10, kind_of
from corelab.ingest.facts import Place
from corelab.ingest.header import Image, read_image
from corelab.ingest.layout import object_key
from corelab.ingest.model import File
from corelab.ingest.ports import Incoming
from corelab.kernel.canonical import sha256_hex
from corelab.kernel.errors import NotFound
from corelab.kernel.ids import TransmittalId, TrialId

Read = Callable[[bytes], Image]


def reader(probe: Probe | None = None) -> Read:
    """What reads the files of one transmittal: what is alike in them is read once.

    Parameters
    ----------
    probe : Probe, optional
        Says of a compressed image whether its pixels decode, so that a damaged one is refused for that.
    """
    alike = Alike()

    def read(body: bytes) -> Image:
        try:
            image = read_image(body, alike=alike)
        except SyntaxNotAccepted:
            _try_pixels(body, probe)
            raise
        if image.syntax in DECODERS:
            _try_pixels(body, probe)
        return image

    return read


def _try_pixels(body: bytes, probe: Probe | None) -> None:
    frame = first_frame(read_header(body)) if probe else None
    if probe and frame and not probe(frame):
        raise PixelsBroken("Export the image again: its pixels do not decode.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Good:
    """An object that could be read; `member` is its number in a container, whose number `file` has."""

    file: File
    key: str
    version_id: str
    image: Image
    member: int | None = None

    @property
    def place(self) -> Place:
        """Where in its transmittal it came."""
        return self.file.n, self.member or 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Bad:
    """An object that is refused, and why.

    Attributes
    ----------
    lists : frozenset of str
        SOP Instance UIDs that it names, where it is a medium's directory: identity.
    """

    file: File
    code: str
    member: int | None = None
    lists: frozenset[str] = field(default=frozenset(), repr=False)

    @property
    def place(self) -> Place:
        """Where in its transmittal it came."""
        return self.file.n, self.member or 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Packed:
    """An object that is a container."""

    file: File
    key: str
    version_id: str


class ByteGate:
    """Lets work in while the bytes in flight stay within a budget; what is larger than it goes alone."""

    def __init__(self, budget_bytes: int) -> None:
        self._budget = budget_bytes
        self._in_flight = 0
        self._changed = Condition()

    @contextmanager
    def holding(self, size_bytes: int) -> Iterator[None]:
        """Wait for room, and give it back afterwards."""
        self.take(size_bytes)
        try:
            yield
        finally:
            self.give(size_bytes)

    def take(self, size_bytes: int) -> None:
        """Wait for room."""
        with self._changed:
            self._changed.wait_for(lambda: not self._in_flight or self._fits(size_bytes))
            self._in_flight += size_bytes

    def give(self, size_bytes: int) -> None:
        """Give room back."""
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
) -> list[Good | Bad | Packed]:
    """Every promised object, read, refused or found to be a container, in order of number."""
    gate = ByteGate(budgets.in_flight_bytes)

    def one(file: File) -> Good | Bad | Packed:
        source = file.source
        key = source.key if source else object_key(trial, transmittal, file.n)
        version_id = source.version_id if source else None
        with gate.holding(file.size_bytes):
            return read_object(incoming, key=key, version_id=version_id, file=file, read=read)

    with ThreadPoolExecutor(max_workers=budgets.readers) as pool:
        return list(pool.map(one, files))


def read_object(
    incoming: Incoming, *, key: str, file: File, version_id: str | None = None, read: Read = read_image
) -> Good | Bad | Packed:
    """One object: there, as promised, and readable; or a container; or refused."""
    try:
        fetched = incoming.fetch(key, version_id=version_id)
    except NotFound:
        return Bad(file=file, code=codes.MISSING)
    broken = _broken_promise(file, fetched.body)
    if broken is not None:
        return Bad(file=file, code=broken)
    if kind_of(fetched.body) is not None:
        return Packed(file=file, key=key, version_id=fetched.version_id)
    image = image_of(fetched.body, read=read)
    if isinstance(image, str):
        return refusal(fetched.body, file=file, code=image)
    return Good(file=file, key=key, version_id=fetched.version_id, image=image)


def refusal(body: bytes, *, file: File, code: str, member: int | None = None) -> Bad:
    """The bytes refused; of a medium's directory with what it lists."""
    lists = listed_instances(body) if code == NotAnImage.code else frozenset()
    return Bad(file=file, code=code, member=member, lists=lists)


def image_of(body: bytes, *, read: Read = read_image) -> Image | str:
    """The bytes' header, or the code that refuses them."""
    if is_part_10(body) and is_also_zip(body):
        return codes.POLYGLOT
    try:
        image = read(body)
    except NotDicom as error:
        return codes.HEADLESS if is_headless(body) else error.code
    except Unreadable as error:
        return error.code
    except (ValueError, LookupError, ArithmeticError):  # a value that cannot be decoded: the others go on
        return Unreadable.code
    return image if image.has_identifiers else codes.NO_IDENTIFIERS


def _broken_promise(file: File, body: bytes) -> str | None:
    if len(body) != file.size_bytes:
        return codes.SIZE_DIFFERS
    return codes.HASH_DIFFERS if sha256_hex(body) != file.sha256 else None
