"""The write path's promises, held by the fake and by the tables alike."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime

import boto3
import pytest
from botocore.stub import Stubber
from moto import mock_aws

from corelab.kernel.actors import system
from corelab.kernel.errors import Busy, IllegalMove, NotFound, TooLarge, VersionConflict
from corelab.kernel.ids import TrialId
from corelab.kernel.write_path import (
    Command,
    Decision,
    EventExists,
    Index,
    Key,
    Kind,
    Stored,
    Write,
    execute,
    find,
    find_all,
    find_indexed,
    get,
)
from corelab_aws.store import DynamoStore
from tests.fakes.memory_store import MemoryStore

TRIAL = TrialId("DEMO01")
NOW = datetime(2026, 1, 31, 8, 15, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Counter:
    count: int
    words: str = ""


COUNTER = Kind(room="tracking", name="counter", model=Counter)


@pytest.fixture(params=["memory", "dynamodb"])
def store(request, monkeypatch):
    if request.param == "memory":
        yield MemoryStore()
        return
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    with mock_aws():
        yield DynamoStore(tables(), state_table="state", ledger_table="ledger")


def tables():
    client = boto3.client("dynamodb", region_name="eu-central-1")
    keys = [("pk", "HASH"), ("sk", "RANGE")]
    for name, extra in (("state", ("list_pk", "list_sk")), ("ledger", ())):
        index = {
            "IndexName": "by_list",
            "KeySchema": [
                {"AttributeName": "list_pk", "KeyType": "HASH"},
                {"AttributeName": "list_sk", "KeyType": "RANGE"},
            ],
            "Projection": {"ProjectionType": "ALL"},
        }
        client.create_table(
            TableName=name,
            BillingMode="PAY_PER_REQUEST",
            KeySchema=[{"AttributeName": key, "KeyType": kind} for key, kind in keys],
            AttributeDefinitions=[
                {"AttributeName": key, "AttributeType": "S"} for key in ("pk", "sk", *extra)
            ],
            **({"GlobalSecondaryIndexes": [index]} if extra else {}),
        )
    return client


def command(id="cmd_1"):
    return Command(id=id, trial=TRIAL, actor=system("test"), now=NOW, software="0")


def count_up(found):
    state = replace(found.state, count=found.state.count + 1) if found else Counter(count=1)
    return Decision(
        state=state,
        type="CounterMoved.v1",
        action="counter.up",
        index=Index(list="all", order=f"{9 - state.count}"),
    )


def up(store, id="a", cmd="cmd_1", step="up"):
    return execute(store, COUNTER, id=id, command=command(cmd), step=step, decide=count_up)


def test_a_command_writes_the_aggregate_and_its_event_together(store):
    outcome = up(store)

    assert get(store, COUNTER, trial=TRIAL, id="a").state == Counter(count=1)
    assert store.event(outcome.event.event_id) == outcome.event
    assert (outcome.event.before, outcome.event.version) == (None, 1)


@pytest.mark.requirement("fault-17")
def test_a_command_repeated_has_no_second_effect_and_gives_the_stored_event(store):
    first = up(store)
    again = up(store)

    assert again.is_replay
    assert again.event == first.event
    assert get(store, COUNTER, trial=TRIAL, id="a").version == 1


def test_a_repeat_that_is_refused_by_then_still_gives_the_stored_event(store):
    first = up(store)

    def refuse(_):
        raise IllegalMove("no")

    again = execute(store, COUNTER, id="a", command=command(), step="up", decide=refuse)
    assert again.event == first.event


def test_a_refused_command_writes_nothing(store):
    def refuse(_):
        raise IllegalMove("no")

    with pytest.raises(IllegalMove):
        execute(store, COUNTER, id="a", command=command(), step="up", decide=refuse)
    assert find(store, COUNTER, trial=TRIAL, id="a") is None


@pytest.mark.parametrize("where", ["state", "data"])
def test_what_would_not_fit_is_refused_before_anything_is_written(store, where):
    def swell(_):
        words = "w" * 400_000
        state = Counter(count=1, words=words if where == "state" else "")
        data = {"words": words} if where == "data" else {}
        return Decision(state=state, type="CounterMoved.v1", action="counter.up", data=data)

    with pytest.raises(TooLarge):
        execute(store, COUNTER, id="a", command=command(), step="up", decide=swell)
    assert find(store, COUNTER, trial=TRIAL, id="a") is None


def test_steps_and_commands_chain_each_others_hashes(store):
    first, second = up(store, step="one"), up(store, step="two")
    third = up(store, cmd="cmd_2")

    assert [first.event.after, second.event.after] == [second.event.before, third.event.before]
    assert get(store, COUNTER, trial=TRIAL, id="a").state.count == 3


@pytest.mark.requirement("fault-23")
def test_of_two_writers_the_second_decides_again_on_what_the_first_left(store):
    def interrupted(found):
        if found is None:
            up(store, cmd="cmd_other")
        return count_up(found)

    outcome = execute(store, COUNTER, id="a", command=command(), step="up", decide=interrupted)
    assert (outcome.state.count, outcome.version) == (2, 2)


def test_a_writer_who_always_comes_second_gives_up_with_a_conflict(store):
    rounds = iter(range(100))

    def interrupted(found):
        up(store, cmd=f"cmd_other_{next(rounds)}")
        return count_up(found)

    pauses = []
    store.pause = pauses.append
    with pytest.raises(VersionConflict):
        execute(store, COUNTER, id="a", command=command(), step="up", decide=interrupted)
    assert pauses == sorted(set(pauses))


def test_the_event_is_told_before_the_conflict(store):
    outcome = up(store)
    stale = outcome.event
    write = _write_again(store, stale)
    with pytest.raises(EventExists):
        store.commit(write)


def _write_again(store, event):
    stored = store.get(Key(room="tracking", trial=TRIAL, kind="counter", id="a"))
    return Write(stored=Stored(key=stored.key, version=1, document=stored.document), event=event)


def test_aggregates_are_listed_by_kind_and_beginning_in_order(store):
    for id in ("b#2", "a#1", "b#1", "c"):
        up(store, id=id, cmd=f"cmd_{id}")

    assert [found.id for found in find_all(store, COUNTER, trial=TRIAL)] == ["a#1", "b#1", "b#2", "c"]
    assert [found.id for found in find_all(store, COUNTER, trial=TRIAL, under="b#")] == ["b#1", "b#2"]
    assert list(find_all(store, COUNTER, trial=TrialId("OTHER"))) == []


def test_a_list_has_its_own_order_and_an_aggregate_leaves_it_with_its_next_version(store):
    for id in ("a", "b"):
        up(store, id=id, cmd=f"cmd_{id}")
    up(store, id="b", cmd="cmd_b2")

    assert [found.id for found in find_indexed(store, COUNTER, trial=TRIAL, list="all")] == ["b", "a"]
    execute(
        store,
        COUNTER,
        id="b",
        command=command("cmd_b3"),
        step="leave",
        decide=lambda found: Decision(state=found.state, type="CounterMoved.v1", action="counter.leave"),
    )
    assert [found.id for found in find_indexed(store, COUNTER, trial=TRIAL, list="all")] == ["a"]


def test_what_is_not_there_is_told_in_words(store):
    with pytest.raises(NotFound, match="There is no counter a"):
        get(store, COUNTER, trial=TRIAL, id="a")


@pytest.mark.requirement("fault-22")
@pytest.mark.parametrize("reason", ["ThrottlingError", "ProvisionedThroughputExceeded"])
@pytest.mark.parametrize("at", [0, 1], ids=["state", "ledger"])
def test_a_table_that_takes_no_more_is_busy_and_worth_another_try(reason, at, monkeypatch):
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    client = boto3.client("dynamodb", region_name="eu-central-1")
    reasons = [{"Code": "None"}, {"Code": "None"}]
    reasons[at] = {"Code": reason}
    stub = Stubber(client)
    stub.add_response("get_item", {})
    stub.add_client_error(
        "transact_write_items",
        "TransactionCanceledException",
        modeled_fields={"CancellationReasons": reasons},
    )

    with stub, pytest.raises(Busy) as raised:
        up(DynamoStore(client, state_table="state", ledger_table="ledger"))

    assert raised.value.retry
