"""The register of faults names a test for each, and each of those tests says which fault it injects.

A test says so by its mark, `requirement("fault-<number>")`; the register lists what the marks say, so neither
can go without the other. Files are read, not run.
"""

import ast
import csv
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

TESTS = Path(__file__).parents[1]
REGISTER = TESTS / "golden" / "faults.csv"
FAULTS = range(1, 55)
COVERED = {*range(1, 35), *range(43, 48), *range(52, 55)}  # the others are of what is not built yet


def marked(path: Path) -> Iterator[tuple[str, int]]:
    """Tests of a file and the faults that they inject."""
    for item in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(item, ast.FunctionDef) and item.name.startswith("test_"):
            for mark in item.decorator_list:
                if isinstance(mark, ast.Call) and ast.unparse(mark.func) == "pytest.mark.requirement":
                    ((said,),) = (mark.args,)
                    if isinstance(said, ast.Constant) and str(said.value).startswith("fault-"):
                        yield item.name, int(str(said.value).removeprefix("fault-"))


def every_mark() -> dict[int, set[str]]:
    """By fault, the tests that say they inject it."""
    found: dict[int, set[str]] = defaultdict(set)
    for path in sorted(TESTS.rglob("test_*.py")):
        for name, fault in marked(path):
            found[fault].add(f"{path.relative_to(TESTS.parent)}::{name}")
    return found


def register() -> list[dict[str, str]]:
    with REGISTER.open(encoding="utf-8", newline="") as rows:
        return [*csv.DictReader(rows)]


def test_the_register_names_every_fault_once_in_order() -> None:
    assert [int(row["fault"]) for row in register()] == [*FAULTS]


def test_the_register_names_the_tests_that_say_they_inject_a_fault_and_no_others() -> None:
    named = {int(row["fault"]): set(row["tests"].split()) for row in register()}

    assert {fault: tests for fault, tests in named.items() if tests} == dict(every_mark())


def test_every_fault_of_what_is_built_has_a_test_and_the_rest_says_why_not() -> None:
    rows = {int(row["fault"]): row for row in register()}

    assert [fault for fault in sorted(COVERED) if not rows[fault]["tests"]] == []
    assert [fault for fault, row in rows.items() if not row["tests"] and not row["lacking"]] == []
