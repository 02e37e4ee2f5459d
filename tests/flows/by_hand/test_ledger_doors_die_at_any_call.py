"""The ledger's doors, killed at any call. What is locked stays, so no moment can be brought back here.

What must hold is what the simulation holds its ledgers to: nothing lost, invented, doubled or forked, and an
export that verifies.
"""

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from botocore.config import Config

from corelab.audit.segment import segment_key
from corelab.audit.verify import read_export, read_key, verify
from corelab.kernel.actors import system
from corelab.kernel.ids import TrialId
from corelab.kernel.write_path import Command, Decision, Kind, execute
from corelab_aws.ledger.export import export_ledger
from corelab_aws.ledger.heads import DynamoHeads
from corelab_aws.ledger.signer import KmsSigner
from corelab_aws.store import DynamoStore, outbox_item
from tests.fakes.memory_ledger import SOFTWARE, an_event
from tests.flows.by_hand.doors import Fault, What, faults_at
from tests.flows.by_hand.journey import stream_record
from tests.flows.world import items_of
from tests.simulation.checker import Aftermath, broken_promises

EVENTS = 3  # in each log
LATER = timedelta(minutes=1)
ROUNDS = 3
WRITERS, STORM = 50, TrialId("STORM")


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """How often it was written."""

    count: int


COUNTED = Kind(room="ingest", name="counted", model=Counted)


class Logs:
    """The stage, and logs on it that the test writes."""

    def __init__(self, on_stage, scratch):
        self.stage = on_stage
        self.scratch = scratch
        self.at = datetime.now(UTC).replace(microsecond=0) + timedelta(hours=3)  # after all that was done
        self.written = {}
        self.notes = []  # of the last verification

    def more(self, log, *, age=timedelta()):
        """Stream records of the log's next events."""
        first = self.written.get(log, 0) + 1
        self.written[log] = first + EVENTS - 1
        events = [
            an_event(log, object="tms-1", version=version, at=self.at - age)
            for version in range(first, first + EVENTS)
        ]
        items = [outbox_item(event) for event in events]
        for item in items:
            self.stage.cloud.client("dynamodb").put_item(TableName=self._ledger, Item=item)
        return {"Records": [stream_record(item, number) for number, item in enumerate(items)]}

    def run(self, door, event, **how):
        return self.stage.doors.run(door, event, at=self.at, **how)

    def sweep(self, **how):
        """A minute later."""
        self.at += LATER
        return self.run("audit/sweep", {}, **how)

    @property
    def _ledger(self):
        return self.stage.outputs["LedgerTable"]

    def heads(self):
        return DynamoHeads(self.stage.cloud.client("dynamodb"), table=self._ledger)

    def broken_promises(self):
        """What the ledger as a whole breaks, once nothing is left to do."""
        for _ in range(3):
            assert self.sweep().error is None
        cloud, outputs = self.stage.cloud, self.stage.outputs
        heads = self.heads()
        signer = KmsSigner(cloud.client("kms"), key=outputs["LedgerKeyArn"])
        folder = self.scratch / self.at.strftime("%H%M")
        export_ledger(
            cloud.client("s3"),
            heads,
            folder=folder,
            logs=sorted(heads.logs()),
            ledger=outputs["LedgerBucket"],
            witness=outputs["WitnessBucket"],
            key_pem=signer.public_key_pem(),
            taken_at=self.at,
        )
        written, on_bus = {}, {}
        for (pk, _), item in items_of(cloud, self._ledger).items():
            if pk.startswith("EV#"):
                event_id = json.loads(bytes(item["event"]["B"]))["event_id"]
                written.setdefault(item["log"]["S"], {})[event_id] = bytes(item["event"]["B"])
                on_bus[event_id] = int("relayed_at" in item)
        halted = {log: heads.read(log).halted for log in heads.logs() if heads.read(log).halted}
        export = read_export(folder)
        self.notes = verify(export, key=read_key(signer.public_key_pem())).notes
        return broken_promises(
            Aftermath(
                written=written,
                export=export,
                key_pem=signer.public_key_pem(),
                on_bus=on_bus,
                halted=halted,
            )
        )


@pytest.fixture(scope="module")
def logs(on_stage, tmp_path_factory):
    made = Logs(on_stage, tmp_path_factory.mktemp("exports"))
    for _ in range(3):
        made.sweep()  # what opening the trial and every other test wrote
    return made


def is_unfinished(run):
    return run.is_killed or run.error is not None or bool(run.answer and run.answer["batchItemFailures"])


