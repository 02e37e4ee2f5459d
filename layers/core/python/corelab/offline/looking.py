"""One file as its judgement needs it: what of its header Screen reads, and what the checks."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from corelab.dicom.alike import Alike
from corelab.dicom.errors import NotDicom, Unreadable
from corelab.dicom.scan import scan_header
from corelab.dicom.values import Value
from corelab.ingest import codes
from corelab.ingest.containers.kinds import kind_of
from corelab.ingest.containers.model import LIMITS, Allowance, Unopenable
from corelab.ingest.containers.opening import members_of
from corelab.ingest.header import Image, read_image
from corelab.ingest.reading import image_of
from corelab.kernel.canonical import sha256_hex
from corelab.offline.model import Refused
from corelab.qc.tags import TAGS


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """An image: its path in the input, the digest of its bytes, its header.

    Attributes
    ----------
    header : mapping of "GGGGEEEE" to value
        Elements that checks read, as a pack's index has them.
    """

    file: str
    sha256: str
    image: Image = field(repr=False)
    header: Mapping[str, Value] = field(repr=False)


def look(path: Path, *, name: str) -> list[Looked | Refused]:
    """What a file holds: an image, the images of an archive, or why there is none.

    Parameters
    ----------
    name : str
        Its path in the input.
    """
    try:
        body = path.read_bytes()
    except OSError:
        return [Refused(file=name, code=Unreadable.code)]
    if kind_of(body) is None:
        return [_looked(body, name=name)]
    try:
        return list(_members(body, name=name))
    except Unopenable as refusal:
        return [Refused(file=name, code=refusal.code)]


def _members(body: bytes, *, name: str) -> Iterator[Looked | Refused]:
    for member in members_of(body, allowance=Allowance.of(LIMITS)):
        label = f"{name}#{member.number}"
        if member.code is None:
            yield _looked(member.body, name=label)
        else:
            yield Refused(file=label, code=member.code)


def _looked(body: bytes, *, name: str) -> Looked | Refused:
    alike = Alike()  # the second pass over the header costs a tenth of the first
    image = image_of(body, read=lambda data: read_image(data, alike=alike))
    if isinstance(image, str):
        return Refused(file=name, code=codes.NOT_AN_IMAGE if image == NotDicom.code else image)
    header = scan_header(body, alike=alike)
    found = {tag: header.value(int(tag, 16)) for tag in TAGS.values() if int(tag, 16) in header}
    return Looked(file=name, sha256=sha256_hex(body), image=image, header=found)
