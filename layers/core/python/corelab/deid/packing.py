"""A series' originals into a pack, one at a time: read, verify, de-identify, stream out, index.

Three digests of an image's bytes are taken: of the original, against the facts; of the new file, for the
index; of the tar, for the certificate. The pixels' own digest is taken of the first image alone, against the
facts, and of pixels that were changed: of the others the original's digest proves that these are the bytes
whose pixels Screen digested, and the new file holds the same.

Each new file, as it went into the tar, is proved against its original (`corelab.proof`). No certificate is
written where the proof fails, and without a certificate there is no pack.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from corelab.deid.certificate import Certificate
from corelab.deid.dates import subject_offset_days
from corelab.deid.errors import FactsDisagree, NothingToPack, SeriesTooLarge, SourceDiffers
from corelab.deid.facts import Original, SeriesFacts
from corelab.deid.instance import Cleaned, Deidentifier
from corelab.deid.masking import check_images
from corelab.deid.model import Box, Clearing
from corelab.deid.outcomes import COUNTS, REMOVED
from corelab.deid.payload import Payload, payload_of
from corelab.deid.ports import Originals, Sink
from corelab.deid.profile import Assignment, DeidProfile
from corelab.deid.proved import check_proved, policy_of
from corelab.deid.uids import KeyedUids
from corelab.deid.written import ENGINE
from corelab.kernel.canonical import sha256_hex
from corelab.kernel.keys import Purpose, TrialKeys
from corelab.pack.index import Index, Instance
from corelab.pack.tar import Chunk, TarWriter
from corelab.proof.proving import Prover

LARGEST_SERIES_BYTES = 8 * 1024**3  # the pack lies on a door's disk of 10 GiB before it is stored


@dataclass(frozen=True, slots=True, kw_only=True)
class Packed:
    """What came of a series; its tar went to the sink.

    Attributes
    ----------
    index, certificate : bytes
        Canonical JSON.
    counts : mapping of str to int
    """

    tar_sha256: str
    tar_bytes: int
    index: bytes = field(repr=False)
    index_sha256: str
    certificate: bytes = field(repr=False)
    certificate_sha256: str
    instances: int
    counts: dict[str, int]


def deidentify_series(  # noqa: PLR0913 -- every input of a run
    facts: SeriesFacts,
    *,
    profile: DeidProfile,
    assignment: Assignment,
    keys: TrialKeys,
    salt: bytes,
    originals: Originals,
    sink: Sink,
    clearing: Clearing | None = None,
    largest_bytes: int = LARGEST_SERIES_BYTES,
) -> Packed:
    """De-identify a series: the same input, the same bytes.

    Parameters
    ----------
    salt : bytes
        The subject's.
    originals : Originals
        Gives one original's bytes at a time; no more than one is held.
    sink : Sink
        Takes the tar.
    clearing : Clearing or None
        A person's decision on the frames: what is blanked, and that no doubt is left.
    largest_bytes : int
        Sum of the originals' sizes.

    Raises
    ------
    SeriesTooLarge, NothingToPack
        Before anything is read.
    SourceDiffers, FactsDisagree
        The bytes are not those of the facts.
    ProofFailed
        The proof does not let the images pass; what the sink took is not to be used.
    DeidRefused, corelab.dicom.errors.Unreadable
        An image cannot be de-identified; nothing of the series may be used.
    """
    _check_size(facts, largest_bytes)
    uids = KeyedUids(keys.key(Purpose.UID))
    offset_days = (
        subject_offset_days(keys, salt=salt, range_days=profile.dates_range_days)
        if profile.shift_dates
        else 0
    )
    deidentifier = Deidentifier(
        profile=profile,
        assignment=assignment,
        uids=uids,
        offset_days=offset_days,
        is_cleared=clearing is not None,
    )
    prover = Prover(policy_of(profile, assignment, offset_days=offset_days, is_cleared=clearing is not None))
    boxes = clearing.boxes if clearing else ()
    check_images(boxes, images=len(facts.originals))
    numbers = {original.sop_uid: number for number, original in enumerate(facts.originals, start=1)}
    tar = TarWriter(sink)
    packing = _Packing(
        originals=originals, deidentifier=deidentifier, uids=uids, prover=prover, tar=tar, boxes=boxes
    )
    instances: list[Instance] = []
    counts = [0] * len(COUNTS)
    for original in _ordered(facts.originals, uids):
        added = _added(original, packing, image=numbers[original.sop_uid], is_first=not instances)
        instances.append(added.instance)
        counts = [total + more for total, more in zip(counts, added.counts, strict=True)]
    has_scanner = assignment.scanner is not None
    return _concluded(
        facts,
        profile=profile,
        has_scanner=has_scanner,
        clearing=clearing,
        tar=tar,
        prover=prover,
        instances=instances,
        counts=counts,
    )


class _Packing(NamedTuple):
    """What every image of a run goes through."""

    originals: Originals
    deidentifier: Deidentifier
    uids: KeyedUids
    prover: Prover
    tar: TarWriter
    boxes: Sequence[Box]


class _Added(NamedTuple):
    instance: Instance
    counts: Sequence[int]


def _added(original: Original, packing: _Packing, *, image: int, is_first: bool) -> _Added:
    """One image, read, de-identified, packed and looked at; nothing of its bytes is held afterwards."""
    data = packing.originals(original)
    cleaned = _cleaned(original, data, deidentifier=packing.deidentifier, uids=packing.uids)
    if is_first and _digest(cleaned.pixels.payload) != original.pixel_sha256:
        raise FactsDisagree("Screen the series again: its facts are of other pixels.")
    payload = payload_of(cleaned.pixels, packing.boxes, image=image)
    instance = _stored(original, cleaned, packing.tar, payload=payload)
    delivered = b"".join((cleaned.head, *payload.pieces))
    packing.prover.look(data, delivered, is_masked=payload.is_masked)
    counts = [*cleaned.counts]
    counts[REMOVED] += payload.removed
    return _Added(instance, counts)


def _check_size(facts: SeriesFacts, largest_bytes: int) -> None:
    if not facts.originals:
        raise NothingToPack("Screen the series again: its facts name no image.")
    size = sum(original.size_bytes for original in facts.originals)
    if size > largest_bytes:
        raise SeriesTooLarge(
            "A person decides: the series is larger than one run takes.", bytes=size, largest=largest_bytes
        )


def _ordered(originals: Sequence[Original], uids: KeyedUids) -> list[Original]:
    """Originals by instance number, then by new UID; those without a number last."""
    placed = sorted(
        ((one.number is None, one.number or 0, uids.of(one.sop_uid), one) for one in originals),
        key=lambda place: place[:3],
    )
    if len({uid for *_, uid, _ in placed}) != len(placed):
        raise FactsDisagree("Screen the series again: two of its images have one UID.")
    return [one for *_, one in placed]


def _cleaned(original: Original, data: bytes, *, deidentifier: Deidentifier, uids: KeyedUids) -> Cleaned:
    if sha256_hex(data) != original.sha256:
        raise SourceDiffers("Report this: an original is not the bytes that Screen saw.")
    cleaned = deidentifier.clean(data)
    if cleaned.sop_instance != uids.of(original.sop_uid) or len(cleaned.pixels.value) != original.pixel_bytes:
        raise FactsDisagree("Screen the series again: its facts are of another image.")
    return cleaned


def _stored(original: Original, cleaned: Cleaned, tar: TarWriter, *, payload: Payload) -> Instance:
    chunks = (cleaned.head, *payload.pieces)
    offset = tar.add(f"{cleaned.sop_instance}.dcm", chunks)
    start = offset + len(cleaned.head)
    return Instance(
        sop=cleaned.sop_instance,
        offset=offset,
        length=len(cleaned.head) + payload.length,
        sha256=_digest(chunks),
        syntax=cleaned.syntax,
        sop_class=cleaned.sop_class,
        source_sha256=original.sha256,
        header=cleaned.listed,
        frames=tuple((start + at, length) for at, length in payload.frames),
        payload_in=original.pixel_sha256,
        payload_out=original.pixel_sha256 if payload.changed is None else _digest(payload.changed),
    )


def _digest(chunks: Iterable[Chunk]) -> str:
    digest = hashlib.sha256()
    for chunk in chunks:
        digest.update(chunk)
    return digest.hexdigest()


def _concluded(
    facts: SeriesFacts,
    *,
    profile: DeidProfile,
    has_scanner: bool,
    clearing: Clearing | None,
    tar: TarWriter,
    prover: Prover,
    instances: Sequence[Instance],
    counts: Sequence[int],
) -> Packed:
    tar_sha256 = tar.close()
    index = Index(
        series=facts.series,
        version=facts.version,
        charter=facts.charter,
        engine=ENGINE,
        tar_bytes=tar.size_bytes,
        tar_sha256=tar_sha256,
        instances=tuple(instances),
    ).json()
    prover.index(index)
    verdict = prover.verdict()
    check_proved(verdict)
    certificate = Certificate(
        series=facts.series,
        pack_sha256=tar_sha256,
        index_sha256=sha256_hex(index),
        profile=profile,
        has_scanner=has_scanner,
        clearing=clearing,
        charter=facts.charter,
        verdict=verdict,
        instances=len(instances),
        counts=counts,
    ).json()
    return Packed(
        tar_sha256=tar_sha256,
        tar_bytes=tar.size_bytes,
        index=index,
        index_sha256=sha256_hex(index),
        certificate=certificate,
        certificate_sha256=sha256_hex(certificate),
        instances=len(instances),
        counts=dict(zip(COUNTS, counts, strict=True)),
    )
