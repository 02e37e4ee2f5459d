"""What other rooms may know of registry and schedule: small views over documents that they do not own."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from corelab.charter.model import Charter
from corelab.kernel.ids import ScannerId, SiteId, SubjectId, TrialId
from corelab.kernel.write_path import Key, Store
from corelab_aws.charters import charter_by_hash, charter_in_force


@dataclass(frozen=True, slots=True, kw_only=True)
class SubjectView:
    """A registered subject.

    Attributes
    ----------
    anchor : date
        The date from which the schedule counts.
    screening_ids : tuple of str
        Its other names in the trial.
    sex, birth_year : str, int or None
        M or F, and the year, as they were registered; None where they were not.
    """

    subject: SubjectId
    site: SiteId
    anchor: date
    screening_ids: tuple[str, ...] = ()
    sex: str | None = None
    birth_year: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ScannerView:
    """A registered scanner.

    Attributes
    ----------
    serial : str
        As its images carry it: Device Serial Number (0018,1000).
    qualified_for : tuple of str
        Procedures of the charter.
    qualified_on, qualified_until : date or None
        Both included; None where it is not qualified.
    """

    scanner: ScannerId
    site: SiteId
    modality: str
    manufacturer: str
    model: str
    serial: str
    software: tuple[str, ...]
    qualified_for: tuple[str, ...]
    qualified_on: date | None
    qualified_until: date | None


def subject(store: Store, *, trial: TrialId, id: SubjectId) -> SubjectView | None:
    """The subject, or None where it is not registered."""
    stored = store.get(Key(room="tracking", trial=trial, kind="subject", id=id))
    if stored is None:
        return None
    document = json.loads(stored.document)
    return SubjectView(
        subject=id,
        site=SiteId(document["site"]),
        anchor=date.fromisoformat(document["anchor"]),
        screening_ids=tuple(document.get("screening_ids", ())),
        sex=document.get("sex"),
        birth_year=document.get("birth_year"),
    )


def subject_named(store: Store, *, trial: TrialId, name: str) -> SubjectId | None:
    """The subject with this id or screening id, or None; an id comes before a screening id."""
    if store.get(Key(room="tracking", trial=trial, kind="subject", id=name)) is not None:
        return SubjectId(name)
    stored = store.get(Key(room="tracking", trial=trial, kind="screening_id", id=name))
    return None if stored is None else SubjectId(json.loads(stored.document)["subject"])


def trials(store: Store) -> Iterator[TrialId]:
    """Trials that receive images."""
    for stored in store.list(room="ingest", trial=TrialId("_system"), kind="trial"):
        yield TrialId(json.loads(stored.document)["trial"])


def scanners(store: Store, *, trial: TrialId, site: SiteId) -> Iterator[ScannerView]:
    """The site's scanners, in order of id."""
    for stored in store.list(room="qualification", trial=trial, kind="scanner"):
        document = json.loads(stored.document)
        if document["site"] == site:
            yield _scanner(document)


def _scanner(document: Mapping[str, Any]) -> ScannerView:
    return ScannerView(
        scanner=ScannerId(document["scanner"]),
        site=SiteId(document["site"]),
        modality=document["modality"],
        manufacturer=document["manufacturer"],
        model=document["model"],
        serial=document["serial"],
        software=tuple(document["software"]),
        qualified_for=tuple(document["qualified_for"]),
        qualified_on=_date(document["qualified_on"]),
        qualified_until=_date(document["qualified_until"]),
    )


def _date(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


class Registry:
    """The registry and the charters behind one store: a room's port.

    Parameters
    ----------
    store : Store
    """

    def __init__(self, store: Store) -> None:
        self._store = store

    def charter_in_force(self, trial: TrialId) -> tuple[Charter, str]:
        """The charter that governs the trial now, and its hash."""
        return charter_in_force(self._store, trial)

    def charter_by_hash(self, trial: TrialId, hash: str) -> Charter:
        """The charter with this hash."""
        return charter_by_hash(self._store, trial, hash)

    def subject(self, trial: TrialId, id: SubjectId) -> SubjectView | None:
        """The subject, or None where it is not registered."""
        return subject(self._store, trial=trial, id=id)

    def subject_named(self, trial: TrialId, name: str) -> SubjectId | None:
        """The subject with this id or screening id, or None."""
        return subject_named(self._store, trial=trial, name=name)

    def scanners(self, trial: TrialId, site: SiteId) -> Iterator[ScannerView]:
        """The site's scanners, in order of id."""
        return scanners(self._store, trial=trial, site=site)
