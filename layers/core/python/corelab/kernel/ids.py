"""Ids: a prefix that says what it names, and 26 characters of Crockford base32.

Derived from a digest of what it stands for, so that a retry finds the same thing again: where a person starts
something, of the request's Idempotency-Key.
"""

import hashlib
import re
from typing import NewType

TrialId = NewType("TrialId", str)  # as the sponsor writes it: DEMO01
SiteId = NewType("SiteId", str)  # "101"
SubjectId = NewType("SubjectId", str)  # "101-0001"
ScannerId = NewType("ScannerId", str)  # "101-MR1"
PersonId = NewType("PersonId", str)  # the identity provider's subject
TransmittalId = NewType("TransmittalId", str)  # tms_…
ObjectId = NewType("ObjectId", str)  # obj_…
StudyId = NewType("StudyId", str)  # stu_…
SeriesId = NewType("SeriesId", str)  # ser_…
FindingId = NewType("FindingId", str)  # fnd_…
QueryId = NewType("QueryId", str)  # qry_…
ReadId = NewType("ReadId", str)  # rd_…
EventId = NewType("EventId", str)  # evt_…
SigningId = NewType("SigningId", str)  # sgn_…

CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
BODY_LENGTH = 26  # 130 bits hold the 128 of half a SHA-256
DIGEST_BYTES = 16
_SHAPE = re.compile(r"[a-z]{2,3}_[0-7][0-9A-HJKMNP-TV-Z]{25}")


def derived_id(prefix: str, *parts: str) -> str:
    """Id that the same parts always give: 128 bits of SHA-256 over prefix and parts, each length-framed.

    >>> derived_id("ser", "a", "bc") == derived_id("ser", "ab", "c")
    False
    """
    framed = b"".join(len(raw).to_bytes(4) + raw for raw in (part.encode() for part in (prefix, *parts)))
    return f"{prefix}_{_base32(hashlib.sha256(framed).digest()[:DIGEST_BYTES])}"


def is_id(text: str, *, prefix: str) -> bool:
    """Whether the text has the shape of an id with this prefix."""
    return text.startswith(f"{prefix}_") and _SHAPE.fullmatch(text) is not None


def _base32(raw: bytes) -> str:
    number = int.from_bytes(raw)
    return "".join(CROCKFORD[(number >> shift) & 31] for shift in range(5 * (BODY_LENGTH - 1), -1, -5))
