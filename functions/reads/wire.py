"""A reader's world, as the API shows it: an allow-list, without subject, site, visit or date.

What a read manager sees names subject and visit; no reader may call for it.
"""

from pydantic import Field

from corelab.reads.misfiled import Affected
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


class AffectedRead(Wire):
    """A read that a misfiled study touches, to those who manage reads."""

    read: str
    design: str
    slot: str
    subject: str
    visit: str
    session: str
    state: str
    how: str = Field(
        description="HELD: it held the images. COMPARED: a later time point of the same reading; "
        "the read manager decides."
    )

    @classmethod
    def of(cls, found: Affected) -> "AffectedRead":
        """The read as its manager sees it."""
        read = found.read
        return cls(
            read=read.read,
            design=read.design,
            slot=read.slot,
            subject=read.subject,
            visit=read.visit,
            session=read.session,
            state=read.state,
            how=found.how.value,
        )


class AffectedAnswer(Wire):
    """Every read that a misfiled study touches."""

    study: str
    reads: list[AffectedRead]


class QueueAnswer(Wire):
    """A slot's queue, in order."""

    slot: str
    reads: list[QueuedRead]
