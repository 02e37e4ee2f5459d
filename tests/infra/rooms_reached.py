"""Whose aggregates a door reads and writes, read from the sources.

From the door's file, every function, method and class that it leads to is followed through imports. A kind of
aggregate that is named on the way (`Kind(room=…)`, `Key(room=…)`, `store.list(room=…)`) is read; one that is
given to `execute` is written.
"""

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from infra.deployment import ROOT

ROOTS = (ROOT / "layers" / "core" / "python", ROOT / "layers" / "edge" / "python", ROOT)


@dataclass(frozen=True, slots=True)
class Reached:
    """Rooms by what is done with their aggregates."""

    read: set[str] = field(default_factory=set)
    written: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Module:
    """One source file: what it defines, and where its other names come from."""

    name: str
    tree: ast.Module
    defined: dict[str, ast.stmt]
    imported: dict[str, tuple[str, str | None]]  # local name → module, name in it (None: the module itself)


def rooms_of(door: str) -> Reached:
    """Rooms that the door `room/name` reaches."""
    found, seen = Reached(), set()
    module = _module("functions." + door.replace("/", "."))
    waiting: list[tuple[Module, ast.AST]] = [(module, module.tree)]
    while waiting:
        home, node = waiting.pop()
        for called in (item for item in ast.walk(node) if isinstance(item, ast.Call)):
            _note(found, home, called)
        for place in _places(home, node):
            if place not in seen:
                seen.add(place)
                kind = _kind(*place)
                if kind:
                    found.read.add(kind)
                target = _module(place[0])
                if place[1] in target.defined:
                    waiting.append((target, target.defined[place[1]]))
    return found


def _note(found: Reached, home: Module, called: ast.Call) -> None:
    for keyword in called.keywords:
        if keyword.arg == "room" and isinstance(keyword.value, ast.Constant) and _name(called) != "Kind":
            found.read.add(str(keyword.value.value))
    if _name(called) == "execute" and len(called.args) > 1:
        place = _resolved(home, called.args[1])
        kind = _kind(*place) if place else None
        # A kind that comes as an argument is one of those that the module itself names.
        found.written.update({kind} if kind else _kinds_named_in(home))


def _name(called: ast.Call) -> str:
    return called.func.attr if isinstance(called.func, ast.Attribute) else getattr(called.func, "id", "")


def _kinds_named_in(home: Module) -> set[str]:
    kinds = {_kind(*place) for place in _places(home, home.tree)}
    return {kind for kind in kinds if kind} | {
        kind for name in home.defined if (kind := _kind(home.name, name)) is not None
    }


def _places(home: Module, node: ast.AST) -> Iterator[tuple[str, str]]:
    """Definitions in our own sources that a piece of source names."""
    for item in ast.walk(node):
        if isinstance(item, ast.Name | ast.Attribute) and (place := _resolved(home, item)):
            yield place


def _resolved(home: Module, node: ast.AST) -> tuple[str, str] | None:
    if isinstance(node, ast.Name):
        if node.id in home.imported:
            module, name = home.imported[node.id]
            return _followed(module, name) if name else None
        return (home.name, node.id) if node.id in home.defined else None
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
        module, name = home.imported.get(node.value.id, ("", ""))
        if module and name is None:
            return _followed(module, node.attr)
    return None


def _followed(module: str, name: str) -> tuple[str, str] | None:
    """Where a name is defined, through packages that pass it on."""
    if not _path(module):
        return None
    target = _module(module)
    if name in target.imported and name not in target.defined:
        further, there = target.imported[name]
        return _followed(further, there) if there else None
    return module, name


def _kind(module: str, name: str) -> str | None:
    node = _module(module).defined.get(name)
    value = getattr(node, "value", None)
    if (
        isinstance(node, ast.Assign | ast.AnnAssign)
        and isinstance(value, ast.Call)
        and _name(value) == "Kind"
    ):
        return next(str(item.value.value) for item in value.keywords if item.arg == "room")
    return None


def _path(module: str) -> Path | None:
    for root in ROOTS:
        stem = root.joinpath(*module.split("."))
        for path in (stem.with_suffix(".py"), stem / "__init__.py"):
            if path.is_file():
                return path
    return None


@cache
def _module(name: str) -> Module:
    path = _path(name)
    assert path is not None, name
    tree = ast.parse(path.read_text(encoding="utf-8"))
    defined: dict[str, ast.stmt] = {}
    imported: dict[str, tuple[str, str | None]] = {}
    for node in tree.body:
        match node:
            case ast.FunctionDef(name=own) | ast.ClassDef(name=own):
                defined[own] = node
            case ast.Assign(targets=[ast.Name(id=own)]) | ast.AnnAssign(target=ast.Name(id=own)):
                defined[own] = node
            case ast.ImportFrom(module=str() as source, names=names):
                for alias in names:
                    is_module = _path(f"{source}.{alias.name}") is not None
                    place = (f"{source}.{alias.name}", None) if is_module else (source, alias.name)
                    imported[alias.asname or alias.name] = place
    return Module(name=name, tree=tree, defined=defined, imported=imported)
