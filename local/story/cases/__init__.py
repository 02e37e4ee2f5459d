"""What goes wrong, and what the system makes of it: a scene a file.

A scene's module sends what it needs, then tells what came of it, and shows it on the page.
"""

from collections.abc import Mapping
from typing import Protocol

from local.story.cases import (
    addresses,
    insiders,
    misfiled,
    same_again,
    strangers,
    ultrasound,
    wrong_subject,
    zipped,
)
from local.story.report import Report
from local.story.scene import Scene


class Case(Protocol):
    """A scene that has been told."""

    def show(self, report: Report) -> None:
        """Add its section to the page."""


def attacks(scene: Scene, *, transmittal: str) -> tuple[Case, ...]:
    """The scenes of whoever should not be here, and of who is inside and should not do it.

    Parameters
    ----------
    transmittal : str
        One that is long accepted.
    """
    scene.teller.chapter("5. Strangers, and insiders")
    return (
        strangers.tell(scene, transmittal=transmittal),
        addresses.tell(scene),
        insiders.tell(scene),
    )


def mistakes(scene: Scene, *, series: Mapping[str, str]) -> tuple[Case, ...]:
    """The scenes of a site's mistakes; everything is sent first and screened side by side.

    Parameters
    ----------
    series : mapping
        Of what was sent before: folder's name to the series that came of it.
    """
    teller = scene.teller
    teller.chapter("4. A site's mistakes")
    with teller.step("the site sends four things more; each comes to its own end below"):
        wrong = wrong_subject.send(scene)
        echo = ultrasound.send(scene)
        medium = zipped.send(scene)
        misfiled.send(scene)
    return (
        wrong_subject.tell(scene, transmittal=wrong),
        ultrasound.tell(scene, transmittal=echo),
        zipped.tell(scene, transmittal=medium),
        same_again.tell(scene, series=series),
        misfiled.tell(scene),
    )
