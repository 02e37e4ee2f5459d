"""What is measured of Corelab, of one that copies, and of one that cannot run."""

import shutil

import pytest

from corelab_cli.commands.deidbench import CHARTER, corelab
from corelab_deidbench.candidates import Candidate, Ran, collected
from corelab_deidbench.measuring import COVERED, measure
from corelab_deidbench.table import document, page
from corelab_deidbench.traps import CLASSES, NOT_COVERED

PER_CLASS = 5
NOT_YET = {  # what the bench has found, and docs/leaks.md says
    "wrong representations, UN",  # letters where a binary number must stand
    "numbers",  # a hospital number as two words, in a palette
    "comments of compressed frames",  # bytes behind the last run of a frame of run lengths
    COVERED,
    NOT_COVERED,
}


def _copies(source, target):
    shutil.copytree(source, target)
    return Ran(outputs=collected(target))


def _candidate(name, run):
    return Candidate(name=name, version="1", how="a test", run=run)


@pytest.fixture(scope="module")
def measured(tmp_path_factory):
    candidates = (
        corelab(CHARTER, seed=3),
        _candidate("copies", _copies),
        _candidate("broken", lambda *_: Ran(problem="not installed: no such thing")),
    )
    return measure(candidates, seed=3, per_class=PER_CLASS, scratch=tmp_path_factory.mktemp("bench"))


def test_corelab_leaks_in_no_new_place_and_delivers_most(measured):
    ours = measured[0]

    assert {name for name, one in ours.leaks.items() if one.leaked} <= NOT_YET
    assert ours.leaks[COVERED].leaked <= 0.05 * ours.leaks[COVERED].delivered
    assert ours.leaks[COVERED].delivered > 0.6 * ours.leaks[COVERED].planted
    assert ours.leaks["text in pixels, told or usual"].delivered == 0


def test_corelab_keeps_what_is_of_use(measured):
    use = measured[0].use

    for check in (
        "tag retained",
        "text not null",
        "date shifted",
        "UID changed",
        "UID consistent",
        "patient ID consistent",
        "pixels hidden",
        "pixels retained",
        "days between visits kept",
    ):
        assert use[check].of
        assert use[check].hold == use[check].of


def test_who_copies_leaks_everything_and_keeps_everything(measured):
    copies = measured[1]

    assert all(copies.leaks[name].leaked == PER_CLASS for name in CLASSES)
    assert copies.use["pixels retained"].hold == copies.use["pixels retained"].of > 0
    assert copies.use["sound files delivered"].hold == copies.use["sound files delivered"].of
    for check in ("UID changed", "date shifted", "pixels hidden", "text removed"):
        assert copies.use[check].hold == 0


def test_who_cannot_run_is_in_the_table_with_the_reason(measured):
    told = page(measured, per_class=PER_CLASS, command="corelab deid bench")

    assert "broken 1" in told
    assert "No result: not installed: no such thing." in told
    assert [one["name"] for one in document(measured, seed=3, per_class=PER_CLASS)["tools"]] == [
        "corelab",
        "copies",
        "broken",
    ]
