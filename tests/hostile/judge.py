"""What becomes of a file in screening and in de-identification, and whether anything planted comes out."""

import hashlib
import json
from dataclasses import dataclass

from corelab.deid.instance import Deidentifier
from corelab.dicom.errors import Unreadable
from corelab.dicom.flags import Flag, flags_of
from corelab.dicom.scan import read_header, scan_header
from corelab.ingest.layout import object_key
from corelab.ingest.model import File
from corelab.ingest.reading import Bad, Good
from corelab.ingest.unpacking import read_transmittal
from corelab.kernel.errors import CorelabError
from corelab.kernel.ids import TransmittalId, TrialId
from tests.fakes.images import deidentifier
from tests.fakes.memory_bucket import MemoryBucket
from tests.hostile.building import Fate

TRIAL, TRANSMITTAL = TrialId("DEMO01"), TransmittalId("tms_0")


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What became of a file.

    `scanner` is the scanner's own code; `leaks` are the plants that came out somewhere.
    """

    fate: Fate
    code: str = ""
    scanner: str = ""
    flags: frozenset[Flag] = frozenset()
    leaks: tuple[bytes, ...] = ()


def judged(data: bytes, *, plants: tuple[bytes, ...] = (), used: Deidentifier | None = None) -> Verdict:
    """Send a file the way that every file goes.

    Parameters
    ----------
    used : Deidentifier, optional
        One that has seen other images before.
    """
    told: list[bytes] = []
    scanner, flags = _scanned(data, told)
    screened = _screened(data)
    cleaned, code = b"", ""
    try:
        made = (used or deidentifier()).clean(data)
        text = json.dumps(made.listed, ensure_ascii=False).encode("utf-8", "surrogatepass")
        cleaned = made.file + text + made.sop_instance.encode()
    except CorelabError as refusal:
        code = refusal.code
        told.append(_words(refusal))
    if isinstance(screened, Bad):
        fate, code = Fate.REFUSED, screened.code
    elif isinstance(screened, list):
        fate, code = Fate.OPENED, " ".join(item.code if isinstance(item, Bad) else "OK" for item in screened)
        told += [repr(item).encode() for item in screened]
    elif code:
        fate = Fate.HELD
    else:
        fate = Fate.FLAGGED if flags else Fate.ACCEPTED
    everything = b"\n".join((cleaned, *told))
    leaks = tuple(plant for plant in plants if plant in everything)
    return Verdict(fate=fate, code=code, scanner=scanner, flags=flags, leaks=leaks)


def _scanned(data: bytes, told: list[bytes]) -> tuple[str, frozenset[Flag]]:
    """The scanner's code, or the flags of what it read; syntaxes that are not accepted are read, too."""
    scanner = ""
    try:
        scan_header(data)
    except Unreadable as refusal:
        scanner = refusal.code
        told.append(_words(refusal))
    try:
        header = read_header(data)
    except Unreadable:
        return scanner, frozenset()
    told.append(repr(header).encode())
    return scanner, flags_of(header)


def _screened(data: bytes) -> Good | Bad | list[Good | Bad]:
    """The file, or its members."""
    bucket = MemoryBucket()
    bucket.put(object_key(TRIAL, TRANSMITTAL, 1), data)
    file = File(n=1, size_bytes=len(data), sha256=hashlib.sha256(data).hexdigest())
    seen = read_transmittal(bucket, trial=TRIAL, transmittal=TRANSMITTAL, files=(file,))
    members = sorted((*seen.good, *seen.bad, *seen.set_aside), key=lambda item: item.place)
    return members if seen.opened else members[0]


def _words(refusal: CorelabError) -> bytes:
    return f"{refusal} {refusal.facts}".encode()
