"""One file that cannot be read among four hundred is refused with its reason, and it alone."""

import pytest

from corelab.ingest.layout import facts_key
from corelab.ingest.model import OBJECT
from corelab.kernel.write_path import find_all
from tests.fakes.dicom_files import mr_slice
from tests.fakes.ingest_world import TRIAL, World

MANY, POISON = 400, 217


@pytest.mark.requirement("fault-20")
def test_of_four_hundred_files_one_is_refused_and_the_others_are_facts():
    world = World()
    files = [mr_slice(number) for number in range(1, MANY + 1)]
    whole = files[POISON - 1]
    files[POISON - 1] = whole[:132] + b"\x02\x00\x10\x00UI\xff\xff" + whole[140:]

    answer = world.screened(*files)

    (refused,) = find_all(world.store, OBJECT, trial=TRIAL)
    state = world.state(answer["transmittal"])
    assert (refused.state.n, refused.state.state) == (POISON, "REFUSED")
    assert refused.state.code.startswith("ING-")
    assert state.counts.refused == 1
    assert answer["outcome"] == "ACCEPTED"
    (series,) = answer["series"]
    facts = world.records.get(facts_key(TRIAL, series["series"], series["version"]))
    assert facts.count(b'"sop_uid"') == MANY - 1
