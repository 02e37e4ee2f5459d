"""Two subjects' images on their way through every door, one step after the other, by hand."""

from datetime import UTC, datetime, timedelta

from tests.fakes.brain_series import Patient, brain, brain_slice
from tests.flows.by_hand.stage import SLICES, map_items

US, ULTRASOUND = "US", "1.2.840.10008.5.1.4.1.1.6.1"
ERIKA, MAX = Patient(id="KM-7001"), Patient(id="KM-7002")
WHOLE, LACKING = "101-0001", "101-0002"
STEPS = (
    *("ingest/api complete", "ingest/screen", "deid/deidentify", "deid/hold", "qc/check", "qc/conclude"),
    *("tracking/react accepted", "deid/react", "queries/react nothing to ask", "tracking/react judged"),
    *("reads/react", "queries/react asks", "tracking/react waits", "queries/api answer", "qc/react"),
    "audit/relay",
)
CHANGES_NOTHING = frozenset({"queries/react nothing to ask"})


class Journey:
    """Two subjects' images on their way, one step after the other."""

    def __init__(self, on_stage):
        self.stage = on_stage
        self.began = datetime.now(UTC).replace(microsecond=0) + timedelta(hours=1)
        self.done = 0
        self.answers = {}
        trial = on_stage.trial
        self.transmittals = {}
        ultrasound = brain_slice(
            ERIKA, 1, Modality=US, SOPClassUID=ULTRASOUND,
            SOPInstanceUID=ERIKA.uid("us"), SeriesInstanceUID=ERIKA.uid("us series"),
        )  # fmt: skip
        for subject, files in (
            (WHOLE, [*brain(ERIKA, slices=SLICES), ultrasound]),
            (LACKING, brain(MAX, slices=SLICES, without={2})),
        ):
            trial.enrol(subject)
            transmittal = self.transmittals[subject] = trial.open(subject)
            trial.upload(trial.register(transmittal, files), files)
        self.run("deid/deidentify", None, call=self._make_secrets)

    @property
    def at(self):
        """The clock stands still within a step."""
        return self.began + timedelta(minutes=self.done)

    def run(self, door, event, **how):
        return self.stage.doors.run(door, event, at=self.at, **how)

    def undisturbed(self, door, event):
        result = self.run(door, event)
        assert result.error is None, result.error
        return result.answer

    def reach(self, step):
        """Go on to just before the step."""
        while STEPS[self.done] != step:
            passed = STEPS[self.done]
            self.note(passed, self.run(passed.split()[0], self.event(passed)))

    def note(self, step, run):
        """The step is done."""
        self.answers[step] = run.answer
        self.done += 1

    def event(self, step):
        """What the platform hands to the step's door."""
        on_bus = {
            "tracking/react accepted": ("TransmittalAccepted.v1", self.transmittals[WHOLE]),
            "deid/react": ("TimePointJudged.v1", WHOLE),
            "queries/react nothing to ask": ("TimePointJudged.v1", WHOLE),
            "tracking/react judged": ("TimePointJudged.v1", WHOLE),
            "reads/react": ("TimePointReadable.v1", WHOLE),
            "queries/react asks": ("TimePointJudged.v1", LACKING),
            "tracking/react waits": ("TimePointJudged.v1", LACKING),
            "qc/react": ("QueryAnswered.v1", LACKING),
        }
        by_hand = {
            "ingest/api complete": lambda: self.completes(self.transmittals[WHOLE]),
            "ingest/screen": lambda: self.stage.execution(self.transmittals[WHOLE]),
            "deid/deidentify": lambda: self._item("AX_PD"),
            "deid/hold": self._failed_item,
            "qc/check": lambda: self.answers["deid/deidentify"],
            "qc/conclude": self._results,
            "queries/api answer": self._answers_query,
            "audit/relay": self._stream,
        }
        if step == "queries/react asks":
            self._judge_lacking()
        if step in by_hand:
            return by_hand[step]()
        type, about = on_bus[step]
        return self.stage.on_bus(type, about=about)

    def completes(self, transmittal):
        return self.request("POST", f"/transmittals/{transmittal}/complete")

    def request(self, method, path, body=None, *, key="once"):
        return self.stage.request(method, path, body, at=self.at, key=key)

    def _item(self, expected):
        accepted = self.stage.event("TransmittalAccepted.v1", about=self.transmittals[WHOLE])
        (found,) = (one["series"] for one in accepted.data["series"] if one["expected_series"] == expected)
        return map_items(self.answers["ingest/screen"])[found]

    def _failed_item(self):
        item = self._item("LIVER")
        failed = self.run("deid/deidentify", item)
        return item | {"error": {"Error": failed.error.partition(":")[0], "Cause": "{}"}}

    def _results(self):
        results = [self.answers["qc/check"], self.answers["deid/hold"]]
        return self.answers["ingest/screen"] | {"series": results}

    def _answers_query(self):
        query = self.stage.event("QueryOpened.v1", about=LACKING).id.rpartition("#")[2]
        body = {"answer": "not_available", "text": None}
        return self.request("POST", f"/queries/{query}/answer", body)

    def _judge_lacking(self):
        transmittal = self.transmittals[LACKING]
        self.undisturbed("ingest/api", self.completes(transmittal))
        screened = self.undisturbed("ingest/screen", self.stage.execution(transmittal))
        results = []
        for item in map_items(screened).values():
            packed = self.undisturbed("deid/deidentify", item)
            results.append(self.undisturbed("qc/check", packed))
        self.undisturbed("qc/conclude", screened | {"series": results})
        accepted = self.stage.on_bus("TransmittalAccepted.v1", about=transmittal)
        self.undisturbed("tracking/react", accepted)

    def _stream(self):
        table = self.stage.outputs["LedgerTable"]
        waiting = self.stage.cloud.client("dynamodb").scan(TableName=table, IndexName="by_unrelayed")["Items"]
        newest = sorted(waiting, key=lambda item: (item["at"]["S"], item["pk"]["S"]))[-3:]
        return {"Records": [stream_record(item, n) for n, item in enumerate(newest)]}

    @staticmethod
    def _make_secrets(door):
        door.KEYS.trial_keys("DEMO01")
        for subject in (WHOLE, LACKING):
            door.KEYS.subject_salt("DEMO01", subject)


def stream_record(item, n):
    keys = {"pk": item["pk"], "sk": item["sk"]}
    image = {name: value for name, value in item.items() if name != "event"}
    return {
        "eventName": "INSERT",
        "dynamodb": {"Keys": keys, "NewImage": image, "SequenceNumber": str(n)},
    }
