"""What was measured, as a document and for a terminal's JSON."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict
from typing import Any

from corelab_deidbench.kinds import KINDS
from corelab_deidbench.measuring import COVERED, Leaks, Measured
from corelab_deidbench.traps import CLASSES, NOT_COVERED
from corelab_deidbench.use import CHECKS, Share

SCHEMA = "deid-bench/1"
OPENING = """\
# What leaks
One command makes this page:

    {command}

It makes small DICOM files by the seed, lets each tool turn a folder into a folder, and looks for what was
planted in whatever comes out. Most files are traps: one piece of identity (a token that occurs nowhere else)
in one carrier. The others are sound studies of persons who come twice, to see what use is left.

The judge shares no code with Corelab, nor with its proof: it searches the bytes that came out, the inflated
ones, and names of files, for each token in UTF-8, UTF-16, Latin-1, GB18030, EUC-KR, Shift-JIS, EUC-JP and the
ISO 2022 forms, for letters and digits without what stands between them, for days in eight ways of writing
and for numbers as binary.
"""
LEAKS = """\
## Leaks
`leaked/delivered`, and the largest rate that this allows with 95 % confidence (Clopper–Pearson). A trap in a
file that was not delivered cannot leak, so it does not count; there are {per_class} traps of a class.
"""
REMARK = f"""\
*{NOT_COVERED}*: an image that neither says that text was burned in nor is of a kind that
carries it. Corelab does not search pixels for text, so this class stands outside of *{COVERED}*.
"""
USE = """\
## What use is left
The first ten are the checks of MIDI-B; the others are what they do not ask. Counted is what holds, of what
was delivered (`pixels hidden`: of all, since an image that is held hides its text).
"""
KIND = """\
## What is delivered
Of the sound studies, by kind of object. What is not delivered is held or refused with its reason.
"""
TOOLS = "## How each ran, and what it withheld\n"
NOTHING = "–"


def document(measured: Iterable[Measured], *, seed: int, per_class: int) -> dict[str, Any]:
    """As JSON has it."""
    tools = [asdict(one) | {"leaks": _with_bounds(one.leaks)} for one in measured]
    return {"schema": SCHEMA, "seed": seed, "per_class": per_class, "tools": tools}


def page(measured: tuple[Measured, ...], *, per_class: int, command: str) -> str:
    """As Markdown, without a date: the same command, the same page."""
    parts = [
        OPENING.format(command=command),
        LEAKS.format(per_class=per_class) + "\n" + "\n".join(leak_rows(measured)) + "\n",
        REMARK,
        USE + "\n" + "\n".join(use_rows(measured)) + "\n",
        KIND + "\n" + "\n".join(kind_rows(measured)) + "\n",
        TOOLS + "\n".join(_tool(one) for one in measured) + "\n",
    ]
    return "\n".join(parts)


def leak_rows(measured: tuple[Measured, ...]) -> Iterator[str]:
    """A row for each class of traps."""
    return _rows(
        measured, "planted", names=(*CLASSES, COVERED), cell=lambda one, name: _leak(one.leaks.get(name))
    )


def use_rows(measured: tuple[Measured, ...]) -> Iterator[str]:
    """A row for each check."""
    return _rows(measured, "check", names=tuple(CHECKS), cell=lambda one, name: _share(one.use.get(name)))


def kind_rows(measured: tuple[Measured, ...]) -> Iterator[str]:
    """A row for each kind of object."""
    return _rows(measured, "kind", names=tuple(KINDS), cell=lambda one, name: _share(one.kinds.get(name)))


def _rows(
    measured: tuple[Measured, ...],
    first: str,
    *,
    names: tuple[str, ...],
    cell: Callable[[Measured, str], str],
) -> Iterator[str]:
    yield _row([first, *(f"{one.name} {one.version}" for one in measured)])
    yield _row(["---"] * (len(measured) + 1))
    for name in names:
        yield _row([name, *(cell(one, name) for one in measured)])


def _row(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _leak(found: Leaks | None) -> str:
    if found is None:
        return NOTHING
    if not found.delivered:
        return "none delivered"
    return f"{found.leaked}/{found.delivered}, ≤ {100 * found.bounds[1]:.1f} %"


def _share(found: Share | None) -> str:
    if found is None or not found.of:
        return NOTHING
    return f"{found.hold}/{found.of}"


def _tool(one: Measured) -> str:
    said = ", ".join(f"{number} × {reason}" for reason, number in one.withheld.items())
    came = f"No result: {one.problem}." if one.problem else f"Withheld: {said or 'nothing'}."
    return f"- **{one.name} {one.version}**: {one.how}. {came}"


def _with_bounds(leaks: Mapping[str, Leaks]) -> dict[str, Any]:
    return {name: asdict(found) | {"bounds": list(found.bounds)} for name, found in leaks.items()}
