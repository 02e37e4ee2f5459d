"""Every role against every data resource and action, as synthesized. What the golden table lacks is refused.

The table is read by people: a row that changes is a decision. Everything that is not in it is asked too.
"""

import csv
import sys

import pytest

from infra.deployment import ROOT
from tests.infra.reach import ACTIONS, may, may_by, reached, roles, targets
from tests.infra.templates import Assembly, Resource, Statement

TABLE = ROOT / "tests" / "golden" / "reach.csv"
LEAST_CELLS = 500
LOCKED = ("ledger", "witness")


@pytest.fixture(scope="module")
def table() -> dict[tuple[str, str], frozenset[str]]:
    with TABLE.open(encoding="utf-8") as file:
        return {
            (row["role"], row["resource"]): frozenset(row["actions"].split("|"))
            for row in csv.DictReader(file)
        }


def test_every_role_reaches_what_the_table_says_and_nothing_else(
    table: dict[tuple[str, str], frozenset[str]], production: Assembly
) -> None:
    found, cells = reached(production)
    sys.stdout.write(f"{cells} cells of role, resource and action; {sum(map(len, found.values()))} allowed\n")

    assert cells >= LEAST_CELLS
    assert found == table


def test_no_role_takes_back_unlocks_or_hides_anything_of_ledger_or_witness(production: Assembly) -> None:
    destroying = {
        *("s3:DeleteObject", "s3:DeleteObjectVersion", "s3:PutObjectRetention", "s3:PutObjectLegalHold"),
        *("s3:BypassGovernanceRetention", "s3:PutBucketVersioning", "s3:PutBucketObjectLockConfiguration"),
        *("s3:PutLifecycleConfiguration", "s3:DeleteBucketPolicy", "s3:PutBucketPolicy", "s3:DeleteBucket"),
    }
    locked = [
        target for target in targets(production) if target.name.removeprefix("bucket ").startswith(LOCKED)
    ]

    assert locked
    for role in roles(production).values():
        for target in locked:
            for action in destroying & {*ACTIONS[target.kind]}:
                assert not may(production, role, action, target), (role.id, action, target.name)


def test_not_even_who_may_do_everything_takes_back_or_writes_over_what_is_locked(
    production: Assembly,
) -> None:
    everything = Statement(
        effect="Allow",
        principals=frozenset(),
        actions=frozenset({"*"}),
        resources=frozenset({"*"}),
        conditions={},
    )
    owner = Resource(stack="", id="owner", type="AWS::IAM::Role", properties={"RoleName": "owner"}, whole={})
    protected = {
        *("s3:PutObject", "s3:DeleteObject", "s3:DeleteObjectVersion", "s3:PutObjectRetention"),
        *("s3:PutObjectLegalHold", "s3:BypassGovernanceRetention", "s3:PutBucketVersioning"),
        *("s3:PutBucketObjectLockConfiguration", "s3:PutLifecycleConfiguration"),
    }

    for target in (
        item for item in targets(production) if item.name.removeprefix("bucket ").startswith(LOCKED)
    ):
        for action in protected & {*ACTIONS[target.kind]}:
            assert not may_by([everything], owner, action, target), (action, target.name)


def test_no_role_switches_the_trail_off_or_deletes_a_log(production: Assembly) -> None:
    watchers = [target for target in targets(production) if target.kind in ("trail", "log")]

    assert any(target.kind == "trail" for target in watchers)
    for role in roles(production).values():
        for target in watchers:
            for action in ACTIONS[target.kind]:
                assert not may(production, role, action, target), (role.id, action, target.name)
