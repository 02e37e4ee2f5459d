import pytest

from corelab.ingest.signed import checked_receipt
from corelab.kernel.actors import Role
from tests.fakes.api_requests import answer, claims, door_module, request
from tests.fakes.dicom_files import mr_slice
from tests.fakes.ingest_world import TRIAL, World
from tests.fakes.memory_ledger import KEY, public_key_pem
from tests.fakes.people import account, grant

DHL = {"reference": "DHL-00340434161094021501", "media": 2}
BASE = f"/v1/trials/{TRIAL}/transmittals"
SLICES = [mr_slice(1), mr_slice(2)]
WEEK_6 = {"AcquisitionDate": "20260413"}


class MemorySigner:
    public_key = staticmethod(KEY.public_key().public_bytes_raw)
    public_key_pem = staticmethod(public_key_pem)
    sign = staticmethod(KEY.sign)


@pytest.fixture
def world():
    return World()


@pytest.fixture
def door(monkeypatch, world):
    module = door_module(monkeypatch, "functions.ingest.api", store=world.store)
    monkeypatch.setattr(module, "INCOMING", world.incoming)
    monkeypatch.setattr(module, "SIGNER", MemorySigner())
    monkeypatch.setattr(module, "Registry", lambda _: world.registry)
    for person, role, site in (
        ("nurse", Role.SITE, "101"),
        ("other", Role.SITE, "102"),
        ("cra", Role.CRA, None),
        ("importer", Role.CORE_IMPORT, None),
    ):
        account(world.store, person)
        grant(world.store, person, role, site=site)
    return module


@pytest.fixture
def call(door):
    def send(method, path, *, who="nurse", body=None, key=None, query=None, base=BASE):
        event = request(method, base + path, who=claims(who), body=body, key=key, query=query)
        return answer(door, event)

    return send


def opened(call, key="k1", subject="101-0001"):
    body = {"site": "101", "subject": subject, "visit": "BL"}
    return call("POST", "", body=body, key=key)


def batch_of(*bodies):
    from tests.fakes.ingest_world import promised  # noqa: PLC0415 -- beside its one use

    return {
        "files": [
            {"n": file.n, "size_bytes": file.size_bytes, "sha256": file.sha256} for file in promised(*bodies)
        ]
    }


def test_a_site_opens_sends_and_completes_a_transmittal(call, world):
    id = opened(call).body["transmittal"]
    batch = call("PUT", f"/{id}/batches/1", body=batch_of(*SLICES))
    for ticket, body in zip(batch.body["files"], SLICES, strict=True):
        assert world.incoming.upload(ticket["upload"]["url"], body)
    receipt = call("POST", f"/{id}/complete", key="k2")

    assert (batch.status, receipt.status) == (200, 200)
    assert receipt.body["state"] == "RECEIVED"
    assert (receipt.body["arrived"], receipt.body["missing"]) == (2, [])
    assert [file["arrived"] for file in receipt.body["files"]] == [True, True]


def test_opening_answers_created_and_the_same_key_the_same_transmittal(call):
    first, second = opened(call), opened(call)

    assert first.status == second.status == 201
    assert first.body == second.body


def test_what_did_not_arrive_is_told_with_numbers_and_in_words(call):
    id = opened(call).body["transmittal"]
    call("PUT", f"/{id}/batches/1", body=batch_of(*SLICES))

    receipt = call("POST", f"/{id}/complete", key="k2")

    assert (receipt.status, receipt.body["state"], receipt.body["missing"]) == (200, "INCOMPLETE", [1, 2])
    assert receipt.body["code"] == "ING-301"
    assert "Send the files" in receipt.body["detail"]


def test_what_was_refused_is_told_with_its_remedy(call, world):
    id = world.sent(SLICES[0], b"not DICOM")
    world.screen(id)

    receipt = call("GET", f"/{id}")

    (refused,) = receipt.body["refused"]
    assert (refused["n"], refused["code"]) == (2, "ING-101")
    assert "DICOM files only" in refused["remedy"]
    assert receipt.body["series"][0]["procedure"] == "MR_BRAIN"


def test_another_site_sees_and_touches_nothing(call):
    id = opened(call).body["transmittal"]

    assert call("GET", f"/{id}", who="other").status == 404
    assert call("PUT", f"/{id}/batches/1", who="other", body=batch_of(*SLICES)).status == 404
    assert call("POST", f"/{id}/complete", who="other", key="k").status == 404
    assert call("GET", "", who="other").body == {"transmittals": []}


def test_another_site_cannot_open_for_this_one(call):
    body = {"site": "101", "subject": "101-0001", "visit": "BL"}

    assert call("POST", "", who="other", body=body, key="k").status == 403


def test_a_monitor_reads_but_sends_nothing(call):
    id = opened(call).body["transmittal"]

    assert call("GET", f"/{id}", who="cra").status == 200
    assert call("POST", f"/{id}/complete", who="cra", key="k").status == 403


def test_transmittals_are_listed_newest_first_by_subject(call):
    first = opened(call).body["transmittal"]
    second = opened(call, key="k2", subject="101-0002").body["transmittal"]

    everything = call("GET", "").body["transmittals"]
    hers = call("GET", "", query={"subject": "101-0001", "limit": "5"}).body["transmittals"]

    assert {item["transmittal"] for item in everything} == {first, second}
    assert [item["transmittal"] for item in hers] == [first]


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "code"),
    [
        ("POST", "", {"site": "101", "subject": "101-0009", "visit": "BL"}, 400, "ING-003"),
        ("POST", "", {"site": "101", "subject": "101-0001", "visit": "BL", "colour": "red"}, 400, "ACC-400"),
        ("POST", "", {"site": "101", "subject": "101-0001", "visit": "W99"}, 422, "CHR-002"),
        ("GET", "/tms_00000000000000000000000000", None, 404, "ING-011"),
        ("GET", "/nonsense", None, 400, "ACC-400"),
    ],
)
def test_what_cannot_be_is_a_problem_with_its_code(call, method, path, body, status, code):
    problem = call(method, path, body=body, key="k")

    assert (problem.status, problem.body["code"]) == (status, code)
    assert problem.content_type == "application/problem+json"


