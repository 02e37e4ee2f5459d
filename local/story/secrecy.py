"""The fictitious identity must be nowhere but in the originals: not one of its words, in no encoding."""

import base64
import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from local.aws.place import Place
from local.cloud import Cloud
from local.story.cast import Enrolled
from local.story.logs import function_logs
from local.story.places import EXPORT, STATE
from local.story.rekey import HOSPITAL, OPERATOR, PHYSICIAN, PROBE, SERIAL
from local.story.scene import Scene
from local.story.teller import expect

SHORTEST_IN_BASE64 = 8  # shorter ones occur by chance in random text
SHORTEST = 4  # letters; "Dr." is nobody's name
ENCODINGS = ("utf-8", "utf-16-le", "utf-16-be")


@dataclass(frozen=True, slots=True, kw_only=True)
class Searched:
    """A place that was searched."""

    place: str
    things: int
    size_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Secrecy:
    """What was looked for, and where."""

    words: tuple[str, ...]
    places: tuple[Searched, ...]


def keep_secret(scene: Scene) -> Secrecy:
    """Search packs, ledger, answers and logs for every word of every identity.

    The search must be able to find: the originals hold every word.
    """
    words = set[str]().union(*map(identity, scene.enrolled))
    cloud, outputs = scene.stage.cloud, scene.stage.outputs
    with scene.teller.step("no word of the patients' identity is in packs, ledger, answers or logs"):
        originals = b"".join(data for _, data in _objects(cloud, outputs["IncomingBucket"]))
        expect(
            "words found in the originals", expected=sorted(words), seen=sorted(found_in(words, originals))
        )
        clean: set[bytes] = set()
        places = tuple(
            _searched(place, things, words=words, clean=clean)
            for place, things in (
                ("packs, their indexes and certificates", _objects(cloud, outputs["PacksBucket"])),
                ("ledger", _objects(cloud, outputs["LedgerBucket"])),
                ("witness", _objects(cloud, outputs["WitnessBucket"])),
                ("ledger export", _export()),
                ("ledger table", _items(cloud, outputs["LedgerTable"])),
                ("answers of the API", _answers(scene)),
                ("logs of every function", _encoded(function_logs(cloud))),
                ("log of the embedded AWS", _server_log()),
            )
        )
    for place in places:
        scene.teller.say(f"{place.place}: {place.things}, {place.size_bytes / 1e6:.1f} MB, nothing found")
    return Secrecy(words=tuple(sorted(words)), places=places)


def identity(one: Enrolled) -> set[str]:
    """Everything that names a patient or a hospital's person, machine or house; names also in their parts."""
    patient = one.patient
    whole = {patient.patient_id, patient.accession, f"{patient.birth_date:%Y%m%d}", HOSPITAL, SERIAL, PROBE}
    names = (patient.name, PHYSICIAN, OPERATOR)
    return whole | {
        part
        for name in names
        for part in name.split("^")
        if part.strip(".").isalpha() and len(part) >= SHORTEST
    }


def _searched(
    place: str, things: Iterable[tuple[str, bytes]], *, words: set[str], clean: set[bytes]
) -> Searched:
    """Count what was searched. `clean` has the digests of what needs no second search, and gets more."""
    count, size_bytes = 0, 0
    for name, data in things:
        count, size_bytes = count + 1, size_bytes + len(data)
        digest = hashlib.sha256(data).digest()
        if digest not in clean:
            expect(f"words of identity in {place}: {name}", expected=[], seen=sorted(found_in(words, data)))
            clean.add(digest)
    expect(f"there is something to search in {place}", expected=True, seen=count > 0)
    return Searched(place=place, things=count, size_bytes=size_bytes)


def found_in(words: Iterable[str], data: bytes) -> set[str]:
    """The words that the bytes hold: in letters of any size, or in base64 as written."""
    small = data.lower()
    return {
        word
        for word in words
        if any(word.lower().encode(encoding) in small for encoding in ENCODINGS)
        or any(form in data for form in _in_base64(word))
    }


def _in_base64(word: str) -> Iterator[bytes]:
    if len(word) >= SHORTEST_IN_BASE64:
        for before in range(3):  # what stands before it in the encoded text shifts it
            whole = base64.b64encode(bytes(before) + word.encode())
            yield whole[-(-8 * before // 6) : 8 * (before + len(word)) // 6]


def _objects(cloud: Cloud, bucket: str) -> Iterator[tuple[str, bytes]]:
    s3 = cloud.client("s3")
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket):
        for item in page.get("Contents", []):
            yield item["Key"], s3.get_object(Bucket=bucket, Key=item["Key"])["Body"].read()


def _export() -> Iterator[tuple[str, bytes]]:
    for path in sorted(EXPORT.rglob("*")):
        if path.is_file():
            yield path.name, path.read_bytes()


def _items(cloud: Cloud, table: str) -> Iterator[tuple[str, bytes]]:
    dynamodb = cloud.client("dynamodb")
    for page in dynamodb.get_paginator("scan").paginate(TableName=table):
        for item in page["Items"]:
            name = next(iter(item["pk"].values()))
            yield name, b"\n".join(_value(value) for value in item.values())


def _value(value: dict[str, object]) -> bytes:
    plain = next(iter(value.values()))
    return plain if isinstance(plain, bytes) else str(plain).encode()


def _answers(scene: Scene) -> Iterator[tuple[str, bytes]]:
    for call in scene.recorder.calls:
        yield f"{call.method} {call.path}", call.answer


def _encoded(lines: Iterable[tuple[str, str]]) -> Iterator[tuple[str, bytes]]:
    for name, line in lines:
        yield name, line.encode()


def _server_log() -> Iterator[tuple[str, bytes]]:
    log = Place(root=STATE).log
    yield log.name, log.read_bytes()
