"""What de-identification and QC recorded, and the packs as they are now: small views, read at the moment."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from corelab.kernel.ids import SeriesId, SubjectId, TrialId
from corelab.kernel.write_path import Key, Store
from corelab.pack.index import load_index
from corelab_aws.objects import Bucket, ObjectMissing

OBJECTS = ("index", "certificate", "pack")


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyView:
    """A version of a de-identified series.

    Attributes
    ----------
    objects : mapping
        Key to recorded SHA-256.
    """

    state: str
    objects: Mapping[str, str]
    index: str | None


class Evidence:
    """Reads documents of other rooms, and packs.

    Parameters
    ----------
    store : Store
    packs : Bucket
    """

    def __init__(self, store: Store, *, packs: Bucket) -> None:
        self._store = store
        self._packs = packs

    def copies(self, trial: TrialId, series: SeriesId) -> Mapping[int, CopyView]:
        """Versions of a series by number."""
        stored = self._store.get(Key(room="deid", trial=trial, kind="series", id=series))
        listed = [] if stored is None else json.loads(stored.document)["versions"]
        return {
            item["version"]: CopyView(
                state=item["state"],
                objects={item[name]: item[f"{name}_sha256"] for name in OBJECTS if item[name] is not None},
                index=item["index"],
            )
            for item in listed
        }

    def sha256_of(self, key: str) -> str | None:
        """SHA-256 of an object as it is read now."""
        try:
            return self._packs.sha256_of(key)
        except ObjectMissing:
            return None

    def sources(self, index: str) -> frozenset[str]:
        """SHA-256 of the originals that a pack's index names."""
        return frozenset(one.source_sha256 for one in load_index(self._packs.get(index)).instances)

    def verdict(self, trial: TrialId, subject: SubjectId, visit: str) -> str | None:
        """QC's verdict on the time point."""
        stored = self._store.get(Key(room="qc", trial=trial, kind="qc", id=f"{subject}#{visit}"))
        return None if stored is None else str(json.loads(stored.document)["state"])
