"""`python -m contracts --write` generates every contract; `--check` says which committed one is another."""

import argparse
import importlib
import json
import pkgutil
import sys
from pathlib import Path

from contracts import generators

HERE = Path(__file__).parent


def generated() -> dict[Path, str]:
    """Every contract's text, by file: sorted keys, so that the same code gives the same bytes."""
    texts: dict[Path, str] = {}
    for module in pkgutil.iter_modules(generators.__path__):
        documents = importlib.import_module(f"{generators.__name__}.{module.name}").documents()
        for name, value in documents.items():
            texts[HERE / name] = json.dumps(value, indent=2, sort_keys=True, ensure_ascii=False) + "\n"
    return texts


def stale(texts: dict[Path, str]) -> list[str]:
    """Files that differ from what the code says, or that no code says any more."""
    differing = [
        path for path, text in texts.items() if not path.exists() or path.read_text(encoding="utf-8") != text
    ]
    orphans = set(HERE.rglob("*.json")) - set(texts)
    return sorted(str(path.relative_to(HERE)) for path in {*differing, *orphans})


def main() -> int:
    """Write or check; the exit code."""
    parser = argparse.ArgumentParser(prog="python -m contracts", description=__doc__)
    modes = parser.add_mutually_exclusive_group(required=True)
    modes.add_argument("--check", action="store_true", help="compare with what is committed")
    modes.add_argument("--write", action="store_true", help="generate anew")
    texts = generated()
    if parser.parse_args().write:
        for path, text in texts.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        return 0
    found = stale(texts)
    for name in found:
        sys.stderr.write(f"contracts/{name} is not what the code says: run `python -m contracts --write`\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
