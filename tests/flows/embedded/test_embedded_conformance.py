"""The conformance check on the probe stack, and that it sees what it should."""

import copy
from dataclasses import replace
from fnmatch import fnmatchcase

import pytest

from local.conformance import UnknownType, conform
from local.conformance.allowed import Allowed


def test_every_property_of_the_probe_stack_is_deployed(cloud, probe):
    report = conform([probe], cloud)

    assert [str(difference) for difference in report.differences] == []
    assert report.properties > 100


@pytest.mark.parametrize(
    ("resource", "change", "path"),
    [
        ("Ledger", {"ObjectLockConfiguration": {"Rule": {"DefaultRetention": {"Days": 2}}}}, "ObjectLock*"),
        ("Table", {"DeletionProtectionEnabled": False}, "DeletionProtectionEnabled"),
        ("Queue", {"VisibilityTimeout": 2}, "VisibilityTimeout"),
        ("Act", {"Timeout": 11}, "Timeout"),
        ("FromStream", {"BisectBatchOnFunctionError": True}, "BisectBatchOnFunctionError"),
        ("OnJudged", {"Targets": []}, "Targets"),
        ("LedgerPolicy", {"PolicyDocument": {"Statement": []}}, "PolicyDocument.Statement"),
    ],
)
def test_a_property_that_is_not_deployed_is_named(cloud, probe, resource, change, path):
    template = copy.deepcopy(probe.template)
    template["Resources"][resource]["Properties"] |= change

    report = conform([replace(probe, template=template)], cloud)

    assert [d.resource for d in report.differences] == [f"Probe/{resource}"]
    assert fnmatchcase(report.differences[0].property, path)


def test_an_allowance_that_nothing_needs_is_reported(cloud, probe):
    stale = Allowed(type="AWS::SQS::Queue", property="FifoQueue", reason="no longer needed")

    report = conform([probe], cloud, (stale,))

    assert report.unused == (stale,)


def test_a_resource_type_without_a_reader_is_an_error(cloud, probe):
    template = copy.deepcopy(probe.template)
    template["Resources"]["Queue"]["Type"] = "AWS::Unknown::Thing"

    with pytest.raises(UnknownType):
        conform([replace(probe, template=template)], cloud)
