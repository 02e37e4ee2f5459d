"""A reader's world, as the API shows it: an allow-list. No subject, site, visit or date is in it."""

from corelab.reads.model import Read
from corelab_aws.doors.wire import Wire


class QueuedRead(Wire):
    """One read that waits, to a blinded reader."""

    read: str
    reading_id: str
    design: str
    time_point: int

    @classmethod
    def of(cls, read: Read) -> "QueuedRead":
        """The read as its reader may see it."""
        return cls(read=read.read, reading_id=read.reading_id, design=read.design, time_point=read.ordinal)


class QueueAnswer(Wire):
    """A slot's queue, in order."""

    slot: str
    reads: list[QueuedRead]
