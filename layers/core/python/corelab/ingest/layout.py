"""Where transmittals lie in the incoming bucket; facts, digests and duplicates in the records bucket."""

import re

from corelab.kernel.ids import SeriesId, TransmittalId, TrialId

_MANIFEST = re.compile(r"incoming/([^/%]+)/(tms_[0-9A-Z]{26})/manifest\.json")
_OBJECT = re.compile(r"incoming/([^/%]+)/(tms_[0-9A-Z]{26})/[1-9][0-9]*")
_VERSION = re.compile(r".*/v([1-9][0-9]*)\.json")


def incoming_prefix(trial: TrialId, transmittal: TransmittalId) -> str:
    """Prefix of everything that a transmittal brings."""
    return f"incoming/{trial}/{transmittal}/"


def object_key(trial: TrialId, transmittal: TransmittalId, n: int) -> str:
    """Key of the file with this number."""
    return f"{incoming_prefix(trial, transmittal)}{n}"


def member_key(trial: TrialId, transmittal: TransmittalId, n: int, *, member: int) -> str:
    """Key of a member of the container that is the file with this number."""
    return f"{object_key(trial, transmittal, n)}.{member}"


def manifest_key(trial: TrialId, transmittal: TransmittalId) -> str:
    """Key of the manifest, written last."""
    return f"{incoming_prefix(trial, transmittal)}manifest.json"


def manifest_of(key: str) -> tuple[TrialId, TransmittalId] | None:
    """Trial and transmittal of a manifest's key, or None for any other key."""
    found = _MANIFEST.fullmatch(key)
    return None if found is None else (TrialId(found[1]), TransmittalId(found[2]))


def transmittal_of(key: str) -> tuple[TrialId, TransmittalId] | None:
    """Trial and transmittal of an uploaded file's key, or None for any other key."""
    found = _OBJECT.fullmatch(key)
    return None if found is None else (TrialId(found[1]), TransmittalId(found[2]))


def facts_prefix(trial: TrialId, series: SeriesId) -> str:
    """Prefix of a series' facts, one object per version."""
    return f"facts/{trial}/{series}/"


def facts_key(trial: TrialId, series: SeriesId, version: int) -> str:
    """Key of one version of a series' facts."""
    return f"{facts_prefix(trial, series)}v{version}.json"


def pixels_prefix(trial: TrialId, digest: str) -> str:
    """Prefix of what is known of an image's pixels."""
    return f"pixels/{trial}/{digest}/"


def pixels_key(trial: TrialId, digest: str, version: int) -> str:
    """Key that says where an image is filed."""
    return f"{pixels_prefix(trial, digest)}v{version}.json"


def duplicates_key(trial: TrialId, transmittal: TransmittalId, release: int) -> str:
    """Key that says what of a transmittal was here already, as its run after this release saw it."""
    return f"duplicates/{trial}/{transmittal}/r{release}.json"


def version_in(key: str) -> int | None:
    """Version that a key names."""
    found = _VERSION.fullmatch(key)
    return None if found is None else int(found[1])
