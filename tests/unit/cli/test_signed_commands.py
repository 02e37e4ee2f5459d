import io
import json

import httpx
import pytest

from corelab_cli.errors import CANNOT_RUN, DONE
from tests.fakes.transmittal_api import API, PASSWORD, POOL, TransmittalApi

TRIAL = "/v1/trials/DEMO01"
REJECT = ("held", "reject", "tms_1", "--reason", "wrong images", "--trial", "DEMO01", "--password-stdin")

HELD = {
    "transmittal": "tms_1",
    "held_since": "2026-03-02T10:00:00Z",
    "site": "101",
    "subject": "101-0001",
    "visit": "BL",
    "detail": "Images of another patient",
    "code": "ING-313",
    "counts": None,
    "remedy": "Send its own.",
    "asked": None,
    "choices": ["release", "reject"],
    "instead": None,
}


class Signing(httpx.MockTransport):
    """Issues a challenge and takes a signed request, beside the user pool."""

    def __init__(self) -> None:
        super().__init__(self.answer)
        self.asked: list[tuple[str, object]] = []
        self.pool = TransmittalApi()

    def answer(self, request: httpx.Request) -> httpx.Response:
        body = json.loads(request.content or b"null")
        if str(request.url).startswith(POOL):
            self.asked.append(("sign in", body["AuthParameters"]["USERNAME"]))
            return self.pool.answer(request)
        assert str(request.url).startswith(API)
        self.asked.append((request.url.path, body))
        if request.method == "GET":
            return httpx.Response(200, json={"held": HELD})
        return httpx.Response(200, json={"challenge": "sgn_1", "state": "REJECTED"})


@pytest.fixture
def signing() -> Signing:
    return Signing()


def test_signing_takes_the_password_between_challenge_and_request(run, signing, monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{PASSWORD}\n"))

    ran = run(*REJECT, transport=signing)

    assert ran.exit_code == DONE
    assert "tms_1 is REJECTED" in ran.out
    assert "of another patient [ING-313]" in ran.err
    assert signing.asked == [
        (f"{TRIAL}/transmittals/tms_1", None),
        (f"{TRIAL}/signing-challenges", {"operation": "reject_transmittal", "object": "tms_1"}),
        ("sign in", "coordinator"),
        (
            f"{TRIAL}/transmittals/tms_1/reject",
            {
                "reason": "wrong images",
                "signature": {"challenge": "sgn_1", "meaning": "APPROVAL"},
                "held_under": "ING-313",
            },
        ),
    ]


def test_a_wrong_password_signs_nothing(run, signing, monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO("wrong\n"))

    ran = run(*REJECT, transport=signing)

    assert ran.exit_code == CANNOT_RUN
    assert [place for place, _ in signing.asked] == [
        f"{TRIAL}/transmittals/tms_1",
        f"{TRIAL}/signing-challenges",
        "sign in",
    ]


def test_whoever_is_not_signed_in_signs_nothing(run, signing, profile, monkeypatch):
    profile.with_suffix(".sessions.json").write_text("{}")
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{PASSWORD}\n"))

    ran = run(*REJECT, transport=signing)

    assert ran.exit_code == CANNOT_RUN
    assert not signing.asked
