"""A large file on the deployed system: its parts' addresses, what they refuse, going on, and joining."""

import base64
import hashlib
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import botocore.auth
import httpx
import pytest

from corelab_aws.objects import Bucket
from tests.flows.embedded.waiting import until
from tests.flows.gate.test_presigned_urls import role_of, there
from tests.flows.gate.things import OWN, TRIAL, VISIT, World

MIB = 1024 * 1024
PART = 16 * MIB
COUNT = 7
SCREENED_WITHIN_S = 60.0


def piece(number: int, *, mark: bytes = b"x") -> bytes:
    """Bytes of a part; the last is short."""
    size_bytes = PART if number < COUNT else 5 * MIB
    return (mark + b"%03d" % number) * (size_bytes // 4)


def sha256(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()


def whole(mark: bytes) -> str:
    digest = hashlib.sha256()
    for number in range(1, COUNT + 1):
        digest.update(piece(number, mark=mark))
    return digest.hexdigest()


@dataclass(kw_only=True)
class Sending:
    """One large file of a transmittal."""

    world: World
    at: str
    mark: bytes

    def parts(self, *numbers: int) -> dict[int, Any]:
        asked = [{"part": n, "sha256": sha256(piece(n, mark=self.mark))} for n in numbers]
        answer = self._must("PUT", "/files/1/parts", {"parts": asked})
        return {ticket["part"]: ticket["upload"] for ticket in answer["parts"]}

    def put(self, upload: Mapping[str, Any], body: bytes, **headers: str) -> httpx.Response:
        return self.world.gate.http.put(upload["url"], content=body, headers={**upload["headers"], **headers})

    def send(self, *numbers: int) -> None:
        for number, upload in self.parts(*numbers).items():
            if upload is not None:
                assert self.put(upload, piece(number, mark=self.mark)).status_code == 200

    def join(self) -> httpx.Response:
        digests = b"".join(hashlib.sha256(piece(n, mark=self.mark)).digest() for n in range(1, COUNT + 1))
        return self._send("POST", "/files/1/join", {"sha256_of_parts": sha256(digests)})

    def receipt(self) -> Any:
        return self._must("GET", "")

    def complete(self) -> Any:
        return self._must("POST", "/complete")

    def versions(self) -> list[Any]:
        listing = self.world.gate.cloud.client("s3").list_object_versions(
            Bucket=self.world.gate.outputs["IncomingBucket"], Prefix=self.key
        )
        return [item for item in listing.get("Versions", ()) if item["Key"] == self.key]

    @property
    def key(self) -> str:
        return f"incoming/{TRIAL}/{self.at.rpartition('/')[2]}/1"

    def _send(self, verb: str, path: str, body: Any = None) -> httpx.Response:
        site = self.world.people["SITE"]
        return self.world.gate.send(verb, self.at + path, token=site.token, key=path or "get", body=body)

    def _must(self, verb: str, path: str, body: Any = None) -> Any:
        answer = self._send(verb, path, body)
        assert answer.is_success, answer.text
        return answer.json()


@pytest.fixture(scope="module")
def sending(world: World) -> Callable[..., Sending]:
    def opened(mark: bytes, *, promised: str | None = None) -> Sending:
        gate, site = world.gate, world.people["SITE"]
        body = {"site": OWN, "subject": f"{OWN}-0001", "visit": VISIT}
        made = gate.must(
            "POST", f"/v1/trials/{TRIAL}/transmittals", who=site, key=f"large-{mark!r}", body=body
        )
        at = f"/v1/trials/{TRIAL}/transmittals/{made['transmittal']}"
        size_bytes = sum(len(piece(n)) for n in range(1, COUNT + 1))
        file = {"n": 1, "size_bytes": size_bytes, "sha256": promised or whole(mark)}
        batch = gate.must("PUT", f"{at}/batches/1", who=site, key="batch", body={"files": [file]})
        (ticket,) = batch["files"]
        assert (ticket["upload"], ticket["part_bytes"]) == (None, PART)
        return Sending(world=world, at=at, mark=mark)

    return opened


@pytest.fixture(scope="module")
def file(sending) -> Sending:
    """A file that nobody finishes: its addresses are attacked."""
    return sending(b"a")


@pytest.fixture(scope="module")
def numbers() -> Iterator[int]:
    return iter([*range(1, COUNT)] * 9)


@pytest.fixture
def part(file, numbers):
    number = next(numbers)
    body = piece(number, mark=b"a")
    (upload,) = file.parts(number).values()
    return body, upload


def test_other_bytes_of_the_same_length_are_no_part(file, part) -> None:
    body, upload = part

    assert file.put(upload, b"y" * len(body)).status_code == 400


def test_other_bytes_under_their_own_hash_are_no_part(file, part) -> None:
    body, upload = part
    other = b"y" * len(body)
    own = base64.b64encode(hashlib.sha256(other).digest()).decode()

    assert file.put(upload, other, **{"x-amz-checksum-sha256": own}).status_code == 403


def test_a_longer_part_is_no_part(file, part) -> None:
    body, upload = part
    longer = body + b"x"

    assert file.put(upload, longer, **{"content-length": str(len(longer))}).status_code == 403


def test_a_parts_hash_has_to_be_sent(file, part) -> None:
    body, upload = part
    headers = {"content-length": upload["headers"]["content-length"]}

    assert file.world.gate.http.put(upload["url"], content=body, headers=headers).status_code == 403


@pytest.mark.parametrize(
    "turn",
    [
        lambda url: url.replace("/1?", "/2?", 1),
        lambda url: re.sub(r"/1\?", "/manifest.json?", url, count=1),
        lambda url: url.replace(f"/{TRIAL}/", "/OTHER01/", 1),
        lambda url: re.sub(r"partNumber=\d+", "partNumber=99", url),
        lambda url: re.sub(r"uploadId=[^&]+", "uploadId=another", url),
        lambda url: url.replace("X-Amz-Expires=900", "X-Amz-Expires=90000", 1),
    ],
    ids=["another file", "the manifest", "another trial", "another part", "another upload", "a longer time"],
)
def test_a_parts_address_is_for_one_part_of_one_key_and_one_time(file, part, turn) -> None:
    body, upload = part
    turned = turn(upload["url"])
    assert turned != upload["url"]

    answer = file.world.gate.http.put(turned, content=body, headers=upload["headers"])

    assert answer.status_code in (400, 403, 404)


@pytest.mark.parametrize("method", ["GET", "HEAD", "DELETE", "POST"])
def test_a_parts_address_is_for_one_method(file, part, method) -> None:
    body, upload = part

    sent = {"headers": upload["headers"], "content": body} if method == "POST" else {}
    answer = file.world.gate.http.request(method, upload["url"], **sent)

    assert answer.status_code in (403, 405)
    assert body[:100] not in answer.content


@pytest.mark.parametrize(("ago", "status"), [(14, 200), (16, 403)])
def test_after_a_quarter_of_an_hour_a_parts_address_is_over(file, monkeypatch, ago, status) -> None:
    at = (datetime.now(UTC) - timedelta(minutes=ago)).replace(tzinfo=None)
    presigner = file.world.gate.cloud.as_role(role_of(file.world, "ingest-api")).client("s3")
    incoming = Bucket(presigner, name=file.world.gate.outputs["IncomingBucket"])
    body = piece(1, mark=b"a")
    file.parts(1)
    (upload,) = incoming.unfinished(file.key)
    with monkeypatch.context() as clock:
        clock.setattr(botocore.auth, "get_current_datetime", lambda remove_tzinfo=True: at)  # noqa: ARG005 -- botocore's own signature
        put = incoming.presigned_part(
            file.key, upload_id=upload.upload_id, part=1, size_bytes=len(body), sha256=sha256(body)
        )

    answer = file.world.gate.http.put(put.url, content=body, headers=put.headers)

    assert answer.status_code == status


@pytest.mark.requirement("fault-16")
def test_what_is_not_joined_is_not_there(file) -> None:
    """A function that ends amid a transfer leaves no object that is not whole."""
    file.send(1, 2)

    assert file.versions() == []
    assert file.receipt()["missing"] == [1]
    assert file.join().json()["code"] == "ING-061"


@pytest.mark.requirement("fault-9")
def test_an_interrupted_file_goes_on_and_its_whole_hash_matches(sending) -> None:
    large = sending(b"b")
    large.send(*range(1, 6))  # then the line drops

    offered = large.parts(*range(1, COUNT + 1))
    assert [number for number, upload in offered.items() if upload is not None] == [6, 7]
    large.send(*range(1, COUNT + 1))
    first, again = large.join(), large.join()

    assert (first.status_code, again.status_code) == (200, 200)
    (version,) = large.versions()
    stored = large.world.gate.cloud.client("s3").get_object(
        Bucket=large.world.gate.outputs["IncomingBucket"], Key=large.key, VersionId=version["VersionId"]
    )
    assert sha256(stored["Body"].read()) == whole(b"b")
    assert set(large.parts(1, 2).values()) == {None}

    last = offered[7]
    assert large.put(last, piece(7, mark=b"b")).status_code in (403, 404)  # its upload is over
    assert large.complete()["state"] == "RECEIVED"
    assert (
        large._send("PUT", "/files/1/parts", {"parts": [{"part": 1, "sha256": "0" * 64}]}).status_code == 409
    )
    assert _refusals(large) == {"ING-101"}  # it is what was promised, and no DICOM
    assert there(large.world, last["url"]) == 1


@pytest.mark.requirement("fault-9")
def test_parts_that_are_together_another_file_are_refused_by_the_whole_hash(sending) -> None:
    large = sending(b"c", promised=sha256(b"something else"))
    large.send(*range(1, COUNT + 1))

    assert large.join().status_code == 200
    large.complete()

    assert _refusals(large) == {"ING-202"}


def _refusals(large: Sending) -> set[str]:
    until(lambda: large.receipt()["state"] in ("REJECTED", "ACCEPTED"), within_s=SCREENED_WITHIN_S)
    return {one["code"] for one in large.receipt()["refused"]}
