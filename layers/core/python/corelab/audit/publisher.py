"""The publisher: writes each placed segment to the bucket, once, in order, always the same bytes."""

from corelab.audit.errors import Contradiction, LogHalted, Unavailable, Unreadable
from corelab.audit.leaf import readable_event
from corelab.audit.model import Segment
from corelab.audit.ports import Objects, Ports
from corelab.audit.segment import segment_bytes, segment_key, segment_leaves
from corelab.kernel.canonical import sha256_hex
from corelab.kernel.ids import TrialId

PUT_ATTEMPTS = 3  # a conditional write that meets another one answers 409: try again at once


def publish(ports: Ports, *, log: TrialId) -> None:
    """Write every segment that has its place and is not in the bucket yet.

    Raises
    ------
    LogHalted
        The log stands still.
    Contradiction
        The bucket or the outbox holds something other than what was placed.
    Unavailable
        The bucket does not answer.
    """
    head = ports.heads.read(log)
    while head.published < head.segments:
        if head.halted is not None:
            raise LogHalted("The log stands still.", log=log)
        number = head.published
        segment = placed_segment(ports, log=log, number=number)
        put_once(ports.objects, segment_key(log, number=number), _segment_file(ports, segment))
        ports.heads.advance(log, published=number + 1)
        head = ports.heads.read(log)
    if head.halted is not None:
        raise LogHalted("The log stands still.", log=log)


def placed_segment(ports: Ports, *, log: TrialId, number: int) -> Segment:
    """Segment that the head says is there.

    Raises
    ------
    Contradiction
        It is not.
    """
    segment = ports.heads.segment(log, number=number)
    if segment is None:
        raise Contradiction("The head counts a segment that is not there.", log=log, segment=number)
    return segment


def put_once(objects: Objects, key: str, data: bytes) -> None:
    """Write an object, or find the same bytes there.

    Raises
    ------
    Contradiction
        Other bytes are there.
    Unavailable
        The bucket does not answer, or stays busy.
    """
    if not put_new(objects, key, data) and objects.get(key) != data:
        raise Contradiction("An object holds other bytes than the log says.", key=key)


def put_new(objects: Objects, key: str, data: bytes) -> bool:
    """Write an object that is not there yet, trying again while the bucket is busy. False: it is there.

    Raises
    ------
    Unavailable
        The bucket does not answer, or stays busy.
    """
    for _ in range(PUT_ATTEMPTS - 1):
        try:
            return objects.put_new(key, data)
        except Unavailable:
            continue  # nothing is known about the effect; the condition makes another try harmless
    return objects.put_new(key, data)


def _segment_file(ports: Ports, segment: Segment) -> bytes:
    items = ports.outbox.read(segment.event_ids)  # by the ids in the segment: an index could be behind
    try:
        events = [readable_event(items[event_id], log=segment.log) for event_id in segment.event_ids]
    except (KeyError, Unreadable) as error:
        raise Contradiction(
            "The outbox lacks an event that has a place.", log=segment.log, segment=segment.number
        ) from error
    leaves = segment_leaves(events, first=segment.first)
    data = segment_bytes(leaves, log=segment.log, number=segment.number, first=segment.first)
    if sha256_hex(data) != segment.sha256:
        raise Contradiction(
            "The outbox holds another event than was placed.", log=segment.log, segment=segment.number
        )
    return data
