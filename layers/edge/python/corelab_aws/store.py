"""Aggregates and events in DynamoDB: the `Store` of the write path.

One transaction puts the aggregate's next version into the state table and its event into the ledger table.
Both puts are conditional; the order of the cancellation reasons is the order of the puts.
"""

import json
import random
import time
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from corelab.kernel.canonical import canonical_json
from corelab.kernel.codec import from_plain, to_plain
from corelab.kernel.errors import Busy, VersionConflict
from corelab.kernel.events import Event
from corelab.kernel.ids import EventId, TrialId
from corelab.kernel.moments import moment_text
from corelab.kernel.write_path import EventExists, Key, Stored, Write
from corelab_aws import clients
from corelab_aws.settings import setting

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

SHORTEST_PAUSE_SECONDS = 0.05  # of a writer who lost, before it reads again; chance spreads a storm
LONGEST_PAUSE_SECONDS = 1.0
THROTTLED = frozenset(  # of a whole request, or the reason why a transaction was cancelled
    {
        "ProvisionedThroughputExceeded",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "ThrottlingError",
        "ThrottlingException",
        "TransactionInProgressException",
    }
)


class DynamoStore:
    """The `Store` on two tables.

    Parameters
    ----------
    client : DynamoDBClient
    state_table, ledger_table : str
        Their layout is in docs/architecture.md.
    """

    def __init__(self, client: "DynamoDBClient", *, state_table: str, ledger_table: str) -> None:
        self._client = client
        self._state = state_table
        self._ledger = ledger_table

    def get(self, key: Key) -> Stored | None:
        """Aggregate, read consistently."""
        found = self._client.get_item(TableName=self._state, Key=_state_key(key), ConsistentRead=True)
        return _stored(found["Item"]) if "Item" in found else None

    def list(self, *, room: str, trial: TrialId, kind: str, under: str = "") -> Iterator[Stored]:
        """Aggregates of a kind whose id starts with `under`, in order of id, read consistently."""
        pages = self._client.get_paginator("query").paginate(
            TableName=self._state,
            ConsistentRead=True,
            KeyConditionExpression="pk = :pk AND begins_with(sk, :sk)",
            ExpressionAttributeValues={":pk": {"S": f"{room}#{trial}"}, ":sk": {"S": f"{kind}#{under}"}},
        )
        for page in pages:
            yield from map(_stored, page["Items"])

    def indexed(self, *, room: str, trial: TrialId, list: str) -> Iterator[Stored]:
        """Aggregates on a list, in its order; eventually consistent."""
        pages = self._client.get_paginator("query").paginate(
            TableName=self._state,
            IndexName="by_list",
            KeyConditionExpression="list_pk = :pk",
            ExpressionAttributeValues={":pk": {"S": f"{room}#{trial}#{list}"}},
        )
        for page in pages:
            yield from map(_stored, page["Items"])

    def event(self, event_id: EventId) -> Event | None:
        """Event, read consistently."""
        key = {"pk": {"S": f"EV#{event_id}"}, "sk": {"S": "EV"}}
        found = self._client.get_item(TableName=self._ledger, Key=key, ConsistentRead=True)
        return event_from_item(found["Item"]) if "Item" in found else None

    def pause(self, attempt: int) -> None:
        """Let other writers pass: up to 50 ms at first, up to a second in a storm."""
        longest = min(SHORTEST_PAUSE_SECONDS * 2**attempt, LONGEST_PAUSE_SECONDS)
        time.sleep(random.uniform(0, longest))  # noqa: S311 -- jitter, no secret

    def commit(self, write: Write) -> None:
        """Write the aggregate and its event, or neither."""
        try:
            self._client.transact_write_items(
                TransactItems=[{"Put": self._state_put(write)}, {"Put": self._event_put(write)}]
            )
        except ClientError as error:
            self._explain(error, write)
            raise

    def _state_put(self, write: Write) -> Any:  # noqa: ANN401 -- the wire's own shape
        item: dict[str, Any] = _state_key(write.stored.key) | {
            "version": {"N": str(write.stored.version)},
            "document": {"B": write.stored.document},
            "at": {"S": moment_text(write.event.at)},
        }
        if write.index is not None:
            key = write.stored.key
            item["list_pk"] = {"S": f"{key.room}#{key.trial}#{write.index.list}"}
            item["list_sk"] = {"S": f"{write.index.order}#{key.id}"}
        put: dict[str, Any] = {"TableName": self._state, "Item": item}
        if write.stored.version == 1:
            return put | {"ConditionExpression": "attribute_not_exists(pk)"}
        return put | {
            "ConditionExpression": "version = :read",
            "ExpressionAttributeValues": {":read": {"N": str(write.stored.version - 1)}},
        }

    def _event_put(self, write: Write) -> Any:  # noqa: ANN401 -- the wire's own shape
        return {
            "TableName": self._ledger,
            "ConditionExpression": "attribute_not_exists(pk)",
            "Item": outbox_item(write.event),
        }

    def _explain(self, error: ClientError, write: Write) -> None:
        code = error.response["Error"]["Code"]
        reasons = [reason.get("Code") for reason in error.response.get("CancellationReasons", [])]
        if code == "TransactionCanceledException" and reasons[1:2] == ["ConditionalCheckFailed"]:
            done = self.event(write.event.event_id)
            if done is not None:
                raise EventExists(done) from error
        lost = {"ConditionalCheckFailed", "TransactionConflict"} & set(reasons)
        if code == "TransactionConflictException" or lost:
            raise VersionConflict(
                f"Somebody changed this {write.stored.key.kind} first. Read it again and repeat.",
                kind=write.stored.key.kind,
                id=write.stored.key.id,
            ) from error
        if THROTTLED & {code, *reasons}:
            raise Busy("Repeat a little later: too much is being written at once.") from error


def store() -> DynamoStore:
    """The door's store."""
    return DynamoStore(
        clients.dynamodb(), state_table=setting("STATE_TABLE"), ledger_table=setting("LEDGER_TABLE")
    )


def about(trial: TrialId, *, object: str, id: str) -> str:
    """Under which one aggregate's events are found (GSI `by_about`)."""
    return f"{trial}#{object}#{id}"


def outbox_item(event: Event) -> dict[str, Any]:
    """A fresh outbox item: the event itself, waiting for its place and for the bus."""
    return {
        "pk": {"S": f"EV#{event.event_id}"},
        "sk": {"S": "EV"},
        "event": {"B": canonical_json(to_plain(event))},
        "log": {"S": event.trial},
        "room": {"S": event.room},
        "type": {"S": event.type},
        "at": {"S": moment_text(event.at)},
        "about": {"S": about(event.trial, object=event.object, id=event.id)},
        "unsequenced": {"S": event.trial},
        "unrelayed": {"S": event.trial},
    }


def event_from_item(item: Mapping[str, Any]) -> Event:
    """Event out of an outbox item."""
    event: Event = from_plain(Event, json.loads(bytes(item["event"]["B"])))
    return event


def _state_key(key: Key) -> dict[str, Any]:
    return {"pk": {"S": f"{key.room}#{key.trial}"}, "sk": {"S": f"{key.kind}#{key.id}"}}


def _stored(item: Mapping[str, Any]) -> Stored:
    room, trial = item["pk"]["S"].split("#", 1)
    kind, id = item["sk"]["S"].split("#", 1)
    key = Key(room=room, trial=TrialId(trial), kind=kind, id=id)
    return Stored(key=key, version=int(item["version"]["N"]), document=bytes(item["document"]["B"]))
