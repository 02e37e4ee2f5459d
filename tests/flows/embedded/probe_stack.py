"""A small stack that leans on the embedded AWS exactly where the product does."""

import json
from pathlib import Path

HANDLER = '''
import json, os, time
import boto3

class SeriesIncomplete(Exception):
    pass

class TryAgain(Exception):
    pass

attempts = {}

def note(kind, text):
    boto3.client("dynamodb").put_item(
        TableName=os.environ["TABLE"], Item={"pk": {"S": kind}, "sk": {"S": text}}
    )

def records(event, context):
    failed = []
    for record in event["Records"]:
        if record["eventSource"] == "aws:dynamodb":
            note("SEEN", record["eventName"] + " " + record["dynamodb"]["Keys"]["sk"]["S"])
            continue
        note("BODY", record["body"] + " " + record["attributes"]["ApproximateReceiveCount"])
        if "bad" in record["body"]:
            failed.append({"itemIdentifier": record["messageId"]})
    return {"batchItemFailures": failed}

def act(event, context):
    if "requestContext" in event:
        return {"statusCode": 200, "headers": {"content-type": "application/json"}, "body": json.dumps(event)}
    what = event.get("do")
    if what == "raise":
        raise SeriesIncomplete("three slices are missing")
    if what == "raise until third":
        attempts[event["key"]] = attempts.get(event["key"], 0) + 1
        if attempts[event["key"]] < 3:
            raise TryAgain("not yet")
    if what == "say":
        print("spoken by the handler")
    if what == "environment":
        import layered
        return {"layered": layered.ANSWER, "version": context.function_version, "ca": os.environ.get("AWS_CA_BUNDLE")}
    if what == "long answer":
        return "x" * event["size"]
    if what == "caller":
        return boto3.client("sts").get_caller_identity()["Arn"]
    if what == "forbidden":
        boto3.client("dynamodb").scan(TableName=os.environ["TABLE"])
    return {"done": what, **event}
'''


def _function(handler: str, role: str, **more: object) -> dict:
    return {
        "Type": "AWS::Lambda::Function",
        "Properties": {
            "Runtime": "python3.11",
            "Handler": f"index.{handler}",
            "Role": {"Fn::GetAtt": [role, "Arn"]},
            "Code": {"ZipFile": HANDLER},
            "Timeout": 10,
            "Environment": {"Variables": {"TABLE": {"Ref": "Table"}}},
            **more,
        },
    }


def _role(service: str, *statements: dict) -> dict:
    policy = {"PolicyName": "probe", "PolicyDocument": {"Version": "2012-10-17", "Statement": list(statements)}}
    trust = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
    return {
        "Type": "AWS::IAM::Role",
        "Properties": {
            "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [trust]},
            "Policies": [policy] if statements else [],
        },
    }


def _allow(action: str | list[str], resource: object) -> dict:
    return {"Effect": "Allow", "Action": action, "Resource": resource}


LAMBDA_TASK = {
    "Type": "Task",
    "Resource": "arn:aws:states:::lambda:invoke",
    "Parameters": {"FunctionName": "${Act}", "Payload.$": "$"},
    "OutputPath": "$.Payload",
    "End": True,
}
DEFINITION = {
    "StartAt": "Each",
    "States": {
        "Each": {
            "Type": "Map",
            "ItemsPath": "$.items",
            "MaxConcurrency": 2,
            "ItemProcessor": {
                "ProcessorConfig": {"Mode": "INLINE"},
                "StartAt": "Act",
                "States": {
                    "Act": {
                        **LAMBDA_TASK,
                        "Retry": [{"ErrorEquals": ["TryAgain"], "IntervalSeconds": 1, "MaxAttempts": 3}],
                        "Catch": [
                            {"ErrorEquals": ["SeriesIncomplete"], "ResultPath": "$.error", "Next": "Held"}
                        ],
                    },
                    "Held": {"Type": "Pass", "Parameters": {"held.$": "$.error.Error"}, "End": True},
                },
            },
            "End": True,
        }
    },
}

