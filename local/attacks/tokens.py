"""Tokens that a stranger might try, each wrong in one way; the story tries some, a test all of them."""

import base64
import json
import time
from collections.abc import Mapping
from typing import Any

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from local.cloud import Cloud

HOUR_SECONDS = 3600
OTHER_POOL = "https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_another0"


def forgeries(token: str, *, access_token: str, pool_key: rsa.RSAPrivateKey) -> Mapping[str, str | None]:
    """Tokens that must open nothing.

    Parameters
    ----------
    token, access_token : str
        What somebody really has.
    pool_key : RSAPrivateKey
        The pool's own: only it can make a token that has ended or is for another.
    """
    now = int(time.time())
    stranger = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    head, body, signature = token.split(".")
    admin = _b64(json.dumps({**claims_of(token), "sub": "root", "cognito:groups": ["ADMIN"]}).encode())
    unsigned = _b64(b'{"alg":"none"}')
    return {
        "no token": None,
        "expired": _signed(token, pool_key, exp=now - HOUR_SECONDS, iat=now - 2 * HOUR_SECONDS),
        "forged signature": _signed(token, stranger),
        "changed claims": f"{head}.{admin}.{signature}",
        "no algorithm": f"{unsigned}.{body}.",
        "another pool": _signed(token, pool_key, iss=OTHER_POOL),
        "another audience": _signed(token, pool_key, aud="another-client"),
        "access token": access_token,
    }


def pool_key(cloud: Cloud, outputs: Mapping[str, str]) -> rsa.RSAPrivateKey:
    """The key with which the embedded user pool signs.

    Raises
    ------
    ValueError
        This is no embedded stack: no other pool gives its key away.
    """
    if cloud.ca is None:
        raise ValueError("only the embedded user pool's key can be read")
    path = cloud.ca.parents[1] / "state" / "cognito-pool-keys" / f"{outputs['UserPoolId']}-id.pem"
    key = serialization.load_pem_private_key(path.read_bytes(), password=None)
    if not isinstance(key, rsa.RSAPrivateKey):
        raise TypeError("the user pool's key is not an RSA key")
    return key


def claims_of(token: str) -> dict[str, Any]:
    """What a token says."""
    body = token.split(".")[1]
    found: dict[str, Any] = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    return found


def _signed(token: str, key: rsa.RSAPrivateKey, **changes: object) -> str:
    head = token.split(".", maxsplit=1)[0]
    body = _b64(json.dumps({**claims_of(token), **changes}).encode())
    signature = key.sign(f"{head}.{body}".encode(), padding.PKCS1v15(), hashes.SHA256())
    return f"{head}.{body}.{_b64(signature)}"


def _b64(part: bytes) -> str:
    return base64.urlsafe_b64encode(part).rstrip(b"=").decode()
