"""Who may call what, from the contract and the rules: every operation, role and place, and the answer."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from corelab.access.rules import MAY
from corelab.kernel.actors import Role
from infra.contract import read_contract
from infra.deployment import ROOT
from tests.fakes.demo_trial import CHARTER_TEXT
from tests.flows.gate.things import (
    ANSWER,
    EVERY_SITE,
    GRANTED,
    OTHER,
    OTHER_TRIAL,
    OWN,
    SITE_BODY,
    TRIAL,
    VISIT,
)

ASKS_FOR_A_SITE = frozenset(
    {"register_scanner", "open_transmittal", "register_subject", "find_known_files", "open_drop"}
    | {"store_instances", "store_study"}
)
CONCEALS = frozenset(
    {
        *("read_transmittal", "register_batch", "complete_transmittal", "read_series", "read_verdict"),
        *("answer_query", "accept_answer", "reopen_query", "cancel_query"),
        *("register_parts", "join_parts", "read_receipt", "read_study", "allocate_study", "correct_study"),
        *("release_transmittal", "reject_transmittal", "match_drop", "withdraw_study"),
        *("render_review", "clear_review", "refuse_review", "retry_series"),
    }
)
SHOWS_ITS_OWN = frozenset(
    {
        *("list_sites", "list_transmittals", "list_studies", "list_queries", "read_tracker", "list_held"),
        *("list_reviews", "list_drops"),
    }
)
SIGNS = {Role.DM: ("correct_study", "study"), Role.DEID_REVIEWER: ("clear_review", "series")}
WHOLE_TRIALS = frozenset({"read_history"})  # a site's grant is not enough
OUTSIDE_TRIALS = frozenset({"create_account", "revoke_tokens", "read_me"})
ALLOWED = frozenset({200, 201, 404, 409, 415, 422})  # let in: what follows is the operation's own matter
UNAUTHORIZED, FORBIDDEN, NOT_FOUND = 401, 403, 404
PLACES = ("own", "other site", "other trial")


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One request and what must be answered.

    Attributes
    ----------
    who : str
        Whose token: a key of `World.people`.
    wrong : str or None
        What is wrong with the token.
    conceals : bool
        A refusal that looks as if there were nothing.
    """

    operation: str
    who: str
    place: str
    expected: frozenset[int]
    wrong: str | None = None
    conceals: bool = False

    @property
    def is_denied(self) -> bool:
        """Whether nothing may come of it."""
        return self.expected.isdisjoint({200})

    @property
    def name(self) -> str:
        """For people."""
        return " · ".join(filter(None, (self.operation, self.who, self.place, self.wrong)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What is sent."""

    verb: str
    path: str
    body: Any
    query: Mapping[str, str] | None


def operations() -> dict[str, tuple[str, str]]:
    """Operation → verb and path, as the contract has them."""
    return {one.id: (one.verb, one.path) for one in read_contract(ROOT)}


def cells(wrongs: tuple[str, ...]) -> Iterator[Cell]:
    """Every cell. Default deny: what the rules do not name is refused."""
    for operation in operations():
        for place in PLACES:
            for who in (*(role.value for role in GRANTED), "ADMIN", "nobody"):
                yield _cell(operation, who, place)
        for wrong in wrongs:
            expected = frozenset({UNAUTHORIZED})
            yield Cell(
                operation=operation, who=_allowed(operation), place="own", expected=expected, wrong=wrong
            )
        yield Cell(operation=operation, who="revoked", place="own", expected=frozenset({UNAUTHORIZED}))


def _allowed(operation: str) -> str:
    """Somebody who may: so it is the token that is refused."""
    return next(role.value for role in (Role.PM, Role.ADMIN, *Role) if role in MAY[operation])


def _cell(operation: str, who: str, place: str) -> Cell:
    status, conceals = _expected(operation, who, place), False
    if status == NOT_FOUND:
        conceals = True
    expected = ALLOWED if status is None else frozenset({status})
    return Cell(operation=operation, who=who, place=place, expected=expected, conceals=conceals)


def _expected(operation: str, who: str, place: str) -> int | None:  # noqa: PLR0911 -- one way out for each rule
    """The one status of a refusal, or None where the caller is let in."""
    if operation == "read_me":
        return None
    if who == "nobody" or Role(who) not in MAY[operation]:
        return FORBIDDEN
    if who == Role.ADMIN:
        return None
    if place == "other trial" and operation not in OUTSIDE_TRIALS:
        return FORBIDDEN
    is_everywhere = Role(who) in EVERY_SITE
    if operation in WHOLE_TRIALS and not is_everywhere:
        return FORBIDDEN
    if place == "other site":
        if operation == "read_queue":
            return FORBIDDEN if who == Role.READER else None
        if operation in ASKS_FOR_A_SITE and not is_everywhere:
            return FORBIDDEN
        if operation in CONCEALS and not is_everywhere:
            return NOT_FOUND
    return None


def request_of(
    cell: Cell, *, names: Mapping[str, Mapping[str, str]], victim: str, nothing: bool = False
) -> Request:
    """The request of a cell, with the smallest body that is valid."""
    verb, template = operations()[cell.operation]
    site = OTHER if cell.place == "other site" else OWN
    there = dict(names[site])
    if nothing:  # the same address, with nothing behind it
        concealed = ("transmittal", "series", "query", "study", "drop")
        there |= {name: there[name][:-4] + "0000" for name in concealed}
        there["subject"] = f"{site}-9999"
    trial = OTHER_TRIAL if cell.place == "other trial" else TRIAL
    path = template.format(
        **there, trial=trial, person=victim, visit=VISIT, batch=1, n=1, version=1, study_uid="2.25.1"
    )
    queries: dict[str, dict[str, str]] = {
        "read_history": {"object": "transmittal", "id": there["transmittal"]},
        "read_queue": {"slot": "R02" if cell.place == "other site" else "R01"},
        "read_me": {"trial": trial},
        "store_instances": {"site": site},
        "store_study": {"site": site},
    }
    return Request(
        verb=verb,
        path=path,
        body=_bodies(site, there, victim, who=cell.who).get(cell.operation),
        query=queries.get(cell.operation),
    )


def _bodies(site: str, there: Mapping[str, str], victim: str, *, who: str) -> dict[str, Any]:
    signs = SIGNS.get(who, ("reject_transmittal", "transmittal"))
    return {
        "create_account": {"username": "gate.newcomer"},
        "give_grant": {"person": victim, "role": "CRA"},
        "revoke_grant": {"role": "CRA"},
        "release_transmittal": {"reason": "it is this subject", "held_under": "ING-304"},
        "issue_challenge": {"operation": signs[0], "object": there[signs[1]]},
        "reject_transmittal": {"reason": "wrong images", "held_under": "ING-304"},
        "correct_study": {"subject": there["subject"], "visit": "W6", "reason": "wrong visit"},
        "withdraw_study": {"reason": "consent was withdrawn"},
        "render_review": {},
        "clear_review": {"reason": "no text"},
        "refuse_review": {"reason": "text everywhere"},
        "retry_series": {"reason": "the outage is over"},
        "register_site": SITE_BODY | {"site": "103"},
        "register_scanner": {
            "scanner": f"{site}-MR1",
            "modality": "MR",
            "manufacturer": "A",
            "model": "B",
            "serial": "1",
            "software": ["1"],
        },
        "publish_charter": {"source": CHARTER_TEXT},
        "register_subject": {"subject": there["subject"], "anchor": "2026-03-02"},
        "open_transmittal": {"site": site, "subject": there["subject"], "visit": VISIT},
        "register_batch": {"files": [{"n": 1, "size_bytes": 1, "sha256": "0" * 64}]},
        "find_known_files": {"site": site, "subject": there["subject"], "sha256": ["0" * 64]},
        "register_parts": {"parts": [{"part": 1, "sha256": "0" * 64}]},
        "join_parts": {"sha256_of_parts": "0" * 64},
        "allocate_study": {"set_apart": "PRIOR"},
        "match_drop": {"subject": there["subject"], "visit": VISIT},
        "answer_query": {"answer": ANSWER},
        "reopen_query": {"reason": "not enough"},
        "cancel_query": {"reason": "asked in error"},
    }
