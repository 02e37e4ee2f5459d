"""Who reads a subject, and in which order: both from the charter's seed, reproducible by anyone who has it.

Theory. A pool of n readers, k a case, has C(n, k) groups. Enrolled subjects take groups in permuted blocks:
each block holds every group once, shuffled by HMAC-SHA-256 under the seed. So after every full block each
reader has the same load, each pair has met equally often, and nobody guesses the next group from the last.
"""

import hashlib
import hmac
from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations

from corelab.kernel.ids import ReadId, SubjectId, TrialId, derived_id
from corelab.reads.model import INVALIDATED, PRIMARY_SESSION, Read


def readers_of(ordinal: int, *, pool: Sequence[str], readers_per_case: int, seed: str) -> tuple[str, ...]:
    """Slots that read the subject who was allocated as number `ordinal`, from 0.

    >>> sorted({readers_of(n, pool=["R01", "R02", "R03"], readers_per_case=2, seed="s") for n in range(3)})
    [('R01', 'R02'), ('R01', 'R03'), ('R02', 'R03')]
    """
    groups = list(combinations(sorted(pool), readers_per_case))
    block, place = divmod(ordinal, len(groups))
    return sorted(groups, key=lambda group: _draw(seed, "block", str(block), *group))[place]


def read_id(
    trial: TrialId,
    *,
    seed: str,
    design: str,
    subject: SubjectId,
    visit: str,
    slot: str,
    session: str = PRIMARY_SESSION,
) -> ReadId:
    """Id of one slot's read of one time point. Keyed: its reader cannot find the subject by trying."""
    return ReadId(derived_id("rd", trial, _draw(seed, "read", design, session, subject, visit, slot)))


def queue_order(read: str, *, seed: str) -> str:
    """Sort key of a read in its queue: random to a reader, reproducible from the seed."""
    return _draw(seed, "order", read)


def reading_id(*, seed: str, subject: str, session: str) -> str:
    """Subject Reading ID (0012,0042): names a case in one session and tells nothing else."""
    return f"RID-{_draw(seed, 'reading', subject, session)[:10].upper()}"


def session_after(invalidated: int) -> str:
    """The session in which a time point is read next: a re-read is a reading of its own."""
    return PRIMARY_SESSION if not invalidated else f"re-read-{invalidated}"


def invalidated(reads: Iterable[Read], *, design: str, slot: str, visit: str) -> tuple[Read, ...]:
    """Reads of a time point by one slot that count no more."""
    place = (design, slot, visit, INVALIDATED)
    return tuple(read for read in reads if (read.design, read.slot, read.visit, read.state) == place)


def holds(read: Read, misfiled: Mapping[str, int]) -> bool:
    """Whether a read holds one of the series, up to its version."""
    named = (one.rsplit("/v", 1) for one in read.series)
    return any(int(version) <= misfiled.get(series, 0) for series, version in named)


def _draw(seed: str, *parts: str) -> str:
    framed = b"".join(len(raw).to_bytes(4) + raw for raw in (part.encode() for part in parts))
    return hmac.new(seed.encode(), framed, hashlib.sha256).hexdigest()
