"""What the templates promise, wherever they are deployed."""

import json

from corelab.deid.packing import LARGEST_SERIES_BYTES
from infra.deployment import read_deployment
from tests.infra.templates import buckets

DATA = ("AWS::S3::Bucket", "AWS::DynamoDB::Table", "AWS::KMS::Key", "AWS::Cognito::UserPool")


def test_every_queue_and_bucket_speaks_tls_only(assembly):
    policies = [
        *((queue, assembly.queue_policy(queue)) for queue in assembly.of("AWS::SQS::Queue")),
        *((bucket, assembly.bucket_policy(bucket)) for bucket in assembly.of("AWS::S3::Bucket")),
    ]
    for resource, policy in policies:
        assert any(
            item.effect == "Deny"
            and "*" in item.principals
            and item.conditions.get("Bool", {}).get("aws:SecureTransport") == "false"
            for item in policy
        ), resource.id


def test_ledger_and_witness_are_locked_for_as_long_as_the_deployment_says(assembly, request):
    deployment = read_deployment("local" if "local" in request.node.name else "example")
    for bucket in buckets(assembly, "ledger", "witness"):
        assert bucket.properties["ObjectLockEnabled"] is True
        retention = bucket.properties["ObjectLockConfiguration"]["Rule"]["DefaultRetention"]
        assert retention == {"Mode": deployment.lock_mode, "Days": deployment.retention_days}
        assert bucket.properties["VersioningConfiguration"] == {"Status": "Enabled"}


def test_nobody_deletes_from_ledger_or_witness_nor_shortens_a_lock(assembly):
    for bucket in buckets(assembly, "ledger", "witness"):
        (denied,) = (
            item
            for item in assembly.bucket_policy(bucket)
            if item.effect == "Deny" and "s3:DeleteObject" in item.actions
        )
        assert denied.principals == {"*"}
        assert denied.actions == {
            *("s3:DeleteObject", "s3:DeleteObjectVersion", "s3:PutObjectRetention"),
            *("s3:PutObjectLegalHold", "s3:BypassGovernanceRetention"),
        }
        assert denied.resources == {f"{bucket.arn}/*"}
        assert not denied.conditions


def test_only_the_ledgers_doors_put_into_ledger_and_witness(assembly):
    for bucket in buckets(assembly, "ledger", "witness"):
        (denied,) = (
            item
            for item in assembly.bucket_policy(bucket)
            if item.effect == "Deny" and "s3:PutObject" in item.actions
        )
        (allowed,) = denied.conditions["ArnNotLike"].values()
        doors = {arn.rpartition(":role/")[2] for arn in allowed if ":role/" in arn}
        assert denied.principals == {"*"}
        assert {name.rpartition("audit-")[2] for name in doors} == {"sequence", "sweep"}


def test_nobody_unlocks_the_buckets_but_the_deployment(assembly):
    for bucket in buckets(assembly, "ledger", "witness"):
        (denied,) = (
            item
            for item in assembly.bucket_policy(bucket)
            if item.effect == "Deny" and "s3:PutBucketObjectLockConfiguration" in item.actions
        )
        assert denied.resources == {bucket.arn}
        assert "cfn-exec-role" in str(denied.conditions["ArnNotLike"])


def test_a_pack_finds_room_before_it_is_sent(assembly):
    (door,) = (
        function
        for function in assembly.of("AWS::Lambda::Function")
        if function.properties["Handler"] == "functions/deid/deidentify.handler"
    )
    assert door.properties["EphemeralStorage"]["Size"] * 2**20 > LARGEST_SERIES_BYTES


def test_no_bucket_is_public_and_each_keeps_versions(assembly):
    for bucket in assembly.of("AWS::S3::Bucket"):
        assert set(bucket.properties["PublicAccessBlockConfiguration"].values()) == {True}
        assert bucket.properties["VersioningConfiguration"] == {"Status": "Enabled"}


def test_originals_announce_themselves(assembly):
    for bucket in buckets(assembly, "incoming", "drop"):
        events = bucket.properties["NotificationConfiguration"]["EventBridgeConfiguration"]

        assert events == {"EventBridgeEnabled": True}


