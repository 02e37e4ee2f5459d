"""A study was filed under another subject or visit: two persons correct it, and it is made anew there."""

import itertools
from dataclasses import replace

import pytest

from corelab.charter.errors import NotInCharter
from corelab.ingest.correcting import Place, correct_study
from corelab.ingest.errors import CorrectionUnclear, OriginalsLeft, StudyNotReady
from corelab.ingest.model import RECEIVED, TRANSMITTAL
from corelab.ingest.studies import derived_transmittal
from corelab.ingest.study import Part
from corelab.ingest.sweep import sweep
from corelab.kernel.actors import Actor, Role
from corelab.kernel.errors import IllegalMove, NotAllowed, OthersHaveToSign, ReasonMissing, SignatureMissing
from corelab.kernel.ids import PersonId
from corelab.kernel.write_path import find_all
from tests.fakes.dicom_files import mr_slice
from tests.fakes.ingest_world import ANNE, BERT, TRIAL, World
from tests.fakes.killing import Killed, Switch
from tests.unit.ingest.test_originals_retire import put
from tests.unit.ingest.test_studies_are_allocated import sent, studies, told
from tests.unit.ingest.test_studies_leave import withdraw

SLICES = (mr_slice(1), mr_slice(2))
MINE = {"StudyInstanceUID": "1.2.9.1", "SeriesInstanceUID": "1.2.9.1.1", "PatientID": "ANNES-OWN"}
ANNES = (mr_slice(1, **MINE), mr_slice(2, **MINE))
BERTS = Place(subject=BERT, visit="BL")
REASON = "the coordinator chose the wrong subject"


def filed(world=None):
    """Bert's study, filed under Anne."""
    world = world or World()
    world.screen(sent(world, *SLICES))
    return world, studies(world)["-1"]


def signs(world, study, role, *, to=BERTS, person=None, reason=REASON, signature="sgn_1", key=""):
    base = world.command(f"correct{key}/{role}/{study.study}", role=role)
    actor = Actor(subject=PersonId(person or f"a {role}"), role=role, session="s1")
    return correct_study(
        world.store,
        incoming=world.incoming,
        registry=world.registry,
        command=replace(base, actor=actor, reason=reason, signature=signature),
        study=study.study,
        to=to,
    )


def corrected(world, study, *, to=BERTS):
    signs(world, study, Role.PM, to=to)
    return signs(world, study, Role.DM, to=to)


def remade(world, state, brought):
    """The derived transmittal's run."""
    id = derived_transmittal(state, Part(transmittal=brought))
    assert world.state(id).state == RECEIVED
    return world.screen(id)


def test_one_person_proposes_and_nothing_moves():
    world, study = filed()
    state = signs(world, study, Role.DM)

    assert (state.state, state.subject, state.proposal.roles) == ("ALLOCATED", ANNE, {Role.DM})
    assert told(world, "StudyMisfiled.v1") == []


def test_the_second_person_corrects_it_and_every_room_is_told_once():
    world, study = filed()
    (old,) = study.series
    state = corrected(world, study)

    assert (state.state, state.subject, state.visit, state.proposal) == ("ALLOCATED", BERT, "BL", None)
    assert told(world, "StudyMisfiled.v1") == [
        {
            "study": study.study,
            "transmittal": study.transmittal,
            "site": "101",
            "subject": ANNE,
            "visit": "BL",
            "series": [{"series": old, "version": 1}],
            "to": {"subject": BERT, "visit": "BL"},
        }
    ]


def test_it_is_made_anew_from_the_same_originals_and_the_identity_is_his():
    world, study = filed()
    state = corrected(world, study)

    answer = remade(world, state, study.transmittal)

    assert (answer["outcome"], answer["subject"]) == ("ACCEPTED", BERT)
    assert [item["series"] for item in answer["series"]] != list(study.series)
    later = world.screened(mr_slice(3), key="his next", subject=BERT)
    assert later["outcome"] == "ACCEPTED"


def test_the_wrong_subject_is_free_for_her_own_images():
    world, study = filed()
    remade(world, corrected(world, study), study.transmittal)

    assert world.screened(*ANNES, key="hers")["outcome"] == "ACCEPTED"
    assert world.screened(mr_slice(4), key="his again under her name")["outcome"] == "QUARANTINED"


