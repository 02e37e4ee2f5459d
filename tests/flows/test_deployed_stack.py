"""The system's own stacks on the embedded AWS."""

from local.conformance import conform
from local.deploy import deploy
from local.synth import synthesize


def test_every_property_of_every_stack_is_deployed(system, deployed):
    report = conform(deployed, system)

    assert [str(difference) for difference in report.differences] == []
    assert report.unused == ()
    assert report.properties > 1000


def test_a_second_deployment_changes_nothing(system, deployed):
    again = deploy(synthesize(), system)

    assert [stack.name for stack in again] == [stack.name for stack in deployed]
    assert {stack.change for stack in again} == {"unchanged"}
