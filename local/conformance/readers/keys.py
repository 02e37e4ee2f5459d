"""Keys and their aliases."""

from local.conformance.found import Found, Reader, Resource


def key(resource: Resource) -> Found:
    """AWS::KMS::Key."""
    keys, at = resource.client("kms"), {"KeyId": resource.physical}
    described = keys.describe_key(**at)["KeyMetadata"]
    is_symmetric = described["KeySpec"] == "SYMMETRIC_DEFAULT"
    rotates = is_symmetric and keys.get_key_rotation_status(**at)["KeyRotationEnabled"]
    tags = keys.list_resource_tags(**at)["Tags"]
    return Found(
        properties={
            "Description": described["Description"],
            "Enabled": described["Enabled"],
            "EnableKeyRotation": rotates,
            "KeyPolicy": keys.get_key_policy(**at, PolicyName="default")["Policy"],
            "KeySpec": described["KeySpec"],
            "KeyUsage": described["KeyUsage"],
            "MultiRegion": described["MultiRegion"],
            "Tags": [{"Key": tag["TagKey"], "Value": tag["TagValue"]} for tag in tags],
        },
        attributes={"Arn": described["Arn"], "KeyId": described["KeyId"]},
    )


def alias(resource: Resource) -> Found:
    """AWS::KMS::Alias."""
    name = resource.asked["AliasName"]
    described = resource.client("kms").describe_key(KeyId=name)["KeyMetadata"]
    is_same = resource.asked["TargetKeyId"] in (described["Arn"], described["KeyId"])
    target = resource.asked["TargetKeyId"] if is_same else described["Arn"]
    return Found(properties={"AliasName": name, "TargetKeyId": target})


READERS: dict[str, Reader] = {"AWS::KMS::Key": key, "AWS::KMS::Alias": alias}
