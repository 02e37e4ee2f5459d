"""Step 2: slices are missing, a query asks for them in words, the site resends, the query closes."""

from dataclasses import dataclass
from typing import Any

from local.story.packs import Pack, expect_same_pixels, fetched, originals
from local.story.places import TRIAL, VISIT
from local.story.queues import Queue, queues
from local.story.scene import Scene
from local.story.sending import exported, time_point, upload
from local.story.teller import expect, until

WHOLE = "101-0002-whole"
FORGOTTEN = (8, 9, 14)  # inner slices: the first and the last would not leave a gap


@dataclass(frozen=True, slots=True, kw_only=True)
class Repaired:
    """What came out.

    Attributes
    ----------
    opened, closed : mapping
        The query, as the API showed it before and after.
    """

    opened: Any
    closed: Any
    receipt: Any
    series: Any
    first_pack: Pack
    pack: Pack
    queues: tuple[Queue, ...]


def missing_slices(scene: Scene) -> Repaired:
    """Subject 101-0002, baseline."""
    one, teller = scene.second, scene.teller
    teller.chapter(f"2. Subject {one.subject}: three slices are missing")
    lacking = exported(one, name="101-0002-lacking", without=FORGOTTEN)
    with teller.step("the site uploads 17 of 20 slices"):
        upload(scene, one, folder=lacking)
    with teller.step("QC sees it, and a query opens in words that a site understands"):
        opened = _query(scene, state="OPEN")
    _check_words(opened)
    for line in opened["lines"]:
        teller.say(line["text"])
    with teller.step("meanwhile the time point is RECEIVED, not READABLE, and in nobody's queue"):
        time_point(scene, one.subject, state="RECEIVED")
        queues(scene, readable=[scene.first])
    whole = exported(one, name=WHOLE)
    with teller.step("the site sends the complete series"):
        receipt = upload(scene, one, folder=whole)
    with teller.step("the check passes; the time point is READABLE"):
        row = time_point(scene, one.subject, state="READABLE")
    with teller.step("the query closes by itself"):
        closed = _query(scene, state="CLOSED")
    expect("the query that closed", expected=opened["query"], seen=closed["query"])
    expect("its lines", expected={True}, seen={line["is_passed"] for line in closed["lines"]})
    with teller.step("the queues hold both subjects, in the seed's order"):
        found = queues(scene, readable=[scene.first, one])
    for queue in found:
        teller.say(f"{queue.slot}: {', '.join(queue.reading_ids) or 'nothing'}")
    id = next(series for slot in row["slots"] for series in slot["series"])
    series = scene.actor("inspector").run("image", id, "--trial", TRIAL)
    pack = fetched(scene, series, version=2)
    expect_same_pixels(originals(whole), pack.slices)
    return Repaired(
        opened=opened,
        closed=closed,
        receipt=receipt,
        series=series,
        first_pack=fetched(scene, series, version=1),
        pack=pack,
        queues=found,
    )


def _query(scene: Scene, *, state: str) -> Any:  # noqa: ANN401 -- JSON
    def found() -> list[Any]:
        command = ("queries", "--subject", scene.second.subject, "--all", "--trial", TRIAL)
        return [
            query for query in scene.actor("coordinator").run(*command)["queries"] if query["visit"] == VISIT
        ]

    seen = until(
        f"query about {scene.second.subject}",
        found,
        is_so=lambda queries: [query["state"] for query in queries] == [state],
        expected=f"one query, {state}",
        show=lambda queries: [query["state"] for query in queries],
    )
    return seen[0]


def _check_words(query: Any) -> None:  # noqa: ANN401 -- JSON
    """The words say whose, what was seen, what was asked, and where the charter says so."""
    checks = [line["check"] for line in query["lines"]]
    expect("INT-11 (missing slices) is among the lines", expected=True, seen="INT-11" in checks)
    line = query["lines"][checks.index("INT-11")]
    for what in (query["subject"], line["seen"], line["asked"], f"charter section {line['section']}"):
        expect(f"the query's text holds “{what}”", expected=True, seen=what in line["text"])
