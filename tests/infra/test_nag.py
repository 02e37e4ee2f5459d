"""cdk-nag's AwsSolutions stands in the way of whatever nobody gave a reason for."""

import json

import pytest
from aws_cdk import aws_sqs as sqs

from infra.assembly import build
from infra.deployment import read_deployment
from infra.layers import Target


def test_what_breaks_a_rule_without_a_reason_stops_synthesis(tmp_path):
    app = build(read_deployment("local"), tmp_path, Target.HOST)
    sqs.Queue(app.node.find_child("Foundation"), "Careless")

    with pytest.raises(RuntimeError, match="AwsSolutions-SQS4"):
        app.synth()


def test_every_acknowledged_rule_carries_its_reason(assembly):
    reasons = []
    for path in assembly.folder.glob("*.metadata.json"):
        for entries in json.loads(path.read_text(encoding="utf-8")).values():
            for entry in entries:
                if "acknowledged" in entry["type"].lower():
                    reasons += entry["data"].values()

    assert reasons
    assert all(len(reason.split()) > 4 for reason in reasons)
