"""One file of the input: an image, a container of images, or neither."""

from collections.abc import Iterator
from pathlib import Path

from corelab.dicom.errors import NotDicom
from corelab.ingest import codes
from corelab.ingest.containers.kinds import kind_of
from corelab.ingest.containers.model import LIMITS, Allowance, Unopenable
from corelab.ingest.containers.opening import members_of
from corelab.ingest.reading import image_of
from corelab.kernel.canonical import sha256_hex
from corelab.offline.model import Refused, Seen

Found = Seen | Refused


def survey(path: Path, *, name: str, scratch: Path) -> list[Found]:
    """What a file holds.

    Parameters
    ----------
    name : str
        Its path in the input, for messages.
    scratch : Path
        A folder of the file's own, for images that lie in a container; it may not be there yet.
    """
    body = path.read_bytes()
    if kind_of(body) is None:
        return [_found(body, path=path, name=name)]
    try:
        return list(_members(body, name=name, scratch=scratch))
    except Unopenable as refusal:
        return [Refused(file=name, code=refusal.code)]


def _members(body: bytes, *, name: str, scratch: Path) -> Iterator[Found]:
    for member in members_of(body, allowance=Allowance.of(LIMITS)):
        label, path = f"{name}#{member.number}", scratch / str(member.number)
        if member.code is not None:
            yield Refused(file=label, code=member.code)
            continue
        found = _found(member.body, path=path, name=label)
        if isinstance(found, Seen):
            scratch.mkdir(parents=True, exist_ok=True)
            path.write_bytes(member.body)
        yield found


def _found(body: bytes, *, path: Path, name: str) -> Found:
    image = image_of(body)
    if isinstance(image, str):
        return Refused(file=name, code=codes.NOT_AN_IMAGE if image == NotDicom.code else image)
    return Seen(file=name, path=path, size_bytes=len(body), sha256=sha256_hex(body), image=image)
