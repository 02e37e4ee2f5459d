"""Heads and segments of the logs in the ledger table."""

import random
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from corelab.audit.errors import Contradiction, HeadMoved
from corelab.audit.model import Boundary, Claim, Head, Segment
from corelab.kernel.ids import EventId, TrialId
from corelab.kernel.moments import moment, moment_text
from corelab_aws.ledger.answers import answering, code_of
from corelab_aws.ledger.items import outbox_key

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

LOGS = {"S": "LOG#"}  # the partition that lists the logs
PAUSE_SECONDS = 0.05  # the longest pause before a sequencer that lost reads again
REFUSED = "ConditionalCheckFailed"


class DynamoHeads:
    """The port `Heads` on the ledger table."""

    def __init__(self, client: "DynamoDBClient", *, table: str) -> None:
        self._client = client
        self._table = table

    def logs(self) -> Iterator[TrialId]:
        """Every log that was ever registered."""
        with answering("dynamodb"):
            pages = self._client.get_paginator("query").paginate(
                TableName=self._table,
                ConsistentRead=True,
                KeyConditionExpression="pk = :logs",
                ExpressionAttributeValues={":logs": LOGS},
            )
            found = [TrialId(item["sk"]["S"]) for page in pages for item in page["Items"]]
        yield from found

    def register(self, log: TrialId) -> None:
        """Make a log known to `logs`."""
        with answering("dynamodb"):
            self._client.put_item(TableName=self._table, Item={"pk": LOGS, "sk": {"S": log}})

    def read(self, log: TrialId) -> Head:
        """Head, read consistently; a fresh one where there is none.

        Raises
        ------
        Contradiction
            What is there is no head.
        """
        item = self._item(_head_key(log))
        with _as_written("head", log):
            return _head(log, item)

    def segment(self, log: TrialId, *, number: int) -> Segment | None:
        """Segment, read consistently.

        Raises
        ------
        Contradiction
            What is there is no segment.
        """
        item = self._item(_segment_key(log, number))
        with _as_written("segment", log):
            return _segment(log, number, item) if item else None

    def claim(self, claim: Claim) -> None:
        """Write head, segment and places in one transaction."""
        writes: list[Any] = [{"Update": self._head_update(claim)}, {"Put": self._segment_put(claim.segment)}]
        writes += [
            {"Update": self._place(claim.segment, event_id, seq=seq)}
            for seq, event_id in enumerate(claim.segment.event_ids, start=claim.segment.first)
        ]
        with answering("dynamodb"):
            try:
                self._client.transact_write_items(TransactItems=writes)
            except ClientError as error:
                self._explain(error, claim.segment)
                raise

    def advance(self, log: TrialId, *, published: int) -> None:
        """Say that `published` segments are in the bucket. Never goes back."""
        self._update(
            log,
            "SET published = :new",
            condition="attribute_not_exists(published) OR published < :new",
            values={":new": {"N": str(published)}},
        )

    def checkpointed(self, log: TrialId, *, boundary: Boundary) -> None:
        """Record the last checkpoint. Never goes back."""
        self._update(
            log,
            "SET checkpoint_size = :size, checkpoint_segments = :segments, checkpoint_at = :at",
            condition="attribute_not_exists(checkpoint_size) OR checkpoint_size < :size",
            values={
                ":size": {"N": str(boundary.size)},
                ":segments": {"N": str(boundary.segments)},
                ":at": {"S": moment_text(boundary.at)},
            },
        )

    def halt(self, log: TrialId, *, reason: str) -> None:
        """Stop the log. The first reason stays."""
        self._update(
            log,
            "SET halted = :reason",
            condition="attribute_not_exists(halted)",
            values={":reason": {"S": reason}},
        )

    def _item(self, key: Any) -> Mapping[str, Any]:  # noqa: ANN401 -- the wire's own shape
        with answering("dynamodb"):
            answer = self._client.get_item(TableName=self._table, Key=key, ConsistentRead=True)
        return answer.get("Item", {})

    def _update(self, log: TrialId, change: str, *, condition: str, values: Any) -> None:  # noqa: ANN401 -- as above
        with answering("dynamodb"):
            try:
                self._client.update_item(
                    TableName=self._table,
                    Key=_head_key(log),
                    UpdateExpression=change,
                    ConditionExpression=condition,
                    ExpressionAttributeValues=values,
                )
            except ClientError as error:
                if code_of(error) != "ConditionalCheckFailedException":
                    raise  # else somebody was there first, with as much or more

    def _head_update(self, claim: Claim) -> Any:  # noqa: ANN401 -- the wire's own shape
        before, after = claim.before, claim.after
        values: dict[str, Any] = {
            ":version": {"N": str(after.version)},
            ":size": {"N": str(after.size)},
            ":segments": {"N": str(after.segments)},
            ":range": {"L": [{"B": node} for node in after.range]},
        }
        is_unmoved = "attribute_not_exists(#version)"
        if before.version:
            is_unmoved = "#version = :read"
            values[":read"] = {"N": str(before.version)}
        return {
            "TableName": self._table,
            "Key": _head_key(after.log),
            "UpdateExpression": (
                "SET #version = :version, #size = :size, #range = :range, #segments = :segments"
            ),
            "ConditionExpression": f"{is_unmoved} AND attribute_not_exists(halted)",
            "ExpressionAttributeNames": {
                f"#{name}": name for name in ("version", "size", "range", "segments")
            },
            "ExpressionAttributeValues": values,
        }

    def _segment_put(self, segment: Segment) -> Any:  # noqa: ANN401 -- the wire's own shape
        return {
            "TableName": self._table,
            "ConditionExpression": "attribute_not_exists(pk)",
            "Item": _segment_key(segment.log, segment.number)
            | {
                "first": {"N": str(segment.first)},
                "event_ids": {"L": [{"S": event_id} for event_id in segment.event_ids]},
                "sha256": {"S": segment.sha256},
                "root": {"B": segment.root},
                "at": {"S": moment_text(segment.at)},
            },
        }

    def _place(self, segment: Segment, event_id: EventId, *, seq: int) -> Any:  # noqa: ANN401 -- as above
        return {
            "TableName": self._table,
            "Key": outbox_key(event_id),
            "UpdateExpression": "SET seq = :seq, #segment = :segment REMOVE unsequenced",
            "ConditionExpression": "attribute_exists(pk) AND attribute_not_exists(seq)",
            "ExpressionAttributeNames": {"#segment": "segment"},
            "ExpressionAttributeValues": {":seq": {"N": str(seq)}, ":segment": {"N": str(segment.number)}},
        }

    def _explain(self, error: ClientError, segment: Segment) -> None:
        reasons = [reason.get("Code") for reason in error.response.get("CancellationReasons", [])]
        if REFUSED not in reasons[:1] and reasons[1:2] == [REFUSED]:
            raise Contradiction(
                "A segment is there that the head does not count.", log=segment.log, segment=segment.number
            ) from error
        is_conflict = code_of(error) in ("TransactionConflictException", "TransactionInProgressException")
        if is_conflict or {REFUSED, "TransactionConflict"} & set(reasons):
            time.sleep(random.uniform(0, PAUSE_SECONDS))  # noqa: S311 -- jitter, no secret
            raise HeadMoved("Another sequencer was first.", log=segment.log) from error


