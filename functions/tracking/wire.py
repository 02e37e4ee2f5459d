"""What enters and leaves tracking's door."""

from datetime import date
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from corelab.tracking.model import TimePoint
from corelab.tracking.publishing import InForce
from corelab.tracking.rules import flags
from corelab.tracking.screening_ids import MOST as MOST_SCREENING_IDS
from corelab_aws.doors.wire import Day, Name, Wire

CharterText = Annotated[str, StringConstraints(min_length=1, max_length=300_000)]

BirthYear = Annotated[
    int, Field(ge=1900, le=2100)
]  # no subject's is another: 190 would be a slip of the hand


class NewCharter(Wire):
    """A charter to be published."""

    source: CharterText = Field(description="The charter's YAML text, as it was written.")


class CharterSeen(Wire):
    """The charter in force."""

    trial: str
    state: str = Field(description="The trial's state.")
    version: str
    hash: str = Field(description="SHA-256 of `compiled`, 64 hex digits; it is on every record.")
    compiled: str = Field(description="Canonical JSON, every default written out.")
    source: str | None = Field(description="The YAML text, where it was asked for.")


class NewSubject(Wire):
    """A subject to be registered."""

    subject: Name = Field(description="As the charter writes subject ids.")
    anchor: Day = Field(description="Date of the charter's anchor event.")
    sex: Literal["M", "F"] | None = Field(default=None, description="What images are compared with.")
    birth_year: BirthYear | None = Field(default=None, description="The same. Never a date.")
    screening_ids: list[Name] = Field(
        default=[],
        max_length=MOST_SCREENING_IDS,
        description="Its names before it was one, as the charter writes them. Never a hospital's number.",
    )


class ExpectedSeen(Wire):
    """An expected time point."""

    visit: str
    state: str
    opens: Day
    target: Day
    closes: Day
    procedures: list[str]


class SubjectSeen(Wire):
    """A subject and its schedule."""

    subject: str
    site: str
    screening_ids: list[str]
    time_points: list[ExpectedSeen]


class FilledSeen(Wire):
    """A slot of the charter and what fills it."""

    slot: str = Field(description="`<procedure>/<series>` of the charter.")
    is_required: bool
    series: list[str]


class TrackerRow(Wire):
    """Expected against received, for one subject's visit."""

    subject: str
    visit: str
    site: str
    state: str
    opens: Day
    target: Day
    closes: Day
    expected: int = Field(description="Slots that must be filled.")
    received: int = Field(description="Of those, filled.")
    slots: list[FilledSeen]
    transmittals: list[str]
    verdict: str | None = Field(description="QC's last.")
    flags: list[str]


class TrackerSeen(Wire):
    """The tracker."""

    trial: str
    today: Day = Field(description="The date that flags were reckoned with, UTC.")
    rows: list[TrackerRow]


def charter_seen(in_force: InForce, *, with_source: bool) -> CharterSeen:
    """The charter, shaped for the caller."""
    return CharterSeen(
        trial=in_force.trial.trial,
        state=in_force.trial.state,
        version=in_force.charter.version,
        hash=in_force.charter.hash,
        compiled=in_force.charter.compiled,
        source=in_force.charter.source if with_source else None,
    )


def expected_seen(point: TimePoint) -> ExpectedSeen:
    """An expected time point, shaped for the caller."""
    return ExpectedSeen(
        visit=point.visit,
        state=point.state,
        opens=point.opens,
        target=point.target,
        closes=point.closes,
        procedures=[*point.procedures],
    )


def tracker_row(point: TimePoint, *, today: date) -> TrackerRow:
    """A time point, expected against received."""
    slots = sorted({*point.required, *point.filled})
    return TrackerRow(
        subject=point.subject,
        visit=point.visit,
        site=point.site,
        state=point.state,
        opens=point.opens,
        target=point.target,
        closes=point.closes,
        expected=len(point.required),
        received=len(point.filled & {*point.required}),
        slots=[
            FilledSeen(
                slot=slot,
                is_required=slot in point.required,
                series=[filling.series for filling in point.fillings if filling.slot == slot],
            )
            for slot in slots
        ],
        transmittals=[*point.transmittals],
        verdict=point.verdict,
        flags=[*flags(point, today=today)],
    )
