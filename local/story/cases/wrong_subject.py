"""Images of one person arrive under another subject: held, said in words, rejected with a signature."""

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from local.story.cast import NEVER_SCANNED
from local.story.places import TRIAL
from local.story.report import Report, quote, table, verdict
from local.story.scene import Scene
from local.story.sending import exported, screened, sent, time_point
from local.story.teller import expect

SLICES = 3
REASON = "Another subject's images; the site was told and sends the right ones"


@dataclass(frozen=True, slots=True, kw_only=True)
class WrongSubject:
    """What came out.

    Attributes
    ----------
    held, history : mapping, list
        What the quality control saw, and the transmittal's entries at the end.
    """

    held: Any
    history: Any
    owner: str

    def show(self, report: Report) -> None:
        """The alarm, in words, and who decided."""
        report.add(
            f"4a. Subject {self.held['subject']}: images of somebody else",
            f"The site filed a later scan of {self.owner}'s patient under {self.held['subject']}. The system "
            "knows an identity by its keyed hash alone, and held the transmittal:",
            quote(f"{self.held['detail']} ({self.held['code']})"),
            quote(f"To the site: {self.held['remedy']}"),
            f"The quality control rejected it with a signature: “{REASON}”. Nothing of it counts.",
            table(
                ("Entry", "What", "Role", "Signed"),
                [
                    (
                        entry["type"],
                        entry["action"],
                        entry["role"],
                        verdict("signed", is_good=True) if entry["signature"] else "",
                    )
                    for entry in self.history
                ],
            ),
        )


def send(scene: Scene) -> str:
    """A later scan of the first subject's patient, under a subject who was never scanned."""
    patient = scene.first.patient
    later = replace(scene.first, patient=replace(patient, scanned_on=patient.scanned_on + timedelta(days=1)))
    folder = exported(later, name="101-0005-of-another", without=range(SLICES + 1, 21))
    return str(sent(scene, folder, subject=NEVER_SCANNED)["transmittal"])


def tell(scene: Scene, *, transmittal: str) -> WrongSubject:
    """It is held; a person rejects it."""
    teller, quality = scene.teller, scene.actor("quality.control")
    teller.chapter(f"4a. Subject {NEVER_SCANNED}: images of somebody else")
    with teller.step("the transmittal is QUARANTINED, and says why"):
        receipt = screened(scene, transmittal)
        waiting = quality.run("held", "list", "--trial", TRIAL)["held"]
    expect("the transmittal", expected="QUARANTINED", seen=receipt["state"])
    (held,) = (one for one in waiting if one["transmittal"] == transmittal)
    expect("the alarm", expected="ING-302", seen=held["code"])
    teller.say(f"{held['detail']} {held['remedy']} ({held['code']})")
    with teller.step("the quality control rejects it with a signature; nothing of it counts"):
        done = quality.sign("held", "reject", transmittal, "--reason", REASON, "--trial", TRIAL)
        time_point(scene, NEVER_SCANNED, state="PLANNED")
    expect("the transmittal", expected="REJECTED", seen=done["state"])
    with scene.actor("inspector").client() as client:
        history = client.get(f"/v1/trials/{TRIAL}/history", object="transmittal", id=transmittal)["entries"]
    expect("the last entry is signed", expected=True, seen=bool(history[-1]["signature"]))
    return WrongSubject(held=held, history=history, owner=scene.first.subject)
