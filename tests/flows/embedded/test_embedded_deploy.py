from local.deploy import deploy


def test_a_stack_deploys_and_its_second_deployment_changes_nothing(cloud, assembly, probe):
    again = deploy(assembly, cloud)

    assert probe.change == "created"
    assert [stack.change for stack in again] == ["unchanged"]
    assert again[0].outputs == probe.outputs


def test_termination_protection_is_on(cloud, probe):
    stack = cloud.client("cloudformation").describe_stacks(StackName=probe.name)["Stacks"][0]

    assert stack["EnableTerminationProtection"] is True
