"""Containers by their bytes: members in order, or the code that refuses a member or the whole."""

import bz2
import gzip
import io
import lzma
import os
import stat
import tarfile
import zipfile
from dataclasses import replace
from struct import pack

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corelab.ingest import codes
from corelab.ingest.containers.kinds import Kind, is_also_zip, is_headless, kind_of
from corelab.ingest.containers.model import LIMITS, MIB, Allowance, Unopenable
from corelab.ingest.containers.opening import members_of
from tests.fakes.containers import Forged, forged, gzipped, tar_of_kind, tarred, zipped
from tests.fakes.dicom_files import mr_slice

A, B = ("a", b"first" * 9), ("b", b"second" * 9)
BODIES = [A[1], B[1]]


def opened(body, *, limits=LIMITS):
    """Code of each member, None where it can be read."""
    return [member.code for member in members_of(body, allowance=Allowance.of(limits))]


def bodies(body):
    return [member.body for member in members_of(body, allowance=Allowance.of(LIMITS))]


def refusal(body, *, limits=LIMITS):
    with pytest.raises(Unopenable) as refused:
        opened(body, limits=limits)
    return refused.value.code


def tar_that_says(size):
    info = tarfile.TarInfo("a")
    info.size = size
    return info.tobuf(tarfile.GNU_FORMAT)


SOUND = {
    "zip": zipped(A, B),
    "zip-stored": zipped(A, B, method=zipfile.ZIP_STORED),
    "tar": tarred(A, B),
    "tar-gnu": tarred(A, B, form=tarfile.GNU_FORMAT),
    "tar-ustar": tarred(A, B, form=tarfile.USTAR_FORMAT),
    "tar-gz": gzipped(tarred(A, B)),
    "tar-bz2": bz2.compress(tarred(A, B)),
    "tar-xz": lzma.compress(tarred(A, B)),
}


@pytest.mark.parametrize("name", SOUND)
def test_members_come_in_order_with_their_bytes(name):
    assert bodies(SOUND[name]) == BODIES


@pytest.mark.parametrize("pack_one", [gzipped, bz2.compress, lzma.compress])
def test_a_file_compressed_by_itself_is_a_container_of_one(pack_one):
    assert bodies(pack_one(A[1])) == [A[1]]
    assert bodies(pack_one(A[1]) + pack_one(B[1]) + bytes(600)) == [A[1] + B[1]]


def test_a_zip_that_was_written_as_a_stream_is_opened():
    class Pipe(io.RawIOBase):
        made = b""

        def writable(self):
            return True

        def write(self, data):
            self.made += bytes(data)
            return len(data)

    pipe = Pipe()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in (A, B):
            archive.writestr(name, data)

    assert bodies(pipe.made) == BODIES


def test_a_zip_with_64_bit_sizes_is_opened():
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive, archive.open("a", "w", force_zip64=True) as member:
        member.write(A[1])

    assert bodies(buffer.getvalue()) == [A[1]]


@pytest.mark.parametrize("form", [tarfile.PAX_FORMAT, tarfile.GNU_FORMAT])
def test_long_names_in_a_tar_are_read_for_their_members(form):
    assert bodies(tarred(("d/" * 20 + "n" * 200, A[1]), B, form=form)) == BODIES
    assert opened(tarred(("../" + "n" * 200, A[1]), B, form=form)) == [codes.CLIMBS, None]


def test_folders_are_no_members_and_a_container_within_continues_the_count():
    inner = zipped(("x", b"1"), ("y", b"2"))
    found = list(members_of(zipped(("d/", b""), A, ("in", inner), B), allowance=Allowance.of(LIMITS)))

    assert [(member.number, member.body) for member in found] == [
        (1, A[1]),
        (3, b"1"),
        (4, b"2"),
        (5, B[1]),
    ]


@pytest.mark.parametrize("wrap", [lambda data: zipped(("in", data)), gzip.compress])
def test_a_container_in_a_container_in_a_container_is_refused_and_its_siblings_go_on(wrap):
    deep = zipped(A, ("in", wrap(zipped(B))), ("c", b"c"))

    assert opened(zipped(A, ("in", zipped(A, ("in", zipped(B)))), B)) == [None, None, codes.TOO_DEEP, None]
    assert codes.TOO_DEEP in opened(zipped(("deep", deep)))


