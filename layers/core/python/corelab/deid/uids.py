"""Keyed UIDs: one original, one pseudonym in a trial; without the key nobody links the two."""

import hmac
import re

from corelab.deid.table import registered_uids

UID_BYTES = 16  # 2.25. takes a number of 128 bits, PS3.5 B.2
MOST_REMEMBERED = 10_000
STANDARD_ROOT = b"1.2.840.10008."
CONTEXT_GROUP = re.compile(rb"1\.2\.840\.10008\.6\.1\.[1-9]\d{0,3}")  # PS3.6 Table A-3
FRAMES = frozenset({"Well-known frame of reference", "Synchronization Frame of Reference"})


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
        self._known_others: dict[bytes, bytes] = {}

    def of(self, uid: str) -> str:
        """Pseudonym of a UID; a registered frame of reference stays.

        HMAC-SHA-256, its first 128 bits as a decimal number under 2.25.
        """
        return self._one(uid.strip(" \0").encode("utf-8", "surrogatepass")).decode("utf-8", "surrogatepass")

    def value(self, raw: bytes) -> bytes:
        """Value of one or several UIDs with each mapped; an empty one stays empty. Without padding.

        Registered frames of reference stay; no other UID under the standard's root names an instance.
        """
        known = self._known.get(raw)
        if known is None:
            known = b"\\".join(self._one(part.strip(b" \0")) for part in raw.split(b"\\"))
            if len(self._known) >= MOST_REMEMBERED:
                self._known.clear()
            self._known[raw] = known
        return known

    def other(self, raw: bytes) -> bytes:
        """Value where a UID may name a kind of thing too: whatever is registered stays."""
        known = self._known_others.get(raw)
        if known is None:
            parts = (part.strip(b" \0") for part in raw.split(b"\\"))
            known = b"\\".join(part if part in registered_uids() else self._one(part) for part in parts)
            if len(self._known_others) >= MOST_REMEMBERED:
                self._known_others.clear()
            self._known_others[raw] = known
        return known

    def _one(self, uid: bytes) -> bytes:
        if not uid or registered_uids().get(uid) in FRAMES:
            return uid
        digest = hmac.digest(self._key, uid, "sha256")
        return f"2.25.{int.from_bytes(digest[:UID_BYTES])}".encode()


def names_a_kind(raw: bytes) -> bool:
    """Whether no UID under the standard's root is one that nobody registered."""
    parts = (part.strip(b" \0") for part in raw.split(b"\\"))
    return all(
        part in registered_uids() or CONTEXT_GROUP.fullmatch(part) or not part.startswith(STANDARD_ROOT)
        for part in parts
    )
