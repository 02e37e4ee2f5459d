import pytest

from corelab.kernel.actors import Role
from corelab.kernel.errors import NotFound
from corelab.kernel.ids import TrialId
from corelab.kernel.write_path import Decision, execute, get
from corelab.tracking import publishing
from corelab.tracking.errors import (
    CharterOfAnotherTrial,
    CharterTooLarge,
    CharterVersionTaken,
    DatesWouldMove,
    TrialNotOpen,
)
from corelab.tracking.model import TRIAL as TRIAL_KIND
from corelab.tracking.model import Trial
from corelab.tracking.publishing import charter_in_force, publish_charter
from corelab_aws import charters
from tests.fakes.demo_trial import CHARTER_TEXT, compiled, published, trial_with_charter
from tests.fakes.memory_store import MemoryStore
from tests.fakes.people import TRIAL, command_of

NEXT_TEXT = CHARTER_TEXT.replace('charter_version: "1.0"', 'charter_version: "1.1"')
OTHER_TEXT = CHARTER_TEXT.replace("window: [-28, 7]", "window: [-21, 7]")


def publish(store: MemoryStore, text: str, *, key: str):
    return publish_charter(
        store, command=command_of(Role.PM, id=key), of_trial=TRIAL, charter=published(text)
    )


def test_the_first_publication_opens_the_trial() -> None:
    store = trial_with_charter()

    types = [event.type for event in store.events.values()]

    assert types == ["TrialOpened.v1", "CharterPublished.v1", "CharterAdopted.v1"]
    assert charter_in_force(store, trial=TRIAL).trial.charter_version == "1.0"


def test_every_room_reads_the_charter_that_was_published() -> None:
    store = trial_with_charter()

    charter, hash = charters.charter_in_force(store, TRIAL)

    assert (charter, hash) == (compiled().charter, compiled().hash)
    assert charters.charter_by_hash(store, TRIAL, hash) == charter


def test_the_same_charter_again_changes_nothing_under_any_key() -> None:
    store = trial_with_charter()

    for key in ("publish", "another"):
        publish(store, CHARTER_TEXT, key=key)

    assert len(store.events) == 3


def test_a_version_means_one_thing_for_ever() -> None:
    store = trial_with_charter()

    with pytest.raises(CharterVersionTaken):
        publish(store, OTHER_TEXT, key="2")

    assert charter_in_force(store, trial=TRIAL).charter.hash == compiled().hash


def test_the_next_version_governs_and_the_one_before_can_still_be_read() -> None:
    store = trial_with_charter()
    publish(store, NEXT_TEXT, key="2")

    assert charters.charter_in_force(store, TRIAL)[0].trial.charter_version == "1.1"
    assert charters.charter_by_hash(store, TRIAL, compiled().hash).trial.charter_version == "1.0"


def test_an_older_version_never_comes_back_into_force() -> None:
    store = trial_with_charter()
    publish(store, NEXT_TEXT, key="2")

    with pytest.raises(CharterVersionTaken):
        publish(store, CHARTER_TEXT, key="3")
    with pytest.raises(CharterVersionTaken):
        publish(store, CHARTER_TEXT.replace('charter_version: "1.0"', 'charter_version: "0.9"'), key="4")

    assert charter_in_force(store, trial=TRIAL).trial.charter_version == "1.1"
    assert len(store.events) == 5


def test_version_ten_comes_after_version_nine() -> None:
    store = MemoryStore()
    for number in ("1.9", "1.10"):
        publish(
            store,
            CHARTER_TEXT.replace('charter_version: "1.0"', f'charter_version: "{number}"'),
            key=number,
        )

    assert charter_in_force(store, trial=TRIAL).trial.charter_version == "1.10"


@pytest.mark.parametrize("died_after", [0, 1, 2])
def test_a_publication_that_died_is_finished_by_a_repeat_under_any_key(monkeypatch, died_after) -> None:
    store = MemoryStore()
    made = []

    def dying(*args, **kwargs):
        if len(made) == died_after:
            raise ConnectionError
        made.append(kwargs["step"])
        return execute(*args, **kwargs)

    with monkeypatch.context() as patch:
        patch.setattr(publishing, "execute", dying)
        with pytest.raises(ConnectionError):
            publish(store, CHARTER_TEXT, key="1")

    publish(store, CHARTER_TEXT, key="2")

    assert charter_in_force(store, trial=TRIAL).charter.hash == compiled().hash
    assert len(store.events) == 3


@pytest.mark.requirement("fault-54")
def test_an_amendment_shifts_the_dates_of_a_subject_as_before() -> None:
    store = trial_with_charter()
    moving = NEXT_TEXT.replace("range_days: [-3640, -364]", "range_days: [-3640, -371]")

    with pytest.raises(DatesWouldMove) as refused:
        publish(store, moving, key="2")
    publish(store, NEXT_TEXT, key="3")

    assert "[-3640, -364]" in refused.value.message
    assert charter_in_force(store, trial=TRIAL).trial.charter_version == "1.1"


def test_a_charter_is_published_in_its_own_trial() -> None:
    with pytest.raises(CharterOfAnotherTrial):
        publish_charter(
            MemoryStore(),
            command=command_of(Role.PM, trial=TrialId("DEMO02")),
            of_trial=TRIAL,
            charter=published(),
        )


def test_a_charter_fits_into_one_item_of_the_table() -> None:
    with pytest.raises(CharterTooLarge):
        publish(MemoryStore(), CHARTER_TEXT + "#" * 300_000, key="1")


def test_a_frozen_trial_takes_no_charter() -> None:
    store = trial_with_charter()
    frozen = Trial(trial=TRIAL, state="SOFT_FROZEN", charter_version="1.0", charter_hash="x")
    decision = Decision(state=frozen, type="TrialFrozen.v1", action="trial.freeze")
    execute(
        store, TRIAL_KIND, id=TRIAL, command=command_of(Role.PM, id="f"), step="", decide=lambda _: decision
    )

    with pytest.raises(TrialNotOpen):
        publish(store, NEXT_TEXT, key="2")

    assert get(store, TRIAL_KIND, trial=TRIAL, id=TRIAL).state == frozen


def test_a_trial_without_a_charter_has_none_to_show() -> None:
    with pytest.raises(NotFound):
        charter_in_force(MemoryStore(), trial=TRIAL)
