"""Objects into series, within the limits of one transmittal."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from corelab.ingest import codes
from corelab.ingest.budgets import BUDGETS, Budgets
from corelab.ingest.model import Transmittal
from corelab.ingest.reading import Bad, Good
from corelab.kernel.ids import SeriesId, TrialId, derived_id
from corelab.kernel.keys import Purpose, TrialKeys


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """One series' objects, in order of their number.

    Attributes
    ----------
    filing : str
        Names the series of this subject whatever the visit: under it stands where it is filed.
    """

    series: SeriesId
    filing: str
    objects: tuple[Good, ...]

    @property
    def lead(self) -> Good:
        """The object that speaks for the series: the first by instance number, else by file number."""
        return min(
            self.objects,
            key=lambda item: (item.image.number is None, item.image.number or 0, item.place),
        )


def series_id(keys: TrialKeys, *, trial: TrialId, state: Transmittal, series_uid: str) -> SeriesId:
    """Id that a series keeps over every transmittal of the same subject's visit at the same site."""
    hashed = keys.keyed_hash(Purpose.UID, series_uid)
    return SeriesId(derived_id("ser", trial, state.site, state.subject, state.visit, hashed))


def filing_id(keys: TrialKeys, *, trial: TrialId, state: Transmittal, series_uid: str) -> str:
    """Id under which a subject's series is filed, whatever the visit."""
    hashed = keys.keyed_hash(Purpose.UID, series_uid)
    return derived_id("fil", trial, state.site, state.subject, hashed)


def grouped(
    objects: Iterable[Good],
    *,
    keys: TrialKeys,
    trial: TrialId,
    state: Transmittal,
    budgets: Budgets = BUDGETS,
) -> tuple[list[Group], list[Bad]]:
    """Series in order of their first file, and the objects that no series may take."""
    by_uid: defaultdict[str, list[Good]] = defaultdict(list)
    for item in sorted(objects, key=lambda item: item.place):
        by_uid[item.image.series_uid].append(item)
    groups: list[Group] = []
    refused: list[Bad] = []
    for series_uid, members in by_uid.items():
        code = _limit(members, taken=len(groups), budgets=budgets)
        if code is not None:
            refused.extend(Bad(file=item.file, member=item.member, code=code) for item in members)
            continue
        groups.append(
            Group(
                series=series_id(keys, trial=trial, state=state, series_uid=series_uid),
                filing=filing_id(keys, trial=trial, state=state, series_uid=series_uid),
                objects=tuple(members),
            )
        )
    return groups, refused


def _limit(members: list[Good], *, taken: int, budgets: Budgets) -> str | None:
    if sum(item.file.size_bytes for item in members) > budgets.series_bytes:
        return codes.SERIES_TOO_LARGE
    return codes.TOO_MANY_SERIES if taken >= budgets.series else None