@pytest.mark.requirement("fault-18")
@pytest.mark.requirement("fault-22")
@pytest.mark.requirement("fault-24")
@pytest.mark.requirement("fault-26")
@pytest.mark.requirement("fault-29")
def test_a_sequencer_that_dies_at_any_call_places_every_event_once(logs):
    whole = logs.run("audit/sequence", logs.more("KILLED"))
    assert not is_unfinished(whole)
    assert len(whole.writes) >= 3  # the transaction, the segment, what was published

    for fault in faults_at(whole.writes):
        batch = logs.more("KILLED")
        run = logs.run("audit/sequence", batch, fault=fault)
        for _ in range(ROUNDS):
            if is_unfinished(run):
                run = logs.run("audit/sequence", batch)
        assert not is_unfinished(run), fault
        assert not is_unfinished(logs.run("audit/sequence", batch))

    assert logs.broken_promises() == []


@pytest.mark.requirement("fault-18")
@pytest.mark.requirement("fault-27")
def test_a_sweep_that_dies_at_any_call_is_finished_by_the_next(logs):
    logs.more("SWEPT", age=timedelta(minutes=5))
    whole = logs.sweep()
    assert whole.error is None
    assert len(whole.writes) >= 5

    for fault in faults_at(whole.writes):
        logs.more("SWEPT", age=timedelta(minutes=5))
        logs.sweep(fault=fault)
        assert logs.sweep().error is None, fault

    assert logs.broken_promises() == []


@pytest.mark.requirement("fault-28")
@pytest.mark.requirement("fault-6")
def test_an_older_batch_that_comes_after_a_newer_one_changes_nothing(logs):
    old, new = logs.more("LATE"), logs.more("LATE")
    for batch in (new, old, new, old):
        assert not is_unfinished(logs.run("audit/sequence", batch))

    assert logs.broken_promises() == []


@pytest.mark.requirement("fault-31")
def test_a_signing_key_that_does_not_answer_keeps_entries_and_delays_only_the_signature(logs):
    signing = [
        number
        for number, call in enumerate(logs.run("audit/sequence", logs.more("SIGNED")).calls, 1)
        if call.endswith((" Sign", " GetPublicKey"))
    ]
    assert signing

    run = logs.run("audit/sequence", logs.more("SIGNED"), fault=Fault(what=What.DOWN, at=signing[0]))
    later = logs.broken_promises()

    assert run.error is None
    assert not run.is_killed
    assert later == []


@pytest.mark.requirement("fault-23")
def test_fifty_writers_of_one_aggregate_all_commit_and_stand_on_the_log_without_a_gap(logs):
    cloud, outputs = logs.stage.cloud, logs.stage.outputs
    client = cloud.session().client(
        "dynamodb",
        endpoint_url=cloud.endpoint,
        verify=str(cloud.ca),
        config=Config(max_pool_connections=WRITERS),
    )
    store = DynamoStore(client, state_table=outputs["StateTable"], ledger_table=outputs["LedgerTable"])

    def write(number):
        def decide(found):
            count = found.state.count + 1 if found else 1
            return Decision(state=Counted(count=count), type="TransmittalMoved.v1", action="transmittal.move")

        command = Command(
            id=f"writer/{number}", trial=STORM, actor=system("test"), now=logs.at, software=SOFTWARE
        )
        return execute(store, COUNTED, id="tms-1", command=command, step="", decide=decide).version

    with ThreadPoolExecutor(max_workers=WRITERS) as writers:
        versions = sorted(writers.map(write, range(WRITERS)))
    client.close()

    assert versions == [*range(1, WRITERS + 1)]
    assert logs.broken_promises() == []


@pytest.mark.requirement("fault-30")
def test_a_segment_that_somebody_else_wrote_halts_its_log_and_no_other(logs):
    assert not is_unfinished(logs.run("audit/sequence", logs.more("TAKEN")))
    s3, bucket = logs.stage.cloud.client("s3"), logs.stage.outputs["LedgerBucket"]
    s3.put_object(
        Bucket=bucket,
        Key=segment_key(TrialId("TAKEN"), number=1),
        Body=b"not ours",
        ChecksumAlgorithm="SHA256",
    )

    taken = logs.run("audit/sequence", logs.more("TAKEN"))
    other = logs.run("audit/sequence", logs.more("SPARED"))

    assert not is_unfinished(taken)  # coming again would change nothing
    assert not is_unfinished(other)
    heads = logs.heads()
    assert heads.read(TrialId("TAKEN")).halted is not None
    assert heads.read(TrialId("SPARED")).size == EVENTS
    assert [broken for broken in logs.broken_promises() if "SPARED" in broken] == []
