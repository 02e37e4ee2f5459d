"""Reading a transmittal whole: its files, and the members of those that are containers.

Files are read first, side by side; then each container is opened, in order of number, and its members are
read side by side behind one that inflates. A member that is an image is written once under a key of its own,
so everything after screening sees an ordinary object; all else stays in its container.
"""

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace

from corelab.dicom.errors import NotAnImage, NotDicom
from corelab.ingest import codes
from corelab.ingest.budgets import BUDGETS, Budgets
from corelab.ingest.containers.model import Allowance, Member, Unopenable
from corelab.ingest.containers.opening import members_of
from corelab.ingest.header import read_image
from corelab.ingest.layout import member_key
from corelab.ingest.model import File, Opened
from corelab.ingest.ports import Incoming
from corelab.ingest.reading import Bad, ByteGate, Good, Packed, Read, image_of, read_objects, refusal
from corelab.kernel.canonical import sha256_hex
from corelab.kernel.ids import TransmittalId, TrialId


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What a transmittal holds.

    Attributes
    ----------
    bad : tuple of Bad
        Refused.
    set_aside : tuple of Bad
        What came along with the images and is none: counted, not refused one by one.
    opened : tuple of Opened
        Files that were containers; they are in none of the others.
    listed_only : int
        How many images the media's directories list that are not among the others.
    """

    good: tuple[Good, ...]
    bad: tuple[Bad, ...]
    set_aside: tuple[Bad, ...]
    opened: tuple[Opened, ...]
    listed_only: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """What reading works with."""

    incoming: Incoming
    trial: TrialId
    transmittal: TransmittalId
    read: Read
    budgets: Budgets


def read_transmittal(
    incoming: Incoming,
    *,
    trial: TrialId,
    transmittal: TransmittalId,
    files: tuple[File, ...],
    read: Read = read_image,
    budgets: Budgets = BUDGETS,
) -> Reading:
    """Every promised object and every member of a container, in order of number."""
    read_first = read_objects(
        incoming, trial=trial, transmittal=transmittal, files=files, read=read, budgets=budgets
    )
    reader = Reader(incoming=incoming, trial=trial, transmittal=transmittal, read=read, budgets=budgets)
    allowance = Allowance.of(budgets.containers)
    found: list[Good | Bad] = []
    packed: list[int] = []
    is_medium = any(isinstance(item, Bad) and item.code == NotAnImage.code for item in read_first)
    for item in read_first:
        if not isinstance(item, Packed):
            found.append(_of_medium(item) if is_medium else item)
            continue
        try:
            found += _members(reader, item, allowance=allowance)
            packed.append(item.file.n)
        except Unopenable as refusal:
            found.append(Bad(file=item.file, code=refusal.code))
    return _reading(found, packed=packed)


def _reading(found: list[Good | Bad], *, packed: list[int]) -> Reading:
    good = tuple(item for item in found if isinstance(item, Good))
    rest = tuple(item for item in found if isinstance(item, Bad))
    bad = tuple(item for item in rest if item.code not in codes.SET_ASIDE)
    aside = tuple(item for item in rest if item.code in codes.SET_ASIDE)
    opened = tuple(
        Opened(
            n=n,
            images=sum(item.file.n == n for item in good),
            refused=sum(item.file.n == n for item in bad),
            set_aside=sum(item.file.n == n for item in aside),
        )
        for n in packed
    )
    listed = frozenset().union(*(item.lists for item in aside))
    unseen = len(listed.difference(item.image.sop_uid for item in good))
    listed_only = max(0, unseen - len(bad))  # a refused image may be one of them
    return Reading(good=good, bad=bad, set_aside=aside, opened=opened, listed_only=listed_only)


def _members(reader: Reader, packed: Packed, *, allowance: Allowance) -> list[Good | Bad]:
    """Members of a container: read side by side, within the budget of bytes in flight."""
    body = reader.incoming.fetch(packed.key, version_id=packed.version_id).body
    gate = ByteGate(reader.budgets.in_flight_bytes)

    def one(member: Member) -> Good | Bad:
        try:
            return _member(reader, packed.file.n, member)
        finally:
            gate.give(len(member.body))

    def submitted(pool: ThreadPoolExecutor) -> Iterator[Future[Good | Bad]]:
        for member in members_of(body, allowance=allowance):
            gate.take(len(member.body))
            yield pool.submit(one, member)

    with ThreadPoolExecutor(max_workers=reader.budgets.readers) as pool:
        return [future.result() for future in list(submitted(pool))]


def _member(reader: Reader, n: int, member: Member) -> Good | Bad:
    body, number = member.body, member.number
    image = member.code or image_of(body, read=reader.read)
    file = File(n=n, size_bytes=len(body), sha256=sha256_hex(body) if body else "")
    if isinstance(image, str):
        return _of_medium(refusal(body, file=file, code=image, member=number))
    key = member_key(reader.trial, reader.transmittal, n, member=number)
    version_id = reader.incoming.keep(key, body, sha256=file.sha256)
    return Good(file=file, member=number, key=key, version_id=version_id, image=image)


def _of_medium(item: Good | Bad) -> Good | Bad:
    """The same, but what is no DICOM file at all is nothing to worry about beside images on a medium."""
    if isinstance(item, Bad) and item.code == NotDicom.code:
        return replace(item, code=codes.NOT_AN_IMAGE)
    return item
