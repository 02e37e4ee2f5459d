"""The manifest: what a transmittal promised, written last; and the names of what it sets going."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from corelab.ingest.errors import ManifestUnusable
from corelab.ingest.layout import manifest_key
from corelab.ingest.model import File, Transmittal
from corelab.kernel import inputs
from corelab.kernel.canonical import Plain, canonical_json, sha256_hex
from corelab.kernel.codec import from_plain, to_plain
from corelab.kernel.ids import TransmittalId, TrialId

SCHEMA = "manifest/1"


@dataclass(frozen=True, slots=True, kw_only=True)
class ManifestRef:
    """A manifest as it lies in its bucket."""

    bucket: str
    key: str
    version: str


def manifest_json(trial: TrialId, transmittal: Transmittal, files: Iterable[File]) -> bytes:
    """Canonical JSON of the manifest: the same transmittal, the same bytes."""
    return canonical_json(
        {
            "schema": SCHEMA,
            "trial": trial,
            "site": transmittal.site,
            "subject": transmittal.subject,
            "visit": transmittal.visit,
            "transmittal": transmittal.transmittal,
            "charter": transmittal.charter,
            "files": plain_files(files),
        }
    )


def plain_files(files: Iterable[File]) -> list[Plain]:
    """Plain form of files: what a file has not is left out, so that a new field leaves the old bytes."""
    return [_present(to_plain(file)) for file in files]


def files_of(body: bytes, *, transmittal: TransmittalId) -> tuple[File, ...]:
    """Files that a manifest promises, in order of number.

    Raises
    ------
    ManifestUnusable
        The bytes are no manifest of this transmittal.
    """
    try:
        document: Mapping[str, Any] = json.loads(body)
        if document["schema"] != SCHEMA or document["transmittal"] != transmittal:
            raise ManifestUnusable("Screen the manifest of this transmittal.", transmittal=transmittal)
        files: tuple[File, ...] = from_plain(tuple[File, ...], document["files"])
    except (ValueError, KeyError, TypeError) as error:
        raise ManifestUnusable(
            "The manifest cannot be read; report this.", transmittal=transmittal
        ) from error
    return tuple(sorted(files, key=lambda file: file.n))


def _present(plain: Plain) -> Plain:
    if not isinstance(plain, Mapping):
        return plain
    return {name: value for name, value in plain.items() if value is not None}


def execution_name(ref: ManifestRef, *, attempt: int = 1, release: int = 0) -> str:
    """Name of the run that a manifest's version starts: its digest, so that a second start is the same run.

    Parameters
    ----------
    attempt : int
        Above 1 where an earlier run died; a run's name is taken for 90 days.
    release : int
        Above 0 where a person released what an earlier run had held.
    """
    released = f"\nrelease {release}" if release else ""
    digest = sha256_hex(f"{ref.key}\n{ref.version}{released}".encode())[:64]
    return digest if attempt == 1 else f"{digest}-{attempt}"


def execution_input(
    ref: ManifestRef, *, trial: TrialId, transmittal: TransmittalId, release: int = 0
) -> dict[str, Plain]:
    """Input of the run."""
    return {
        "schema": inputs.SCHEMA,
        "trial": trial,
        "transmittal": transmittal,
        "manifest": {"bucket": ref.bucket, "key": ref.key, "version": ref.version},
        **({"release": release} if release else {}),
    }


def manifest_ref(bucket: str, *, trial: TrialId, transmittal: TransmittalId, version: str) -> ManifestRef:
    """The transmittal's manifest in this version."""
    return ManifestRef(bucket=bucket, key=manifest_key(trial, transmittal), version=version)
