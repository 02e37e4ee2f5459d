"""The checkpointer: signs what has been published, stores it, copies it to the witness, tells `_system`."""

from datetime import datetime

from corelab.audit.entries import checkpoint_event
from corelab.audit.errors import BadNote, Contradiction
from corelab.audit.model import SYSTEM_LOG, Boundary
from corelab.audit.note import Checkpoint, opened_note, origin_of, signed_note
from corelab.audit.ports import Ports
from corelab.audit.publisher import placed_segment, put_new
from corelab.audit.segment import checkpoint_key
from corelab.kernel.ids import TrialId


def checkpoint(ports: Ports, *, log: TrialId, now: datetime, software: str) -> Boundary | None:
    """Sign the published log, unless its last checkpoint covers it. The new boundary, or None.

    The boundary is recorded last: whatever dies before, the next run does it all again, to the same bytes.
    `_system` gets every other log's checkpoints as entries; its own are not logged again.

    Raises
    ------
    Contradiction
        Another checkpoint of this size is stored.
    Unavailable
        The signing key, the bucket or the witness does not answer.
    """
    head = ports.heads.read(log)
    covered = 0 if head.checkpoint is None else head.checkpoint.segments
    if head.halted is not None or head.published <= covered:
        return None
    segment = placed_segment(ports, log=log, number=head.published - 1)
    signed = Checkpoint(origin=origin_of(log), size=segment.end, root=segment.root)
    note = signed_note(
        signed.text,
        name=signed.origin,
        public_key=ports.signer.public_key(),
        sign=ports.signer.sign,
    )
    key = checkpoint_key(log, size=signed.size)
    for place in (ports.objects, ports.witness):
        if not put_new(place, key, note):
            note = place.get(key)  # the first signature stays, should a key ever sign in two ways
            _check_says(signed, note=note, public_key=ports.signer.public_key())
    if log != SYSTEM_LOG:
        ports.outbox.put(checkpoint_event(signed, log=log, note=note, now=now, software=software))
    boundary = Boundary(segments=segment.number + 1, size=signed.size, at=now)
    ports.heads.checkpointed(log, boundary=boundary)
    return boundary


def _check_says(signed: Checkpoint, *, note: bytes, public_key: bytes) -> None:
    try:
        text = opened_note(note, name=signed.origin, public_key=public_key)
    except BadNote as error:
        raise Contradiction("A stored checkpoint is not ours.", size=signed.size) from error
    if text != signed.text:
        raise Contradiction("A stored checkpoint says something else.", size=signed.size)
