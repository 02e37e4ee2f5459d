"""What is kept stays readable: a version that comes reads every aggregate that an earlier one wrote.

An aggregate is read strictly: a field that its document lacks needs a default, and none that its document has
may be gone. `golden/documents.json` keeps, for each class of the documents, the fields that were there and
those that were always written.
"""

import dataclasses
import importlib
import json
import pkgutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args, get_type_hints

import pytest

import corelab
from corelab.kernel.write_path import Kind
from corelab_aws import keyring

GOLDEN = json.loads((Path(__file__).parents[1] / "golden" / "documents.json").read_text(encoding="utf-8"))


def kinds() -> Iterator[Kind[Any]]:
    """Every kind of aggregate."""
    modules = [
        importlib.import_module(found.name) for found in pkgutil.walk_packages(corelab.__path__, "corelab.")
    ]
    for module in (*modules, keyring):
        yield from (value for value in vars(module).values() if isinstance(value, Kind))


def classes_in(hint: Any, found: dict[str, type]) -> None:
    """Dataclasses that a hint leads to."""
    for argument in get_args(hint):
        classes_in(argument, found)
    name = f"{getattr(hint, '__module__', '')}.{getattr(hint, '__qualname__', '')}"
    if isinstance(hint, type) and dataclasses.is_dataclass(hint) and name not in found:
        found[name] = hint
        for inner in get_type_hints(hint).values():
            classes_in(inner, found)


def documents() -> dict[str, type]:
    """Every class that is written into the state table, by name."""
    found: dict[str, type] = {}
    for kind in kinds():
        classes_in(kind.model, found)
    return found


def shape(kind: type) -> dict[str, list[str]]:
    """Fields that are always written, and those that a document may lack."""
    fields = dataclasses.fields(kind)
    lacking = {
        field.name
        for field in fields
        if field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING
    }
    names = [field.name for field in fields]
    return {
        "always": [name for name in names if name in lacking],
        "sometimes": [name for name in names if name not in lacking],
    }


def test_every_class_that_is_kept_is_on_record() -> None:
    missing = {name: shape(kind) for name, kind in documents().items() if name not in GOLDEN}
    gone = GOLDEN.keys() - documents().keys()

    assert not missing, f"add to the golden file: {json.dumps(missing)}"
    assert not gone, "documents of a class that is no more cannot be read"


@pytest.mark.requirement("fault-46")
@pytest.mark.parametrize("name", sorted(GOLDEN))
def test_a_document_of_an_earlier_version_is_read(name: str) -> None:
    now, then = shape(documents()[name]), GOLDEN[name]

    new_without_default = set(now["always"]) - set(then["always"])
    gone = {*then["always"], *then["sometimes"]} - {*now["always"], *now["sometimes"]}

    assert not new_without_default, "earlier documents lack these fields: give them a default"
    assert not gone, "earlier documents have these fields, and are refused without them"
