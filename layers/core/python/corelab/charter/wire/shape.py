"""Shape of a charter: pydantic's errors as problems with a remedy.

A misspelt key is one fault, not two: the unknown key is named, with the key that was probably meant, and the
missing one is not reported again. The misspelling is then read as what was meant, so that everything else
that is wrong with the charter is told in the same round.
"""

import types
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from corelab.charter.wire.fields import EXAMPLES, Wire
from corelab.charter.wire.models import LATER_WORDS, CharterFile
from corelab.charter.wire.problems import Fault, Path, did_you_mean

ROUNDS = 3  # what a misspelt key hid is told as well, this many levels deep
LATER_REMEDY = "Take it out; a later version reads it."
KINDS = {
    "string_type": "text (put quotes around a number)",
    "int_type": "a whole number",
    "bool_type": "true or false",
    "list_type": "a list: [a, b]",
    "dict_type": "a mapping: {key: value}",
    "model_type": "a mapping: {key: value}",
    "tuple_type": "a pair: [-7, 7]",
    "is_instance_of": "a number such as 7 or 0.1",
    "decimal_type": "a number such as 7 or 0.1",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """A charter as far as it could be read.

    Attributes
    ----------
    file : CharterFile or None
        None where its shape is wrong beyond misspelt and unsupported keys.
    faults : tuple of Fault
        Every fault of its shape.
    renamed : mapping of path to path
        Where a key that was read as another stands in the text.
    """

    file: CharterFile | None
    faults: tuple[Fault, ...]
    renamed: Mapping[Path, Path]

    def in_text(self, fault: Fault) -> Fault:
        """Fault with its path as the text writes it."""
        return replace(fault, path=_in_text(fault.path, self.renamed))


def read_shape(value: Any) -> Shape:  # noqa: ANN401 -- what YAML held
    """Read a charter as far as possible, and find every fault of its shape."""
    faults: dict[Fault, None] = {}
    moved: dict[Path, Path] = {}
    file = None
    for _ in range(ROUNDS):
        try:
            file = CharterFile.model_validate(value)
            break
        except ValidationError as error:
            details = error.errors(include_url=False)
        renamed, dropped = _repairs(value, details)
        found = [_fault(item, renamed) for item in details]
        faults |= {
            replace(fault, path=_in_text(fault.path, moved)): None for fault in found if fault is not None
        }
        if not renamed and not dropped:
            break
        value = _repaired(value, renamed, dropped, path=())
        moved |= {(*path[:-1], name): path for path, name in renamed.items()}
    return Shape(file=file, faults=tuple(faults), renamed=moved)


def _in_text(path: Path, renamed: Mapping[Path, Path]) -> Path:
    for end in range(len(path), 0, -1):
        if path[:end] in renamed:
            written = renamed[path[:end]]
            return (*_in_text(written[:-1], renamed), written[-1], *path[end:])
    return path


def _repairs(value: Any, details: Iterable[ErrorDetails]) -> tuple[dict[Path, str], set[Path]]:  # noqa: ANN401
    missing = {tuple(item["loc"]) for item in details if item["type"] == "missing"}
    renamed: dict[Path, str] = {}
    dropped: set[Path] = set()
    for item in details:
        path = tuple(item["loc"])
        if item["type"] != "extra_forbidden":
            continue
        word, fields = str(path[-1]), _fields(path[:-1])
        here = _at(value, path[:-1])
        free = [name for name in fields if name not in here and (*path[:-1], name) not in _targets(renamed)]
        wanted = [name for name in free if (*path[:-1], name) in missing] or free
        close = [] if word in _later(path[:-1]) else get_close_matches(word, wanted, n=1, cutoff=0.6)
        if close:
            renamed[path] = close[0]
        else:
            dropped.add(path)
    return renamed, dropped


def _targets(renamed: Mapping[Path, str]) -> set[Path]:
    return {(*path[:-1], name) for path, name in renamed.items()}


def _fault(item: ErrorDetails, renamed: Mapping[Path, str]) -> Fault | None:
    path, kind, context = tuple(item["loc"]), item["type"], item.get("ctx", {})
    if kind == "missing":
        if path in _targets(renamed):
            return None
        return Fault(path=path, message=f"{path[-1]} is missing", remedy=f"Add {path[-1]}: here.")
    if kind == "extra_forbidden":
        return _unknown_key(path, renamed)
    if path[-1:] == ("[key]",):
        remedy = f"Write a word such as {EXAMPLES.get(context.get('pattern', ''), 'missing_series')}."
        return Fault(path=path[:-1], message="the key is no such word", remedy=remedy, at_key=True)
    return _wrong_value(path, item)


def _unknown_key(path: Path, renamed: Mapping[Path, str]) -> Fault:
    word, fields = str(path[-1]), _fields(path[:-1])
    if word in _later(path[:-1]):
        return Fault(path=path, message=f"{word} is not yet supported", remedy=LATER_REMEDY, at_key=True)
    remedy = f"Did you mean {renamed[path]}?" if path in renamed else did_you_mean(word, fields)
    return Fault(path=path, message=f"there is no key {word} here", remedy=remedy, at_key=True)


def _wrong_value(path: Path, item: ErrorDetails) -> Fault:
    kind, context, seen = item["type"], item.get("ctx", {}), item["input"]
    if kind in ("enum", "literal_error"):
        if str(seen) in LATER_WORDS:
            return Fault(
                path=path, message=f"{seen} is not yet supported", remedy="A later version reads it."
            )
        allowed = [word.strip("'") for word in str(context["expected"]).replace(" or ", ", ").split(", ")]
        return Fault(
            path=path, message=f"{_shown(seen)} is unknown", remedy=did_you_mean(_shown(seen), allowed)
        )
    if kind == "string_pattern_mismatch":
        example = EXAMPLES.get(context["pattern"], context["pattern"])
        return Fault(path=path, message=f"{_shown(seen)} does not fit", remedy=f"Write it like {example}.")
    if kind == "too_long":
        message = f"more than {context['max_length']} is not yet supported"
        return Fault(path=path, message=message, remedy=LATER_REMEDY)
    if kind in KINDS:
        return Fault(
            path=path, message=f"{_shown(seen)} is of the wrong kind", remedy=f"Write {KINDS[kind]}."
        )
    return Fault(path=path, message=f"{_shown(seen)} does not fit", remedy=f"{item['msg']}.")


def _shown(seen: object) -> str:
    kinds = {dict: "a mapping", list: "a list", tuple: "a list", type(None): "nothing"}
    text = kinds.get(type(seen), str(seen))
    return text if len(text) <= 40 else f"{text[:40]}…"  # noqa: PLR2004 -- a glimpse


def _at(value: Any, path: Path) -> Any:  # noqa: ANN401 -- what YAML held
    for part in path:
        value = value[part]
    return value


def _repaired(value: Any, renamed: Mapping[Path, str], dropped: set[Path], *, path: Path) -> Any:  # noqa: ANN401
    if isinstance(value, list):
        return [_repaired(item, renamed, dropped, path=(*path, at)) for at, item in enumerate(value)]
    if not isinstance(value, dict):
        return value
    return {
        renamed.get((*path, key), key): _repaired(item, renamed, dropped, path=(*path, key))
        for key, item in value.items()
        if (*path, key) not in dropped
    }


def _fields(path: Path) -> tuple[str, ...]:
    part = part_at(path)
    return () if part is None else tuple(field.alias or name for name, field in part.model_fields.items())


def _later(path: Path) -> frozenset[str]:
    part = part_at(path)
    return frozenset() if part is None else part.LATER


def part_at(path: Path) -> type[Wire] | None:
    """Part of the grammar that a path leads to; None where it leads to a plain value."""
    kind: Any = CharterFile
    for step in path:
        found = _part(kind)
        if found is not None:
            names = {field.alias or name: field for name, field in found.model_fields.items()}
            if step not in names:
                return None
            kind = names[str(step)].annotation
        else:
            kind = _item(kind)
    return _part(kind)


def _part(kind: Any) -> type[Wire] | None:  # noqa: ANN401 -- a type hint
    kind = _bare(kind)
    return kind if isinstance(kind, type) and issubclass(kind, Wire) else None


def _item(kind: Any) -> Any:  # noqa: ANN401 -- a type hint
    arguments = get_args(_bare(kind))
    return arguments[-1] if arguments else None


def _bare(kind: Any) -> Any:  # noqa: ANN401 -- a type hint
    while get_origin(kind) in (Annotated, Union, types.UnionType):
        kind = next(item for item in get_args(kind) if item is not type(None))
    return kind
