"""A deployed system whose events go nowhere by themselves: the test is the platform, and can turn time back.

Stream mappings and rules are off and the state machine does nothing, so between two steps nothing moves.
"""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from corelab.ingest.layout import manifest_key
from corelab.ingest.manifest import ManifestRef, execution_input, manifest_ref
from corelab.kernel.events import Event
from corelab.kernel.ids import TransmittalId, TrialId
from corelab_aws.ledger.bus import bus_detail
from corelab_aws.store import event_from_item
from local.cloud import Cloud
from local.deploy import deploy
from local.environment import embedded, outputs_of
from local.synth import synthesize
from tests.fakes.api_requests import claims, request
from tests.flows.by_hand.doors import Doors, bus_message
from tests.flows.embedded.waiting import until
from tests.flows.trial_on_stack import CHARTER, TRIAL, TrialOnStack, open_trial
from tests.flows.world import PLAIN_BUCKETS, TABLES, Item, Place, contents_of, items_of, versions_of

SLICES = 4  # as few as show a gap: every call is made many times
SMALL_CHARTER = CHARTER.replace(
    "expect: {min_images: 20, max_images: 20}", f"expect: {{min_images: {SLICES}, max_images: {SLICES}}}"
)
NOTHING = {"StartAt": "Nothing", "States": {"Nothing": {"Type": "Pass", "End": True}}}


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A moment to come back to: items of the tables, bytes of the objects."""

    tables: Mapping[str, Mapping[Place, Item]]
    objects: Mapping[tuple[str, str, str], bytes]


@dataclass(slots=True, kw_only=True)
class Stage:
    """The system, its trial and its doors."""

    cloud: Cloud
    outputs: Mapping[str, str]
    trial: TrialOnStack
    doors: Doors

    @property
    def _tables(self) -> list[str]:
        return [self.outputs[name] for name in TABLES]

    @property
    def _buckets(self) -> list[str]:
        return [self.outputs[name] for name in PLAIN_BUCKETS]

    def seen(self) -> dict[str, Any]:
        """What two runs must agree on. An object written twice with the same bytes is the same object."""
        found: dict[str, Any] = {table: items_of(self.cloud, table) for table in self._tables}
        objects = contents_of(self.cloud, self._buckets)
        return found | {"objects": {place: sorted(set(digests)) for place, digests in objects.items()}}

    def keep(self) -> Kept:
        """This moment."""
        s3 = self.cloud.client("s3")
        objects = {}
        for bucket in self._buckets:
            for version in versions_of(self.cloud, bucket):
                place = (bucket, version["Key"], version["VersionId"])
                named = {"Bucket": bucket, "Key": version["Key"], "VersionId": version["VersionId"]}
                objects[place] = s3.get_object(**named)["Body"].read()
        return Kept(tables={table: items_of(self.cloud, table) for table in self._tables}, objects=objects)

    def back_to(self, kept: Kept) -> None:
        """Make it that moment again; originals and packs that it has are never touched by a door."""
        self.back_to_tables(kept)
        s3 = self.cloud.client("s3")
        there = {
            (bucket, version["Key"], version["VersionId"])
            for bucket in self._buckets
            for version in versions_of(self.cloud, bucket)
        }
        for bucket, key, version in there - kept.objects.keys():
            s3.delete_object(Bucket=bucket, Key=key, VersionId=version)
        for bucket, key, version in sorted(kept.objects.keys() - there):  # taken away since: its bytes again
            s3.put_object(Bucket=bucket, Key=key, Body=kept.objects[bucket, key, version])

    def back_to_tables(self, kept: Kept) -> None:
        """Make it that moment again where no object was written since."""
        tables = self.cloud.client("dynamodb")
        for table, items in kept.tables.items():
            now = items_of(self.cloud, table)
            for pk, sk in now.keys() - items.keys():
                tables.delete_item(TableName=table, Key={"pk": {"S": pk}, "sk": {"S": sk}})
            for place, item in items.items():
                if now.get(place) != item:
                    tables.put_item(TableName=table, Item=item)

    def events(self, type: str, *, about: str) -> list[Event]:
        """Events of this type about aggregates whose ids begin so, the newest last."""
        events = [
            event_from_item(item)
            for (pk, _), item in items_of(self.cloud, self.outputs["LedgerTable"]).items()
            if pk.startswith("EV#") and item["type"]["S"] == type
        ]
        found = (one for one in events if one.id.startswith(about))
        return sorted(found, key=lambda one: (one.at, one.version))

    def event(self, type: str, *, about: str) -> Event:
        """The newest event of this type about an aggregate whose id begins so."""
        return self.events(type, about=about)[-1]

    def on_bus(self, type: str, *, about: str) -> dict[str, Any]:
        """The event as a reaction's queue brings it."""
        return self.as_message(self.event(type, about=about))

    def as_message(self, event: Event) -> dict[str, Any]:
        """The event as a reaction's queue brings it."""
        return bus_message(event.source, event.type, json.loads(json.dumps(bus_detail(event))))

    def request(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        at: datetime,
        key: str = "once",
        by: str = "coordinator",
    ) -> Item:
        """A request of somebody who has just signed in, as the gateway hands it to a door."""
        seconds = str(int(at.timestamp()))
        who = claims(
            self.trial.people.ids[by],
            iat=seconds,
            auth_time=seconds,
            aud=self.outputs["UserPoolClientId"],
        )
        return request(method, f"/v1/trials/{TRIAL}{path}", who=who, body=body, key=key)

    def manifest(self, transmittal: str) -> ManifestRef | None:
        """The transmittal's manifest, where there is one."""
        bucket = self.outputs["IncomingBucket"]
        id = TransmittalId(transmittal)
        key = manifest_key(TrialId(TRIAL), id)
        found = self.cloud.client("s3").list_object_versions(Bucket=bucket, Prefix=key).get("Versions", [])
        if not found:
            return None
        return manifest_ref(bucket, trial=TrialId(TRIAL), transmittal=id, version=found[0]["VersionId"])

    def execution(self, transmittal: str) -> Item:
        """Input of the transmittal's run."""
        ref = self.manifest(transmittal)
        assert ref is not None
        started = execution_input(ref, trial=TrialId(TRIAL), transmittal=TransmittalId(transmittal))
        return dict(json.loads(json.dumps(started)))


