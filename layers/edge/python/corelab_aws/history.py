"""Events about one object, with their places on the ledger. For showing, never for deciding."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from corelab.kernel.events import Event
from corelab.kernel.ids import TrialId
from corelab_aws import clients
from corelab_aws.settings import setting
from corelab_aws.store import about, event_from_item

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One event.

    Attributes
    ----------
    seq : int or None
        Its place in the trial's log, from 0; None until the sequencer has given it one.
    """

    seq: int | None
    event: Event


class History:
    """Events by what they are about.

    Parameters
    ----------
    client : DynamoDBClient
    table : str
        The ledger table.
    """

    def __init__(self, client: "DynamoDBClient", *, table: str) -> None:
        self._client = client
        self._table = table

    def of(self, trial: TrialId, *, object: str, id: str) -> list[Entry]:
        """The object's events, oldest first: by version, since several may carry the same moment."""
        entries = self._entries(trial, object=object, id=id)
        return sorted(entries, key=lambda entry: entry.event.version)

    def _entries(self, trial: TrialId, *, object: str, id: str) -> Iterator[Entry]:
        pages = self._client.get_paginator("query").paginate(
            TableName=self._table,
            IndexName="by_about",
            KeyConditionExpression="about = :about",
            ExpressionAttributeValues={":about": {"S": about(trial, object=object, id=id)}},
        )
        for page in pages:
            for item in page["Items"]:
                seq = int(item["seq"]["N"]) if "seq" in item else None
                yield Entry(seq=seq, event=event_from_item(item))


def history() -> History:
    """The door's history."""
    return History(clients.dynamodb(), table=setting("LEDGER_TABLE"))
