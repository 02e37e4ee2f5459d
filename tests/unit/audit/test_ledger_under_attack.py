"""Every way to tamper with an export, at twenty places each: found, with the cause and the place.

And two hundred honest ledgers, none of which raises an alarm.
"""

from functools import cache
from random import Random

import pytest

from corelab.audit.verify import Problem, Report, read_key, verify
from local.attacks import ATTACKS
from local.attacks.hands import Case, Trace
from tests.fakes.ledger_export import LOG, clean_export, clean_world
from tests.fakes.memory_ledger import START, later, public_key_pem

pytestmark = pytest.mark.thorough

PLACES = 20
LEAST_KINDS = 25
HONEST = 200


def sizes_of(rng: Random) -> list[int]:
    return [rng.randint(1, 6) for _ in range(rng.randint(3, 6))]


@cache
def exports_of(seed: int) -> tuple[dict[str, bytes], dict[str, bytes], dict[str, bytes]]:
    """An honest export, one taken earlier, and another history's."""
    rng = Random(seed)  # noqa: S311 -- the seed is the place
    sizes = sizes_of(rng)
    shared = rng.randrange(len(sizes))
    forked = [*sizes[:shared], *(size + 1 for size in sizes[shared:])]
    older = sizes[: rng.randint(1, len(sizes) - 1)]
    return clean_export(sizes), clean_export(older), clean_export(forked)


def in_a_forgers_hands(seed: int) -> Case:
    files, older, fork = exports_of(seed)
    rng = Random(seed)  # noqa: S311 -- the seed is the place
    return Case(rng=rng, files=dict(files), log=LOG, older=older, fork=fork)


def looked_at(case: Case, expected: Trace) -> Report:
    pem = case.files["key.pem"] if expected.has_other_key else public_key_pem()
    as_of = None if expected.looked_at_after is None else START + expected.looked_at_after
    return verify(case.files, key=read_key(pem), as_of=as_of)


def fits(problem: Problem, expected: Trace) -> bool:
    return (
        problem.cause in expected.causes
        and (not expected.files or problem.file in expected.files)
        and (expected.line is None or problem.line == expected.line)
        and (expected.byte is None or problem.byte == expected.byte)
        and (expected.seqs is None or problem.seq in expected.seqs)
    )


def test_there_are_many_kinds_of_attack() -> None:
    assert len(ATTACKS) >= LEAST_KINDS


@pytest.mark.parametrize("kind", ATTACKS)
def test_an_attack_is_found_with_its_cause_and_its_place(kind) -> None:
    missed = []
    for seed in range(PLACES):
        case = in_a_forgers_hands(seed)
        honest = dict(case.files)
        expected = ATTACKS[kind](case)
        assert case.files != honest
        problems = looked_at(case, expected).problems
        if not any(fits(problem, expected) for problem in problems):
            missed.append((seed, expected, problems))

    assert missed == []


def test_two_hundred_honest_ledgers_raise_no_alarm() -> None:
    key = read_key(public_key_pem())
    for seed in range(HONEST):
        rng = Random(seed)  # noqa: S311 -- a ledger for each seed
        world = clean_world(sizes_of(rng), objects=rng.randint(1, 9))
        report = verify(world.export(taken_at=later(3600)), key=key, as_of=later(3600))

        assert (report.problems, report.notes) == ([], []), seed
