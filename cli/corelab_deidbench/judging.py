"""Whether a token is in what came out: in its bytes, however they are packed or written."""

import re
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from corelab_deidbench.model import Case
from corelab_deidbench.reading import Read, read
from corelab_deidbench.tokens import Kind, Token, squeezed

STREAM = re.compile(rb"\x78[\x01\x5e\x9c\xda]|\x1f\x8b\x08")  # how zlib and gzip begin
AUTOMATIC = zlib.MAX_WBITS | 32
STREAM_LIMIT = 1 << 20
INSTANCE_NUMBER = 0x00200013


@dataclass(frozen=True, kw_only=True)
class Output:
    """A file that came out; `name` is its path in the output."""

    name: str
    data: bytes

    @cached_property
    def said(self) -> Read | None:
        """What it says, where it is an image."""
        return read(self.data)

    @cached_property
    def views(self) -> tuple[bytes, ...]:
        """Its name, its bytes and what is packed in them, in lower case."""
        plain = [self.name.encode(), self.data]
        if self.said is not None and self.said.data != self.data:
            plain.append(self.said.data)
        plain += [inflated for data in plain[1:] for inflated in _streams(data)]
        return tuple(view.lower() for view in plain)

    @cached_property
    def letters(self) -> tuple[bytes, ...]:
        """The views' letters and digits alone."""
        return tuple(squeezed(view) for view in self.views)

    def betrays(self, token: Token) -> bool:
        """Whether a token is in it, in any form."""
        if any(form in view for form in token.forms for view in self.views):
            return True
        return bool(token.squeezed) and any(token.squeezed in view for view in self.letters)


def matched(cases: Iterable[Case], outputs: Iterable[Output]) -> tuple[dict[int, list[Output]], list[Output]]:
    """The outputs of each case, by a file's name or its instance number; and those of none."""
    known = {one.number for one in cases}
    of_case: dict[int, list[Output]] = {}
    others = []
    for output in outputs:
        number = _number(output)
        if number in known:
            of_case.setdefault(number, []).append(output)
        else:
            others.append(output)
    return of_case, others


def leaks(case: Case, *, of_case: Mapping[int, list[Output]], others: Iterable[Output]) -> tuple[Token, ...]:
    """The tokens of a case that came out: in its own files in any form, in any other as text."""
    own, anywhere = of_case.get(case.number, []), list(others)
    return tuple(
        token
        for token in case.tokens
        if any(output.betrays(token) for output in own)
        or (token.kind in {Kind.TEXT, Kind.UID} and any(output.betrays(token) for output in anywhere))
    )


def _number(output: Output) -> int:
    stem = output.name.rsplit("/", 1)[-1].removesuffix(".dcm")
    if stem.isdecimal():
        return int(stem)
    told = output.said.text(INSTANCE_NUMBER) if output.said else ""
    return int(told) if told.isdecimal() else 0


def _streams(data: bytes) -> list[bytes]:
    """What is packed somewhere in bytes."""
    found = []
    for place in STREAM.finditer(data):
        try:
            made = zlib.decompressobj(AUTOMATIC).decompress(data[place.start() :], STREAM_LIMIT)
        except zlib.error:
            continue
        if made:
            found.append(made)
    return found