MEMBERS = {
    "climbs": (zipped(("../a", b"1"), B), codes.CLIMBS),
    "climbs-back": (zipped(("a/..\\..\\b", b"1"), B), codes.CLIMBS),
    "absolute": (zipped(("/etc/passwd", b"1"), B), codes.CLIMBS),
    "drive": (zipped(("C:\\autoexec.bat", b"1"), B), codes.CLIMBS),
    "server": (
        forged(Forged(name=b"\\\\server\\share", data=b"1"), Forged(name=b"b", data=b"2")),
        codes.CLIMBS,
    ),
    "nul": (forged(Forged(name=b"a\0.dcm", data=b"1"), Forged(name=b"b", data=b"2")), codes.CLIMBS),
    "long": (zipped(("n" * 1025, b"1"), B), codes.PATH_TOO_LONG),
    "deep": (zipped(("n/" * 33 + "n", b"1"), B), codes.PATH_TOO_LONG),
    "link": (
        forged(Forged(name=b"a", data=b"/etc/passwd", mode=stat.S_IFLNK), Forged(name=b"b", data=b"2")),
        codes.LINK,
    ),
    "device": (
        forged(Forged(name=b"a", data=b"", mode=stat.S_IFBLK), Forged(name=b"b", data=b"2")),
        codes.DEVICE,
    ),
    "encrypted": (
        forged(Forged(name=b"a", data=b"1", flags=1), Forged(name=b"b", data=b"2")),
        codes.ENCRYPTED,
    ),
    "aes": (forged(Forged(name=b"a", data=b"1", method=99), Forged(name=b"b", data=b"2")), codes.ENCRYPTED),
    "method": (
        forged(Forged(name=b"a", data=b"1", method=9), Forged(name=b"b", data=b"2")),
        codes.METHOD_UNKNOWN,
    ),
    "lzma": (zipped(A, method=zipfile.ZIP_LZMA), codes.METHOD_UNKNOWN),
    "checksum": (
        forged(Forged(name=b"a", data=b"1", crc=7), Forged(name=b"b", data=b"2")),
        codes.MEMBER_BROKEN,
    ),
    "rubbish": (
        forged(Forged(name=b"a", data=b"\xff" * 30, method=0), Forged(name=b"b", data=b"2")).replace(
            b"\0\0" + b"\0\0!\0", b"\x08\0" + b"\0\0!\0", 2
        ),
        codes.MEMBER_BROKEN,
    ),
    "smaller": (
        forged(Forged(name=b"a", data=b"1" * 100, size=50), Forged(name=b"b", data=b"2")),
        codes.LIES,
    ),
    "larger": (
        forged(Forged(name=b"a", data=b"1" * 100, size=500), Forged(name=b"b", data=b"2")),
        codes.LIES,
    ),
    "stored-larger": (
        forged(Forged(name=b"a", data=b"1" * 100, size=500, method=0), Forged(name=b"b", data=b"2")),
        codes.LIES,
    ),
    "folder-with-bytes": (zipped(("d/", b"1"), B), codes.LIES),
    "inflates": (zipped(("a", bytes(17 * MIB)), B), codes.INFLATES_TOO_FAR),
    "tar-link": (tar_of_kind(tarfile.SYMTYPE, to="/etc/passwd"), codes.LINK),
    "tar-hard-link": (tar_of_kind(tarfile.LNKTYPE, to="../x"), codes.LINK),
    "tar-device": (tar_of_kind(tarfile.CHRTYPE), codes.DEVICE),
    "tar-pipe": (tar_of_kind(tarfile.FIFOTYPE), codes.DEVICE),
    "tar-sparse": (tar_of_kind(tarfile.GNUTYPE_SPARSE), codes.METHOD_UNKNOWN),
    "tar-climbs": (tarred(("../../etc/cron.d/x", b"1"), B), codes.CLIMBS),
}


@pytest.mark.parametrize("name", MEMBERS)
def test_one_bad_member_is_refused_and_the_others_go_on(name):
    body, code = MEMBERS[name]
    found = opened(body) if name != "lzma" else [*opened(body), None]

    assert found == [code, None]


def test_members_of_one_name_are_all_refused():
    with pytest.warns(UserWarning, match="Duplicate"):
        body = zipped(("a", b"1"), B, ("a", b"2"))

    assert opened(body) == [codes.SAME_NAME, None, codes.SAME_NAME]
    assert opened(tarred(("a", b"1"), B, ("a", b"2"))) == [codes.SAME_NAME, None, codes.SAME_NAME]


