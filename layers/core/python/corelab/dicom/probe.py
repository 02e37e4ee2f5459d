"""Whether compressed pixels decode: the first frame is tried, in a process that may die of it.

The scanner checks fragments, tables and the codec's own markers, and decodes nothing: what is damaged behind
the markers would only be seen by a reader, weeks later. Only forms are tried whose decoder is here: run
lengths, and deflated frames, whose sites should hear that they are damaged rather than not accepted.

Run as a program (`python -m corelab.dicom.probe`), it answers questions from standard input one after the
other, each a length of four bytes and then that many: whoever asks gives it its limits of memory and time,
and ends it where it does not answer (decision 0162).
"""

import json
import resource
import sys
import zlib
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from struct import Struct
from typing import BinaryIO

from corelab.dicom import tags
from corelab.dicom.header import Header
from corelab.dicom.syntaxes import DEFLATED_FRAMES, RLE

LENGTH = Struct("<I")
RLE_HEAD = Struct("<16I")  # how many segments, and where up to fifteen of them begin; PS3.5 G.5
NO_RUN, LITERAL_MOST = 128, 127
CPU_SECONDS = 10  # for one question
GOOD, BROKEN = b"\1", b"\0"


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """The first frame of an image, as it is compressed.

    Attributes
    ----------
    plane_bytes, planes : int
        Of what it decodes to: one byte of every pixel's sample each.
    """

    syntax: str
    plane_bytes: int
    planes: int
    data: bytes = field(repr=False)


Probe = Callable[[Frame], bool]
"""Whether a frame decodes."""


def first_frame(header: Header) -> Frame | None:
    """What can be tried of an image; None where there is no decoder for it, or no frame of its own."""
    says = [
        header.integer(tag) for tag in (tags.ROWS, tags.COLUMNS, tags.SAMPLES_PER_PIXEL, tags.BITS_ALLOCATED)
    ]
    frames = header.integer(tags.NUMBER_OF_FRAMES) if tags.NUMBER_OF_FRAMES in header else 1
    if header.meta.syntax not in DECODERS or len(header.fragments) - 1 != frames:
        return None
    rows, columns, samples, bits = (number or 0 for number in says)
    at, length = header.fragments[1]
    return Frame(
        syntax=header.meta.syntax,
        plane_bytes=rows * columns,
        planes=samples * bits // 8,
        data=header.data[at : at + length],
    )


def decodes(frame: Frame) -> bool:
    """Whether the frame becomes as many bytes as its image has."""
    return DECODERS[frame.syntax](frame)


def asked(frame: Frame) -> bytes:
    """The question, as the program takes it."""
    said = {name: value for name, value in asdict(frame).items() if name != "data"}
    return json.dumps(said).encode() + b"\n" + frame.data


def serve(questions: BinaryIO, answers: BinaryIO, *, probe: Probe = decodes) -> None:
    """Answer until there is no more question."""
    while head := questions.read(LENGTH.size):
        used = resource.getrusage(resource.RUSAGE_SELF)
        limit = int(used.ru_utime + used.ru_stime) + 1 + CPU_SECONDS
        resource.setrlimit(resource.RLIMIT_CPU, (limit, resource.getrlimit(resource.RLIMIT_CPU)[1]))
        said, _, data = questions.read(LENGTH.unpack(head)[0]).partition(b"\n")
        answer = GOOD if probe(Frame(**json.loads(said), data=data)) else BROKEN
        answers.write(LENGTH.pack(len(answer)) + answer)
        answers.flush()


def _runs(frame: Frame) -> bool:
    """Run lengths, PS3.5 G: each segment is one plane, and a byte of padding at most."""
    data = frame.data
    if len(data) < RLE_HEAD.size:
        return False
    number, *places = RLE_HEAD.unpack_from(data)
    if number != frame.planes or not number or places[0] != RLE_HEAD.size:
        return False
    ends = [*places[1:number], len(data)]
    return all(
        begin < end <= len(data) and _run_length(data[begin:end], frame.plane_bytes) == frame.plane_bytes
        for begin, end in zip(places, ends, strict=False)
    )


def _run_length(segment: bytes, wanted: int) -> int:
    """How many bytes a segment becomes, up to those that are wanted."""
    at = made = 0
    while at < len(segment) and made < wanted:
        code = segment[at]
        if code <= LITERAL_MOST:
            at += code + 2
            if at > len(segment):
                return -1
            made += code + 1
        elif code > NO_RUN:
            at += 2
            if at > len(segment):
                return -1
            made += 257 - code
        else:
            at += 1
    return made


def _inflates(frame: Frame) -> bool:
    """A deflated frame, PS3.5 A.4.12."""
    wanted = frame.plane_bytes * frame.planes
    stream = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        made = stream.decompress(frame.data, wanted + 1)
    except zlib.error:
        return False
    return len(made) == wanted and stream.eof


DECODERS: Mapping[str, Probe] = {RLE: _runs, DEFLATED_FRAMES: _inflates}


if __name__ == "__main__":
    serve(sys.stdin.buffer, sys.stdout.buffer)
