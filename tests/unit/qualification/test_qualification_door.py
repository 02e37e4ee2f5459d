from types import ModuleType

import pytest

from corelab.kernel.actors import Role
from tests.fakes.api_requests import answer, claims, door_module, request
from tests.fakes.memory_store import MemoryStore
from tests.fakes.people import account, grant

SITE = {
    "site": "101",
    "name": "Example hospital",
    "country": "DEU",
    "timezone": "Europe/Berlin",
    "contacts": [{"role": "imaging_coordinator", "alias": "img-101"}],
}
SCANNER = {
    "scanner": "101-MR1",
    "modality": "MR",
    "manufacturer": "GE MEDICAL SYSTEMS",
    "model": "SIGNA",
    "serial": "SN-4711",
    "software": ["09"],
    "qualified_for": ["MR_BRAIN"],
    "qualified_on": "2026-01-10",
    "qualified_until": "2027-01-10",
}
SITES = "/v1/trials/DEMO01/sites"


@pytest.fixture
def store() -> MemoryStore:
    found = MemoryStore()
    for person in ("pm", "ann", "bob"):
        account(found, person)
    grant(found, "pm", Role.PM)
    grant(found, "ann", Role.SITE, site="101")
    grant(found, "bob", Role.SITE, site="102")
    return found


@pytest.fixture
def door(monkeypatch, store) -> ModuleType:
    return door_module(monkeypatch, "functions.qualification.api", store=store)


def post(door, path, *, body, key, who="pm"):
    return answer(door, request("POST", path, who=claims(who), key=key, body=body))


def test_a_project_manager_registers_a_site_and_its_scanner(door) -> None:
    site = post(door, SITES, key="1", body=SITE)
    scanner = post(door, f"{SITES}/101/scanners", key="2", body=SCANNER)
    seen = answer(door, request("GET", SITES, who=claims("ann")))

    assert (site.status, scanner.status, seen.status) == (201, 201, 200)
    assert seen.body == {"sites": [{"site": site.body, "scanners": [scanner.body]}]}
    assert site.body == SITE | {"state": "SELECTED"}


def test_a_serial_number_is_never_shown_again(door) -> None:
    post(door, SITES, key="1", body=SITE)
    scanner = post(door, f"{SITES}/101/scanners", key="2", body=SCANNER)
    seen = answer(door, request("GET", SITES, who=claims("pm")))

    assert "SN-4711" not in str(scanner.body) + str(seen.body)


def test_a_site_sees_itself_alone(door) -> None:
    post(door, SITES, key="1", body=SITE)

    assert answer(door, request("GET", SITES, who=claims("bob"))).body == {"sites": []}


def test_a_site_registers_nothing(door) -> None:
    assert post(door, SITES, key="1", body=SITE, who="ann").status == 403
    assert post(door, f"{SITES}/101/scanners", key="2", body=SCANNER, who="ann").status == 403


@pytest.mark.parametrize(
    "wrong",
    [
        {"country": "Germany"},
        {"timezone": "Berlin time"},
        {"contacts": [{"role": "pi", "alias": "ann@example.org"}]},
        {"site": "1#1"},
        {"phone": "123"},
    ],
    ids=str,
)
def test_a_site_of_another_shape_is_refused(door, wrong) -> None:
    assert post(door, SITES, key="1", body=SITE | wrong).status == 400


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"serial": ""}, "ACC-400"),
        ({"serial": "a\\b"}, "ACC-400"),
        ({"software": "09"}, "ACC-400"),
        ({"qualified_until": "soon"}, "ACC-400"),
        ({"qualified_until": None}, "QLF-001"),
        ({"qualified_until": "2026-01-09"}, "QLF-001"),
    ],
    ids=str,
)
def test_a_scanner_of_another_shape_is_refused(door, wrong, code) -> None:
    post(door, SITES, key="1", body=SITE)

    refused = post(door, f"{SITES}/101/scanners", key="2", body=SCANNER | wrong)

    assert (refused.status, refused.body["code"]) == (400, code)


def test_one_key_registers_one_site(door) -> None:
    post(door, SITES, key="1", body=SITE)

    refused = post(door, SITES, key="1", body=SITE | {"site": "102"})

    assert (refused.status, refused.body["code"]) == (422, "ACC-411")


def test_a_taken_id_is_a_conflict(door) -> None:
    post(door, SITES, key="1", body=SITE)

    assert post(door, SITES, key="2", body=SITE).status == 201
    assert post(door, SITES, key="3", body=SITE | {"country": "FRA"}).status == 409