def test_other_files_under_a_registered_batch_are_a_conflict(call):
    id = opened(call).body["transmittal"]
    call("PUT", f"/{id}/batches/1", body=batch_of(SLICES[0]))

    problem = call("PUT", f"/{id}/batches/1", body=batch_of(SLICES[1]))

    assert (problem.status, problem.body["code"]) == (409, "ING-007")


STUDIES = f"/v1/trials/{TRIAL}/studies"


def of_studies(door, method, path="", **said):
    who = claims(said.pop("who", "nurse"))
    return answer(door, request(method, STUDIES + path, who=who, **said))


def test_a_site_sees_what_waits_and_says_where_it_belongs(door, world):
    world.screened(mr_slice(1), mr_slice(1, StudyInstanceUID="1.2.9", SeriesInstanceUID="1.2.9.1", **WEEK_6))

    (waiting,) = of_studies(door, "GET", query={"state": "UNMATCHED"}).body["studies"]
    path = f"/{waiting['study']}"
    placed = of_studies(door, "POST", f"{path}/allocate", body={"visit": "W6"}, key="k1")

    assert (waiting["code"], waiting["suggested"], waiting["day"]) == ("ING-321", ["W6"], 42)
    assert "another visit" in waiting["detail"]
    assert (placed.status, placed.body["state"], placed.body["visit"]) == (200, "ALLOCATED", "W6")
    assert of_studies(door, "GET", path).body == placed.body


@pytest.mark.parametrize("body", [{}, {"visit": "W6", "set_apart": "PRIOR"}])
def test_a_study_has_one_place(door, world, body):
    world.screened(mr_slice(1, **WEEK_6))
    (waiting,) = of_studies(door, "GET").body["studies"]

    refused = of_studies(door, "POST", f"/{waiting['study']}/allocate", body=body, key="k1")

    assert (refused.status, refused.body["code"]) == (400, "ING-033")


def test_a_study_is_set_apart(door, world):
    world.screened(mr_slice(1, **WEEK_6))
    (waiting,) = of_studies(door, "GET").body["studies"]

    path = f"/{waiting['study']}/allocate"
    apart = of_studies(door, "POST", path, body={"set_apart": "PRIOR"}, key="k1")

    assert (apart.status, apart.body["state"]) == (200, "PRIOR")


def test_another_site_sees_no_study_and_a_monitor_places_none(door, world):
    world.screened(mr_slice(1, **WEEK_6))
    (waiting,) = of_studies(door, "GET").body["studies"]
    path = f"/{waiting['study']}"

    assert of_studies(door, "GET", who="other").body["studies"] == []
    assert of_studies(door, "GET", path, who="other").body["code"] == "ING-031"
    assert (
        of_studies(door, "POST", f"{path}/allocate", who="cra", body={"visit": "W6"}, key="k").status == 403
    )


def test_a_receipt_is_signed_once_everything_has_arrived(call, world):
    open_id = opened(call).body["transmittal"]
    id = world.sent(*SLICES, key="k9", subject="101-0002")

    early, signed, foreign = (
        call("GET", f"/{open_id}/receipt"),
        call("GET", f"/{id}/receipt"),
        call("GET", f"/{id}/receipt", who="other"),
    )

    assert (early.status, early.body["code"]) == (409, "ING-063")
    assert checked_receipt(signed.body, public_key=KEY.public_key().public_bytes_raw())["transmittal"] == id
    assert foreign.status == 404


def test_the_core_labs_import_opens_for_any_site_and_the_site_sees_what_brought_it(call):
    body = {"site": "101", "subject": "101-0001", "visit": "BL"}

    nameless = call("POST", "", who="importer", body=body, key="k1")
    id = call("POST", "", who="importer", body=body | {"courier": DHL}, key="k2").body["transmittal"]

    assert (nameless.status, nameless.body["code"]) == (400, "ING-064")
    assert call("GET", f"/{id}").body["courier"] == DHL
    assert call("GET", "").body["transmittals"][0]["courier"] == DHL
    assert call("POST", "", body=body | {"courier": DHL}, key="k3").body["code"] == "ING-064"


def test_another_sites_content_is_answered_as_what_nobody_sent(call, world):
    world.sent(*SLICES)
    known, unknown = ([file["sha256"] for file in batch_of(*it)["files"]] for it in (SLICES, [b"nothing"]))

    def ask(sha256, who, site, subject):
        body = {"site": site, "subject": subject, "sha256": sha256}
        return call("POST", "/known-files", who=who, body=body, base=f"/v1/trials/{TRIAL}")

    assert [one["n"] for one in ask(known, "nurse", "101", "101-0001").body["files"]] == [1, 2]
    for subject in ("102-0001", "101-0001"):
        foreign, nothing = ask(known, "other", "102", subject), ask(unknown, "other", "102", subject)
        assert (foreign.status, foreign.body) == (nothing.status, nothing.body) == (200, {"files": []})
    assert ask(known, "other", "101", "101-0001").status == 403
