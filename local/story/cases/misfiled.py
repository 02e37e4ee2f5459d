"""A study under the wrong subject, found too late: two persons sign, and every room lets go of it."""

from dataclasses import dataclass
from typing import Any

from local.story.cast import FILED_UNDER
from local.story.places import TRIAL, VISIT
from local.story.report import Report, heading, table, verdict
from local.story.scene import Scene
from local.story.sending import exported, sent, time_point
from local.story.teller import expect, until

REASON = "The site took two subjects for each other; its worksheet says so"
READS_A_CASE = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Misfiled:
    """What came out.

    Attributes
    ----------
    proposed, study : mapping
        After the first signature, and after the second.
    affected : sequence
        Reads that held its images.
    rows : sequence
        The tracker's rows of both subjects at the end.
    """

    proposed: Any
    study: Any
    affected: Any
    rows: tuple[Any, ...]

    def show(self, report: Report) -> None:
        """Who signed, where the images are now, which reads it cost."""
        signed = ", ".join(self.proposed["proposed"]["signed_by"])
        report.add(
            f"4e. Subject {FILED_UNDER}: a study that belongs to another",
            f"The site sent a complete baseline under {FILED_UNDER}; it was checked, readable, and in two "
            f"readers' queues when the mistake was found. After the first signature ({signed}) nothing "
            f"moved; after the second, of another person in another role, the study left {FILED_UNDER} and "
            f"went through the pipeline under {self.study['subject']}. Nobody sent anything again.",
            table(
                ("Subject", "Visit", "State", "Received"),
                [
                    (
                        row["subject"],
                        row["visit"],
                        verdict(row["state"], is_good=True) if row["state"] == "READABLE" else row["state"],
                        f"{row['received']} of {row['expected']}",
                    )
                    for row in self.rows
                ],
            ),
            heading("Reads that it touches"),
            table(
                ("Subject", "Visit", "Reader", "State now", "How"),
                [
                    (
                        read["subject"],
                        read["visit"],
                        read["slot"],
                        read["state"],
                        "held its images" if read["how"] == "HELD" else "was compared with them",
                    )
                    for read in self.affected
                ],
            ),
        )


def send(scene: Scene) -> None:
    """A complete baseline, under the wrong subject."""
    folder = exported(scene.enrolled.misfiled, name="101-0006-filed-under-101-0007")
    sent(scene, folder, subject=FILED_UNDER)


def tell(scene: Scene) -> Misfiled:
    """The manager and the data manager sign; the study moves."""
    teller, owner = scene.teller, scene.enrolled.misfiled.subject
    teller.chapter(f"4e. Subject {FILED_UNDER}: a study that belongs to {owner}")
    with teller.step(f"nobody notices: {VISIT} of {FILED_UNDER} is READABLE and queued for two readers"):
        time_point(scene, FILED_UNDER, state="READABLE")
        study = _study(scene)
    expect("reads that it touches", expected=[], seen=_touched(scene, study))
    to = ("--subject", owner, "--visit", VISIT, "--reason", REASON, "--trial", TRIAL)
    with teller.step("the manager signs that the study was misfiled: nothing moves on one signature"):
        proposed = scene.actor("project.manager").sign("studies", "correct", study, *to)
    expect("the study after one signature", expected="ALLOCATED", seen=proposed["state"])
    with teller.step("the data manager signs the same: the study leaves its time point"):
        scene.actor("data.manager").sign("studies", "correct", study, *to)
        left = time_point(scene, FILED_UNDER, state="PLANNED")
    with teller.step(f"it goes through the pipeline under {owner}, and is READABLE there"):
        there = time_point(scene, owner, state="READABLE")
    with teller.step("the reads that it touched are listed"):
        affected = until(
            "reads that it touched",
            lambda: _touched(scene, study),
            is_so=lambda found: len(found) == READS_A_CASE,
            expected=f"{READS_A_CASE} reads",
            show=len,
        )
    for read in affected:
        teller.say(f"{read['subject']} {read['visit']} · {read['slot']} · {read['state']}")
    found = scene.actor("data.manager").run("studies", "show", study, "--trial", TRIAL)
    expect("the study's subject", expected=owner, seen=found["subject"])
    return Misfiled(proposed=proposed, study=found, affected=affected, rows=(left, there))


def _study(scene: Scene) -> str:
    found = scene.actor("data.manager").run("studies", "list", "--trial", TRIAL)["studies"]
    (study,) = (one["study"] for one in found if one["subject"] == FILED_UNDER)
    return str(study)


def _touched(scene: Scene, study: str) -> list[Any]:
    reads: list[Any] = scene.actor("project.manager").run("affected", study, "--trial", TRIAL)["reads"]
    return reads
