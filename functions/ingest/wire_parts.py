"""What enters and leaves for files that go in one address or in parts."""

from typing import Annotated

from pydantic import Field, StringConstraints

from corelab.ingest.parts import Part, PartTicket
from corelab.ingest.ports import Upload
from corelab_aws.doors.wire import Wire

Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
MOST_PARTS = 200


class UploadAnswer(Wire):
    """Where to put a file, and the headers that the request has to carry. Good for fifteen minutes, once."""

    url: str
    headers: dict[str, str]

    @classmethod
    def of(cls, upload: Upload | None) -> "UploadAnswer | None":
        """The upload as the API shows it, where there is one."""
        return None if upload is None else cls(url=upload.url, headers=dict(upload.headers))


class PartBody(Wire):
    """A part that will be sent."""

    part: int = Field(ge=1, description="Its number, from 1.")
    sha256: Sha256 = Field(description="Of the part's own bytes.")


class PartsBody(Wire):
    """Parts whose addresses are asked for."""

    parts: list[PartBody] = Field(min_length=1, max_length=MOST_PARTS)

    def promised(self) -> tuple[Part, ...]:
        """The parts."""
        return tuple(Part(part=one.part, sha256=one.sha256) for one in self.parts)


class PartAnswer(Wire):
    """A part: with its upload, or without one where it has arrived."""

    part: int
    size_bytes: int
    has_arrived: bool
    upload: UploadAnswer | None

    @classmethod
    def of(cls, ticket: PartTicket) -> "PartAnswer":
        """The part as the API shows it."""
        return cls(
            part=ticket.part,
            size_bytes=ticket.size_bytes,
            has_arrived=ticket.upload is None,
            upload=UploadAnswer.of(ticket.upload),
        )


class PartsAnswer(Wire):
    """The parts that were asked for."""

    transmittal: str
    n: int
    parts: list[PartAnswer]


class JoinBody(Wire):
    """All parts of a file were sent."""

    sha256_of_parts: Sha256 = Field(
        description="SHA-256 over the parts' own SHA-256 (32 bytes each), in order of number."
    )


class JoinAnswer(Wire):
    """The file is there."""

    transmittal: str
    n: int
    has_arrived: bool
