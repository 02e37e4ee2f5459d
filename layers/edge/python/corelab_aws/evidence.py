"""What de-identification and QC can show for a series: small views over documents that they own."""

import json
from collections.abc import Mapping
from typing import Any

from corelab.kernel.ids import SeriesId, SubjectId, TrialId
from corelab.kernel.write_path import Key, Store
from corelab.pack.index import load_index
from corelab_aws.objects import Bucket, ObjectMissing

SELECTED = frozenset({"PRIMARY", "REPEAT", "NOT_USED", "SUPERSEDED"})  # what a verdict was given on
MISFILED = "MISFILED"
GOOD_VERDICTS = frozenset({"ACCEPTED", "ACCEPTED_WITH_DEVIATION"})


class Evidence:
    """Reads what is recorded, and the packs themselves.

    Parameters
    ----------
    store : Store
    packs : Bucket
    """

    def __init__(self, store: Store, *, packs: Bucket) -> None:
        self._store = store
        self._packs = packs

    def proven(self, trial: TrialId, series: SeriesId, version: int) -> frozenset[str] | None:
        """SHA-256 of the originals whose copies are in the accepted pack, which is read again here."""
        versions = self._versions(trial, series)
        if not versions or versions[max(versions)]["state"] not in SELECTED:
            return None
        found = versions.get(version)
        if found is None or found["state"] not in SELECTED or not self._is_whole(found):
            return None
        index = load_index(self._packs.get(found["index"]))
        return frozenset(one.source_sha256 for one in index.instances)

    def is_misfiled(self, trial: TrialId, series: SeriesId, version: int) -> bool:
        """Whether the version was filed by mistake."""
        return self._versions(trial, series).get(version, {}).get("state") == MISFILED

    def is_accepted(self, trial: TrialId, subject: SubjectId, visit: str) -> bool:
        """Whether QC has accepted the time point."""
        stored = self._store.get(Key(room="qc", trial=trial, kind="qc", id=f"{subject}#{visit}"))
        return stored is not None and json.loads(stored.document)["state"] in GOOD_VERDICTS

    def _versions(self, trial: TrialId, series: SeriesId) -> Mapping[int, Mapping[str, Any]]:
        stored = self._store.get(Key(room="deid", trial=trial, kind="series", id=series))
        listed = [] if stored is None else json.loads(stored.document)["versions"]
        return {item["version"]: item for item in listed}

    def _is_whole(self, version: Mapping[str, Any]) -> bool:
        """Whether pack, index and certificate are there, with the bytes that were recorded."""
        for name in ("index", "certificate", "pack"):
            key, sha256 = version[name], version[f"{name}_sha256"]
            if key is None or sha256 is None:
                return False
            try:
                if self._packs.sha256_of(key) != sha256:
                    return False
            except ObjectMissing:
                return False
        return True
