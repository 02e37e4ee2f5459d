"""A ZIP with two good images, a path that leads out of it, a bomb and a text: the good ones are worked on."""

import io
import zipfile
from dataclasses import dataclass
from typing import Any

from local.story.cases.reviewing import clear, held, look, worked_on
from local.story.echoes import ultrasound_image
from local.story.images import brain_series
from local.story.places import CACHE, IMAGES, WEEK_6
from local.story.rekey import rekeyed
from local.story.report import Report, code, quote, table, verdict
from local.story.scene import Scene
from local.story.sending import screened, sent, time_point
from local.story.teller import expect

GOOD = 2
BOMB_BYTES = 48_000_000  # of nothing but zeros: a thousandth of it once packed
FILE = IMAGES / "101-0004-medium.zip"
REASON = "No text in the pixels"


@dataclass(frozen=True, slots=True, kw_only=True)
class Zipped:
    """What came out."""

    receipt: Any
    series: Any
    row: Any

    def show(self, report: Report) -> None:
        """Member by member, in the words that the site reads."""
        refused = [
            (f"member {one['member']}", verdict(one["code"], is_good=False), one["detail"], one["remedy"])
            for one in self.receipt["refused"]
        ]
        aside = [("set aside", code(one["code"]), one["detail"], "") for one in self.receipt["set_aside"]]
        images = self.series["versions"][-1]["instances"]
        report.add(
            f"4c. Subject {self.row['subject']}: a ZIP with a bomb in it",
            "The site sent one ZIP: two ultrasound images, a brain image under a path that leads out of "
            f"the archive, a file that inflates to {BOMB_BYTES // 1_000_000} MB of nothing, and a text. It "
            "was opened in memory, under budgets; each file was refused or taken for itself. The site "
            "reads:",
            table(("File", "Code", "What is wrong", "What to do"), [*refused, *aside]),
            quote(
                f"{images} images were looked at, de-identified and packed. Week 6 is {self.row['state']}: "
                f"of {self.row['expected']} series that the charter requires, {self.row['received']} came.",
            ),
        )


def send(scene: Scene) -> str:
    """One file."""
    one = scene.enrolled.medium
    first, second = (
        ultrasound_image(one.patient, series=1, number=number, is_named=False) for number in (1, 2)
    )
    brain = next(rekeyed(brain_series(CACHE), one.patient))
    owner = one.patient.name.replace("^", "_")
    members = {
        f"{owner}/IM0001": first,
        f"{owner}/IM0002": second,
        "../../../etc/IM0003": brain,
        "THUMBS.DCM": bytes(BOMB_BYTES),
        "README.TXT": b"Thank you for choosing our hospital.",
    }
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    FILE.write_bytes(made.getvalue())
    return str(sent(scene, FILE, subject=one.subject, visit=WEEK_6)["transmittal"])


def tell(scene: Scene, *, transmittal: str) -> Zipped:
    """What is good in it is worked on; the rest is told in words."""
    teller, one = scene.teller, scene.enrolled.medium
    teller.chapter(f"4c. Subject {one.subject}: a ZIP with a bomb in it")
    with teller.step("two files of the ZIP are refused, one is set aside, each with a sentence and a remedy"):
        receipt = screened(scene, transmittal)
    expect("the transmittal", expected="ACCEPTED", seen=receipt["state"])
    codes = sorted(one["code"] for one in receipt["refused"])
    expect("files refused", expected=["ING-221", "ING-231"], seen=codes)
    for refused in receipt["refused"]:
        teller.say(f"file {refused['member']}: {refused['detail']} {refused['remedy']} ({refused['code']})")
    for aside in receipt["set_aside"]:
        teller.say(f"set aside: {aside['detail']} ({aside['code']})")
    with teller.step("the two good images are looked at and de-identified; the time point stays PARTIAL"):
        (name,) = (item["series"] for item in receipt["series"])
        held(scene, [name])
        look(scene, name)
        clear(scene, name, reason=REASON)
        series = worked_on(scene, name)
        row = time_point(scene, one.subject, state="PARTIAL", visit=WEEK_6)
    expect("images de-identified", expected=GOOD, seen=series["versions"][-1]["instances"])
    return Zipped(receipt=receipt, series=series, row=row)
