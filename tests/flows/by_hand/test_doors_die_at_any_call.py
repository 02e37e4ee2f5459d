"""Every door, killed before and after every external call, and what the platform brings again.

A worker that dies between two calls leaves what the last one that changed anything left, so dying at each of
those, and before the first, is dying anywhere. Redelivered, the world must be the undisturbed run's, byte for
byte: tables, objects, ledger entries. The same where a service loses its answer after acting, and where half
of all calls are throttled.
"""

import pytest

from corelab.kernel.moments import moment_text
from corelab_aws.store import DynamoStore
from tests.flows.by_hand.doors import faults_at
from tests.flows.by_hand.journey import CHANGES_NOTHING, LACKING, STEPS, Journey
from tests.flows.by_hand.stage import differences
from tests.flows.by_hand.surviving import DEATHS, ROUNDS, asks_again


@pytest.fixture(scope="module")
def journey(on_stage):
    return Journey(on_stage)


@pytest.mark.requirement("fault-16")
@pytest.mark.requirement("fault-17")
@pytest.mark.requirement("fault-18")
@pytest.mark.requirement("fault-22")
@pytest.mark.requirement("fault-24")
@pytest.mark.requirement("fault-25")
@pytest.mark.requirement("fault-26")
@pytest.mark.requirement("fault-43")
@pytest.mark.requirement("fault-45")
@pytest.mark.parametrize("step", STEPS)
def test_a_door_that_dies_at_any_call_leaves_what_an_undisturbed_run_leaves(journey, step):
    journey.reach(step)
    on_stage = journey.stage
    door, event = step.split()[0], journey.event(step)
    before = on_stage.keep()
    whole = journey.run(door, event)
    after = on_stage.seen()
    assert whole.error is None, whole.error
    assert not asks_again(whole)
    assert whole.writes or step in CHANGES_NOTHING

    for fault in faults_at(whole.writes):
        on_stage.back_to(before)
        run = journey.run(door, event, fault=fault)
        assert run.is_killed == (fault.what in DEATHS), fault
        run = redelivered(journey, door, event, run)
        again = journey.run(door, event)  # and once more than it had to

        assert run.answer == whole.answer, fault
        assert again.error is None or step == "ingest/screen", fault
        assert differences(on_stage.seen(), after) == [], fault
    journey.note(step, whole)


def redelivered(journey, door, event, run, **how):
    """The last run of those that the platform makes."""
    for _ in range(ROUNDS):
        if asks_again(run):
            run = journey.run(door, event, **how)
    return run


def in_two_transactions(door):
    """The planted bug: state first, its event second."""

    def commit(self, write):
        self._client.put_item(**self._state_put(write))
        self._client.put_item(**self._event_put(write))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(DynamoStore, "commit", commit)
        return door.handler(door.event, None)


def test_a_planted_bug_is_found(journey):
    on_stage, at = journey.stage, moment_text(journey.at)
    event = journey.request(
        "POST", "/transmittals", {"site": "101", "subject": LACKING, "visit": "BL"}, key=at
    )

    def planted(door):
        door.event = event
        return in_two_transactions(door)

    before = on_stage.keep()
    whole = journey.run("ingest/api", event, call=planted)
    after, different = on_stage.seen(), 0
    for fault in faults_at(whole.writes):
        on_stage.back_to(before)
        run = journey.run("ingest/api", event, call=planted, fault=fault)
        redelivered(journey, "ingest/api", event, run, call=planted)
        different += on_stage.seen() != after

    assert whole.answer["statusCode"] == 201
    assert different
    on_stage.back_to(before)
