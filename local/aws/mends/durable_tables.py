"""Tables are saved only on SIGTERM: journal every change of an item before it is answered.

Theory of operation. Each change of an item passes `_set_item` or `_remove_item`.
While one request runs, its changes are gathered and then written to the journal as
one record, so a transaction is in the journal whole or not at all; the answer waits
for the disk. A change outside a request (time to live) is a record of its own.

A checkpoint is ministack's own snapshot of all tables with the number of the journal
file that was begun just before it, and what the streams' readers had not read. Boot
loads the snapshot and applies the journal from that file on. Applying a change twice
changes nothing, so the overlap of snapshot and journal is harmless. Each applied
change goes to the table's stream again: a stream delivers at least once.

Creating or altering a table writes a checkpoint before it is answered.
"""

import asyncio
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import ministack.app as server
from ministack.core import persistence
from ministack.core.responses import request_scope
from ministack.services import dynamodb, lambda_svc
from ministack.services.cloudformation import provisioners

from local.aws import snapshots
from local.aws.journal import Journal
from local.aws.loop import on_loop

from .patch import original

STATE_KEY = "dynamodb"
READS = ("Describe", "List", "Get", "Query", "Scan", "BatchGet", "TransactGet", "SearchVectors")
CHANGES = ("PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem", "TransactWriteItems")

_gathering = threading.local()


def _unread() -> list[list[Any]]:
    """What each stream holds that its slowest reader has not taken: [account, region, table, records]."""
    slowest: dict[tuple[str, str, str], int] = {}
    for (account, region, mapping), position in lambda_svc._dynamodb_stream_positions.all_items():
        source = (lambda_svc._esms.get_scoped(account, region, mapping) or {}).get("EventSourceArn", "")
        table = source.split("/stream/")[0].rpartition("/")[2]
        at = (account, region, table)
        slowest[at] = min(position, slowest.get(at, position))
    return [
        [*at, dynamodb.stream_records_since(at[2], position, len(records), account_id=at[0], region=at[1])]
        for at, records in dynamodb._stream_records.all_items()
        if (position := slowest.get(at)) is not None
    ]


def _read_again(streams: list[list[Any]]) -> None:
    """Give every reader what it had not read; positions count from the start of this process's streams."""
    for account, region, table, records in streams:
        dynamodb._stream_records.set_scoped(account, region, table, records)
    for account, region, mapping in [key for key, _ in lambda_svc._dynamodb_stream_positions.all_items()]:
        lambda_svc._dynamodb_stream_positions.set_scoped(account, region, mapping, 0)


class Tables:
    """The journal of items, and the checkpoints under it.

    Parameters
    ----------
    folder : Path
        Where the journal lies.
    """

    def __init__(self, folder: Path) -> None:
        self.journal = Journal(folder)
        self.first = 0
        self.streams: list[list[Any]] = []
        self._is_replaying = False
        self._saving = threading.Lock()

    def note(self, change: dict[str, Any]) -> None:
        """Gather a change of the running request, or write it when none runs."""
        if self._is_replaying:
            return
        batch = getattr(_gathering, "batch", None)
        if batch is None:
            self.journal.settle(self.journal.append([change]))
        else:
            batch.append(change)

    def state(self) -> dict[str, Any]:
        """Every table, with the journal file that goes on from here."""
        number = self.journal.turn()
        return {**dynamodb.get_state(), "corelab_journal": number, "corelab_unread": _unread()}

    def checkpoint(self) -> None:
        """Save every table, then forget the journal that the snapshot replaces."""
        with self._saving:
            state = self.state()
            snapshots.write(STATE_KEY, snapshots.encode(STATE_KEY, state))
            self.journal.forget(state["corelab_journal"])

    def load(self, state: dict[str, Any]) -> dict[str, Any]:
        """Take what is ours out of a snapshot."""
        self.first = state.pop("corelab_journal", 0)
        self.streams = state.pop("corelab_unread", [])
        return state

    def replay(self) -> None:
        """Apply the journal over what the snapshot gave."""
        _read_again(self.streams)
        self._is_replaying = True
        for changes in self.journal.replay(self.first):
            for change in changes:
                _apply(change)
        self._is_replaying = False


