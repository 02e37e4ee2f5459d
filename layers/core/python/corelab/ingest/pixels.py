"""Which images are here already, by the digest of their pixels, whatever they are called.

QC check ID-05. Every digest has a small object in the records bucket that names the series which brought it
first: subject, visit, series, transmittal. It is written once, like facts; what a held transmittal wrote does
not count, and the next writes the digest's next version. So one look per image finds every image of the trial
again, in however many series, and no item grows. Blank and constant images say nothing and are left out.
"""

import json
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from corelab.ingest import codes
from corelab.ingest.claims import stands
from corelab.ingest.errors import FactsUnreadable
from corelab.ingest.facts import NO_MATCHES, PixelMatches
from corelab.ingest.grouping import Group
from corelab.ingest.layout import pixels_key, pixels_prefix, version_in
from corelab.ingest.model import TRANSMITTAL, Transmittal
from corelab.ingest.ports import Records
from corelab.kernel.canonical import canonical_json
from corelab.kernel.codec import from_plain, to_plain
from corelab.kernel.errors import VersionConflict
from corelab.kernel.ids import SeriesId, SubjectId, TransmittalId, TrialId
from corelab.kernel.write_path import Store, find

SCHEMA = "pixels/1"
ATTEMPTS = 20  # other transmittals of the very same image, screened in the same seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Filed:
    """Where an image is filed.

    Attributes
    ----------
    slot : str or None
        `<procedure>/<series>` of the charter, as its series was recognised.
    """

    schema: str = SCHEMA
    subject: SubjectId
    visit: str
    series: SeriesId
    slot: str | None
    transmittal: TransmittalId


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenBefore:
    """What of a series was here already.

    Attributes
    ----------
    filed_at : str or None
        Another visit of the subject at which images of it are filed.
    is_copy : bool
        All of it is here, at this time point, in other series that fill its slot.
    """

    matches: PixelMatches
    filed_at: str | None
    is_copy: bool


NOTHING_SEEN = SeenBefore(matches=NO_MATCHES, filed_at=None, is_copy=False)


class PixelIndex:
    """The digests of one trial.

    Parameters
    ----------
    readers : int
        Looks at a time.
    """

    def __init__(self, store: Store, *, records: Records, trial: TrialId, readers: int) -> None:
        self._store = store
        self._records = records
        self._trial = trial
        self._readers = readers
        self._standing: dict[tuple[TransmittalId, SeriesId], bool] = {}

    def file(
        self, state: Transmittal, series: Iterable[tuple[Group, str | None]]
    ) -> Mapping[SeriesId, SeenBefore]:
        """File the images of each series, with the slot that it fills; what of it was here already."""
        return {group.series: self._series(state, group, slot=slot) for group, slot in series}

    def _series(self, state: Transmittal, group: Group, *, slot: str | None) -> SeenBefore:
        images = [item.image for item in group.objects if not item.image.is_blank]
        mine = Filed(
            subject=state.subject,
            visit=state.visit,
            series=group.series,
            slot=slot,
            transmittal=state.transmittal,
        )
        digests = sorted({image.pixel_sha256 for image in images})
        with ThreadPoolExecutor(max_workers=self._readers) as pool:
            owners = dict(
                zip(digests, pool.map(lambda digest: self._owner(digest, mine, state), digests), strict=True)
            )
        return seen_before(mine, [owners[image.pixel_sha256] for image in images])

    def _owner(self, digest: str, mine: Filed, state: Transmittal) -> Filed:
        """Where the digest is filed: here, unless it was before, by a transmittal that counts."""
        body = canonical_json(to_plain(mine))
        if self._put(digest, 1, body):
            return mine
        for _ in range(ATTEMPTS):
            versions = self._versions(digest)
            for version in versions:
                filed = self._read(pixels_key(self._trial, digest, version))
                if filed.transmittal == mine.transmittal or self._counts(filed, state):
                    return filed
            if self._put(digest, versions[0] + 1, body):
                return mine
        raise VersionConflict("Screen again: others filed this image first.")

    def _put(self, digest: str, version: int, body: bytes) -> bool:
        key = pixels_key(self._trial, digest, version)
        return self._records.put_once(key, body, content_type="application/json")

    def _versions(self, digest: str) -> list[int]:
        """Newest first."""
        found: Iterator[int | None] = (
            version_in(item.key) for item in self._records.list(pixels_prefix(self._trial, digest))
        )
        return sorted((version for version in found if version is not None), reverse=True)

    def _read(self, key: str) -> Filed:
        try:
            filed: Filed = from_plain(Filed, json.loads(self._records.fetch(key).body))
        except ValueError as error:
            raise FactsUnreadable("What is filed cannot be read back; report this.") from error
        return filed

    def _counts(self, filed: Filed, state: Transmittal) -> bool:
        """Whether it stands, and the images are not taken from it: a derived transmittal files them anew."""
        if not self._is_standing(filed):
            return False
        taken = (filed.transmittal, self._origin(filed.transmittal))
        return state.origin is None or state.origin not in taken

    def _is_standing(self, filed: Filed) -> bool:
        wrote = (filed.transmittal, filed.series)
        if wrote not in self._standing:
            self._standing[wrote] = stands(
                self._store, trial=self._trial, transmittal=filed.transmittal, series=filed.series
            )
        return self._standing[wrote]

    def _origin(self, transmittal: TransmittalId) -> TransmittalId | None:
        found = find(self._store, TRANSMITTAL, trial=self._trial, id=transmittal)
        return None if found is None else found.state.origin


def seen_before(mine: Filed, owners: Iterable[Filed]) -> SeenBefore:
    """What follows from where each of a series' images is filed. Pure."""
    owners = tuple(owners)
    places = Counter(_place(mine, owner) for owner in owners)
    elsewhere = sorted({owner.visit for owner in owners if _place(mine, owner) == "other_visit"})
    slots = {owner.slot for owner in owners}
    is_here = bool(owners) and places["same_time_point"] == len(owners)
    return SeenBefore(
        matches=PixelMatches(
            same_time_point=places["same_time_point"],
            other_visit=places["other_visit"],
            other_subject=places["other_subject"],
        ),
        filed_at=elsewhere[0] if elsewhere else None,
        is_copy=is_here and (mine.slot is None or slots == {mine.slot}),
    )


def pixel_alarm(seen: Iterable[SeenBefore], *, passed: Collection[str]) -> tuple[str | None, str | None]:
    """Code, where images are filed for another subject or visit and nobody let that pass; and that visit."""
    seen = tuple(seen)
    if codes.PIXELS_OF_OTHER not in passed and any(one.matches.other_subject for one in seen):
        return codes.PIXELS_OF_OTHER, None
    visits = sorted(one.filed_at for one in seen if one.filed_at is not None)
    if codes.PIXELS_AT_OTHER_VISIT not in passed and visits:
        return codes.PIXELS_AT_OTHER_VISIT, visits[0]
    return None, None


def _place(mine: Filed, owner: Filed) -> str:
    if owner.subject != mine.subject:
        return "other_subject"
    if owner.visit != mine.visit:
        return "other_visit"
    return "own" if owner.series == mine.series else "same_time_point"
