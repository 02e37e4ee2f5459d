"""The outbox in the ledger table."""

import random
import time
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from corelab.audit.errors import Unavailable
from corelab.audit.model import OutboxItem, Waiting
from corelab.kernel.events import Event
from corelab.kernel.ids import EventId, TrialId
from corelab.kernel.moments import moment, moment_text
from corelab_aws.ledger.answers import answering, code_of
from corelab_aws.ledger.items import event_id_of, outbox_key
from corelab_aws.store import outbox_item

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

BATCH_GET = 100  # keys that one BatchGetItem takes
ROUNDS = 6  # over keys that DynamoDB left unprocessed
PAUSE_SECONDS = 0.1  # before the next round, with jitter, growing
NO_LOG = TrialId("")  # of an item that names none
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)  # of an item whose moment cannot be read: no alarm overlooks it


class DynamoOutbox:
    """The port `Outbox` on the ledger table and its two sparse indexes."""

    def __init__(self, client: "DynamoDBClient", *, table: str) -> None:
        self._client = client
        self._table = table

    def read(self, event_ids: Sequence[EventId]) -> Mapping[EventId, OutboxItem]:
        """Items, read consistently; what is not there is left out."""
        found: dict[EventId, OutboxItem] = {}
        wanted = tuple(dict.fromkeys(event_ids))
        for start in range(0, len(wanted), BATCH_GET):
            for item in self._batch(wanted[start : start + BATCH_GET]):
                found[item.event_id] = item
        return found

    def put(self, event: Event) -> None:
        """Write an event of the ledger's own, unless its id is there already."""
        with answering("dynamodb"):
            try:
                self._client.put_item(
                    TableName=self._table,
                    Item=outbox_item(event),
                    ConditionExpression="attribute_not_exists(pk)",
                )
            except ClientError as error:
                if code_of(error) != "ConditionalCheckFailedException":
                    raise

    def unsequenced(self) -> Iterator[Waiting]:
        """Items of every log that seem to have no place, oldest first."""
        return self._waiting("unsequenced")

    def unrelayed(self) -> Iterator[Waiting]:
        """Items of every log that seem not to have been on the bus, oldest first."""
        return self._waiting("unrelayed")

    def mark_relayed(self, event_id: EventId, *, at: datetime) -> None:
        """Say that an event was on the bus; the first time stays."""
        with answering("dynamodb"):
            self._client.update_item(
                TableName=self._table,
                Key=outbox_key(event_id),
                UpdateExpression="SET relayed_at = if_not_exists(relayed_at, :at) REMOVE unrelayed",
                ConditionExpression="attribute_exists(pk)",
                ExpressionAttributeValues={":at": {"S": moment_text(at)}},
            )

    def _batch(self, event_ids: Sequence[EventId]) -> Iterator[OutboxItem]:
        asked: Any = {self._table: {"Keys": list(map(outbox_key, event_ids)), "ConsistentRead": True}}
        for round_ in range(ROUNDS):
            with answering("dynamodb"):
                answer = self._client.batch_get_item(RequestItems=asked)
            yield from map(_item, answer["Responses"].get(self._table, []))
            asked = answer.get("UnprocessedKeys")
            if not asked:
                return
            time.sleep(random.uniform(0, PAUSE_SECONDS * 2**round_))  # noqa: S311 -- jitter, no secret
        raise Unavailable("dynamodb leaves keys unread.", service="dynamodb", reason="UnprocessedKeys")

    def _waiting(self, attribute: str) -> Iterator[Waiting]:
        found = []
        with answering("dynamodb"):
            # The index holds only what waits, so a scan reads no more than there is to do.
            pages = self._client.get_paginator("scan").paginate(
                TableName=self._table,
                IndexName=f"by_{attribute}",
                ProjectionExpression="pk, #at, #waits",
                ExpressionAttributeNames={"#at": "at", "#waits": attribute},
            )
            for page in pages:
                found += [
                    Waiting(
                        event_id=event_id_of(item),
                        log=TrialId(item[attribute]["S"]),
                        at=_moment(item["at"]["S"]),
                    )
                    for item in page["Items"]
                ]
        yield from sorted(found, key=lambda item: (item.at, item.event_id))


def _item(item: dict[str, Any]) -> OutboxItem:
    event_id = event_id_of(item)
    try:
        return OutboxItem(
            event_id=event_id,
            log=TrialId(item["log"]["S"]),
            event=bytes(item["event"]["B"]),
            seq=int(item["seq"]["N"]) if "seq" in item else None,
            is_relayed="relayed_at" in item,
        )
    except (KeyError, TypeError, ValueError):
        # Not as any writer leaves it. Without an event it is Unreadable to whoever reads it: kept, counted,
        # and in nobody's way.
        return OutboxItem(event_id=event_id, log=NO_LOG, event=b"")


def _moment(text: str) -> datetime:
    try:
        return moment(text)
    except ValueError:
        return LONG_AGO
