"""What enters and leaves the transmittals' door."""

from datetime import datetime
from typing import Any

from pydantic import Field

from corelab.ingest.codes import SET_ASIDE, text_of
from corelab.ingest.known import Known
from corelab.ingest.model import Courier, File, Transmittal
from corelab.ingest.quarantine import held
from corelab.ingest.receipts import Receipt, outcome_in_words
from corelab.ingest.service import Ticket
from corelab_aws.doors.wire import Name, Wire
from corelab_aws.questions import QuestionView
from functions.ingest.wire_held import HeldAnswer
from functions.ingest.wire_parts import Sha256, UploadAnswer

MOST_FILES = 500
MOST_ASKED = 2000


class CourierBody(Wire):
    """How media came that the core lab imports."""

    reference: str = Field(
        pattern=r"^[A-Z0-9][A-Z0-9/-]{3,39}$",
        description="The consignment's number, such as DHL-00340434161094021501. Never a name.",
    )
    media: int = Field(ge=1, le=999, description="How many media it held.")


class TransmittalBody(Wire):
    """A transmittal to be opened. `courier` is for imports by the core lab, which have to name it."""

    site: Name
    subject: Name
    visit: Name
    courier: CourierBody | None = None

    def brought(self) -> Courier | None:
        """What brought the media."""
        courier = self.courier
        return None if courier is None else Courier(reference=courier.reference, media=courier.media)


class FileBody(Wire):
    """A file that will be sent."""

    n: int = Field(ge=1, description="Its number in the transmittal, from 1, continuing over the batches.")
    size_bytes: int = Field(ge=1)
    sha256: Sha256


class BatchBody(Wire):
    """Files that are registered together."""

    files: list[FileBody] = Field(min_length=1, max_length=MOST_FILES)

    def promised(self) -> tuple[File, ...]:
        """The files."""
        return tuple(File(n=file.n, size_bytes=file.size_bytes, sha256=file.sha256) for file in self.files)


class TicketAnswer(Wire):
    """A registered file: with its upload, or without one where it has arrived or is sent in parts.

    `part_bytes` is there where it is sent in parts: the size of each but the last.
    """

    n: int
    has_arrived: bool
    upload: UploadAnswer | None
    part_bytes: int | None

    @classmethod
    def of(cls, ticket: Ticket) -> "TicketAnswer":
        """The ticket as the API shows it."""
        return cls(
            n=ticket.file.n,
            has_arrived=ticket.has_arrived,
            upload=UploadAnswer.of(ticket.upload),
            part_bytes=ticket.part_bytes,
        )


class BatchAnswer(Wire):
    """The batch's files."""

    transmittal: str
    batch: int
    files: list[TicketAnswer]


class SeriesAnswer(Wire):
    """A series that came out of screening, and the charter's slot it fills."""

    series: str
    version: int
    procedure: str | None
    expected_series: str | None


class TransmittalAnswer(Wire):
    """A transmittal.

    `code` says why it is INCOMPLETE, QUARANTINED or REJECTED; `detail` says it in words, with what to do.
    `origin` names the transmittal whose files it is made of, where nothing was sent for it.
    """

    transmittal: str
    site: str
    subject: str
    visit: str
    state: str
    charter: str
    opened_at: datetime
    received_at: datetime | None
    promised: int
    size_bytes: int
    code: str | None
    detail: str | None
    origin: str | None
    courier: CourierBody | None
    series: list[SeriesAnswer]

    @classmethod
    def of(cls, state: Transmittal) -> "TransmittalAnswer":
        """The transmittal as the API shows it."""
        return cls(**_shown(state))


class KnownBody(Wire):
    """Contents that may be here already."""

    site: Name
    subject: Name
    sha256: list[Sha256] = Field(min_length=1, max_length=MOST_ASKED)


class KnownAnswer(Wire):
    """Bytes that are here already, and where. `code` says why they were refused there, where they were."""

    sha256: str
    transmittal: str
    n: int
    visit: str
    state: str
    code: str | None

    @classmethod
    def of(cls, known: Known) -> "KnownAnswer":
        """The find as the API shows it."""
        state = known.transmittal
        return cls(
            sha256=known.sha256,
            transmittal=state.transmittal,
            n=known.n,
            visit=state.visit,
            state=state.state,
            code=known.code,
        )


