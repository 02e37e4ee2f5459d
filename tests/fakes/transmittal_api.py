"""The API's transmittals, its storage and its user pool, as an HTTP transport in memory. It can be killed."""

import hashlib
import json
import re
import threading
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import httpx

from corelab.ingest.signed import signed_receipt
from tests.fakes.memory_ledger import KEY, public_key_pem

API, POOL, STORAGE = "https://api.test", "https://pool.test", "https://storage.test"
PASSWORD = "correct horse battery 9!"  # noqa: S105 -- of nobody


class Killed(BaseException):
    """The process ended here."""


@dataclass
class FakeTransmittal:
    """A transmittal: what was registered, what arrived."""

    id: str
    state: str = "UPLOADING"
    code: str | None = None
    asked: dict[str, str] | None = None
    batches: dict[int, list[dict[str, Any]]] = field(default_factory=dict)
    refused: list[dict[str, Any]] = field(default_factory=list)

    @property
    def files(self) -> dict[int, dict[str, Any]]:
        return {file["n"]: file for batch in self.batches.values() for file in batch}


class TransmittalApi(httpx.MockTransport):
    """Answers as the deployment would.

    Attributes
    ----------
    kill_at : int or None
        Number of the call, from 0, at which the caller dies; nothing answers from then on.
    kill_after : bool
        The call still has its effect.
    lost : set of int
        Calls whose answer the network loses, after their effect.
    """

    def __init__(self) -> None:
        super().__init__(self.answer)
        self.calls: list[str] = []
        self.by_key: dict[str, FakeTransmittal] = {}
        self.by_id: dict[str, FakeTransmittal] = {}
        self.objects: dict[str, bytes] = {}
        self.puts = 0
        self.kill_at: int | None = None
        self.kill_after = False
        self.is_storage_away = False
        self.lost: set[int] = set()
        self.swallows: set[int] = set()  # file numbers whose bytes the storage loses
        self.valid_tokens = {"token-0"}
        self.refreshes = 0
        self.url_generation = 0
        self.old_urls: set[int] = set()
        self.in_parts_above = 1 << 40
        self.part_bytes = 4
        self.parts: dict[str, dict[int, bytes]] = {}  # by key, of what is not joined
        self._lock = threading.Lock()

    def answer(self, request: httpx.Request) -> httpx.Response:
        with self._lock:
            number = len(self.calls)
            self.calls.append(f"{request.method} {urlsplit(str(request.url)).path}")
            if self.kill_at is not None and number > self.kill_at:
                raise Killed
            if number == self.kill_at and not self.kill_after:
                raise Killed
            answered = self._route(request)
            if number == self.kill_at:
                raise Killed
            if number in self.lost:
                raise httpx.ReadError("the answer was lost", request=request)
            return answered

    def revive(self) -> None:
        self.kill_at = None

    def _route(self, request: httpx.Request) -> httpx.Response:
        url = str(request.url)
        if url.startswith(POOL):
            return self._sign_in(json.loads(request.content))
        if url.startswith(STORAGE):
            return self._store(request)
        if request.headers["Authorization"].removeprefix("Bearer ") not in self.valid_tokens:
            return httpx.Response(401, json={"message": "Unauthorized"})
        path = urlsplit(url).path
        return self._known(request) if path.endswith("/known-files") else self._api(request, path)

    def _sign_in(self, body: dict[str, Any]) -> httpx.Response:
        parameters = body["AuthParameters"]
        if body["AuthFlow"] == "REFRESH_TOKEN_AUTH":
            if parameters["REFRESH_TOKEN"] != "refresh":  # noqa: S105 -- of nobody
                return httpx.Response(400, json={"__type": "NotAuthorizedException"})
            self.refreshes += 1
            token = f"token-{self.refreshes}"
            self.valid_tokens = {token}
            return httpx.Response(200, json={"AuthenticationResult": {"IdToken": token, "ExpiresIn": 3600}})
        if parameters["PASSWORD"] != PASSWORD:
            return httpx.Response(400, json={"__type": "NotAuthorizedException"})
        result = {"IdToken": "token-0", "RefreshToken": "refresh", "ExpiresIn": 3600}
        return httpx.Response(200, json={"AuthenticationResult": result})

    def _api(self, request: httpx.Request, path: str) -> httpx.Response:
        body = json.loads(request.content) if request.content else None
        if path.endswith("/transmittals"):
            key = request.headers["Idempotency-Key"]
            if key not in self.by_key:
                made = FakeTransmittal(id=f"tms_{len(self.by_key)}")
                self.by_key[key] = self.by_id[made.id] = made
            return httpx.Response(201, json={"transmittal": self.by_key[key].id})
        found = re.search(r"/transmittals/([^/]+)(/.*)?$", path)
        assert found is not None, path
        transmittal, rest = self.by_id[found[1]], found[2] or ""
        if request.method == "GET":
            told = self.signed(transmittal) if rest == "/receipt" else self.receipt(transmittal)
            return httpx.Response(200, json=told)
        if batch := re.fullmatch(r"/batches/(\d+)", rest):
            return httpx.Response(200, json=self._register(transmittal, int(batch[1]), body["files"]))
        if file := re.fullmatch(r"/files/(\d+)/(parts|join)", rest):
            key = self._key(transmittal, int(file[1]))
            answer = self._addresses if file[2] == "parts" else self._join
            return answer(key, body)
        assert rest == "/complete", path
        here = all(self._key(transmittal, n) in self.objects for n in transmittal.files)
        transmittal.state = "RECEIVED" if here else "INCOMPLETE"
        transmittal.code = None if here else "ING-301"
        return httpx.Response(200, json=self.receipt(transmittal))

    def _register(
        self, transmittal: FakeTransmittal, batch: int, files: list[dict[str, Any]]
    ) -> dict[str, Any]:
        assert transmittal.batches.setdefault(batch, files) == files
        self.url_generation += 1
        tickets = []
        for file in files:
            key = self._key(transmittal, file["n"])
            url = f"{STORAGE}/{key}?generation={self.url_generation}"
            headers = {"Content-Length": str(file["size_bytes"]), "x-sha256": file["sha256"]}
            is_here = key in self.objects
            in_parts = file["size_bytes"] > self.in_parts_above and not is_here
            upload = None if is_here or in_parts else {"url": url, "headers": headers}
            part_bytes = self.part_bytes if in_parts else None
            tickets.append(
                {"n": file["n"], "has_arrived": is_here, "upload": upload, "part_bytes": part_bytes}
            )
        return {"transmittal": transmittal.id, "batch": batch, "files": tickets}

    def _addresses(self, key: str, body: dict[str, Any]) -> httpx.Response:
        self.url_generation += 1
        there = self.parts.setdefault(key, {})
        tickets = []
        for asked in body["parts"]:
            number, sha256 = asked["part"], asked["sha256"]
            is_here = key in self.objects or hashlib.sha256(there.get(number, b"")).hexdigest() == sha256
            url = f"{STORAGE}/{key}?generation={self.url_generation}&part={number}"
            upload = None if is_here else {"url": url, "headers": {"x-sha256": sha256}}
            tickets.append({"part": number, "has_arrived": is_here, "upload": upload})
        return httpx.Response(200, json={"parts": tickets})

    def _join(self, key: str, body: dict[str, Any]) -> httpx.Response:
        if key not in self.objects:
            pieces = [piece for _, piece in sorted(self.parts.pop(key, {}).items())]
            digest = hashlib.sha256(b"".join(hashlib.sha256(piece).digest() for piece in pieces))
            if digest.hexdigest() != body["sha256_of_parts"]:
                problem = {"code": "ING-061", "status": 400, "detail": "Parts are missing."}
                return httpx.Response(400, json=problem)
            self.objects[key] = b"".join(pieces)
        return httpx.Response(200, json={"has_arrived": True})

    def _store(self, request: httpx.Request) -> httpx.Response:
        if self.is_storage_away:
            return httpx.Response(503, text="SlowDown")
        if int(request.url.params["generation"]) in self.old_urls:
            return httpx.Response(403)
        key = request.url.path.removeprefix("/")
        body = request.read()
        if key in self.objects:
            return httpx.Response(412)
        if hashlib.sha256(body).hexdigest() != request.headers["x-sha256"]:
            return httpx.Response(400)
        self.puts += 1
        if part := request.url.params.get("part"):
            self.parts[key][int(part)] = body
            return httpx.Response(200)
        if int(key.rpartition("/")[2]) not in self.swallows:
            self.objects[key] = body
        return httpx.Response(200)

    def _known(self, request: httpx.Request) -> httpx.Response:
        asked = set(json.loads(request.content)["sha256"])
        found = [
            {
                "sha256": file["sha256"],
                "transmittal": one.id,
                "n": n,
                "visit": "BL",
                "state": one.state,
                "code": None,
            }
            for one in self.by_id.values()
            if one.state not in ("UPLOADING", "INCOMPLETE")
            for n, file in one.files.items()
            if file["sha256"] in asked
        ]
        return httpx.Response(200, json={"files": found})

    def signed(self, transmittal: FakeTransmittal) -> dict[str, Any]:
        document: dict[str, Any] = {
            "schema": "receipt/1",
            "trial": "DEMO01",
            "transmittal": transmittal.id,
            "version": 3,
            "site": "101",
            "subject": "101-0001",
            "visit": "BL",
            "state": transmittal.state,
            "files": [file | {"state": "RECEIVED"} for file in transmittal.files.values()],
            "words": {},
        }
        public = KEY.public_key().public_bytes_raw()
        note = signed_receipt(document, public_key=public, sign=KEY.sign)
        return {"receipt": document, "note": note, "key_pem": public_key_pem().decode()}

    def receipt(self, transmittal: FakeTransmittal) -> dict[str, Any]:
        missing = [n for n in transmittal.files if self._key(transmittal, n) not in self.objects]
        code = transmittal.code
        return {
            "transmittal": transmittal.id,
            "state": transmittal.state,
            "code": code,
            "detail": None if code is None else "Some files did not arrive.",
            "arrived": len(transmittal.files) - len(missing),
            "missing": missing,
            "wrong": [],
            "refused": [{"member": None} | one for one in transmittal.refused],
            "held": {"asked": transmittal.asked} if transmittal.state == "QUARANTINED" else None,
            "set_aside": [],
            "listed_only": 0,
            "containers": [],
        }

    @staticmethod
    def _key(transmittal: FakeTransmittal, n: int) -> str:
        return f"incoming/DEMO01/{transmittal.id}/{n}"