def map_items(screened: Mapping[str, Any]) -> dict[str, Item]:
    """What the state machine hands to each series' steps, by series."""
    shared = {name: value for name, value in screened.items() if name not in ("outcome", "series")}
    return {item["series"]: shared | item for item in screened["series"]}


def differences(seen: Mapping[str, Any], expected: Mapping[str, Any]) -> list[str]:
    """Where two worlds differ: each place with both of its contents."""
    return [
        f"{place}: {seen[kind].get(place)!r} is not {expected[kind].get(place)!r}"
        for kind in expected
        for place in sorted(seen[kind].keys() | expected[kind].keys())
        if seen[kind].get(place) != expected[kind].get(place)
    ]


@contextmanager
def stage(scratch: Path) -> Iterator[Stage]:
    """Deploy the system, stop what moves by itself, open the trial."""
    with embedded(strict=True) as cloud:
        outputs = outputs_of(deploy(synthesize(), cloud))
        _hush(cloud, outputs)
        trial = open_trial(cloud, outputs, charter=SMALL_CHARTER)
        yield Stage(cloud=cloud, outputs=outputs, trial=trial, doors=Doors(cloud=cloud, scratch=scratch))
        trial.http.close()


def _hush(cloud: Cloud, outputs: Mapping[str, str]) -> None:
    functions, events = cloud.client("lambda"), cloud.client("events")
    mappings = functions.list_event_source_mappings()["EventSourceMappings"]
    for mapping in mappings:
        functions.update_event_source_mapping(UUID=mapping["UUID"], Enabled=False)
    for bus in events.list_event_buses()["EventBuses"]:
        for rule in events.list_rules(EventBusName=bus["Name"])["Rules"]:
            events.disable_rule(Name=rule["Name"], EventBusName=bus["Name"])
    machine = outputs["StateMachineArn"]
    cloud.client("stepfunctions").update_state_machine(
        stateMachineArn=machine, definition=json.dumps(NOTHING)
    )
    until(
        lambda: all(
            mapping["State"] == "Disabled"
            for mapping in functions.list_event_source_mappings()["EventSourceMappings"]
        )
    )
