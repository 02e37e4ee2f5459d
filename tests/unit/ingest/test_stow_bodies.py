"""A multipart body comes apart as RFC 2046 says, or is refused: nothing else happens, and soon."""

import contextlib
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corelab.ingest.dicomweb.errors import BodyBroken, BodyTooLarge, NotInstances
from corelab.ingest.dicomweb.media import media_of
from corelab.ingest.dicomweb.multipart import MOST_BODY_BYTES, MOST_PARTS, instances_in
from corelab.kernel.errors import CorelabError

TYPE = 'multipart/related; type="application/dicom"; boundary="b0-1"'
HEAD = b"Content-Type: application/dicom\r\n\r\n"


def body_of(*parts: bytes, head: bytes = HEAD, boundary: bytes = b"b0-1") -> bytes:
    between = b"".join(b"--" + boundary + b"\r\n" + head + part + b"\r\n" for part in parts)
    return between + b"--" + boundary + b"--\r\n"


@given(
    parts=st.lists(st.binary(max_size=60).filter(lambda part: b"b0-1" not in part), min_size=1, max_size=6)
)
def test_what_was_put_together_comes_apart_as_it_was(parts):
    body = body_of(*parts)

    assert instances_in(body, content_type=TYPE) == tuple(parts)
    assert instances_in(b"preamble\r\n" + body + b"epilogue", content_type=TYPE) == tuple(parts)


@given(body=st.binary(max_size=200) | st.text(alphabet="\r\n-b01:C ", max_size=80).map(str.encode))
def test_whatever_comes_is_taken_apart_or_refused(body):
    found = ()
    with contextlib.suppress(CorelabError):
        found = instances_in(body, content_type=TYPE)

    assert sum(map(len, found)) <= len(body)


@pytest.mark.parametrize(
    ("said", "boundary"),
    [
        ('multipart/related; type="application/dicom"; boundary=x', "x"),
        ("multipart/related;type=application/dicom;boundary=x", "x"),
        ('Multipart/Related ; Boundary="a b:c=d" ; TYPE="Application/DICOM"; start="<1>"', "a b:c=d"),
    ],
)
def test_types_are_read_as_programs_write_them(said, boundary):
    body = body_of(b"one", boundary=boundary.encode())

    assert media_of(said).kind == "multipart/related"
    assert instances_in(body, content_type=said) == (b"one",)


@pytest.mark.parametrize(
    "said",
    [
        "",
        "multipart/related",
        'multipart/related; type="application/dicom"',
        'multipart/related; type="application/dicom"; boundary=""',
        'multipart/related; type="application/dicom"; boundary="ends in space "',
        f'multipart/related; type="application/dicom"; boundary={"b" * 71}',
        'multipart/related; type="application/dicom"; boundary="b\r\nX: y"',
        'multipart/related; type="application/dicom"; boundary=b0-1; boundary=other',
        'multipart/related; type="application/dicom+json"; boundary=b0-1',
        'multipart/related; type="application/dicom+xml"; boundary=b0-1',
        "multipart/related; boundary=b0-1",
        'multipart/form-data; type="application/dicom"; boundary=b0-1',
        "application/dicom",
        "application/json",
        'multipart/related; type="application/dicom"; boundary="b0-1',
        f'multipart/related; type="application/dicom"; boundary=b0-1; more={"x" * 1000}',
        "multipart/related" + "; a=b" * 100_000,
    ],
)
def test_another_type_is_refused_as_such(said):
    with pytest.raises(NotInstances):
        instances_in(body_of(b"one"), content_type=said)


@pytest.mark.parametrize(
    "head",
    [
        b"Content-Type: multipart/related; boundary=inner\r\n\r\n",
        b"Content-Type: application/octet-stream\r\n\r\n",
        b"Content-Type: application/dicom+json\r\n\r\n",
        b"Content-Type: application/dicom\r\nContent-Transfer-Encoding: base64\r\n\r\n",
        b"Content-Type: nothing\r\n\r\n",
    ],
)
def test_a_part_of_another_type_is_refused_as_such(head):
    with pytest.raises(NotInstances):
        instances_in(body_of(b"one", head=head), content_type=TYPE)


