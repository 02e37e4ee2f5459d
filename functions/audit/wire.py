"""Ledger entries, as the API shows them."""

from typing import Any

from pydantic import Field

from corelab.kernel.codec import to_plain
from corelab.kernel.moments import moment_text
from corelab_aws.doors.wire import Wire
from corelab_aws.history import Entry


class EntrySeen(Wire):
    """One entry of the ledger."""

    seq: int | None = Field(description="Place in the trial's log, from 0; null until it has one.")
    event_id: str
    at: str = Field(description="Server time, UTC.")
    type: str
    action: str = Field(description="`machine.event` of the state tables.")
    role: str
    actor: str = Field(description="The person's or the system part's id; never a name.")
    object: str
    id: str
    version: int
    before: str | None = Field(description="SHA-256 of the object before; null for something new.")
    after: str = Field(description="SHA-256 of the object after.")
    charter: str | None
    cause: str | None
    reason: str | None
    signature: str | None
    software: str
    data: dict[str, Any]

    @classmethod
    def of(cls, entry: Entry) -> "EntrySeen":
        """The entry as the API shows it."""
        event = entry.event
        data = to_plain(event.data)
        return cls(
            seq=entry.seq,
            event_id=event.event_id,
            at=moment_text(event.at),
            type=event.type,
            action=event.action,
            role=event.actor.role,
            actor=event.actor.subject,
            object=event.object,
            id=event.id,
            version=event.version,
            before=event.before,
            after=event.after,
            charter=event.charter,
            cause=event.cause,
            reason=event.reason,
            signature=event.signature,
            software=event.software,
            data=data if isinstance(data, dict) else {},
        )


class HistorySeen(Wire):
    """An object's life, oldest entry first."""

    object: str
    id: str
    entries: list[EntrySeen]


class ExportedFile(Wire):
    """One file of an export."""

    file: str = Field(description="Its path in the export's folder.")
    url: str = Field(description="Gives its bytes for a short while.")


class ExportSeen(Wire):
    """A page of what to download and to write beside it; `verify.py` then checks the folder offline."""

    files: list[ExportedFile]
    versions: str = Field(
        description="Contents of `versions.json`, as far as this page goes: join the `versions` in it."
    )
    next: str | None = Field(description="Ask for the next page with it as `from`; null on the last.")
    key_pem: str = Field(description="Contents of `key.pem`: the public half of the ledger's signing key.")
    receipt_key_pem: str = Field(description="Contents of `receipts.pem`: the same of the receipts' key.")
