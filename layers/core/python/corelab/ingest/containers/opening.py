"""Open a container: its members in order, each with its bytes or with the code that refuses it."""

from collections.abc import Callable, Iterator
from functools import partial

from corelab.ingest import codes
from corelab.ingest.containers.inflating import stream_of
from corelab.ingest.containers.kinds import Kind, kind_of
from corelab.ingest.containers.model import Allowance, Entry, Limits, Member, Unopenable
from corelab.ingest.containers.tars import BLOCK_BYTES, Forward, Plain, is_tar, survey_tar
from corelab.ingest.containers.zips import survey_zip


def members_of(body: bytes, *, allowance: Allowance) -> Iterator[Member]:
    """Members of a container and of those within it, numbered from 1.

    Parameters
    ----------
    allowance : Allowance
        What is left to the transmittal; what is used is taken off.

    Raises
    ------
    Unopenable
        The container is refused as a whole: before its first member comes, never after.
    """
    numbers = iter(range(1, allowance.limits.members * allowance.limits.depth + 2))
    return _opened(body, numbers=numbers, allowance=allowance, depth=1)


def _opened(body: bytes, *, numbers: Iterator[int], allowance: Allowance, depth: int) -> Iterator[Member]:
    for entry in _surveyed(body, allowance):
        number = next(numbers)
        if entry.code is not None:
            yield Member(number=number, body=b"", code=entry.code)
            continue
        try:
            data = entry.read()
            if kind_of(data) is None:
                yield Member(number=number, body=data)
            elif depth == allowance.limits.depth:
                yield Member(number=number, body=data, code=codes.TOO_DEEP)
            else:
                yield from _opened(data, numbers=numbers, allowance=allowance, depth=depth + 1)
        except Unopenable as refusal:
            yield Member(number=number, body=b"", code=refusal.code)


def _surveyed(body: bytes, allowance: Allowance) -> tuple[Entry, ...]:
    """The container's members, within what is left and taken off it."""
    limits = allowance.limits
    entries = _survey(body, limits=limits, most_bytes=_most(body, allowance))
    reasons = {entry.code for entry in entries}
    if len(entries) > 1 and len(reasons) == 1 and (code := reasons.pop()) is not None:
        raise Unopenable(code)  # all for the same reason, as under a password: said once
    size_bytes = sum(entry.size_bytes for entry in entries if entry.code is None)
    if size_bytes > _most(body, allowance):
        raise Unopenable(codes.INFLATES_TOO_FAR)
    if len(entries) > allowance.members:
        raise Unopenable(codes.HOLDS_TOO_MUCH)
    allowance.members -= len(entries)
    allowance.size_bytes -= size_bytes
    return entries


def _most(body: bytes, allowance: Allowance) -> int:
    limits = allowance.limits
    return min(allowance.size_bytes, max(limits.whole_floor_bytes, limits.whole_ratio * len(body)))


def _survey(body: bytes, *, limits: Limits, most_bytes: int) -> tuple[Entry, ...]:
    kind = kind_of(body)
    if kind is Kind.ZIP:
        return survey_zip(body, limits)
    if kind is Kind.TAR:
        return survey_tar(lambda: Plain(body), limits)
    if kind is None or kind is Kind.OTHER:
        raise Unopenable(codes.NOT_OPENED)
    make: Callable[[], Forward] = partial(stream_of, kind, body, limits=limits, most_bytes=most_bytes)
    if is_tar(make().read(BLOCK_BYTES)):
        return survey_tar(make, limits)
    return _single(make, limits)


def _single(make: Callable[[], Forward], limits: Limits) -> tuple[Entry, ...]:
    """One file, compressed by itself."""
    size_bytes = make().skip(limits.member_bytes + 1)
    code = codes.MEMBER_TOO_LARGE if size_bytes > limits.member_bytes else None
    return (Entry(size_bytes=size_bytes, code=code, read=lambda: make().read(size_bytes)),)