class KnownFilesAnswer(Wire):
    """What of it is here; what is not named is not."""

    files: list[KnownAnswer]


class SignedReceiptAnswer(Wire):
    """A receipt, as it verifies offline.

    `note` is a signed note (C2SP) over the SHA-256 of the receipt's canonical JSON (RFC 8785); `key_pem` the
    key's public half, which a careful reader has from elsewhere.
    """

    receipt: dict[str, Any]
    note: str
    key_pem: str


class FileAnswer(Wire):
    """A promised file, and whether it arrived."""

    n: int
    size_bytes: int
    sha256: str
    arrived: bool


class RefusedAnswer(Wire):
    """A refused file, or member of a container: what is wrong, and what to do."""

    n: int
    member: int | None = Field(description="Its number in the container that is the file; null for the file.")
    code: str
    detail: str
    remedy: str


class ContainerAnswer(Wire):
    """A file that was a container, and what its members were."""

    n: int
    images: int
    refused: int
    set_aside: int


class SetAsideAnswer(Wire):
    """What came along with the images and is none, counted."""

    code: str
    objects: int
    detail: str


class ReceiptAnswer(TransmittalAnswer):
    """What arrived of a transmittal, file by file, and what was refused."""

    arrived: int
    missing: list[int]
    wrong: list[int]
    refused: list[RefusedAnswer]
    held: HeldAnswer | None = Field(description="Where it is QUARANTINED: why, and what can be decided.")
    set_aside: list[SetAsideAnswer]
    listed_only: int = Field(
        description="How many images the medium's directory (DICOMDIR) lists that did not come along."
    )
    containers: list[ContainerAnswer]
    files: list[FileAnswer]

    @classmethod
    def told(cls, receipt: Receipt, *, asked: QuestionView | None) -> "ReceiptAnswer":
        """The receipt as the API shows it; `asked` is what its site is asked about it."""
        waiting, counts = held(receipt.transmittal), receipt.transmittal.counts
        return cls(
            **_shown(receipt.transmittal),
            arrived=sum(item.has_arrived for item in receipt.arrivals),
            missing=[item.file.n for item in receipt.arrivals if item.is_missing],
            wrong=[item.file.n for item in receipt.arrivals if item.is_wrong],
            refused=[
                RefusedAnswer(
                    n=item.n,
                    member=item.member,
                    code=item.code,
                    detail=text_of(item.code).sentence,
                    remedy=text_of(item.code).remedy,
                )
                for item in receipt.refused
            ],
            set_aside=[
                SetAsideAnswer(code=code, objects=objects, detail=text_of(code).sentence)
                for code, objects in receipt.transmittal.codes.items()
                if code in SET_ASIDE
            ],
            listed_only=counts.listed_only if counts else 0,
            containers=[
                ContainerAnswer(n=item.n, images=item.images, refused=item.refused, set_aside=item.set_aside)
                for item in receipt.transmittal.opened
            ],
            held=None if waiting is None else HeldAnswer.of(waiting, asked=asked),
            files=[
                FileAnswer(
                    n=item.file.n,
                    size_bytes=item.file.size_bytes,
                    sha256=item.file.sha256,
                    arrived=item.has_arrived,
                )
                for item in receipt.arrivals
            ],
        )


class TransmittalsAnswer(Wire):
    """Transmittals, the newest first."""

    transmittals: list[TransmittalAnswer]


def _shown(state: Transmittal) -> dict[str, Any]:
    return {
        "transmittal": state.transmittal,
        "site": state.site,
        "subject": state.subject,
        "visit": state.visit,
        "state": state.state,
        "charter": state.charter,
        "opened_at": state.opened_at,
        "received_at": state.received_at,
        "promised": state.files,
        "size_bytes": state.size_bytes,
        "code": state.code,
        "detail": outcome_in_words(state),
        "origin": state.origin,
        "courier": None
        if state.courier is None
        else CourierBody(reference=state.courier.reference, media=state.courier.media),
        "series": [
            SeriesAnswer(
                series=item.series,
                version=item.version,
                procedure=item.procedure,
                expected_series=item.expected_series,
            )
            for item in state.series
        ],
    }
