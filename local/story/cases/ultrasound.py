"""Ultrasound with a name in its pixels: held, flagged in the header or not; looked at, masked, cleared."""

from dataclasses import dataclass
from io import BytesIO
from typing import Any

import numpy as np
from PIL import Image

from local.story.cases.reviewing import clear, held, look, worked_on
from local.story.echoes import BANNER, ultrasound_image
from local.story.packs import Slice, fetched, originals
from local.story.pictures import Grey, data_url
from local.story.places import IMAGES, WEEK_6
from local.story.report import Report, figure, heading, quote, side_by_side, table, verdict
from local.story.scene import Scene
from local.story.sending import screened, sent
from local.story.teller import expect

FLAGGED, UNFLAGGED = "DEI-105", "DEI-112"  # why it is held: the header says so, the kind carries text
REASON = "A name stands in the upper left corner; masked"
WIDTH = 420
FOLDER = "101-0003-ultrasound"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reviewed:
    """One series, before a person looked and after.

    Attributes
    ----------
    why : str
        In words, why it was held.
    frame : bytes
        PNG that the reviewer saw.
    after : uint8 array
        The pixels in the pack.
    """

    code: str
    why: str
    frame: bytes
    after: Grey


@dataclass(frozen=True, slots=True, kw_only=True)
class Ultrasound:
    """What came out."""

    subject: str
    reviewed: tuple[Reviewed, ...]
    certificate: Any

    def show(self, report: Report) -> None:
        """The frames that the reviewer saw, and what left."""
        pictures = [
            part
            for one in self.reviewed
            for part in (
                heading(_flag(one.code)),
                quote(f"{one.why} ({one.code})"),
                side_by_side(
                    figure(data_url(Image.open(BytesIO(one.frame))), "what the reviewer saw", width=WIDTH),
                    figure(data_url(one.after), "what the pack holds", width=WIDTH),
                ),
            )
        ]
        report.add(
            f"4b. Subject {self.subject}: a name in the pixels",
            "An ultrasound machine writes the patient's name into the image. The site sent two series, one "
            "whose header says so and one whose header keeps silent. Both were held until a person had "
            "looked. The images are drawn, the person is fictitious.",
            *pictures,
            f"The reviewer masked the box {_box()} and cleared each with a signature: “{REASON}”. Pixels "
            "outside the box are as they were.",
            table(
                ("The certificate says", ""),
                [
                    ("cleared by a person", verdict("yes", is_good=self.certificate["cleared_by_person"])),
                    ("boxes", _box()),
                ],
            ),
        )


def send(scene: Scene) -> str:
    """Two series of one examination at week 6."""
    one, folder = scene.enrolled.echo, IMAGES / FOLDER
    folder.mkdir(parents=True)
    (folder / "US0001.dcm").write_bytes(ultrasound_image(one.patient, series=1))
    (folder / "US0002.dcm").write_bytes(ultrasound_image(one.patient, series=2, flag="YES"))
    return str(sent(scene, folder, subject=one.subject, visit=WEEK_6)["transmittal"])


def tell(scene: Scene, *, transmittal: str) -> Ultrasound:
    """Both are held; a reviewer looks, masks and signs."""
    teller, one = scene.teller, scene.enrolled.echo
    teller.chapter(f"4b. Subject {one.subject}: a name in the pixels")
    receipt = screened(scene, transmittal)
    expect("the transmittal", expected="ACCEPTED", seen=receipt["state"])
    names = [item["series"] for item in receipt["series"]]
    with teller.step("both ultrasound series are held in DEID_REVIEW, flagged in the header or not"):
        waiting = held(scene, names)
    expect("why", expected=[FLAGGED, UNFLAGGED], seen=sorted(item["code"] for item in waiting))
    for item in waiting:
        teller.say(f"{_flag(item['code'])}: {item['sentence']} ({item['code']})")
    with teller.step("a reviewer looks at the rendered frames; each look is an entry"):
        frames = {
            item["series"]: look(scene, item["series"])[0]
            for item in sorted(waiting, key=lambda item: str(item["code"]), reverse=True)
        }
    with teller.step("the reviewer masks the name and clears both, with signatures"):
        for name in frames:
            clear(scene, name, reason=REASON, boxes=[_box()])
    with teller.step("the packs hold nothing in the box, and every other pixel as it was"):
        before = {item.number: item for item in originals(IMAGES / FOLDER)}
        packs = {name: fetched(scene, worked_on(scene, name), version=1) for name in frames}
    for pack in packs.values():
        _expect_masked(before[pack.slices[0].number], pack.slices[0])
    why = {item["series"]: item for item in waiting}
    return Ultrasound(
        subject=one.subject,
        reviewed=tuple(
            Reviewed(
                code=why[name]["code"],
                why=why[name]["sentence"],
                frame=frame,
                after=packs[name].slices[0].header.pixel_array,
            )
            for name, frame in frames.items()
        ),
        certificate=next(iter(packs.values())).certificate["masked"],
    )


def _expect_masked(before: Slice, after: Slice) -> None:
    wanted = before.header.pixel_array.copy()
    x, y, width, height = BANNER
    box = wanted[y : y + height, x : x + width]
    expect("there was a name in the box", expected=True, seen=bool(box.any()))
    box[:] = 0
    seen = bool(np.array_equal(wanted, after.header.pixel_array))
    expect("pixels: blank in the box, as sent outside", expected=True, seen=seen)


def _box() -> str:
    return ",".join(map(str, BANNER))


def _flag(code: str) -> str:
    return "the header says that text is burned in" if code == FLAGGED else "the header keeps silent"