@pytest.mark.parametrize(
    "head",
    [
        b"Content-Type: application/dicom\r\n ; folded=yes\r\n\r\n",
        b" Content-Type: application/dicom\r\n\r\n",
        b"Content-Type : application/dicom\r\n\r\n",
        b"Content-Type: application/dicom\r\ncontent-type: application/dicom\r\n\r\n",
        b"Content-Type: application/dicom\nX-Bare: line\r\n\r\n",
        b"Content-Type: application/dicom\n\n",
        b"Content-Type: application/dicom\x00\r\n\r\n",
        b"\xc3\xa9: x\r\n\r\n",
        b"no field at all\r\n\r\n",
        b"".join(b"X-%d: y\r\n" % n for n in range(9)) + b"\r\n",
        b"X-Long: " + b"y" * (1 << 20) + b"\r\n\r\n",
        b"X-Endless: " + b"y" * (1 << 20),
    ],
)
def test_a_parts_header_is_plain_or_refused(head):
    with pytest.raises(BodyBroken):
        instances_in(body_of(b"one", head=head), content_type=TYPE)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"no boundary anywhere",
        b"--b0-1--\r\n",
        b"--b0-1",
        b"--b0-1\r\n",
        b"--b0-1\r\n" + HEAD + b"cut in the mid",
        body_of(b"one", b"two")[:-8],
        b"--b0-1\n" + HEAD + b"one\n--b0-1--\n",
        b"--b0-1 and more\r\n" + HEAD + b"one\r\n--b0-1--\r\n",
        b"--b0-1" + b" " * 100_000 + b"\r\n" + HEAD + b"one\r\n--b0-1--\r\n",
        body_of(b"one\r\n--b0-1x\r\ntwo"),
        body_of(b"one")[:-2] + b" more\r\n",
    ],
)
def test_a_body_that_does_not_come_apart_is_refused(body):
    with pytest.raises(BodyBroken):
        instances_in(body, content_type=TYPE)


def test_a_part_needs_no_header_and_may_hold_nothing():
    assert instances_in(b"--b0-1\r\n\r\none\r\n--b0-1--", content_type=TYPE) == (b"one",)
    assert instances_in(b"--b0-1\r\n--b0-1\r\n\r\n\r\n--b0-1--", content_type=TYPE) == (b"", b"")


def test_there_are_only_so_many_parts():
    assert len(instances_in(body_of(*[b"x"] * MOST_PARTS), content_type=TYPE)) == MOST_PARTS
    for parts in ([b""] * 10_000, [b"x"] * (MOST_PARTS + 1)):
        with pytest.raises(BodyTooLarge, match="corelab drop keys"):
            instances_in(body_of(*parts), content_type=TYPE)
    with pytest.raises(BodyTooLarge):
        instances_in(b"--b0-1\r\n" * 10_000, content_type=TYPE)


def test_there_are_only_so_many_bytes():
    with pytest.raises(BodyTooLarge):
        instances_in(b"\0" * (MOST_BODY_BYTES + 1), content_type=TYPE)


@pytest.mark.parametrize(
    "piece", [b"\r\n", b"\r\n-", b"\r\n--b0-", b"--b0-1", b"\r\n--b0-1", b"a: b\r\n", b"\r\n\r\n"]
)
def test_the_worst_body_is_refused_within_a_moment(piece):
    body = b"--b0-1\r\n" + piece * (MOST_BODY_BYTES // len(piece) - 10)
    begun = time.process_time()

    with pytest.raises(CorelabError):
        instances_in(body, content_type=TYPE)

    assert time.process_time() - begun < 2
