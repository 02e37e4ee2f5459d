"""The index of a pack, `pack/1`: where each instance lies, its digests, its de-identified header.

Offsets are absolute in the tar, so one range read gives an instance, or its pixels.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from corelab.kernel.canonical import Plain, canonical_json
from corelab.pack.errors import IndexInvalid

SCHEMA = "pack/1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Instance:
    """One instance of a pack.

    Attributes
    ----------
    sop : str
        Its UID, a pseudonym.
    offset, length : int
        Bytes of its file in the tar.
    sha256, source_sha256 : str
        Of its file, and of the original's file.
    header : mapping of "GGGGEEEE" to value
        De-identified, top-level, without sequences and bulk.
    frames : tuple of (offset, length)
        Bytes of each frame's pixels in the tar.
    payload_in, payload_out : str
        SHA-256 of the pixels' bytes in the original and here.
    """

    sop: str
    offset: int
    length: int
    sha256: str
    syntax: str
    sop_class: str
    source_sha256: str
    header: Mapping[str, Plain] = field(repr=False)
    frames: tuple[tuple[int, int], ...]
    payload_in: str
    payload_out: str

    def plain(self) -> Plain:
        """Plain form, as the index holds it."""
        return {
            "sop": self.sop,
            "offset": self.offset,
            "length": self.length,
            "sha256": self.sha256,
            "syntax": self.syntax,
            "sop_class": self.sop_class,
            "source_sha256": self.source_sha256,
            "header": self.header,
            "frames": [list(frame) for frame in self.frames],
            "payload": {"in": self.payload_in, "out": self.payload_out},
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Index:
    """What a pack holds.

    Attributes
    ----------
    engine : str
        What made it.
    tar_bytes, tar_sha256 : int, str
        Of the whole tar.
    """

    series: str
    version: int
    charter: str
    engine: str
    tar_bytes: int
    tar_sha256: str
    instances: tuple[Instance, ...]

    def json(self) -> bytes:
        """Canonical JSON: the same pack, the same bytes."""
        return canonical_json(
            {
                "schema": SCHEMA,
                "series": self.series,
                "version": self.version,
                "charter": self.charter,
                "engine": self.engine,
                "tar": {"bytes": self.tar_bytes, "sha256": self.tar_sha256},
                "instances": [instance.plain() for instance in self.instances],
            }
        )


def load_index(document: bytes | str) -> Index:
    """Index from its JSON.

    Raises
    ------
    IndexInvalid
        It is no index of a schema that this version reads.
    """
    try:
        plain: dict[str, Any] = json.loads(document)
        if plain["schema"] != SCHEMA:
            raise IndexInvalid(f"Make the pack again: its index is not {SCHEMA}.", schema=SCHEMA)
        return Index(
            series=plain["series"],
            version=plain["version"],
            charter=plain["charter"],
            engine=plain["engine"],
            tar_bytes=plain["tar"]["bytes"],
            tar_sha256=plain["tar"]["sha256"],
            instances=tuple(_instance(item) for item in plain["instances"]),
        )
    except (ValueError, KeyError, TypeError) as error:
        raise IndexInvalid("Make the pack again: its index cannot be read.", schema=SCHEMA) from error


def _instance(plain: Mapping[str, Any]) -> Instance:
    return Instance(
        sop=plain["sop"],
        offset=plain["offset"],
        length=plain["length"],
        sha256=plain["sha256"],
        syntax=plain["syntax"],
        sop_class=plain["sop_class"],
        source_sha256=plain["source_sha256"],
        header=plain["header"],
        frames=tuple((offset, length) for offset, length in plain["frames"]),
        payload_in=plain["payload"]["in"],
        payload_out=plain["payload"]["out"],
    )
