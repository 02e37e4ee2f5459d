"""Step 1: a complete series goes from a presigned upload to two readers' queues."""

from dataclasses import dataclass
from typing import Any

from local.story.packs import Pack, Slice, expect_same_pixels, fetched, originals
from local.story.places import TRIAL
from local.story.queues import Queue, queues
from local.story.recording import Call
from local.story.scene import Scene
from local.story.sending import exported, time_point, upload
from local.story.teller import expect

COMPLETE = "101-0001-baseline"


@dataclass(frozen=True, slots=True, kw_only=True)
class Complete:
    """What came out.

    Attributes
    ----------
    series : mapping
        As the API shows it.
    calls : tuple of Call
        Of the API and the storage, that the upload took.
    """

    receipt: Any
    series: Any
    originals: tuple[Slice, ...]
    pack: Pack
    queues: tuple[Queue, ...]
    calls: tuple[Call, ...]


def complete_series(scene: Scene) -> Complete:
    """Subject 101-0001, baseline."""
    one, teller = scene.first, scene.teller
    teller.chapter(f"1. Subject {one.subject}: a complete series")
    folder = exported(one, name=COMPLETE)
    so_far = len(scene.recorder.calls)
    with teller.step("the site uploads 20 slices by presigned URLs"):
        receipt = upload(scene, one, folder=folder)
    calls = scene.recorder.calls[so_far:]
    teller.say(scene.ran[-1].command)
    with teller.step("screened, de-identified, packed, checked: the time point is READABLE"):
        row = time_point(scene, one.subject, state="READABLE")
    expect("slots received", expected=row["expected"], seen=row["received"])
    with teller.step("two readers' queues hold it, in the order that the charter's seed gives"):
        found = queues(scene, readable=[one])
    for queue in found:
        teller.say(f"{queue.slot}: {', '.join(queue.reading_ids) or 'nothing'}")
    id = next(series for slot in row["slots"] for series in slot["series"])
    series = scene.actor("inspector").run("image", id, "--trial", TRIAL)
    with teller.step("the packed images have the same pixels, byte for byte"):
        before, pack = originals(folder), fetched(scene, series, version=1)
        expect_same_pixels(before, pack.slices)
    return Complete(
        receipt=receipt, series=series, originals=before, pack=pack, queues=found, calls=tuple(calls)
    )
