"""`python -m contracts --check` compares the committed contracts with the code; `--write` writes them.

Exit codes: 0 they agree or were written; 3 they differ.
"""

import argparse
import difflib
import importlib
import json
import pkgutil
import sys
from pathlib import Path

from contracts import generators

HERE = Path(__file__).parent
DIFFER = 3


def generated() -> dict[str, str]:
    """Every contract as it should be: file under `contracts/` to text."""
    files: dict[str, object] = {}
    for found in sorted(pkgutil.iter_modules(generators.__path__), key=lambda item: item.name):
        files |= importlib.import_module(f"{generators.__name__}.{found.name}").generate()
    return {name: json.dumps(value, indent=2, sort_keys=True) + "\n" for name, value in sorted(files.items())}


def leftovers(files: dict[str, str]) -> list[str]:
    """Committed contracts that nothing generates any more."""
    return sorted({str(path.relative_to(HERE)) for path in HERE.rglob("*.json")} - set(files))


def write() -> int:
    """Write what differs, remove what is left over."""
    files = generated()
    for name, text in files.items():
        path = HERE / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    for name in leftovers(files):
        (HERE / name).unlink()
    return 0


def check() -> int:
    """Say what differs."""
    files = generated()
    committed = {name: (HERE / name).read_text() if (HERE / name).exists() else "" for name in files}
    wrong = [name for name in files if committed[name] != files[name]]
    for name in wrong:
        lines = difflib.unified_diff(
            committed[name].splitlines(),
            files[name].splitlines(),
            f"contracts/{name}",
            "the code",
            lineterm="",
        )
        sys.stdout.writelines(f"{line}\n" for line in lines)
    for name in leftovers(files):
        wrong.append(name)
        sys.stdout.write(f"contracts/{name}: nothing generates it\n")
    if wrong:
        sys.stdout.write("Run: python -m contracts --write\n")
    return DIFFER if wrong else 0


def main() -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(prog="python -m contracts", description="contracts from the code")
    choice = parser.add_mutually_exclusive_group(required=True)
    choice.add_argument("--check", action="store_true", help="compare with what is committed")
    choice.add_argument("--write", action="store_true", help="write what is committed")
    return check() if parser.parse_args().check else write()


if __name__ == "__main__":
    sys.exit(main())
