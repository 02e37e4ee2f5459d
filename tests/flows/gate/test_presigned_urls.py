"""An upload's address on the deployed system: for these bytes, that key, one method, fifteen minutes."""

import hashlib
import re
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import botocore.auth
import httpx
import pytest

from corelab_aws.objects import Bucket, PresignedPut
from tests.flows.gate.things import OWN, TRIAL, VISIT, World

BODY = b"DICM" * 256
QUARTER = timedelta(minutes=15)


@pytest.fixture(scope="module")
def batch(world: World):
    """A batch of files that a site registered; each test takes its own."""
    gate, site = world.gate, world.people["SITE"]
    body = {"site": OWN, "subject": f"{OWN}-0001", "visit": VISIT}
    opened = gate.must("POST", f"/v1/trials/{TRIAL}/transmittals", who=site, key="urls", body=body)
    files = [
        {"n": n, "size_bytes": len(BODY) + n, "sha256": hashlib.sha256(bytes_of(n)).hexdigest()}
        for n in range(1, 20)
    ]
    at = f"/v1/trials/{TRIAL}/transmittals/{opened['transmittal']}/batches/1"
    registered = gate.must("PUT", at, who=site, key="urls", body={"files": files})
    return iter([(ticket["n"], ticket["upload"]) for ticket in registered["files"]])


def bytes_of(n: int) -> bytes:
    return BODY + b"x" * n


@pytest.fixture
def ticket(batch):
    n, upload = next(batch)
    return bytes_of(n), upload["url"], upload["headers"]


def there(world: World, url: str) -> int:
    key = urlsplit(url).path.split("/", 2)[2]
    listing = world.gate.cloud.client("s3").list_object_versions(
        Bucket=world.gate.outputs["IncomingBucket"], Prefix=key
    )
    return sum(item["Key"] == key for item in listing.get("Versions", ()))


def test_the_promised_bytes_go_in_once_and_only_once(world, ticket) -> None:
    body, url, headers = ticket

    first = world.gate.http.put(url, content=body, headers=headers)
    again = world.gate.http.put(url, content=body, headers=headers)

    assert (first.status_code, again.status_code) == (200, 412)
    assert there(world, url) == 1


@pytest.mark.requirement("fault-10")
def test_other_bytes_of_the_same_length_do_not_go_in(world, ticket) -> None:
    body, url, headers = ticket

    answer = world.gate.http.put(url, content=b"y" * len(body), headers=headers)

    assert answer.status_code == 400
    assert there(world, url) == 0


def test_other_bytes_under_their_own_hash_do_not_go_in(world, ticket) -> None:
    _, url, headers = ticket
    other = b"y" * int(headers["content-length"])
    own = {"x-amz-checksum-sha256": "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="}

    answer = world.gate.http.put(url, content=other, headers={**headers, **own})

    assert answer.status_code == 403
    assert there(world, url) == 0


@pytest.mark.requirement("fault-11")
@pytest.mark.parametrize("more", [-1, 1, 5_000_000])
def test_another_length_does_not_go_in(world, ticket, more) -> None:
    body, url, headers = ticket
    other = (body + b"x" * max(more, 0))[: len(body) + more]

    answer = world.gate.http.put(url, content=other, headers={**headers, "content-length": str(len(other))})

    assert answer.status_code == 403
    assert there(world, url) == 0


@pytest.mark.parametrize("missing", ["x-amz-checksum-sha256", "if-none-match"])
def test_what_was_signed_has_to_be_sent(world, ticket, missing) -> None:
    body, url, headers = ticket

    answer = world.gate.http.put(
        url, content=body, headers={name: value for name, value in headers.items() if name != missing}
    )

    assert answer.status_code == 403
    assert there(world, url) == 0


@pytest.mark.parametrize(
    "turn",
    [
        lambda url: url.replace("?", "0?", 1),
        lambda url: re.sub(r"/\w+\?", "/manifest.json?", url, count=1),
        lambda url: url.replace(f"/{TRIAL}/", "/OTHER01/", 1),
        lambda url: url.replace("X-Amz-Expires=900", "X-Amz-Expires=90000", 1),
    ],
    ids=["another number", "the manifest", "another trial", "a longer time"],
)
def test_an_address_is_for_one_key_and_one_time(world, ticket, turn) -> None:
    body, url, headers = ticket
    turned = turn(url)
    assert turned != url

    answer = world.gate.http.put(turned, content=body, headers=headers)

    assert answer.status_code in (400, 403)
    assert there(world, url) == 0


@pytest.mark.parametrize("method", ["GET", "HEAD", "DELETE", "POST"])
def test_an_address_is_for_one_method(world, ticket, method) -> None:
    body, url, headers = ticket
    world.gate.http.put(url, content=body, headers=headers)

    sent = {"headers": headers, "content": body} if method == "POST" else {}
    answer = world.gate.http.request(method, url, **sent)

    assert answer.status_code in (403, 405)
    assert BODY not in answer.content
    assert there(world, url) == 1


def test_an_address_says_a_quarter_of_an_hour(ticket) -> None:
    _, url, _ = ticket

    assert parse_qs(urlsplit(url).query)["X-Amz-Expires"] == [str(int(QUARTER.total_seconds()))]


def signed_before(world: World, ago: timedelta, *, monkeypatch, key: str) -> PresignedPut:
    """An address as the door signs it, with the door's own role, some time ago."""
    at = (datetime.now(UTC) - ago).replace(tzinfo=None)
    presigner = world.gate.cloud.as_role(role_of(world, "ingest-api")).client("s3")
    incoming = Bucket(presigner, name=world.gate.outputs["IncomingBucket"])
    with monkeypatch.context() as clock:
        clock.setattr(botocore.auth, "get_current_datetime", lambda remove_tzinfo=True: at)  # noqa: ARG005 -- botocore's own signature
        return incoming.presigned_put(key, size_bytes=len(BODY), sha256=hashlib.sha256(BODY).hexdigest())


def role_of(world: World, door: str) -> str:
    name = f"corelab-local-{door}"
    arn: str = world.gate.cloud.client("iam").get_role(RoleName=name)["Role"]["Arn"]
    return arn


@pytest.mark.requirement("fault-12")
@pytest.mark.parametrize(("ago", "status"), [(timedelta(minutes=14), 200), (timedelta(minutes=16), 403)])
def test_after_a_quarter_of_an_hour_an_address_is_over(world, monkeypatch, ago, status) -> None:
    key = f"incoming/{TRIAL}/clock/{int(ago.total_seconds())}"
    put = signed_before(world, ago, monkeypatch=monkeypatch, key=key)

    answer: httpx.Response = world.gate.http.put(put.url, content=BODY, headers=put.headers)

    assert answer.status_code == status
    assert there(world, put.url) == (status == 200)