KEY_POLICY = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"AWS": {"Fn::Sub": "arn:aws:iam::${AWS::AccountId}:root"}},
            "Action": "kms:*",
            "Resource": "*",
        }
    ],
}

RESOURCES = {
    "Key": {
        "Type": "AWS::KMS::Key",
        "Properties": {"EnableKeyRotation": True, "KeyPolicy": KEY_POLICY},
    },
    "SigningKey": {
        "Type": "AWS::KMS::Key",
        "Properties": {
            "KeySpec": "ECC_NIST_EDWARDS25519",
            "KeyUsage": "SIGN_VERIFY",
            "KeyPolicy": KEY_POLICY,
        },
    },
    "Alias": {
        "Type": "AWS::KMS::Alias",
        "Properties": {"AliasName": "alias/probe", "TargetKeyId": {"Ref": "Key"}},
    },
    "AccessLogs": {
        "Type": "AWS::S3::Bucket",
        "Properties": {"OwnershipControls": {"Rules": [{"ObjectOwnership": "BucketOwnerPreferred"}]}},
    },
    "Ledger": {
        "Type": "AWS::S3::Bucket",
        "Properties": {
            "ObjectLockEnabled": True,
            "ObjectLockConfiguration": {
                "ObjectLockEnabled": "Enabled",
                "Rule": {"DefaultRetention": {"Mode": "COMPLIANCE", "Days": 1}},
            },
            "VersioningConfiguration": {"Status": "Enabled"},
            "BucketEncryption": {
                "ServerSideEncryptionConfiguration": [
                    {
                        "ServerSideEncryptionByDefault": {
                            "SSEAlgorithm": "aws:kms",
                            "KMSMasterKeyID": {"Fn::GetAtt": ["Key", "Arn"]},
                        },
                        "BucketKeyEnabled": True,
                    }
                ]
            },
            "LoggingConfiguration": {"DestinationBucketName": {"Ref": "AccessLogs"}, "LogFilePrefix": "ledger/"},
            "LifecycleConfiguration": {
                "Rules": [
                    {
                        "Id": "tidy",
                        "Status": "Enabled",
                        "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7},
                        "NoncurrentVersionExpiration": {"NoncurrentDays": 30},
                        "Transitions": [{"StorageClass": "GLACIER_IR", "TransitionInDays": 90}],
                    }
                ]
            },
            "PublicAccessBlockConfiguration": {
                "BlockPublicAcls": True,
                "BlockPublicPolicy": True,
                "IgnorePublicAcls": True,
                "RestrictPublicBuckets": True,
            },
            "Tags": [{"Key": "room", "Value": "audit"}],
        },
    },
    "Incoming": {
        "Type": "AWS::S3::Bucket",
        "Properties": {
            "NotificationConfiguration": {"EventBridgeConfiguration": {"EventBridgeEnabled": True}}
        },
    },
    "LedgerPolicy": {
        "Type": "AWS::S3::BucketPolicy",
        "Properties": {
            "Bucket": {"Ref": "Ledger"},
            "PolicyDocument": {
                "Version": "2012-10-17",
                "Statement": [
                    {
                        "Effect": "Deny",
                        "Principal": {"AWS": "*"},
                        "Action": ["s3:DeleteObject", "s3:DeleteObjectVersion", "s3:PutObjectRetention"],
                        "Resource": {"Fn::Sub": "${Ledger.Arn}/*"},
                    }
                ],
            },
        },
    },
    "Table": {
        "Type": "AWS::DynamoDB::Table",
        "Properties": {
            "KeySchema": [
                {"AttributeName": "pk", "KeyType": "HASH"},
                {"AttributeName": "sk", "KeyType": "RANGE"},
            ],
            "AttributeDefinitions": [
                {"AttributeName": name, "AttributeType": "S"} for name in ("pk", "sk", "unsequenced", "at")
            ],
            "BillingMode": "PAY_PER_REQUEST",
            "GlobalSecondaryIndexes": [
                {
                    "IndexName": "by_unsequenced",
                    "KeySchema": [
                        {"AttributeName": "unsequenced", "KeyType": "HASH"},
                        {"AttributeName": "at", "KeyType": "RANGE"},
                    ],
                    "Projection": {"ProjectionType": "KEYS_ONLY"},
                }
            ],
            "SSESpecification": {
                "SSEEnabled": True,
                "SSEType": "KMS",
                "KMSMasterKeyId": {"Fn::GetAtt": ["Key", "Arn"]},
            },
            "PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": True},
            "TimeToLiveSpecification": {"AttributeName": "expires", "Enabled": True},
            "DeletionProtectionEnabled": True,
            "StreamSpecification": {"StreamViewType": "NEW_IMAGE"},
        },
    },
    "WorkerRole": _role(
        "lambda.amazonaws.com",
        _allow(["dynamodb:PutItem"], {"Fn::GetAtt": ["Table", "Arn"]}),
        _allow(
            ["dynamodb:GetRecords", "dynamodb:GetShardIterator", "dynamodb:DescribeStream", "dynamodb:ListStreams"],
            {"Fn::GetAtt": ["Table", "StreamArn"]},
        ),
        _allow(
            ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"],
            {"Fn::GetAtt": ["Queue", "Arn"]},
        ),
    ),
    "SignerRole": _role("lambda.amazonaws.com", _allow("s3:PutObject", {"Fn::Sub": "${Incoming.Arn}/*"})),
    "TamperRole": _role("lambda.amazonaws.com", _allow("s3:*", "*"), _allow("dynamodb:GetItem", "*")),
    "MachineRole": _role("states.amazonaws.com", _allow("lambda:InvokeFunction", "*")),
    "ScheduleRole": _role("scheduler.amazonaws.com", _allow("sqs:SendMessage", "*")),
    "ActLogs": {
        "Type": "AWS::Logs::LogGroup",
        "Properties": {"LogGroupName": "/probe/act", "RetentionInDays": 30},
    },
    "Layer": {
        "Type": "AWS::Lambda::LayerVersion",
        "Properties": {
            "LayerName": "probe",
            "Content": {"S3Bucket": "probe-assets", "S3Key": "layer.zip"},
            "CompatibleRuntimes": ["python3.11"],
        },
    },
    "Act": _function(
        "act", "WorkerRole", Layers=[{"Ref": "Layer"}], LoggingConfig={"LogGroup": {"Ref": "ActLogs"}}
    ),
    "ActVersion": {"Type": "AWS::Lambda::Version", "Properties": {"FunctionName": {"Ref": "Act"}}},
    "ActAlias": {
        "Type": "AWS::Lambda::Alias",
        "Properties": {
            "FunctionName": {"Ref": "Act"},
            "FunctionVersion": {"Fn::GetAtt": ["ActVersion", "Version"]},
            "Name": "live",
        },
    },
    "Records": _function("records", "WorkerRole"),
    "DeadLetters": {"Type": "AWS::SQS::Queue", "Properties": {"MessageRetentionPeriod": 1209600}},
    "Queue": {
        "Type": "AWS::SQS::Queue",
        "Properties": {
            "VisibilityTimeout": 1,
            "RedrivePolicy": {
                "deadLetterTargetArn": {"Fn::GetAtt": ["DeadLetters", "Arn"]},
                "maxReceiveCount": 2,
            },
        },
    },
    "QueuePolicy": {
        "Type": "AWS::SQS::QueuePolicy",
        "Properties": {
            "Queues": [{"Ref": "Queue"}],
            "PolicyDocument": {
                "Version": "2012-10-17",
                "Statement": [
                    {
                        "Effect": "Allow",
                        "Principal": {"Service": "events.amazonaws.com"},
                        "Action": "sqs:SendMessage",
                        "Resource": {"Fn::GetAtt": ["Queue", "Arn"]},
                    }
                ],
            },
        },
    },
    "FromQueue": {
        "Type": "AWS::Lambda::EventSourceMapping",
        "Properties": {
            "FunctionName": {"Ref": "Records"},
            "EventSourceArn": {"Fn::GetAtt": ["Queue", "Arn"]},
            "BatchSize": 10,
            "FunctionResponseTypes": ["ReportBatchItemFailures"],
        },
    },
    "FromStream": {
        "Type": "AWS::Lambda::EventSourceMapping",
        "Properties": {
            "FunctionName": {"Ref": "Records"},
            "EventSourceArn": {"Fn::GetAtt": ["Table", "StreamArn"]},
            "StartingPosition": "TRIM_HORIZON",
            "BatchSize": 10,
            "FunctionResponseTypes": ["ReportBatchItemFailures"],
            "FilterCriteria": {
                "Filters": [
                    {
                        "Pattern": json.dumps(
                            {
                                "eventName": ["INSERT"],
                                "dynamodb": {"Keys": {"pk": {"S": [{"prefix": "EV#"}]}}},
                            }
                        )
                    }
                ]
            },
        },
    },
    "Bus": {"Type": "AWS::Events::EventBus", "Properties": {"Name": "probe"}},
    "OnManifest": {
        "Type": "AWS::Events::Rule",
        "Properties": {
            "EventPattern": {
                "source": ["aws.s3"],
                "detail-type": ["Object Created"],
                "detail": {
                    "bucket": {"name": [{"Ref": "Incoming"}]},
                    "object": {"key": [{"suffix": "/manifest.json"}]},
                },
            },
            "Targets": [{"Id": "queue", "Arn": {"Fn::GetAtt": ["Queue", "Arn"]}}],
        },
    },
    "OnJudged": {
        "Type": "AWS::Events::Rule",
        "Properties": {
            "EventBusName": {"Ref": "Bus"},
            "EventPattern": {"source": ["corelab.qc"], "detail-type": ["TimePointJudged.v1"]},
            "Targets": [{"Id": "queue", "Arn": {"Fn::GetAtt": ["Queue", "Arn"]}}],
        },
    },
    "Sweep": {
        "Type": "AWS::Scheduler::Schedule",
        "Properties": {
            "ScheduleExpression": "rate(1 minute)",
            "FlexibleTimeWindow": {"Mode": "OFF"},
            "Target": {
                "Arn": {"Fn::GetAtt": ["Queue", "Arn"]},
                "RoleArn": {"Fn::GetAtt": ["ScheduleRole", "Arn"]},
                "Input": "swept",
            },
        },
    },
    "Machine": {
        "Type": "AWS::StepFunctions::StateMachine",
        "Properties": {
            "RoleArn": {"Fn::GetAtt": ["MachineRole", "Arn"]},
            "DefinitionString": json.dumps(DEFINITION),
            "DefinitionSubstitutions": {"Act": {"Ref": "ActVersion"}},
        },
    },
    "Pool": {
        "Type": "AWS::Cognito::UserPool",
        "Properties": {
            "UserPoolName": "probe",
            "Policies": {"PasswordPolicy": {"MinimumLength": 12}},
            "AdminCreateUserConfig": {"AllowAdminCreateUserOnly": True},
        },
    },
    "Client": {
        "Type": "AWS::Cognito::UserPoolClient",
        "Properties": {
            "UserPoolId": {"Ref": "Pool"},
            "ExplicitAuthFlows": ["ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"],
            "GenerateSecret": False,
        },
    },
    "Admins": {
        "Type": "AWS::Cognito::UserPoolGroup",
        "Properties": {"UserPoolId": {"Ref": "Pool"}, "GroupName": "ADMIN"},
    },
    "Api": {"Type": "AWS::ApiGateway::RestApi", "Properties": {"Name": "probe"}},
    "Authorizer": {
        "Type": "AWS::ApiGateway::Authorizer",
        "Properties": {
            "RestApiId": {"Ref": "Api"},
            "Type": "COGNITO_USER_POOLS",
            "Name": "people",
            "IdentitySource": "method.request.header.Authorization",
            "ProviderARNs": [{"Fn::GetAtt": ["Pool", "Arn"]}],
        },
    },
    "Path": {
        "Type": "AWS::ApiGateway::Resource",
        "Properties": {
            "RestApiId": {"Ref": "Api"},
            "ParentId": {"Fn::GetAtt": ["Api", "RootResourceId"]},
            "PathPart": "{trial}",
        },
    },
    "Post": {
        "Type": "AWS::ApiGateway::Method",
        "Properties": {
            "RestApiId": {"Ref": "Api"},
            "ResourceId": {"Ref": "Path"},
            "HttpMethod": "POST",
            "AuthorizationType": "COGNITO_USER_POOLS",
            "AuthorizerId": {"Ref": "Authorizer"},
            "Integration": {
                "Type": "AWS_PROXY",
                "IntegrationHttpMethod": "POST",
                "Uri": {
                    "Fn::Sub": (
                        "arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31"
                        "/functions/${ActAlias}/invocations"
                    )
                },
            },
        },
    },
    "MayInvoke": {
        "Type": "AWS::Lambda::Permission",
        "Properties": {
            "FunctionName": {"Ref": "ActAlias"},
            "Action": "lambda:InvokeFunction",
            "Principal": "apigateway.amazonaws.com",
            "SourceArn": {"Fn::Sub": "arn:aws:execute-api:${AWS::Region}:${AWS::AccountId}:${Api}/*/POST/*"},
        },
    },
    "Deployment": {
        "Type": "AWS::ApiGateway::Deployment",
        "DependsOn": ["Post"],
        "Properties": {"RestApiId": {"Ref": "Api"}},
    },
    "Stage": {
        "Type": "AWS::ApiGateway::Stage",
        "Properties": {
            "RestApiId": {"Ref": "Api"},
            "DeploymentId": {"Ref": "Deployment"},
            "StageName": "probe",
        },
    },
}
REFS = (
    "Key SigningKey AccessLogs Ledger Incoming Table Act ActVersion ActAlias Records Queue DeadLetters Bus "
    "Machine Pool Client Api WorkerRole SignerRole TamperRole"
).split()