def test_a_study_moves_to_another_visit_of_the_same_subject_and_back():
    world, study = filed()
    there = corrected(world, study, to=Place(subject=ANNE, visit="W6"))
    assert remade(world, there, study.transmittal)["visit"] == "W6"

    back = Place(subject=ANNE, visit="BL")
    signs(world, study, Role.PM, to=back, key="2")
    here = signs(world, study, Role.DM, to=back, key="2")
    answer = remade(world, here, study.transmittal)

    assert (answer["outcome"], answer["visit"]) == ("ACCEPTED", "BL")
    assert answer["series"][0]["series"] == study.series[0]
    assert answer["series"][0]["version"] > 1  # what other rooms let go of stays gone


def test_whoever_signs_other_terms_proposes_anew():
    world, study = filed()
    signs(world, study, Role.PM)
    state = signs(world, study, Role.DM, to=Place(subject=ANNE, visit="W6"))

    assert (state.state, state.proposal.roles) == ("ALLOCATED", {Role.DM})


@pytest.mark.parametrize(
    ("says", "refusal"),
    [
        ({"role": Role.QC}, NotAllowed),
        ({"role": Role.DM, "person": "a PM"}, OthersHaveToSign),
        ({"role": Role.PM, "person": "another PM"}, OthersHaveToSign),
        ({"role": Role.DM, "reason": " "}, ReasonMissing),
        ({"role": Role.DM, "signature": None}, SignatureMissing),
        ({"role": Role.DM, "to": Place(subject="101-9999", visit="BL")}, CorrectionUnclear),
        ({"role": Role.DM, "to": Place(subject=ANNE, visit="BL")}, CorrectionUnclear),
        ({"role": Role.DM, "to": Place(subject=BERT, visit="W99")}, NotInCharter),
    ],
    ids=str,
)
def test_what_may_not_be_is_refused_and_changes_nothing(says, refusal):
    world, study = filed()
    signs(world, study, Role.PM)
    before = dict(world.store.aggregates)

    with pytest.raises(refusal):
        signs(world, study, key="again", **says)
    assert world.store.aggregates == before


def test_a_study_that_waits_is_placed_and_not_corrected():
    world = World()
    world.screen(sent(world, *(mr_slice(n, AcquisitionDate="20260413") for n in (1, 2))))

    with pytest.raises(IllegalMove):
        signs(world, studies(world)["42"], Role.PM)


def test_a_study_under_way_waits():
    world, study = filed()
    sent(world, mr_slice(3), key="more")
    state = world.state(study.transmittal)
    assert state.state == "ACCEPTED"
    corrected(world, study)

    with pytest.raises((StudyNotReady, CorrectionUnclear)):
        signs(world, study, Role.PM, key="2")


@pytest.mark.requirement("fault-18")
@pytest.mark.parametrize("is_after", [False, True], ids=["before", "after"])
def test_whatever_dies_at_any_call_the_sweep_or_a_repeat_ends_it(is_after):
    undisturbed, study = filed()
    corrected(undisturbed, study)

    for at in itertools.count(1):
        world, study = filed()
        signs(world, study, Role.PM)
        switch = Switch(at, is_after=is_after)
        try:
            signs(world.wired(switch.wire), study, Role.DM)
        except Killed:
            signs(world, study, Role.DM)
        else:
            break
        assert world.snapshot() == undisturbed.snapshot(), f"died at call {at}"
    assert at > 5


class NoRuns:
    """No run was ever started."""

    def start(self, _name, _document):
        return True

    def run_of(self, _name):
        return None


def test_what_nobody_came_back_for_is_carried_on_by_the_sweep():
    for at in itertools.count(1):
        world, study = filed()
        signs(world, study, Role.PM)
        try:
            signs(world.wired(Switch(at, is_after=True).wire), study, Role.DM)
        except Killed:
            pass
        else:
            break
        if not told(world, "StudyMisfiled.v1"):
            continue
        world.now = world.now.replace(hour=20)
        sweep(world.store, incoming=world.incoming, executions=NoRuns(), now=world.now, software="0")
        (state,) = studies(world).values()
        assert (state.state, state.subject, state.is_remaking) == ("ALLOCATED", BERT, False), at
        derived = [found.state for found in find_all(world.store, TRANSMITTAL, trial=TRIAL)]
        assert sum(one.origin == study.transmittal for one in derived) == 1


@pytest.mark.parametrize("left", ["retiring", "retired_at"])
def test_what_has_no_originals_any_more_is_not_corrected_but_withdrawn(left):
    world, study = filed()
    put(world, study.transmittal, **{left: 3 if left == "retiring" else world.now})

    with pytest.raises(OriginalsLeft):
        signs(world, study, Role.PM)
    assert withdraw(world, study).state == "WITHDRAWN"
