"""A transmittal may be opened under a screening id: it is the subject's. Of other sites nothing is told."""

import pytest

from corelab.ingest.errors import SubjectMalformed
from corelab.ingest.naming import subject_meant
from corelab.kernel.errors import KeyReused
from tests.fakes.dicom_files import mr_slice
from tests.fakes.ingest_world import ANNE, BERT, SITE, TRIAL, World

ELSEWHERE = "102-0001"


@pytest.fixture
def world():
    world = World()
    world.registry.known.append(ELSEWHERE)
    world.registry.screening_ids |= {"S101-0042": ANNE, "S102-0001": ELSEWHERE, "S101-0077": "101-0077"}
    return world


def test_a_transmittal_that_is_opened_under_a_screening_id_is_the_subjects(world):
    id = world.open(subject="S101-0042")

    assert world.state(id).subject == ANNE
    assert world.open(subject=ANNE) == id  # the same request, under the other name
    with pytest.raises(KeyReused):
        world.open(subject=BERT)


def test_images_that_carry_the_screening_id_are_the_subjects(world):
    answer = world.screened(mr_slice(1, PatientID="S101-0042"), subject="S101-0042")

    assert (answer["outcome"], answer["subject"]) == ("ACCEPTED", ANNE)


@pytest.mark.parametrize("name", ["S102-0001", "S101-0077", "S101-9999"])
def test_a_name_that_means_nobody_here_is_only_a_name(world, name):
    assert subject_meant(world.registry, trial=TRIAL, site=SITE, name=name) == name
    with pytest.raises(SubjectMalformed) as refused:
        world.open(subject=name)
    assert ELSEWHERE not in repr(refused.value.facts) + refused.value.message