def _apply(change: dict[str, Any]) -> None:
    _, _, _, region, account, resource = change["table"].split(":", 5)
    name = resource.partition("/")[2]
    with request_scope(account, region):
        table = dynamodb._tables.get(name)
        if table is None:
            return  # dropped later on: the checkpoint that followed says so
        partition, sort = change["key"]
        before, after = table["items"].get(partition, {}).get(sort), change["item"]
        if before == after:
            return
        if after is None:
            dynamodb._remove_item(table, partition, sort)
        else:
            dynamodb._set_item(table, partition, sort, after)
        event = "REMOVE" if after is None else "MODIFY" if before else "INSERT"
        dynamodb._emit_stream_event(name, event, before, after, replicate=False)


def _mend_items(tables: Tables) -> None:
    put = original(dynamodb, "_set_item", digest="4e78ad492132")
    remove = original(dynamodb, "_remove_item", digest="5cce50c99688")

    def put_noted(table: dict[str, Any], partition: str, sort: str, item: dict[str, Any]) -> object:
        before = put(table, partition, sort, item)
        tables.note({"table": table["TableArn"], "key": [partition, sort], "item": item})
        return before

    def remove_noted(table: dict[str, Any], partition: str, sort: str) -> object:
        before = remove(table, partition, sort)
        if before is not None:
            tables.note({"table": table["TableArn"], "key": [partition, sort], "item": None})
        return before

    dynamodb._set_item = put_noted
    dynamodb._remove_item = remove_noted


def _mend_requests(tables: Tables) -> None:
    handle = original(dynamodb, "handle_request", digest="1201f2ac993c")

    async def handle_noted(*request: Any) -> Any:  # noqa: ANN401 - ministack's signature
        action = request[2].get("x-amz-target", "").rpartition(".")[2]
        if action.startswith(READS):
            return await handle(*request)
        batch: list[dict[str, Any]] = []
        _gathering.batch = batch
        try:
            answer = await handle(*request)  # never suspends: nothing else gathers meanwhile
        finally:
            _gathering.batch = None
        if answer[0] >= 400:  # noqa: PLR2004 - HTTP's own number
            return answer
        if batch:
            ticket = tables.journal.append(batch)
            await asyncio.to_thread(tables.journal.settle, ticket)
        if action not in CHANGES:
            tables.checkpoint()
        return answer

    dynamodb.handle_request = handle_noted


def _mend_provisioning(tables: Tables) -> None:
    def and_save(provision: Callable[..., object]) -> Callable[..., object]:
        def provision_and_save(*arguments: object) -> object:
            answer = provision(*arguments)
            on_loop(tables.checkpoint)
            return answer

        return provision_and_save

    handlers = provisioners._RESOURCE_HANDLERS["AWS::DynamoDB::Table"]
    handlers.update({step: and_save(handlers[step]) for step in ("create", "update", "delete")})


def _mend_boot(tables: Tables) -> None:
    restore_snapshot = original(dynamodb, "load_persisted_state", digest="6f58d9dc1e6e")
    load = server._load_persisted_state

    def load_and_replay() -> None:
        load()
        tables.replay()
        tables.checkpoint()

    dynamodb.load_persisted_state = lambda state: restore_snapshot(tables.load(state))
    server._load_persisted_state = load_and_replay


def apply() -> Tables:
    """Journal items, checkpoint tables, restore both at boot (after `table_properties`, `honest_boot`)."""
    tables = Tables(Path(persistence.STATE_DIR).parent / "journal")
    _mend_items(tables)
    _mend_requests(tables)
    _mend_provisioning(tables)
    _mend_boot(tables)
    return tables
