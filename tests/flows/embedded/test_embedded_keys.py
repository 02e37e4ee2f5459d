"""Probes of keys: data keys bound to their trial, signatures that verify offline."""

import pytest
from botocore.exceptions import ClientError
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.serialization import load_der_public_key


def test_a_wrapped_secret_opens_only_with_its_trial(cloud, names):
    keys = cloud.client("kms")
    made = keys.generate_data_key(
        KeyId=names["Key"], KeySpec="AES_256", EncryptionContext={"trial": "trial-1"}
    )

    opened = keys.decrypt(CiphertextBlob=made["CiphertextBlob"], EncryptionContext={"trial": "trial-1"})
    with pytest.raises(ClientError) as refusal:
        keys.decrypt(CiphertextBlob=made["CiphertextBlob"], EncryptionContext={"trial": "trial-2"})

    assert opened["Plaintext"] == made["Plaintext"]
    assert refusal.value.response["Error"]["Code"] == "InvalidCiphertextException"


def test_a_checkpoints_signature_verifies_offline(cloud, names):
    keys, message = cloud.client("kms"), b"corelab/trial-1\n12\nroot\n"
    signature = keys.sign(
        KeyId=names["SigningKey"], Message=message, MessageType="RAW", SigningAlgorithm="ED25519_SHA_512"
    )["Signature"]

    public = load_der_public_key(keys.get_public_key(KeyId=names["SigningKey"])["PublicKey"])

    public.verify(signature, message)
    with pytest.raises(InvalidSignature):
        public.verify(signature, message + b"x")


def test_a_role_without_the_keys_permission_cannot_open_a_secret(cloud, names):
    made = cloud.client("kms").generate_data_key(KeyId=names["Key"], KeySpec="AES_256")

    with pytest.raises(ClientError) as refusal:
        cloud.as_role(names["TamperRoleArn"]).client("kms").decrypt(CiphertextBlob=made["CiphertextBlob"])

    assert refusal.value.response["Error"]["Code"] == "AccessDeniedException"
