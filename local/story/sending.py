"""A hospital's export as files, and their upload by the site's coordinator."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from corelab_cli.commands.upload import UNDER_WAY
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
    return receipt


def sent(scene: Scene, path: Path, *, subject: str, visit: str = VISIT) -> Any:  # noqa: ANN401 -- JSON
    """What the command said of a folder or file that was sent; screening goes on meanwhile."""
    command = ("upload", str(path), "--trial", TRIAL, "--site", SITE, "--subject", subject, "--visit", visit)
    return scene.actor("coordinator").run(*command)


def screened(scene: Scene, transmittal: str) -> Any:  # noqa: ANN401 -- JSON
    """The transmittal as the site sees it, once screening has ended."""
    with scene.actor("coordinator").client() as client:
        return until(
            f"screening of {transmittal}",
            lambda: client.get(f"/v1/trials/{TRIAL}/transmittals/{transmittal}"),
            is_so=lambda receipt: receipt["state"] not in UNDER_WAY,
            expected="an end",
            show=lambda receipt: receipt["state"],
        )


def time_point(scene: Scene, subject: str, *, state: str, visit: str = VISIT) -> Any:  # noqa: ANN401 -- JSON
    """The tracker's row of a subject's visit, once it is in this state."""

    def row() -> Any:  # noqa: ANN401 -- JSON
        rows = scene.actor("coordinator").run("track", "--subject", subject, "--trial", TRIAL)["rows"]
        return next(row for row in rows if row["visit"] == visit)

    return until(
        f"{visit} of {subject}",
        row,
        is_so=lambda row: row["state"] == state,
        expected=state,
        show=lambda row: f"{row['state']} (QC: {row['verdict']})",
    )
