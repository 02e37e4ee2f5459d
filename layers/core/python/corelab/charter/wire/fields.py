"""Kinds of value in a charter's YAML."""

from decimal import Decimal
from typing import Annotated, Any, ClassVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, WithJsonSchema


class Wire(BaseModel):
    """Base of every part: strict, nothing extra, fields by their name in the YAML.

    Attributes
    ----------
    LATER : frozenset of str
        Keys of the full grammar that this version refuses by name.
    """

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)
    LATER: ClassVar[frozenset[str]] = frozenset()


def later(words: str) -> frozenset[str]:
    """Keys that a later version reads, from words."""
    return frozenset(words.split())


def _text(value: Any) -> Any:  # noqa: ANN401 -- what YAML held
    return str(value) if isinstance(value, int | Decimal) and not isinstance(value, bool) else value


def _decimal(value: Any) -> Any:  # noqa: ANN401 -- what YAML held
    return Decimal(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _pair(value: Any) -> Any:  # noqa: ANN401 -- what YAML held
    return tuple(value) if isinstance(value, list) else value


def _listed(value: Any) -> Any:  # noqa: ANN401 -- what YAML held
    return value if isinstance(value, list | None) else [value]


def _pair_schema(kind: str) -> WithJsonSchema:
    return WithJsonSchema({"type": "array", "items": {"type": kind}, "minItems": 2, "maxItems": 2})


AS_WORD = Field(strict=False)  # an enum's member stands in YAML as its word
Scalar = Annotated[str, BeforeValidator(_text), WithJsonSchema({"type": ["string", "number"]})]
Scalars = Annotated[
    list[Scalar],
    BeforeValidator(_listed),
    WithJsonSchema({"type": ["string", "number", "array"], "items": {"type": ["string", "number"]}}),
]
Number = Annotated[Decimal, BeforeValidator(_decimal), WithJsonSchema({"type": "number"})]
Size = Annotated[Number, Field(ge=0)]
Words = Annotated[str, StringConstraints(min_length=1, max_length=600, pattern=r"\S")]
Id = Annotated[str, StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9_]{0,31}$")]
TextId = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,63}$")]
Version = Annotated[str, StringConstraints(pattern=r"^\d{1,4}\.\d{1,4}$")]
Section = Annotated[str, StringConstraints(pattern=r"^\d{1,3}(\.\d{1,3}){0,4}$")]
BusinessDays = Annotated[str, StringConstraints(pattern=r"^[1-9]\d?bd$")]
Days = Annotated[str, StringConstraints(pattern=r"^[1-9]\d{0,3}d$")]
DayPair = Annotated[tuple[int, int], BeforeValidator(_pair), _pair_schema("integer")]
NumberPair = Annotated[tuple[Number, Number], BeforeValidator(_pair), _pair_schema("number")]

EXAMPLES = {  # by pattern: what fits it
    r"\S": "some text",
    r"^[A-Za-z][A-Za-z0-9_]{0,31}$": "MR_BRAIN",
    r"^[a-z][a-z0-9_]{0,63}$": "missing_series",
    r"^\d{1,4}\.\d{1,4}$": '"1.0"',
    r"^\d{1,3}(\.\d{1,3}){0,4}$": '"5.2"',
    r"^[1-9]\d?bd$": "5bd",
    r"^[1-9]\d{0,3}d$": "90d",
}
