"""Frozen dataclasses to plain JSON values and back, by their type hints.

The stored form of an aggregate is the canonical JSON of `to_plain`; its SHA-256 is what the ledger holds.
Moments are text in UTC, dates ISO 8601, decimals text, tuples and frozensets arrays (frozensets sorted).
A missing key takes the field's default; an unknown key is an error, so nothing is dropped in silence.
"""

import dataclasses
import types
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import Enum
from functools import cache
from typing import Any, NewType, Union, get_args, get_origin, get_type_hints

from corelab.kernel.canonical import Plain
from corelab.kernel.moments import moment, moment_text


def to_plain(value: object) -> Plain:  # noqa: C901, PLR0911 -- one branch per kind of value
    """Plain form of a dataclass or of anything that its fields may hold."""
    match value:
        case Enum():
            return to_plain(value.value)
        case None | bool() | int() | str():
            return value
        case datetime():
            return moment_text(value)
        case date():
            return value.isoformat()
        case timedelta():
            return str(value // timedelta(milliseconds=1))
        case Decimal():
            return str(value)
        case Mapping():
            return {str(key): to_plain(item) for key, item in value.items()}
        case frozenset():
            return sorted((to_plain(item) for item in value), key=str)
        case tuple() | list():
            return [to_plain(item) for item in value]
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: to_plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    message = f"{type(value).__name__} has no plain form"
    raise TypeError(message)


def from_plain(kind: Any, value: Any) -> Any:  # noqa: ANN401, C901, PLR0911, PLR0912 -- one branch per kind of hint
    """Value of the hinted kind from its plain form.

    Raises
    ------
    ValueError
        The plain form does not fit: a missing or unknown field, a wrong enum member, text that is no date.
    """
    if isinstance(kind, NewType):
        return from_plain(kind.__supertype__, value)
    origin, arguments = get_origin(kind), get_args(kind)
    if origin is Union or isinstance(kind, types.UnionType):
        if value is None:
            return None
        present = [item for item in arguments if item is not type(None)]
        return from_plain(present[0], value) if len(present) == 1 else value
    if origin in (tuple, frozenset, list):
        if not isinstance(value, list | tuple):
            message = f"expected an array, got {type(value).__name__}"
            raise ValueError(message)
        if origin is tuple and arguments[-1] is not Ellipsis:
            return tuple(
                from_plain(item_kind, item) for item_kind, item in zip(arguments, value, strict=True)
            )
        return origin(from_plain(arguments[0], item) for item in value)
    if origin is not None and isinstance(origin, type) and issubclass(origin, Mapping):
        return {key: from_plain(arguments[1], item) for key, item in value.items()}
    if not isinstance(kind, type):
        return value
    if dataclasses.is_dataclass(kind):
        return _dataclass(kind, value)
    if issubclass(kind, Enum):
        return kind(value)
    if issubclass(kind, datetime):
        return moment(value)
    if issubclass(kind, date):
        return date.fromisoformat(value)
    if issubclass(kind, timedelta):
        return timedelta(milliseconds=int(value))
    if issubclass(kind, Decimal):
        return Decimal(value)
    if kind in (str, int, bool) and type(value) is not kind:
        message = f"expected {kind.__name__}, got {type(value).__name__}"
        raise ValueError(message)
    return value


@cache
def _hints(kind: type) -> dict[str, Any]:
    return get_type_hints(kind)


def _dataclass(kind: type, value: Any) -> Any:  # noqa: ANN401 -- the hinted kind itself
    if not isinstance(value, Mapping):
        message = f"expected {kind.__name__}, got {type(value).__name__}"
        raise ValueError(message)  # noqa: TRY004 -- bad data, not a bad call
    hints = _hints(kind)
    if unknown := set(value) - set(hints):
        message = f"{kind.__name__} has no field {', '.join(sorted(unknown))}"
        raise ValueError(message)
    fields = {name: from_plain(hints[name], item) for name, item in value.items()}
    try:
        return kind(**fields)
    except TypeError as error:
        message = f"{kind.__name__}: {error}"
        raise ValueError(message) from error
