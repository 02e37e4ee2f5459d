"""A hospital's export as files, and their upload by the site's coordinator."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from local.story.cast import Enrolled
from local.story.images import brain_series
from local.story.places import CACHE, IMAGES, SITE, TRIAL, VISIT
from local.story.rekey import rekeyed
from local.story.scene import Scene
from local.story.teller import expect, until


def exported(one: Enrolled, *, name: str, without: Iterable[int] = ()) -> Path:
    """Folder with the patient's series, 20 slices, less those that were forgotten (numbered from 1)."""
    folder = IMAGES / name
    folder.mkdir(parents=True)
    for number, data in enumerate(rekeyed(brain_series(CACHE), one.patient), start=1):
        if number not in without:
            (folder / f"IM{number:04}.dcm").write_bytes(data)
    return folder


def upload(scene: Scene, one: Enrolled, *, folder: Path) -> Any:  # noqa: ANN401 -- JSON
    """Receipt of sending the folder, after screening; every file must have been taken."""
    command = (
        *("upload", str(folder), "--trial", TRIAL, "--site", SITE),
        *("--subject", one.subject, "--visit", VISIT),
    )
    count = len([*folder.iterdir()])
    receipt = scene.actor("coordinator").run(*command, "--follow")
    expect("the transmittal", expected="ACCEPTED", seen=receipt["state"])
    expect("files that arrived", expected=count, seen=receipt["arrived"])
    expect("files that were refused", expected=[], seen=receipt["refused"])
    again = scene.actor("coordinator").run(
        *command,
    )
    expect("the same upload twice", expected=receipt["transmittal"], seen=again["transmittal"])
    expect("the same upload twice was sent before", expected=True, seen=again["sent_before"])
    return receipt


def time_point(scene: Scene, one: Enrolled, *, state: str) -> Any:  # noqa: ANN401 -- JSON
    """The tracker's row of the baseline, once it is in this state."""

    def row() -> Any:  # noqa: ANN401 -- JSON
        rows = scene.actor("coordinator").run("track", "--subject", one.subject, "--trial", TRIAL)["rows"]
        return next(row for row in rows if row["visit"] == VISIT)

    return until(
        f"baseline of {one.subject}",
        row,
        is_so=lambda row: row["state"] == state,
        expected=state,
        show=lambda row: f"{row['state']} (QC: {row['verdict']})",
    )
