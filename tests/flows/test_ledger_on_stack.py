"""The simulation's checker on the real adapters: DynamoDB, S3 with Object Lock, KMS, EventBridge, embedded.

Sequencers, relays and sweeps run side by side in threads; each of their AWS calls may be the last one before
or after which they die.
"""

import json
import random
import threading
from contextlib import suppress
from datetime import timedelta

import pytest
from botocore.exceptions import ClientError

from corelab.audit.relay import relay
from corelab.audit.segment import segment_key
from corelab.audit.sequencer import sequence
from corelab.audit.sweep import sweep
from corelab.audit.verify import read_export
from corelab.kernel.errors import CorelabError
from corelab.kernel.ids import TrialId
from corelab_aws.clock import now
from corelab_aws.ledger.bus import EventBus
from corelab_aws.ledger.export import export_ledger
from corelab_aws.ledger.signer import KmsSigner
from corelab_aws.store import outbox_item
from local.cloud import S3_CONFIG
from local.environment import embedded
from tests.fakes.ledger_tables import LEDGER, TABLE, WITNESS, adapters, create_buckets, create_table
from tests.fakes.memory_ledger import SOFTWARE, an_event
from tests.simulation.checker import Aftermath, broken_promises
from tests.simulation.scheduler import Killed

BUS = "corelab"
LOGS = (TrialId("DEMO01"), TrialId("DEMO02"))
DEATHS = 0.03  # per call, before and after
WORKERS, ROUNDS = 4, 8
SWEEPS = 4  # after which a ledger without faults has nothing left to do


@pytest.fixture(scope="module")
def running():
    with embedded(strict=True) as cloud:
        create_table(cloud.client("dynamodb"))
        create_buckets(cloud.client("s3"))
        yield cloud


@pytest.fixture(scope="module")
def signing_key(running):
    made = running.client("kms").create_key(KeySpec="ECC_NIST_EDWARDS25519", KeyUsage="SIGN_VERIFY")
    return made["KeyMetadata"]["KeyId"]


@pytest.fixture(scope="module")
def listener(running):
    """A queue behind a rule that takes everything from the bus."""
    queues, events = running.client("sqs"), running.client("events")
    events.create_event_bus(Name=BUS)
    url = queues.create_queue(QueueName="listener")["QueueUrl"]
    arn = queues.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    pattern = json.dumps({"source": [{"prefix": "corelab."}]})
    events.put_rule(Name="all", EventBusName=BUS, EventPattern=pattern)
    events.put_targets(Rule="all", EventBusName=BUS, Targets=[{"Id": "queue", "Arn": arn}])
    return url


class Worker:
    """One process of ours, with clients of its own that may be cut off at any call."""

    def __init__(self, cloud, key, *, seed=0, deaths=0.0):
        self.rng = random.Random(seed)  # noqa: S311 -- the seed is the point
        self.deaths = deaths
        session, verify = cloud.session(), str(cloud.ca) if cloud.ca else None
        clients = {
            name: session.client(name, endpoint_url=cloud.endpoint, verify=verify, config=S3_CONFIG)
            for name in ("dynamodb", "s3", "kms", "events")
        }
        for client in clients.values():
            client.meta.events.register("before-call", self._may_die)
            client.meta.events.register("after-call", self._may_die)
        self.s3 = clients["s3"]
        self.signer = KmsSigner(clients["kms"], key=key)
        self.ports = adapters(clients["dynamodb"], clients["s3"], self.signer)
        self.bus = EventBus(clients["events"], name=BUS)

    def _may_die(self, **_):
        if self.rng.random() < self.deaths:
            raise Killed

    def work(self, events):
        for _ in range(ROUNDS):
            batch = [event for event in events if self.rng.random() < 0.15]
            self.rng.shuffle(batch)
            with suppress(Killed, CorelabError):
                for log in LOGS:
                    event_ids = [event.event_id for event in batch if event.trial == log]
                    sequence(self.ports, log=log, event_ids=event_ids, now=now(), software=SOFTWARE)
            with suppress(Killed, CorelabError):
                event_ids = [event.event_id for event in batch]
                relay(self.ports.outbox, self.bus, event_ids=event_ids, now=now())
            with suppress(Killed, CorelabError):
                self.sweep()

    def sweep(self):
        sweep(self.ports, self.bus, now=now(), older_than=timedelta(), software=SOFTWARE)


