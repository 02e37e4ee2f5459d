import pytest

from local.cloud import Cloud
from local.conformance.compare import differences, plain
from local.conformance.resolve import CannotResolve, Resolver

CLOUD = Cloud(
    endpoint="http://127.0.0.1:1", region="eu-central-1", account="000000000000", access_key="", secret_key=""
)


def compared(asked, found, path="Property"):
    return list(differences(plain(asked), plain(found), path))


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        (30, "30"),
        (True, "true"),
        ({"a": 1}, '{"a": 1}'),
        ({"a": 1}, {"a": 1, "b": 2}),
        (1.0, 1),
        (["s3:GetObject"], "s3:GetObject"),
    ],
)
def test_the_same_said_otherwise_is_no_difference(asked, found):
    assert compared(asked, found) == []


@pytest.mark.parametrize(
    ("asked", "found", "path"),
    [
        ({"Rule": {"Days": 1}}, {"Rule": {"Days": 2}}, "Property.Rule.Days"),
        ({"Rule": 1}, {}, "Property.Rule"),
        ([1, 2], [2, 1], "Property[0]"),
        ([1], [1, 2], "Property"),
        (True, "false", "Property"),
    ],
)
def test_a_difference_is_named_by_its_smallest_part(asked, found, path):
    assert [seen[0] for seen in compared(asked, found)][:1] == [path]


def test_the_order_of_a_set_means_nothing_and_its_members_do():
    assert compared(["a", "b"], ["b", "a"], "Action") == []
    assert compared(["a"], ["a", "b"], "Action") != []
    assert compared(["a", "c"], ["a", "b"], "Action") != []


def test_tags_of_the_stack_may_be_added_to_the_templates():
    tag, other = {"Key": "a", "Value": "1"}, {"Key": "b", "Value": "2"}

    assert compared([tag], [tag, other], "Tags") == []
    assert compared([tag, other], [tag], "Tags") != []


@pytest.fixture
def resolve():
    return Resolver(
        CLOUD,
        "Stack",
        physical={"Bucket": "my-bucket"},
        attribute=lambda logical, name: f"{logical}.{name}!",
        exports={"Shared": "exported"},
    )


@pytest.mark.parametrize(
    ("value", "resolved"),
    [
        ({"Ref": "Bucket"}, "my-bucket"),
        ({"Ref": "AWS::Region"}, "eu-central-1"),
        ({"Fn::GetAtt": ["Bucket", "Arn"]}, "Bucket.Arn!"),
        ({"Fn::GetAtt": "Bucket.Arn"}, "Bucket.Arn!"),
        ({"Fn::Join": ["/", ["a", {"Ref": "Bucket"}]]}, "a/my-bucket"),
        ({"Fn::Sub": "${Bucket}-${Bucket.Arn}-${AWS::AccountId}"}, "my-bucket-Bucket.Arn!-000000000000"),
        ({"Fn::Sub": ["${x}/${Bucket}", {"x": 1}]}, "1/my-bucket"),
        ({"Fn::Sub": "${!kept}"}, "${!kept}"),
        ({"Fn::ImportValue": "Shared"}, "exported"),
        ({"Fn::Select": [1, {"Fn::Split": [":", "a:b"]}]}, "b"),
        ({"Kept": {"Ref": "Bucket"}, "Gone": {"Ref": "AWS::NoValue"}}, {"Kept": "my-bucket"}),
    ],
)
def test_a_templates_functions_are_resolved(resolve, value, resolved):
    assert resolve(value) == resolved


@pytest.mark.parametrize("value", [{"Ref": "Unknown"}, {"Fn::Cidr": ["10.0.0.0/8"]}])
def test_what_is_not_known_is_an_error_and_never_skipped(resolve, value):
    with pytest.raises(CannotResolve):
        resolve(value)
