"""Keys of a trial: one secret, one derived key per purpose, so that no key serves two ends.

HKDF-SHA-256 (RFC 5869) with `info = corelab/1/<trial>/<purpose>`. The secret comes from the re-identification
key's custody; core takes it as an argument and never keeps it.
"""

import hmac
from dataclasses import dataclass, field
from enum import StrEnum

from corelab.kernel.ids import TrialId

KEY_BYTES = 32


class Purpose(StrEnum):
    """What a derived key is for."""

    UID = "uid"  # pseudonymous DICOM UIDs
    IDENTITY = "identity"  # keyed hashes of header identity
    DATE = "date"  # a subject's date offset
    SERIAL = "serial"  # keyed hashes of equipment serials


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialKeys:
    """A trial's secret, and what is derived from it.

    Attributes
    ----------
    secret : bytes
        32 random bytes. Never shown, logged or stored in the clear.
    """

    trial: TrialId
    secret: bytes = field(repr=False)

    def key(self, purpose: Purpose, *, salt: bytes = b"") -> bytes:
        """Key of 32 bytes for one purpose; `salt` is the subject's where the key is a subject's."""
        return hkdf(self.secret, salt=salt, info=f"corelab/1/{self.trial}/{purpose}".encode())

    def keyed_hash(self, purpose: Purpose, *parts: str) -> str:
        """HMAC-SHA-256 over length-framed parts, 64 hex digits: equal parts meet, nobody guesses back."""
        framed = b"".join(len(raw).to_bytes(4) + raw for raw in (part.encode() for part in parts))
        return hmac.digest(self.key(purpose), framed, "sha256").hex()


def hkdf(secret: bytes, *, salt: bytes, info: bytes) -> bytes:
    """HKDF-SHA-256 to one block of 32 bytes.

    Source: RFC 5869 s. 2.
    """
    extracted = hmac.digest(salt or bytes(KEY_BYTES), secret, "sha256")
    return hmac.digest(extracted, info + b"\x01", "sha256")