@contextmanager
def _as_written(what: str, log: TrialId) -> Iterator[None]:
    """Turn an item that no sequencer writes into a Contradiction: a log never goes on from it."""
    try:
        yield
    except (KeyError, TypeError, ValueError) as error:
        raise Contradiction(f"A {what} is there that no sequencer wrote.", log=log) from error


def _head_key(log: TrialId) -> dict[str, Any]:
    return {"pk": {"S": f"LOG#{log}"}, "sk": {"S": "HEAD"}}


def _segment_key(log: TrialId, number: int) -> dict[str, Any]:
    return {"pk": {"S": f"LOG#{log}"}, "sk": {"S": f"SEG#{number:012d}"}}


def _head(log: TrialId, item: Mapping[str, Any]) -> Head:
    def number(name: str) -> int:
        return int(item[name]["N"]) if name in item else 0

    checkpoint = None
    if "checkpoint_at" in item:
        at = moment(item["checkpoint_at"]["S"])
        checkpoint = Boundary(segments=number("checkpoint_segments"), size=number("checkpoint_size"), at=at)
    return Head(
        log=log,
        version=number("version"),
        size=number("size"),
        segments=number("segments"),
        range=tuple(bytes(node["B"]) for node in item.get("range", {"L": []})["L"]),
        published=number("published"),
        checkpoint=checkpoint,
        halted=item["halted"]["S"] if "halted" in item else None,
    )


def _segment(log: TrialId, number: int, item: Mapping[str, Any]) -> Segment:
    return Segment(
        log=log,
        number=number,
        first=int(item["first"]["N"]),
        event_ids=tuple(EventId(event_id["S"]) for event_id in item["event_ids"]["L"]),
        sha256=item["sha256"]["S"],
        root=bytes(item["root"]["B"]),
        at=moment(item["at"]["S"]),
    )
