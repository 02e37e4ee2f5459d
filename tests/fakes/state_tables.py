"""The state tables of the glossary, as rows that none of the rooms wrote."""

import csv
from pathlib import Path

from corelab.kernel.actors import Role
from corelab.kernel.machine import Machine, Move

TABLE = Path(__file__).parents[1] / "golden" / "states.csv"


def rows_of(machine: str) -> dict[tuple[str, str], Move]:
    """The machine's rows. A reason may be a person's words or the system's code: either must be given."""
    with TABLE.open() as file:
        return {
            (row["from"], row["event"]): Move(
                to=row["to"],
                by=frozenset(Role(name) for name in row["actor"].replace("+", "|").split("|")),
                together="+" in row["actor"],
                reason=bool(row["reason"]),
                signed=bool(row["signed"]),
            )
            for row in csv.DictReader(file)
            if row["machine"] == machine
        }


def differences(machine: Machine) -> dict[tuple[str, str], tuple[Move | None, Move | None]]:
    """Every pair of (state, event) on which the machine and its table disagree."""
    expected = rows_of(machine.name)
    events = {event for _, event in expected} | {event for _, event in machine.moves}
    states = {state for state, _ in expected} | {move.to for move in expected.values()} | machine.states
    pairs = [(state, event) for state in states for event in events]
    found = {pair: (machine.moves.get(pair), expected.get(pair)) for pair in pairs}
    return {pair: (ours, theirs) for pair, (ours, theirs) in found.items() if ours != theirs}
