"""Which of a transmittal's objects were here already, byte for byte: written down once, when it was screened.

Facts name the images of a series, not what only repeats them; who lets originals go asks here.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass

from corelab.ingest.errors import FactsUnreadable
from corelab.ingest.grouping import Group
from corelab.ingest.layout import duplicates_key
from corelab.ingest.lineage import Plan
from corelab.ingest.model import Transmittal
from corelab.ingest.ports import Records
from corelab.kernel.canonical import canonical_json
from corelab.kernel.codec import from_plain, to_plain
from corelab.kernel.ids import SeriesId, TransmittalId, TrialId

SCHEMA = "duplicates/1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Duplicate:
    """An object whose image was here already; where it lies, and of which series it is."""

    series: SeriesId
    key: str
    version_id: str
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Duplicates:
    """duplicates/1; docs/architecture.md says what each field is."""

    schema: str = SCHEMA
    transmittal: TransmittalId
    release: int
    objects: tuple[Duplicate, ...]


def write_duplicates(
    records: Records, *, trial: TrialId, state: Transmittal, planned: Iterable[tuple[Plan, Group]]
) -> None:
    """Write down what was here already; nothing where all was new."""
    objects = tuple(
        Duplicate(series=made.series, key=one.key, version_id=one.version_id, sha256=one.file.sha256)
        for made, group in planned
        for one in group.objects
        if one.place in made.union.duplicates
    )
    if objects:
        document = Duplicates(transmittal=state.transmittal, release=state.releases, objects=objects)
        key = duplicates_key(trial, state.transmittal, state.releases)
        records.put_once(key, canonical_json(to_plain(document)), content_type="application/json")


def read_duplicates(records: Records, *, trial: TrialId, state: Transmittal) -> tuple[Duplicate, ...]:
    """What was here already when the transmittal was screened.

    Raises
    ------
    FactsUnreadable
        What was written cannot be read back.
    """
    key = duplicates_key(trial, state.transmittal, state.releases)
    if not any(item.key == key for item in records.list(key)):
        return ()
    try:
        document: Duplicates = from_plain(Duplicates, json.loads(records.fetch(key).body))
    except ValueError as error:
        raise FactsUnreadable("What was here already cannot be read back; report this.") from error
    return document.objects
