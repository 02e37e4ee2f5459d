"""Two bugs that look harmless, planted where the real port would be. The simulation must find both."""

from corelab.audit.leaf import readable_event
from corelab.audit.model import Claim, Segment
from corelab.audit.segment import segment_bytes, segment_leaves
from corelab.kernel.canonical import sha256_hex
from corelab.kernel.ids import TrialId
from tests.fakes.memory_ledger import MemoryHeads


class SegmentThroughIndex(MemoryHeads):
    """Finds a segment's entries by asking an index which items carry its number. The index may be behind."""

    def segment(self, log: TrialId, *, number: int) -> Segment | None:
        return self.world.call("heads.segment", lambda: self._found(log, number))

    def _found(self, log: TrialId, number: int) -> Segment | None:
        placed = self.world.segments.get((log, number))
        if placed is None:
            return None
        rows = [row for row in self.world.read_index() if (row.item.log, row.segment) == (log, number)]
        rows.sort(key=lambda row: row.item.seq)
        events = [readable_event(row.item, log=log) for row in rows]
        leaves = segment_leaves(events, first=placed.first)
        data = segment_bytes(leaves, log=log, number=number, first=placed.first)
        return Segment(
            log=log,
            number=number,
            first=placed.first,
            event_ids=tuple(event.event_id for event in events),
            sha256=sha256_hex(data),
            root=placed.root,
            at=placed.at,
        )


class SegmentOutsideTransaction(MemoryHeads):
    """Writes head and places in one transaction, and the segment right after it."""

    def claim(self, claim: Claim) -> None:
        self.world.call("heads.claim", lambda: self.apply_claim(claim, writes_segment=False))
        place = (claim.segment.log, claim.segment.number)
        self.world.call("heads.claim", lambda: self.world.segments.setdefault(place, claim.segment))