def heard(cloud, url):
    queues, count = cloud.client("sqs"), {}
    while messages := queues.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
        for message in messages:
            event_id = json.loads(message["Body"])["detail"]["event_id"]
            count[event_id] = count.get(event_id, 0) + 1
            queues.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    return count


def written(cloud):
    found = {}
    pages = cloud.client("dynamodb").get_paginator("scan").paginate(TableName=TABLE, ConsistentRead=True)
    for item in (item for page in pages for item in page["Items"]):
        if item["pk"]["S"].startswith("EV#"):
            log, event_id = item["log"]["S"], item["pk"]["S"].removeprefix("EV#")
            found.setdefault(log, {})[event_id] = bytes(item["event"]["B"])
    return found


@pytest.fixture(scope="module")
def aftermath(running, signing_key, listener, tmp_path_factory):
    events = [
        an_event(log, object=f"tms-{number}", version=version, at=now())
        for log in LOGS
        for number in range(6)
        for version in range(1, 6)
    ]
    for event in events:
        running.client("dynamodb").put_item(TableName=TABLE, Item=outbox_item(event))
    workers = [Worker(running, signing_key, seed=seed, deaths=DEATHS) for seed in range(WORKERS)]
    threads = [threading.Thread(target=worker.work, args=(events,)) for worker in workers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    quiet = Worker(running, signing_key)
    for _ in range(SWEEPS):
        quiet.sweep()
    folder = tmp_path_factory.mktemp("export")
    export_ledger(
        quiet.s3,
        quiet.ports.heads,
        folder=folder,
        logs=sorted(quiet.ports.heads.logs()),
        ledger=LEDGER,
        witness=WITNESS,
        key_pem=quiet.signer.public_key_pem(),
        taken_at=now(),
    )
    heads = {log: quiet.ports.heads.read(log) for log in quiet.ports.heads.logs()}
    return Aftermath(
        written=written(running),
        export=read_export(folder),
        key_pem=quiet.signer.public_key_pem(),
        on_bus=heard(running, listener),
        halted={log: head.halted for log, head in heads.items() if head.halted is not None},
    )


def test_nothing_is_lost_invented_doubled_or_forked_on_the_real_adapters(aftermath):
    assert broken_promises(aftermath) == []
    assert {log: len(events) for log, events in aftermath.written.items()}.items() >= dict.fromkeys(
        LOGS, 31
    ).items()


def test_one_flipped_byte_of_the_export_is_found(aftermath):
    path = next(path for path in aftermath.export if "DEMO01/segments" in path)
    data = aftermath.export[path]
    flipped = data[:-50] + bytes([data[-50] ^ 1]) + data[-49:]
    damaged = Aftermath(**(vars(aftermath) | {"export": aftermath.export | {path: flipped}}))

    assert any(
        f"file='{path}'" in broken and f"byte={len(data) - 50}" in broken
        for broken in broken_promises(damaged)
    )


@pytest.mark.requirement("P11-10c")
@pytest.mark.usefixtures("aftermath")
def test_a_segment_is_locked_and_not_written_twice(running):
    s3, key = running.client("s3"), segment_key(LOGS[0], number=0)
    head = s3.head_object(Bucket=LEDGER, Key=key)
    with pytest.raises(ClientError) as deletion:
        s3.delete_object(Bucket=LEDGER, Key=key, VersionId=head["VersionId"])
    with pytest.raises(ClientError) as second:
        s3.put_object(Bucket=LEDGER, Key=key, Body=b"other", IfNoneMatch="*", ChecksumAlgorithm="SHA256")

    assert head["ObjectLockMode"] == "COMPLIANCE"
    assert head["ObjectLockRetainUntilDate"] > now() + timedelta(hours=23)
    assert deletion.value.response["Error"]["Code"] == "AccessDenied"
    assert second.value.response["ResponseMetadata"]["HTTPStatusCode"] == 412
