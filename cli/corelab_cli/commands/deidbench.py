"""How much identity comes through: Corelab's de-identification measured by traps, beside others' tools."""

import hashlib
import os
import tempfile
from collections import Counter
from pathlib import Path

import click
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from corelab import __version__
from corelab.offline import Job, deidentify
from corelab_cli.context import Command, Context, pass_context
from corelab_cli.errors import DONE, HELD
from corelab_deidbench.candidates import Candidate, Ran, collected, peers
from corelab_deidbench.measuring import COVERED, Measured, measure
from corelab_deidbench.table import document, page

CHARTER = Path("charters") / "demo.yaml"
ENVIRONMENTS = Path(".corelab") / "bench"
SEED, PER_CLASS = 1, 30


@click.command(cls=Command)
@click.option(
    "--charter",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    default=CHARTER,
    show_default=True,
    help="By whose options: what is kept, how dates move.",
)
@click.option(
    "--seed", type=click.IntRange(min=0), default=SEED, show_default=True, help="Other seeds, other traps."
)
@click.option(
    "--per-class",
    type=click.IntRange(min=1),
    default=PER_CLASS,
    show_default=True,
    help="Traps of each class.",
)
@click.option(
    "--peers", "with_peers", is_flag=True, help=f"Other tools, too; each is installed below {ENVIRONMENTS}."
)
@click.option(
    "--out", type=click.Path(dir_okay=False, path_type=Path), help="Write the page there: docs/leaks.md."
)
@click.option(
    "--workers",
    type=click.IntRange(min=1),
    default=lambda: os.cpu_count() or 1,
    help="Processes; one a core.",
)
@pass_context
def bench(
    context: Context,
    *,
    charter: Path,
    seed: int,
    per_class: int,
    with_peers: bool,
    out: Path | None,
    workers: int,
) -> int:
    """Measure what leaks: identity is planted in small files, which are de-identified and searched.

    Exits 0 where nothing that was planted in a covered place came out of Corelab, 3 where something did.
    """
    candidates = (corelab(charter, seed=seed, workers=workers), *(peers(ENVIRONMENTS) if with_peers else ()))
    with tempfile.TemporaryDirectory() as scratch:
        measured = measure(
            candidates,
            seed=seed,
            per_class=per_class,
            scratch=Path(scratch),
            heard=lambda name: context.err.print(f"measuring {name}"),
        )
    if out is not None:
        command = (
            f"corelab deid bench --seed {seed} --per-class {per_class}{' --peers' * with_peers} --out FILE"
        )
        out.write_text(page(measured, per_class=per_class, command=command), encoding="utf-8")
    context.show(document(measured, seed=seed, per_class=per_class), words=lambda to: _words(to, measured))
    return HELD if measured[0].leaks[COVERED].leaked else DONE


def corelab(charter: Path, *, seed: int, workers: int = 1) -> Candidate:
    """What is installed here, by a charter and a key of the seed."""
    job = Job(charter_yaml=charter.read_bytes(), key=hashlib.sha256(f"bench {seed}".encode()).digest())

    def run(source: Path, target: Path) -> Ran:
        report = deidentify(source, target, job=job, workers=workers)
        withheld: Counter[str] = Counter()
        for held in report.held:
            withheld[held.code] += held.images
        withheld.update(refused.code for refused in report.refused)
        return Ran(outputs=collected(target), withheld=withheld)

    how = f"`corelab deid`, by {charter.name}"
    return Candidate(name="corelab", version=__version__, how=how, run=run)


def _words(out: Console, measured: tuple[Measured, ...]) -> None:
    table = Table("Planted in", *(escape(one.name) for one in measured), box=None, pad_edge=False)
    for name in measured[0].leaks:
        table.add_row(name, *(_leak(one, name) for one in measured))
    out.print("Leaked of delivered, and the largest rate that this allows (95 %):")
    out.print(table)
    for one in measured:
        if one.problem:
            out.print(escape(f"{one.name}: {one.problem}."))


def _leak(one: Measured, name: str) -> str:
    found = one.leaks.get(name)
    if found is None:
        return "no result"
    return f"{found.leaked}/{found.delivered} ≤ {100 * found.bounds[1]:.1f} %"
