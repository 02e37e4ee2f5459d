"""A multipart body of instances, taken apart by our own rules; whatever else it may be is refused.

A body is delimiters and what lies between them (RFC 2046 5.1.1): CRLF, `--` and the boundary, then CRLF, or
`--` after the last part. What other readers forgive is refused here: folded or doubled header fields, bare
line ends, a part within a part, a body without its last delimiter. Every search runs forward once, so the
work is linear in the body, which is bounded; a part's header is looked for in its first bytes only.
"""

import re

from corelab.ingest.dicomweb.errors import BodyBroken, BodyTooLarge, NotInstances
from corelab.ingest.dicomweb.media import media_of

MOST_BODY_BYTES = 4 << 20  # as base64 with its envelope it fits the 6 MB that a function is called with
MOST_PARTS = 500
MOST_HEAD_BYTES = 2048  # of a part; a real one has some fifty
MOST_FIELDS = 8

INSTANCES, INSTANCE = "multipart/related", "application/dicom"
AS_IT_IS = frozenset({"binary", "8bit", "7bit"})  # transfer encodings that change nothing
LINE = b"\r\n"
_BOUNDARY = re.compile(r"[0-9A-Za-z'()+_,./:=? -]{0,69}[0-9A-Za-z'()+_,./:=?-]")  # RFC 2046 5.1.1
_LAST = re.compile(rb"--[ \t]{0,64}(?:\r\n|\Z)")
_REST_OF_LINE = re.compile(rb"[ \t]{0,64}\r\n")
_FIELD = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]+):([\t -~]*)")


def instances_in(body: bytes, *, content_type: str) -> tuple[bytes, ...]:
    """The instances of a body of `multipart/related; type="application/dicom"`, in their order.

    Raises
    ------
    NotInstances
        The body or one of its parts is of another type or in a transfer encoding.
    BodyBroken
        It does not come apart, ends early, or holds nothing.
    BodyTooLarge
        Over 4 MiB or 500 parts.

    Source: DICOM PS3.18 8.6.1 and 10.5, RFC 2387.
    """
    if len(body) > MOST_BODY_BYTES:
        raise too_large()
    found = _between(LINE + body, b"\r\n--" + _boundary(content_type).encode())
    if not found:
        raise BodyBroken("Send at least one instance: the body has no part.")
    return found


def too_large() -> BodyTooLarge:
    """The refusal of a body that is over the limit, with what to do."""
    return BodyTooLarge(
        "Send fewer instances in each request. One that is larger than this itself goes by the drop bucket "
        "(`corelab drop keys`) or by `corelab upload`.",
        most_bytes=MOST_BODY_BYTES,
        most_parts=MOST_PARTS,
    )


def _boundary(content_type: str) -> str:
    media = media_of(content_type)
    if media.kind != INSTANCES or media.parameters.get("type", "").lower() != INSTANCE:
        raise NotInstances(f'Send the instances as {INSTANCES}; type="{INSTANCE}".')
    boundary = media.parameters.get("boundary", "")
    if _BOUNDARY.fullmatch(boundary) is None:
        raise NotInstances("Name the body's boundary in its Content-Type: 1 to 70 characters of RFC 2046.")
    return boundary


def _between(whole: bytes, delimiter: bytes) -> tuple[bytes, ...]:
    """What lies between the delimiters; before the first and after the last there may be anything."""
    found: list[bytes] = []
    at = whole.find(delimiter)
    while at >= 0:
        end = at + len(delimiter)
        if _LAST.match(whole, end):
            return tuple(found)
        line = _REST_OF_LINE.match(whole, end)
        if line is None:
            raise BodyBroken("Send the body again: its boundary stands inside a part.")
        if len(found) == MOST_PARTS:
            raise too_large()
        start, at = line.end(), whole.find(delimiter, line.end() - len(LINE))
        if at >= 0:
            found.append(_content(whole[start : max(start, at)]))
    raise BodyBroken("Send the body again: it ends before its last boundary.")


def _content(part: bytes) -> bytes:
    """A part without its header."""
    if not part or part.startswith(LINE):
        return part[len(LINE) :]
    end = part.find(LINE + LINE, 0, MOST_HEAD_BYTES)
    if end < 0:
        raise BodyBroken("Send the body again: a part's header does not end where one can.")
    fields = _fields(part[:end].split(LINE))
    if fields.get("content-transfer-encoding", "binary").lower() not in AS_IT_IS:
        raise NotInstances("Send each part's bytes as they are: no Content-Transfer-Encoding.")
    if media_of(fields.get("content-type", INSTANCE)).kind != INSTANCE:
        raise NotInstances(f"Send parts of {INSTANCE} only.")
    return part[end + 2 * len(LINE) :]


def _fields(lines: list[bytes]) -> dict[str, str]:
    """A part's header fields by name in lower case."""
    fields: dict[str, str] = {}
    for line in lines:
        found = _FIELD.fullmatch(line)
        name = "" if found is None else found[1].decode().lower()
        if found is None or name in fields or len(fields) == MOST_FIELDS:
            raise BodyBroken("Send the body again: a part's header is broken, folded, double or too long.")
        fields[name] = found[2].decode().strip(" \t")
    return fields
