"""Every endpoint, role and place on the deployed system: each cell as the contract and the rules say.

Refused cells are asked first, all of them, between two looks at everything that is stored; then those that
are let in.
"""

import json
import sys
from collections import Counter
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import pytest

from contracts.__main__ import HERE
from corelab.access.rules import MAY
from corelab.kernel.moments import moment_text
from corelab_aws.store import event_from_item
from tests.flows.gate.matrix import SHOWS_ITS_OWN, Cell, cells, operations, request_of
from tests.flows.gate.things import EVERY_SITE, OTHER, OTHER_TRIAL, TRIAL, World

THREADS = 4
LEAST_CELLS = 500
HAMMERED = 40
WRONGS = (
    *("no token", "expired", "forged signature", "changed claims", "no algorithm", "another pool"),
    *("access token", "another audience"),
)
WAITS_FOR_ANOTHER = {  # asked side by side, each may come before what it needs
    *("answer_query", "accept_answer", "reopen_query", "cancel_query", "complete_transmittal"),
    *("register_parts", "join_parts", "read_receipt"),  # the matrix's file is a small one
    *("release_transmittal", "reject_transmittal", "correct_study"),  # nothing is held, no study allocated
    "withdraw_study",  # every request lacks a signature
    *("store_instances", "store_study"),  # the matrix's body is JSON, and no archive's
    *("render_review", "clear_review", "refuse_review", "retry_series"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A cell and what was answered."""

    cell: Cell
    status: int
    body: str

    @property
    def is_let_in(self) -> bool:
        """Whether the room itself answered, and not the gate: it may well say that the request is no good."""
        return self.status == HTTPStatus.BAD_REQUEST and '"code": "ACC-' not in self.body


@dataclass(frozen=True, slots=True, kw_only=True)
class Matrix:
    """Everything that was asked, and what is stored before and after the refusals."""

    denied: list[Asked]
    allowed: list[Asked]
    before: Mapping[str, Any]
    after: Mapping[str, Any]


def stored(world: World) -> dict[str, Any]:
    """Everything that a caller might change, but for the refusals' own partitions."""
    cloud, outputs = world.gate.cloud, world.gate.outputs
    pages = (
        cloud.client("dynamodb")
        .get_paginator("scan")
        .paginate(TableName=outputs["StateTable"], ConsistentRead=True)
    )
    rows = {
        (item["pk"]["S"], item["sk"]["S"]): item["version"]["N"]
        for page in pages
        for item in page["Items"]
        if not item["pk"]["S"].startswith("refusals#")
    }
    listing = cloud.client("s3").list_object_versions(Bucket=outputs["IncomingBucket"])
    users = cloud.client("cognito-idp").list_users(UserPoolId=outputs["UserPoolId"], Limit=60)["Users"]
    return {
        "rows": rows,
        "objects": [item["Key"] for item in listing.get("Versions", ())],
        "users": sorted((user["Username"], user["UserStatus"]) for user in users),
    }


def refusals(world: World) -> list[dict[str, Any]]:
    """Every refusal that was entered, by the system's own reading."""
    cloud, outputs = world.gate.cloud, world.gate.outputs
    pages = (
        cloud.client("dynamodb")
        .get_paginator("scan")
        .paginate(
            TableName=outputs["LedgerTable"],
            ConsistentRead=True,
            FilterExpression="#type = :refused",
            ExpressionAttributeNames={"#type": "type"},
            ExpressionAttributeValues={":refused": {"S": "AccessRefused.v1"}},
        )
    )
    events = [event_from_item(item) for page in pages for item in page["Items"]]
    return [{"log": event.trial, "at": moment_text(event.at), **event.data} for event in events]


@pytest.fixture(scope="module")
def matrix(world: World) -> Matrix:
    forgeries = {name: world.gate.forgeries(person) for name, person in world.people.items()}

    def ask(cell: Cell) -> Asked:
        sent = request_of(cell, names=world.names, victim=world.victim)
        token = forgeries[cell.who][cell.wrong] if cell.wrong else world.people[cell.who].token
        key = f"{cell.operation}-{cell.who}-{cell.place}"
        answer = world.gate.send(sent.verb, sent.path, token=token, key=key, body=sent.body, query=sent.query)
        return Asked(cell=cell, status=answer.status_code, body=answer.text)

    every = [*cells(WRONGS)]
    before = stored(world)
    with ThreadPoolExecutor(THREADS) as pool:
        denied = [*pool.map(ask, (cell for cell in every if cell.is_denied))]
        after = stored(world)
        allowed = [*pool.map(ask, (cell for cell in every if not cell.is_denied))]
    return Matrix(denied=denied, allowed=allowed, before=before, after=after)


def wrong(asked: list[Asked]) -> list[str]:
    return [
        f"{one.cell.name}: {one.status}, not {sorted(one.cell.expected)}: {one.body[:200]}"
        for one in asked
        if one.status not in one.cell.expected and not (one.is_let_in and not one.cell.is_denied)
    ]


def test_the_matrix_asks_every_operation_of_the_contract() -> None:
    told = json.loads((HERE / "openapi.json").read_text(encoding="utf-8"))
    named = {one["operationId"] for methods in told["paths"].values() for one in methods.values()}

    assert {cell.operation for cell in cells(WRONGS)} == named == set(operations()) == set(MAY)


def test_whoever_may_not_is_refused_exactly_so(matrix: Matrix) -> None:
    count = len(matrix.denied) + len(matrix.allowed)
    sys.stdout.write(f"{count} cells asked: {len(matrix.denied)} refused, {len(matrix.allowed)} let in\n")

    assert count >= LEAST_CELLS
    assert wrong(matrix.denied) == []


def test_whoever_may_is_let_in(matrix: Matrix) -> None:
    assert wrong(matrix.allowed) == []
    successes = Counter(one.cell.operation for one in matrix.allowed if one.status in (200, 201))
    assert set(operations()) - set(successes) <= WAITS_FOR_ANOTHER


def test_a_refusal_changes_nothing(matrix: Matrix) -> None:
    assert matrix.before == matrix.after


def test_every_refusal_is_a_problem_that_says_why(matrix: Matrix) -> None:
    for one in matrix.denied:
        assert '"code"' in one.body, one
        assert '"detail"' in one.body, one


def test_what_another_site_has_looks_like_nothing(matrix: Matrix, world: World) -> None:
    for one in matrix.denied:
        if not one.cell.conceals:
            continue
        sent = request_of(one.cell, names=world.names, victim=world.victim, nothing=True)
        absent = world.gate.send(
            sent.verb, sent.path, token=world.people[one.cell.who].token, key="absent", body=sent.body
        )
        there = world.names[OTHER]
        parts = sent.path.split("/")
        names = (there["series"], parts[-1], *(part for part in parts if part.startswith("ser_")))
        assert absent.status_code == one.status, one.cell.name
        assert _without(absent.text, names) == _without(one.body, names), one.cell.name


def _without(text: str, names: tuple[str, ...]) -> str:
    for name in names:
        text = text.replace(name, "…")
    return text


def test_lists_show_a_site_nothing_of_another(matrix: Matrix, world: World) -> None:
    shown = [
        one
        for one in matrix.allowed
        if one.cell.operation in SHOWS_ITS_OWN and one.cell.who not in (*EVERY_SITE, "ADMIN")
    ]

    assert shown
    for one in shown:
        assert f'"{OTHER}' not in one.body, one.cell.name
        assert world.names[OTHER]["transmittal"] not in one.body, one.cell.name


def test_every_refusal_of_somebody_signed_in_is_an_entry_in_its_log(matrix: Matrix, world: World) -> None:
    entered = {(entry["log"], entry["person"], entry["operation"]) for entry in refusals(world)}
    for one in matrix.denied:
        cell = one.cell
        if cell.wrong:
            continue
        trial = {"other trial": OTHER_TRIAL}.get(cell.place, TRIAL)
        log = "_system" if cell.operation in ("create_account", "revoke_tokens") else trial
        assert (log, world.people[cell.who].id, cell.operation) in entered, cell.name


def test_a_client_that_hammers_leaves_one_entry_a_minute(world: World) -> None:
    def hammer(_: int) -> int:
        token = world.people["nobody"].token
        return world.gate.send("GET", f"/v1/trials/{TRIAL}/tracker", token=token, key="x").status_code

    with ThreadPoolExecutor(THREADS) as pool:
        statuses = {*pool.map(hammer, range(HAMMERED))}
    minutes = Counter(
        (entry["log"], entry["person"], entry["operation"], entry["at"][:16]) for entry in refusals(world)
    )

    assert statuses == {403}
    assert set(minutes.values()) == {1}
