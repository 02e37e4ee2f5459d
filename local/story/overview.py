"""Step 3, first half: what is expected and what came, who asked what, and one image's whole life."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from local.story.complete import Complete
from local.story.places import TRIAL
from local.story.repaired import Repaired
from local.story.scene import Scene
from local.story.teller import expect, until


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """What the inspector sees.

    Attributes
    ----------
    lives : tuple
        Of each subject's series, its entries in the order of the ledger.
    stages : tuple
        Of each, the seconds from the completed upload on, by what had happened by then.
    """

    tracker: Any
    queries: Any
    lives: tuple[list[Any], ...]
    stages: tuple[list[tuple[str, float]], ...]
    states_of_machine: list[str]


MILESTONES = {  # event → what a person calls it; the first after the upload counts
    "TransmittalReceived.v1": "received",
    "TransmittalScreening.v1": "screening began",
    "TransmittalAccepted.v1": "screened",
    "SeriesDeidentified.v1": "de-identified and packed",
    "TimePointJudged.v1": "checked, verdict given",
    "TimePointReadable.v1": "READABLE",
    "ReadQueued.v1": "queued for the last reader",
}


def overview(scene: Scene, *, complete: Complete, repaired: Repaired) -> Overview:
    """Tracker, queries and lives, as the inspector reads them."""
    teller, inspector = scene.teller, scene.actor("inspector")
    teller.chapter("3. What the trial looks like now")
    with teller.step("the tracker: expected against received"):
        tracker = inspector.run("track", "--trial", TRIAL)
    states = {(row["subject"], row["visit"]): row["state"] for row in tracker["rows"]}
    expect(
        "baselines",
        expected={"READABLE"},
        seen={states[one.subject, "BL"] for one in (scene.first, scene.second)},
    )
    for row in (row for row in tracker["rows"] if row["state"] != "PLANNED"):
        teller.say(f"{row['subject']} {row['visit']}: {row['state']}, {row['received']} of {row['expected']}")
    with teller.step("the queries: one, closed"):
        queries = inspector.run("queries", "--all", "--trial", TRIAL)["queries"]
    expect("queries", expected=["CLOSED"], seen=[query["state"] for query in queries])
    with teller.step("the life of one image, from its ledger entries"):
        lives = tuple(_life(scene, series) for series in (complete.series, repaired.series))
    receipts = (complete.receipt, repaired.receipt)
    stages = tuple(
        _stages(life, transmittal=receipt["transmittal"])
        for life, receipt in zip(lives, receipts, strict=True)
    )
    counted = Counter(entry["object"] for entry in lives[0])
    teller.say(f"{len(lives[0])} entries: " + _listed(counted))
    for name, found in zip(("first upload, cold", "last upload, warm"), stages, strict=True):
        told = ", ".join(f"{text} {seconds:.1f} s" for text, seconds in found)
        teller.say(f"{name}: {told}")
    return Overview(
        tracker=tracker,
        queries=queries,
        lives=lives,
        stages=stages,
        states_of_machine=_states(scene, transmittal=complete.receipt["transmittal"]),
    )


def _listed(counted: Counter[str]) -> str:
    return ", ".join(f"{count} × {name}" for name, count in counted.items())


def _life(scene: Scene, series: Any) -> list[Any]:  # noqa: ANN401 -- JSON
    def entries() -> list[Any]:
        command = ("image", series["series"], "--history", "--trial", TRIAL)
        found: list[Any] = scene.actor("inspector").run(*command)["history"]
        return found

    return until(
        f"entries of {series['series']}",
        entries,
        is_so=lambda found: bool(found) and all(entry["seq"] is not None for entry in found),
        expected="each with its place on the ledger",
        show=lambda found: f"{sum(entry['seq'] is None for entry in found)} of {len(found)} without",
    )


def _stages(life: list[Any], *, transmittal: str) -> list[tuple[str, float]]:
    """Seconds from the moment at which the upload was complete."""
    started = next(
        datetime.fromisoformat(entry["at"])
        for entry in life
        if entry["type"] == "TransmittalReceived.v1" and entry["id"] == transmittal
    )
    found: dict[str, float] = {}
    for entry in sorted(life, key=lambda entry: entry["at"]):
        seconds = (datetime.fromisoformat(entry["at"]) - started).total_seconds()
        name = MILESTONES.get(entry["type"])
        if name is not None and seconds >= 0:
            found[name] = seconds
    return sorted(found.items(), key=lambda item: item[1])


def _states(scene: Scene, *, transmittal: str) -> list[str]:
    """States that the state machine entered for the transmittal, in order."""
    machine = scene.stage.cloud.client("stepfunctions")
    arn = scene.stage.outputs["StateMachineArn"]
    for execution in machine.list_executions(stateMachineArn=arn)["executions"]:
        given = machine.describe_execution(executionArn=execution["executionArn"])["input"]
        if transmittal in given:
            events = machine.get_execution_history(executionArn=execution["executionArn"])["events"]
            details = (event.get("stateEnteredEventDetails") for event in events)
            return [detail["name"] for detail in details if detail]
    return []
