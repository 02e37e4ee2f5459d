"""A compressed image whose decoder dies of it is refused alone; the others go on."""

import zlib
from struct import pack

import pytest

from corelab.dicom.errors import PixelsBroken
from corelab.dicom.probe import GOOD, Frame, asked, decodes, first_frame
from corelab.dicom.scan import read_header
from corelab.dicom.syntaxes import DEFLATED_FRAMES, RLE
from corelab.ingest import codes
from corelab.ingest.reading import reader
from corelab_aws.children import Child, ChildFailed
from tests.fakes.api_requests import door_module
from tests.fakes.dicom_files import mr_slice
from tests.fakes.ingest_world import World
from tests.fakes.real_dicom import bundled

MIB = 1024**2
PLANE = 16
DECODER = """
import os, signal, sys
from corelab.dicom.probe import serve

def probe(frame):
    if b"memory" in frame.data:
        return bool(bytearray(8 << 30))
    if b"crash" in frame.data:
        os.kill(os.getpid(), signal.SIGSEGV)
    while b"hang" in frame.data:
        pass
    return True

serve(sys.stdin.buffer, sys.stdout.buffer, probe=probe)
"""


def frame(data, *, syntax=RLE, planes=2):
    return Frame(syntax=syntax, plane_bytes=PLANE, planes=planes, data=data)


def runs(*segments):
    places, at = [], 64
    for one in segments:
        places.append(at)
        at += len(one)
    return pack("<16I", len(segments), *places, *[0] * (15 - len(segments))) + b"".join(segments)


def same(byte, number=PLANE):
    return bytes((257 - number, byte))


@pytest.fixture
def decoder(tmp_path, monkeypatch):
    """A decoder that does what its frame says."""
    (tmp_path / "planted_decoder.py").write_text(DECODER)
    monkeypatch.syspath_prepend(tmp_path)
    return "planted_decoder"


@pytest.mark.parametrize(
    ("data", "is_good"),
    [
        (runs(same(1), same(2)), True),
        (runs(same(1), b"\x0f" + bytes(PLANE)), True),
        (runs(same(1), same(2) + b"\x80"), True),
        (runs(same(1)), False),
        (runs(same(1), same(2, PLANE - 1)), False),
        (runs(same(1), b"\x0f" + bytes(PLANE - 1)), False),
        (runs(same(1), b"")[:-1], False),
        (pack("<16I", 2, 64, 1 << 30, *[0] * 13) + same(1), False),
        (b"short", False),
    ],
)
def test_run_lengths_are_as_long_as_the_image(data, is_good):
    assert decodes(frame(data)) is is_good


@pytest.mark.parametrize(
    ("made", "cut", "is_good"),
    [(bytes(32), 0, True), (bytes(31), 0, False), (bytes(33), 0, False), (bytes(32), 2, False)],
)
def test_a_deflated_frame_is_as_long_as_the_image(made, cut, is_good):
    data = zlib.compress(made, wbits=-15)

    assert decodes(frame(data[: len(data) - cut], syntax=DEFLATED_FRAMES)) is is_good


def test_real_run_lengths_decode_in_a_child():
    found = first_frame(read_header(bundled("MR_small_RLE.dcm").read_bytes()))

    with Child("corelab.dicom.probe") as child:
        assert child.ask(asked(found)) == GOOD
        assert child.ask(asked(frame(b"short"))) != GOOD


def test_what_has_no_decoder_is_not_tried():
    assert first_frame(read_header(mr_slice(1, syntax="1.2.840.10008.1.2.4.50"))) is None


@pytest.mark.parametrize("how", [b"memory", b"crash", b"hang"])
def test_a_child_that_dies_of_a_frame_is_started_again(decoder, how):
    with Child(decoder, memory_bytes=512 * MIB, seconds=2) as child:
        assert child.ask(asked(frame(b"fine"))) == GOOD
        with pytest.raises(ChildFailed):
            child.ask(asked(frame(how * MIB)))
        assert child.ask(asked(frame(b"fine"))) == GOOD


def test_one_child_answers_for_all_and_ends_with_them(decoder):
    with Child(decoder) as child:
        child.ask(asked(frame(b"fine")))
        process = child._process
        child.ask(asked(frame(b"fine")))
        assert child._process is process
    assert process.poll() is not None


def test_nothing_is_started_where_nothing_is_asked():
    with Child("no_such_module") as child:
        assert child._process is None


@pytest.mark.parametrize("how", [b"memory", b"crash\0", b"hang"])
def test_an_image_whose_decoder_dies_is_refused_and_its_siblings_go_on(monkeypatch, decoder, how):
    world = World()
    id = world.sent(mr_slice(1), rle(how, 2), rle(b"fine", 3), mr_slice(4))
    door = door_module(monkeypatch, "functions.ingest.screen", store=world.store)
    told = []
    monkeypatch.setattr(door.logger, "warning", lambda said, **_: told.append(said))

    with Child(decoder, memory_bytes=512 * MIB, seconds=2) as child:
        answer = world.screen(id, read=reader(lambda one: door._decodes(child, one)))

    assert answer["outcome"] == "ACCEPTED"
    facts = world.facts(answer)
    assert [one["n"] for one in facts["instances"]] == [1, 3, 4]
    assert [(one["n"], one["code"]) for one in facts["refused"]] == [(2, PixelsBroken.code)]
    assert told == ["screen.probe_died"]
    assert codes.TEXTS[PixelsBroken.code].remedy


def rle(data, number):
    return mr_slice(number, syntax=RLE, pixels=data + bytes(len(data) % 2))
