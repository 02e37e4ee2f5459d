"""Keyed UIDs: one original, one pseudonym in a trial; without the key nobody links the two."""

import hmac

from corelab.dicom.syntaxes import WELL_KNOWN

UID_BYTES = 16  # 2.25. takes a number of 128 bits, PS3.5 B.2
MOST_REMEMBERED = 10_000


class KeyedUids:
    """Pseudonyms of one trial.

    Parameters
    ----------
    key : bytes
        The trial's key for UIDs.
    """

    def __init__(self, key: bytes) -> None:
        self._key = key
        self._known: dict[bytes, bytes] = {}

    def of(self, uid: str) -> str:
        """Pseudonym of a UID; the standard's own UIDs stay.

        HMAC-SHA-256, its first 128 bits as a decimal number under 2.25.
        """
        return self._one(uid.strip(" \0").encode("utf-8", "surrogatepass")).decode("utf-8", "surrogatepass")

    def value(self, raw: bytes) -> bytes:
        """Value of one or several UIDs with each mapped; an empty one stays empty. Without padding."""
        known = self._known.get(raw)
        if known is None:
            known = b"\\".join(self._one(part.strip(b" \0")) for part in raw.split(b"\\"))
            if len(self._known) >= MOST_REMEMBERED:
                self._known.clear()
            self._known[raw] = known
        return known

    def _one(self, uid: bytes) -> bytes:
        if not uid or (uid.startswith(WELL_KNOWN.encode()) and _is_uid(uid)):
            return uid
        digest = hmac.digest(self._key, uid, "sha256")
        return f"2.25.{int.from_bytes(digest[:UID_BYTES])}".encode()


def _is_uid(text: bytes) -> bool:
    return not text.strip(b"0123456789.")
