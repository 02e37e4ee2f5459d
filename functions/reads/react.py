"""Reads follow time points: readable ones are queued, others taken back; those of images that leave end."""

from collections.abc import Callable, Mapping

from corelab.kernel.ids import StudyId, SubjectId
from corelab.kernel.reasons import why_gone
from corelab.reads.misfiled import withdraw
from corelab.reads.service import TimePoint, became_readable, no_longer_readable
from corelab_aws.charters import charter_by_hash
from corelab_aws.doors.reaction import BusEvent, reaction
from corelab_aws.store import store

READABLE = "READABLE"


def react(event: BusEvent) -> None:
    """Follow the event by its type."""
    FOLLOWED[event.type](event)


def gone(event: BusEvent) -> None:
    """End the reads that hold a study which leaves its time point."""
    withdraw(
        store(),
        command=event.command("reads"),
        study=StudyId(event.data["study"]),
        subject=SubjectId(event.data["subject"]),
        visit=event.data["visit"],
        series={item["series"]: item["version"] for item in event.data["series"]},
        reason=why_gone(event.data.get("state")),
    )


def moved(event: BusEvent) -> None:
    """Queue the time point's reads, or take them back."""
    if event.is_superseded(store()):
        return
    time_point = TimePoint(
        subject=SubjectId(event.data["subject"]),
        visit=event.data["visit"],
        version=event.version,
        series=tuple(f"{item['series']}/v{item['version']}" for item in event.data.get("series", [])),
    )
    if event.data["state"] == READABLE and event.charter is not None:
        charter = charter_by_hash(store(), event.trial, event.charter)
        command = event.command("reads")
        became_readable(store(), command=command, charter=charter, time_point=time_point)
    elif event.data["state"] != READABLE:
        no_longer_readable(store(), command=event.command("reads"), time_point=time_point)


FOLLOWED: Mapping[str, Callable[[BusEvent], None]] = {
    "TimePointMoved.v1": moved,
    "TimePointReadable.v1": moved,
    "StudyMisfiled.v1": gone,
    "StudyLeft.v1": gone,
}

handler = reaction("reads", react)
