"""Canonical JSON: one value, one sequence of bytes (RFC 8785, JSON Canonicalization Scheme).

Everything that is hashed, signed or compared byte for byte goes through here. Floats are refused: a number
with a fraction travels as text, exactly as it was written, so no rounding ever enters a hash.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence

Plain = None | bool | int | str | Sequence["Plain"] | Mapping[str, "Plain"]

LARGEST_SAFE_INTEGER = 2**53 - 1  # RFC 7493 s. 2.2: larger integers do not survive every reader


def canonical_json(value: Plain) -> bytes:
    """Encode a plain value as canonical JSON.

    Raises
    ------
    TypeError
        A float, a non-string key or anything else that is not plain.
    ValueError
        An integer beyond 2**53 - 1, or a lone surrogate.

    Source: RFC 8785.
    """
    return json.dumps(_ordered(value), ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()


def sha256_hex(data: bytes) -> str:
    """SHA-256 of the bytes, 64 lowercase hex digits."""
    return hashlib.sha256(data).hexdigest()


def digest(value: Plain) -> str:
    """SHA-256 of a value's canonical JSON, 64 lowercase hex digits."""
    return sha256_hex(canonical_json(value))


def _ordered(value: Plain) -> Plain:
    if value is None or isinstance(value, bool | str):
        return value
    if isinstance(value, int):
        if abs(value) > LARGEST_SAFE_INTEGER:
            message = f"{value} is beyond the integers that every JSON reader keeps"
            raise ValueError(message)
        return value
    if isinstance(value, Mapping):
        return {key: _ordered(value[key]) for key in sorted(value, key=_utf16_units)}
    if isinstance(value, list | tuple):
        return [_ordered(item) for item in value]
    message = f"{type(value).__name__} is not plain: a number with a fraction travels as text"
    raise TypeError(message)


def _utf16_units(text: object) -> bytes:
    if not isinstance(text, str):
        raise TypeError("a JSON object's keys are text")
    return text.encode("utf-16-be")  # RFC 8785 s. 3.2.3: keys are ordered by UTF-16 code units