def test_what_sites_drop_is_kept_as_their_uploads_are(assembly):
    said = []
    for bucket in buckets(assembly, "incoming", "drop"):
        own = {name: bucket.properties["BucketName"].split("-")[2] for name in ("bucket",)}
        logging = bucket.properties["LoggingConfiguration"]
        assert logging["LogFilePrefix"] == f"{own['bucket']}/"
        without = {"BucketName", "LoggingConfiguration"}
        said.append({key: value for key, value in bucket.properties.items() if key not in without})

    assert said[0] == said[1]
    assert said[0]["LifecycleConfiguration"]["Rules"][0]["AbortIncompleteMultipartUpload"]


def test_identified_data_and_images_have_different_keys(assembly):
    keys = {
        name: bucket.properties["BucketEncryption"]["ServerSideEncryptionConfiguration"][0][
            "ServerSideEncryptionByDefault"
        ]["KMSMasterKeyID"]
        for name, bucket in zip(
            ("incoming", "drop", "records", "packs"),
            buckets(assembly, "incoming", "drop", "records", "packs"),
            strict=True,
        )
    }

    assert keys["incoming"] == keys["drop"] == keys["records"] != keys["packs"]


def test_the_keys_of_ledger_and_receipts_sign_ed25519(assembly):
    signing = [
        item for item in assembly.of("AWS::KMS::Key") if item.properties.get("KeyUsage") == "SIGN_VERIFY"
    ]

    assert len(signing) == len(("ledger", "receipts"))
    assert {key.properties["KeySpec"] for key in signing} == {"ECC_NIST_EDWARDS25519"}


def test_tables_recover_to_any_second_and_are_encrypted_by_a_key(assembly):
    for table in assembly.of("AWS::DynamoDB::Table"):
        assert table.properties["PointInTimeRecoverySpecification"]["PointInTimeRecoveryEnabled"] is True
        assert table.properties["SSESpecification"] == {"SSEEnabled": True}


def test_the_tables_are_what_the_architecture_says(assembly):
    indexes = {
        index["IndexName"]: tuple(key["AttributeName"] for key in index["KeySchema"])
        for table in assembly.of("AWS::DynamoDB::Table")
        for index in table.properties["GlobalSecondaryIndexes"]
    }

    assert indexes == {
        "by_list": ("list_pk", "list_sk"),
        "by_unsequenced": ("unsequenced", "at"),
        "by_unrelayed": ("unrelayed", "at"),
        "by_about": ("about", "at"),
    }


def test_relay_and_sequencer_take_new_events_only(assembly):
    for mapping in assembly.of("AWS::Lambda::EventSourceMapping"):
        if mapping.properties["EventSourceArn"].endswith(".StreamArn"):
            (filter_,) = mapping.properties["FilterCriteria"]["Filters"]
            assert json.loads(filter_["Pattern"]) == {
                "eventName": ["INSERT"],
                "dynamodb": {"Keys": {"pk": {"S": [{"prefix": "EV#"}]}}},
            }
            assert mapping.properties["BisectBatchOnFunctionError"] is True


def test_data_outlive_their_stack(assembly):
    for type in DATA:
        for resource in assembly.of(type):
            # Kept whatever happens, but for a first deployment that fails: the next one needs the names.
            assert resource.whole["DeletionPolicy"] == "RetainExceptOnCreate", resource.id
            assert resource.whole["UpdateReplacePolicy"] == "Retain", resource.id


def test_on_aws_nothing_that_holds_data_is_deleted_by_accident(production):
    manifest = json.loads((production.folder / "manifest.json").read_text(encoding="utf-8"))
    for stack in ("Foundation", "Witness", "Guard", "App"):
        assert manifest["artifacts"][stack]["properties"]["terminationProtection"] is True
    for table in production.of("AWS::DynamoDB::Table"):
        assert table.properties["DeletionProtectionEnabled"] is True
    (pool,) = production.of("AWS::Cognito::UserPool")
    assert pool.properties["DeletionProtection"] == "ACTIVE"


def test_no_custom_resource_does_what_the_template_does_not_say(assembly):
    assert not [
        item
        for item in assembly.resources
        if item.type.startswith(("Custom::", "AWS::CloudFormation::Custom"))
    ]


def test_every_resource_of_a_stack_fits_its_limit(assembly):
    for stack, template in assembly.raw.items():
        assert len(template["Resources"]) < 450, stack  # CloudFormation's limit is 500
