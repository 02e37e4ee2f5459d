"""The same upload again: nothing changes."""

from collections.abc import Mapping
from dataclasses import dataclass

from local.story.places import IMAGES, TRIAL
from local.story.report import Report, table, verdict
from local.story.scene import Scene
from local.story.sending import sent
from local.story.teller import expect


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """The entries of a whole life, and the versions of the series that it is about."""

    subject: str
    entries: int
    versions: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SameAgain:
    """What stood there before and after."""

    before: tuple[Standing, ...]
    after: tuple[Standing, ...]

    def show(self, report: Report) -> None:
        """Before and after, side by side."""
        report.add(
            "4d. The same uploads again",
            "The complete folders of chapters 1 and 2 were sent once more, as a worried person does. The "
            "command said that they are here. No entry was written, no version made.",
            table(
                ("Subject", "Entries before", "Entries after", "Versions before", "Versions after", ""),
                [
                    (
                        one.subject,
                        one.entries,
                        other.entries,
                        one.versions,
                        other.versions,
                        verdict("nothing changed", is_good=True),
                    )
                    for one, other in zip(self.before, self.after, strict=True)
                ],
            ),
        )


def tell(scene: Scene, *, series: Mapping[str, str]) -> SameAgain:
    """Two folders are sent once more.

    Parameters
    ----------
    series : mapping
        Folder's name to the series that came of it.
    """
    scene.teller.chapter("4d. The same uploads again")
    before = tuple(_standing(scene, id) for id in series.values())
    with scene.teller.step("the site sends two folders once more; no entry is written, no version made"):
        for name, one in zip(series, (scene.first, scene.second), strict=True):
            again = sent(scene, IMAGES / name, subject=one.subject)
            expect("it was sent before", expected=True, seen=again["sent_before"])
        after = tuple(_standing(scene, id) for id in series.values())
    expect("entries and versions", expected=before, seen=after)
    return SameAgain(before=before, after=after)


def _standing(scene: Scene, series: str) -> Standing:
    found = scene.actor("inspector").run("image", series, "--history", "--trial", TRIAL)
    return Standing(subject=found["subject"], entries=len(found["history"]), versions=len(found["versions"]))