def write_assembly(folder: Path) -> Path:
    """An assembly as synthesis writes it, of the probe stack alone."""
    outputs = {name: {"Value": {"Ref": name}} for name in REFS}
    outputs |= {f"{name}Arn": {"Value": {"Fn::GetAtt": [name, "Arn"]}} for name in ("Queue", "TamperRole", "SignerRole")}
    (folder / "layer" / "python").mkdir(parents=True)
    (folder / "layer" / "python" / "layered.py").write_text("ANSWER = 42\n")
    (folder / "Probe.template.json").write_text(json.dumps({"Resources": RESOURCES, "Outputs": outputs}))
    layer = {
        "source": {"path": "layer", "packaging": "zip"},
        "destinations": {"here": {"bucketName": "probe-assets", "objectKey": "layer.zip"}},
    }
    (folder / "Probe.assets.json").write_text(json.dumps({"files": {"layer": layer}}))
    artifacts = {
        "Probe.assets": {"type": "cdk:asset-manifest", "properties": {"file": "Probe.assets.json"}},
        "Probe": {
            "type": "aws:cloudformation:stack",
            "dependencies": ["Probe.assets"],
            "properties": {"templateFile": "Probe.template.json", "terminationProtection": True},
        },
    }
    (folder / "manifest.json").write_text(json.dumps({"artifacts": artifacts}))
    return folder
