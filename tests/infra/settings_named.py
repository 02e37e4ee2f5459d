"""Which settings a door leads to, read from the sources: its calls, and what its adapters ask for."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from infra.deployment import ROOT

EDGE = ROOT / "layers" / "edge" / "python" / "corelab_aws"


def settings_of(door: Path) -> set[str]:
    """Names of the environment variables that the door's file leads to."""
    named, reached = set(), set()
    waiting = [ast.parse(door.read_text(encoding="utf-8"))]
    while waiting:
        for called, arguments in _calls(waiting.pop()):
            first = arguments[0] if arguments else None
            if called in ("setting", "setting_or") and first:
                named.add(f"CORELAB_{first}")
            elif called == "bucket" and first:
                named.add(f"CORELAB_{first}_BUCKET")
            elif called not in reached and called in _adapters():
                reached.add(called)
                waiting.append(_adapters()[called])
    return named


@cache
def _adapters() -> dict[str, ast.AST]:
    """Functions and classes of the edge by name."""
    return {
        node.name: node
        for path in EDGE.rglob("*.py")
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(node, ast.FunctionDef | ast.ClassDef)
        and node.name not in ("setting", "setting_or", "bucket")
    }


def _calls(tree: ast.AST) -> Iterator[tuple[str, list[str]]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            texts = [str(item.value) for item in node.args if isinstance(item, ast.Constant)]
            yield name, texts
