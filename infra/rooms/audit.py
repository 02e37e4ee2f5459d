"""Audit: every event on the bus, every event in its place on the ledger, and what both missed."""

import json
from collections.abc import Sequence

from aws_cdk import Duration
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_lambda_event_sources as sources
from constructs import Construct

from infra.acknowledged import acknowledge
from infra.door import Door
from infra.grants import (
    LOG,
    OUTBOX,
    finds_history,
    finds_late,
    keeps_ledger,
    lists_objects,
    reads_objects,
    reads_state,
    shows_receipt_key,
    writes_objects,
)
from infra.keys import SIGN
from infra.platform import Platform
from infra.queues import dead_letters, runs_every_minute

OUTBOX_ACTIONS = ("dynamodb:GetItem", "dynamodb:BatchGetItem", "dynamodb:PutItem", "dynamodb:UpdateItem")
LOG_ACTIONS = (*OUTBOX_ACTIONS, "dynamodb:Query", "dynamodb:ConditionCheckItem")
STREAM_RETRIES = 5
STREAM_AGE = Duration.hours(1)  # the sweep has found it long before


class Audit(Construct):
    """Relay and sequencer read the outbox's stream; the sweep does both a minute later."""

    def __init__(self, scope: Construct, *, platform: Platform) -> None:
        super().__init__(scope, "Audit")
        self._platform = platform
        self.relay = self._door("relay", seconds=60, memory_mb=512)
        self._relays(self.relay)
        self._reads_stream(self.relay)

        self.sequence = self._door("sequence", seconds=120, memory_mb=1024)
        self._sequences(self.sequence)
        self._reads_stream(self.sequence)

        self.sweep = self._door("sweep", seconds=120, memory_mb=1024)
        self._relays(self.sweep)
        self._sequences(self.sweep)
        finds_late(self.sweep)
        runs_every_minute(self.sweep)

        self.api = self._door("api", seconds=29, memory_mb=1024)
        reads_state(self.api, "access")
        keeps_ledger(
            self.api,
            actions=("dynamodb:GetItem", "dynamodb:BatchGetItem", "dynamodb:Query"),
            partitions=(OUTBOX, LOG),
        )
        finds_history(self.api)
        self._exports(self.api)
        shows_receipt_key(self.api)

    def _door(self, name: str, *, seconds: int, memory_mb: int) -> Door:
        timeout = Duration.seconds(seconds)
        return Door(self, name, room="audit", platform=self._platform, timeout=timeout, memory_mb=memory_mb)

    def _relays(self, door: Door) -> None:
        keeps_ledger(door, actions=OUTBOX_ACTIONS, partitions=(OUTBOX,))
        door.tell("BUS", self._platform.bus.event_bus_name)
        door.allow(["events:PutEvents"], [self._platform.bus.event_bus_arn])

    def _sequences(self, door: Door) -> None:
        keeps_ledger(door, actions=LOG_ACTIONS, partitions=(OUTBOX, LOG))
        lists_objects(door, "ledger")
        reads_objects(door, "ledger", "ledger")
        writes_objects(door, "ledger", "ledger")
        self._touches_witness(door, ("s3:PutObject", "s3:GetObject"))
        self._shows_public_key(door)
        door.allow(SIGN, [self._platform.foundation.keys.ledger.key_arn])

    def _exports(self, door: Door) -> None:
        """An export holds every version, so that one that was put over another is seen."""
        name = self._platform.deployment.bucket("ledger")
        reads_objects(door, "ledger", "ledger")
        self._touches_witness(door, ("s3:GetObject", "s3:GetObjectVersion"))
        witness = self._platform.deployment.witness_bucket
        door.allow(["s3:ListBucketVersions"], [f"arn:aws:s3:::{name}", f"arn:aws:s3:::{witness}"])
        self._shows_public_key(door)

    def _touches_witness(self, door: Door, actions: Sequence[str]) -> None:
        name = self._platform.deployment.witness_bucket
        copies = f"arn:aws:s3:::{name}/ledger/*"
        door.tell("WITNESS_BUCKET", name)
        door.allow(actions, [copies])
        acknowledge(door.role, "Copies of checkpoints, under one prefix.", f"IAM5[Resource::{copies}]")

    def _shows_public_key(self, door: Door) -> None:
        key = self._platform.foundation.keys.ledger
        door.tell("LEDGER_KEY", key.key_arn)
        door.allow(["kms:GetPublicKey"], [key.key_arn])

    def _reads_stream(self, door: Door) -> None:
        table = self._platform.foundation.tables.ledger
        stream = table.table_stream_arn
        if stream is None:
            raise ValueError("the ledger table has no stream")
        failed = dead_letters(door, "Unread")
        new_event = {"eventName": ["INSERT"], "dynamodb": {"Keys": {"pk": {"S": [{"prefix": "EV#"}]}}}}
        lambda_.EventSourceMapping(
            door,
            "Stream",
            target=door.function,
            event_source_arn=stream,
            starting_position=lambda_.StartingPosition.TRIM_HORIZON,
            batch_size=98,  # as many as one transaction of the sequencer holds
            bisect_batch_on_error=True,
            retry_attempts=STREAM_RETRIES,
            max_record_age=STREAM_AGE,
            report_batch_item_failures=True,
            on_failure=sources.SqsDlq(failed),
            filters=[{"pattern": json.dumps(new_event)}],
        )
        door.allow(["dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator"], [stream])
        door.allow(["dynamodb:ListStreams"], ["*"])
