"""The ledger's signing key in KMS: ECC_NIST_EDWARDS25519, used as pure Ed25519 over the whole note."""

from functools import cached_property
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_der_public_key,
)

from corelab.audit.errors import BadNote
from corelab_aws.ledger.answers import answering

if TYPE_CHECKING:
    from mypy_boto3_kms import KMSClient


class KmsSigner:
    """The port `Signer` on one KMS key.

    Parameters
    ----------
    key : str
        Id or ARN of a key with spec ECC_NIST_EDWARDS25519.
    """

    def __init__(self, client: "KMSClient", *, key: str) -> None:
        self._client = client
        self._key = key

    def public_key(self) -> bytes:
        """Ed25519 public key, 32 bytes."""
        return self._public.public_bytes_raw()

    def public_key_pem(self) -> bytes:
        """The public key as the verifier takes it."""
        return self._public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)

    def sign(self, message: bytes) -> bytes:
        """Pure Ed25519 signature (RFC 8032), 64 bytes."""
        with answering("kms"):
            # RAW with ED25519_SHA_512 is pure Ed25519; the prehashed variant would not verify as a note.
            answer = self._client.sign(
                KeyId=self._key, Message=message, MessageType="RAW", SigningAlgorithm="ED25519_SHA_512"
            )
        return answer["Signature"]

    @cached_property
    def _public(self) -> Ed25519PublicKey:
        with answering("kms"):
            der = self._client.get_public_key(KeyId=self._key)["PublicKey"]
        key = load_der_public_key(der)
        if not isinstance(key, Ed25519PublicKey):
            raise BadNote("The ledger's signing key is not Ed25519; deploy one that is.")
        return key