KERNEL = Forged(name=b"k", data=b"1" * 99)
WHOLES = {
    "overlap": (
        forged(KERNEL, Forged(name=b"k", data=b"1" * 99, at=0)),
        codes.OVERLAPS,
    ),
    "over-the-directory": (forged(Forged(name=b"a", data=b"1", packed=400)), codes.OVERLAPS),
    "other-name": (forged(Forged(name=b"a", data=b"1", local_name=b"b")), codes.LIES),
    "other-size": (forged(Forged(name=b"a", data=b"1" * 9, local_size=4)), codes.LIES),
    "place-of-nothing": (
        forged(Forged(name=b"a", data=b"1"), Forged(name=b"b", data=b"", at=9999)),
        codes.LIES,
    ),
    "hidden-before": (forged(KERNEL, before=zipped(A)), codes.LIES),
    "hidden-before-directory": (forged(KERNEL, start=3), codes.LIES),
    "two-ends": (forged(KERNEL, comment=forged()), codes.LIES),
    "fewer-than-said": (forged(KERNEL, count=2), codes.CONTAINER_BROKEN),
    "more-than-said": (forged(KERNEL, Forged(name=b"b", data=b""), count=1), codes.LIES),
    "in-pieces": (forged(KERNEL, disk=1), codes.CONTAINER_BROKEN),
    "wide-without": (forged(Forged(name=b"a", data=b"1", size=0xFFFFFFFF)), codes.LIES),
    "wide-locator-to-nothing": (
        forged(KERNEL, wide=b"PK\6\7" + pack("<IQI", 0, 2**40, 1)),
        codes.LIES,
    ),
    "cut": (zipped(A, B)[:-30], codes.CONTAINER_BROKEN),
    "joined": (zipped(A) + zipped(B), codes.LIES),
    "tar-cut": (tarred(A, ("b", bytes(5000)))[:3000], codes.CONTAINER_BROKEN),
    "tar-size-of-a-universe": (tar_that_says(2**40) + bytes(2048), codes.CONTAINER_BROKEN),
    "tar-size-below-zero": (tar_that_says(-1) + bytes(2048), codes.LIES),
    "tars-joined": (tarred(A) + tarred(B), codes.CONTAINER_BROKEN),
    "gzip-cut": (gzip.compress(os.urandom(999))[:-30], codes.CONTAINER_BROKEN),
    "gzip-with-a-tail": (gzip.compress(b"1") + b"tail", codes.CONTAINER_BROKEN),
    "gzip-bomb": (gzip.compress(bytes(200 * MIB)), codes.INFLATES_TOO_FAR),
    "many-inflate": (zipped(*((str(n), bytes(15 * MIB)) for n in range(10))), codes.INFLATES_TOO_FAR),
    "all-encrypted": (
        forged(Forged(name=b"a", data=b"1", flags=1), Forged(name=b"b", data=b"1", flags=1)),
        codes.ENCRYPTED,
    ),
    "7z": (b"7z\xbc\xaf\x27\x1c\0\4" + bytes(99), codes.NOT_OPENED),
}


@pytest.mark.parametrize("name", WHOLES)
def test_a_container_that_cannot_be_believed_is_refused_before_its_first_member(name):
    body, code = WHOLES[name]

    assert refusal(body) == code


def test_a_container_within_that_is_refused_leaves_its_siblings():
    assert opened(zipped(A, ("in", forged(KERNEL, before=zipped(A))), B)) == [None, codes.LIES, None]


def test_what_is_left_of_the_budgets_is_shared_by_containers_within():
    some = zipped(*((str(n), b"1" * 10) for n in range(4)))

    assert refusal(some, limits=replace(LIMITS, members=3)) == codes.HOLDS_TOO_MUCH
    assert opened(zipped(A, ("in", some)), limits=replace(LIMITS, members=5)) == [None, codes.HOLDS_TOO_MUCH]
    assert refusal(some, limits=replace(LIMITS, inflated_bytes=30)) == codes.INFLATES_TOO_FAR
    assert refusal(tarred(*((str(n), b"1") for n in range(4))), limits=replace(LIMITS, members=3))
    assert refusal(gzipped(tarred(A, B)), limits=replace(LIMITS, inflated_bytes=512))
    assert opened(gzip.compress(bytes(99)), limits=replace(LIMITS, member_bytes=9)) == [
        codes.MEMBER_TOO_LARGE
    ]
    assert opened(zipped(A, ("b", b"1")), limits=replace(LIMITS, member_bytes=9)) == [
        codes.MEMBER_TOO_LARGE,
        None,
    ]


def test_a_kind_is_known_by_its_bytes_alone():
    image = mr_slice(1)

    assert kind_of(zipped(A)) is Kind.ZIP
    assert kind_of(tarred(A)) is Kind.TAR
    assert kind_of(image) is None
    assert kind_of(b"PK\3\4" + image[4:]) is None
    assert kind_of(zipped(("META-INF/MANIFEST.MF", b""), ("A.class", b""))) is None
    assert kind_of(bytes(32769) + b"CD001\1" + bytes(2048)) is Kind.OTHER
    assert kind_of(b"") is None


def test_an_image_that_is_a_zip_as_well_is_told_from_one_that_is_not():
    assert is_also_zip(mr_slice(1) + zipped(A))
    assert not is_also_zip(mr_slice(1))
    assert not is_also_zip(mr_slice(1) + b"PK\5\6" + bytes(30))


def test_an_image_without_its_beginning_is_told_from_what_is_none():
    image = mr_slice(1)

    assert is_headless(image[132:])
    assert is_headless(pack("<HHI", 8, 5, 10) + b"ISO_IR 100")
    assert not is_headless(b"a letter, not an image")
    assert not is_headless(b"MZ\x90\0\3\0\0\0")
    assert not is_headless(b"")


@given(data=st.data())
def test_whatever_a_byte_becomes_a_container_is_opened_or_refused(data):
    whole = bytearray(data.draw(st.sampled_from(sorted(SOUND.values()))))
    for _ in range(data.draw(st.integers(1, 4))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))

    try:
        found = bodies(bytes(whole))
    except Unopenable as refused:
        found, code = [], refused.code
    else:
        code = codes.LIES
    assert code in codes.TEXTS
    assert sum(map(len, found)) < MIB
