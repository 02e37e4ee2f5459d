"""What a reviewer does with a held series, for the scenes that have one."""

from collections.abc import Iterable
from typing import Any

from local.story.places import FRAMES, TRIAL
from local.story.scene import Scene
from local.story.teller import expect, until

WORKED_ON = {"DEIDENTIFIED", "PRIMARY", "REPEAT", "NOT_USED"}


def held(scene: Scene, series: Iterable[str]) -> list[Any]:
    """What the list of held series says of these, once it names them all."""
    names = {*series}

    def waiting() -> list[Any]:
        found = scene.actor("reviewer").run("deid", "review", "list", "--trial", TRIAL)["reviews"]
        return [item for item in found if item["series"] in names]

    return until(
        "series that wait for a reviewer",
        waiting,
        is_so=lambda found: len(found) == len(names),
        expected=f"{len(names)} in DEID_REVIEW",
        show=len,
    )


def look(scene: Scene, series: str) -> list[bytes]:
    """PNG of every frame as it is, as the reviewer sees them."""
    folder = FRAMES / series
    shown = scene.actor("reviewer").run(
        *("deid", "review", "show", series, "--folder", str(folder), "--trial", TRIAL)
    )
    expect("frames that could not be shown", expected=[], seen=shown["not_shown"])
    return [path.read_bytes() for path in sorted(folder.glob("*-plain.png"))]


def clear(scene: Scene, series: str, *, reason: str, boxes: Iterable[str] = ()) -> None:
    """Let it through, with a signature and the boxes blanked."""
    named = [part for box in boxes for part in ("--box", box)]
    scene.actor("reviewer").sign(
        "deid", "review", "clear", series, *named, "--reason", reason, "--trial", TRIAL
    )


def worked_on(scene: Scene, series: str) -> Any:  # noqa: ANN401 -- JSON
    """The series, once it has been de-identified."""
    return until(
        f"series {series}",
        lambda: scene.actor("inspector").run("image", series, "--trial", TRIAL),
        is_so=lambda found: found["state"] in WORKED_ON,
        expected="de-identified",
        show=lambda found: found["state"],
    )
