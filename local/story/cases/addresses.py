"""A presigned address with something else: another length, hash, key or number, or after it was used."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx

from local.story.places import SITE, TRIAL, WEEK_6
from local.story.report import Report, table, verdict
from local.story.scene import Scene
from local.story.teller import expect

BODY = b"DICM" * 256
AT = f"/v1/trials/{TRIAL}/transmittals"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """One PUT and what was answered."""

    what: str
    expected: int
    seen: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Addresses:
    """What came out."""

    sent: tuple[Sent, ...]

    def show(self, report: Report) -> None:
        """Every PUT and its answer."""
        report.add(
            "5b. An upload's address is for these bytes, there, once",
            "The site registered one file and got its address: one PUT of 1024 bytes with that SHA-256, "
            "within a quarter of an hour. The storage itself refuses anything else.",
            table(
                ("Sent to the address", "Answer", ""),
                [
                    (
                        one.what,
                        one.seen,
                        verdict("taken", is_good=True) if one.seen == httpx.codes.OK else "refused",
                    )
                    for one in self.sent
                ],
            ),
        )


def tell(scene: Scene) -> Addresses:
    """One address, tried in every way."""
    with scene.teller.step("an upload's address with other bytes, length, hash or key, or twice: refused"):
        address, headers = _registered(scene)
        with httpx.Client(transport=scene.recorder.transport()) as http:
            sent = tuple(_sent(http, one) for one in _tries(address, headers))
    for one in sent:
        scene.teller.say(f"{one.seen} {one.what}")
    return Addresses(sent=sent)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Try:
    what: str
    expected: int
    url: str
    body: bytes
    headers: dict[str, str]


def _tries(url: str, headers: dict[str, str]) -> Iterator[_Try]:
    def one(what: str, expected: int, *, url: str = url, body: bytes = BODY, **other: str) -> _Try:
        own = {name.replace("_", "-"): value for name, value in other.items()}
        return _Try(what=what, expected=expected, url=url, body=body, headers=headers | own)

    yield one("more bytes than registered", 403, body=BODY + b"x", content_length=str(len(BODY) + 1))
    yield one("other bytes of that length", 400, body=b"y" * len(BODY))
    yield one("other bytes under their own hash", 403, x_amz_checksum_sha256="A" * 43 + "=")
    yield one("the bytes under another file's number", 403, url=url.replace("?", "0?", 1))
    yield one("the bytes under another trial", 403, url=url.replace(f"/{TRIAL}/", "/OTHER01/", 1))
    yield one("the bytes with a longer time", 400, url=url.replace("Expires=900", "Expires=900000", 1))
    yield one("the bytes that were registered", 200)
    yield one("the same bytes once more", 412)


def _sent(http: httpx.Client, one: _Try) -> Sent:
    answer = http.put(one.url, content=one.body, headers=one.headers)
    expect(f"PUT: {one.what}", expected=one.expected, seen=answer.status_code)
    return Sent(what=one.what, expected=one.expected, seen=answer.status_code)


def _registered(scene: Scene) -> tuple[str, dict[str, str]]:
    file: dict[str, Any] = {"n": 1, "size_bytes": len(BODY), "sha256": hashlib.sha256(BODY).hexdigest()}
    with scene.actor("coordinator").client() as client:
        opened = client.post(AT, {"site": SITE, "subject": scene.first.subject, "visit": WEEK_6})
        batch = client.put(f"{AT}/{opened['transmittal']}/batches/1", {"files": [file]})
    upload = batch["files"][0]["upload"]
    return upload["url"], dict(upload["headers"])
