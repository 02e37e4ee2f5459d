"""The certificate of a series, `certificate/1`: what was done, by which rules, to which bytes.

No time inside: the same run gives the same bytes.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from corelab.deid.model import Clearing
from corelab.deid.outcomes import COUNTS
from corelab.deid.profile import DeidProfile
from corelab.deid.table import EDITION, data_digest
from corelab.deid.written import CLEAN_PIXELS, ENGINE
from corelab.kernel.canonical import canonical_json, digest
from corelab.kernel.codec import to_plain
from corelab.proof.verdict import Verdict

SCHEMA = "certificate/1"
PROFILE = f"{EDITION} Basic Application Level Confidentiality"


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """Record of what was done to a series.

    Attributes
    ----------
    has_scanner : bool
        The registry's scanner id was written.
    clearing : Clearing or None
        What a person who looked at the frames had blanked; the ledger knows who it was.
    verdict : Verdict
        The proof's.
    counts : sequence of int
        Elements that were decided on, over all instances and depths, in the order of `outcomes.COUNTS`. What
        lies in a sequence that goes counts as removed; private creators count among the private.
    """

    series: str
    pack_sha256: str
    index_sha256: str
    profile: DeidProfile
    charter: str
    has_scanner: bool
    clearing: Clearing | None
    verdict: Verdict
    instances: int
    counts: Sequence[int]

    def json(self) -> bytes:
        """Canonical JSON: the same run, the same bytes."""
        return canonical_json(
            {
                "schema": SCHEMA,
                "series": self.series,
                "pack_sha256": self.pack_sha256,
                "index_sha256": self.index_sha256,
                "profile": PROFILE,
                "options": [
                    *self.profile.claimed(has_scanner=self.has_scanner),
                    *([] if self.clearing is None else [CLEAN_PIXELS]),
                ],
                "engine": ENGINE,
                "rules_sha256": rules_sha256(self.profile),
                "charter": self.charter,
                "counts": {"instances": self.instances, **dict(zip(COUNTS, self.counts, strict=True))},
                "masked": {
                    "cleared_by_person": self.clearing is not None,
                    "boxes": [] if self.clearing is None else to_plain(self.clearing.boxes),
                },
                "scanner": {"version": self.verdict.version, "verdict": self.verdict.verdict},
            }
        )


def rules_sha256(profile: DeidProfile) -> str:
    """Digest of the rule files, the options and the engine: equal only where the same rules apply."""
    return digest({"data": data_digest(), "profile": profile.plain, "engine": ENGINE})
