"""Every call that the client makes, and its answer: to count them, and to look for identity in them."""

import ssl
import time
from dataclasses import dataclass, field
from pathlib import Path

import httpx


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One call over HTTP.

    Attributes
    ----------
    path : str
        Without the query, which in a presigned URL is a credential.
    """

    method: str
    path: str
    status: int
    seconds: float
    answer: bytes


@dataclass(slots=True, kw_only=True)
class Recorder:
    """Keeps the calls of every transport that it hands out."""

    ca: Path
    calls: list[Call] = field(default_factory=list)

    def transport(self) -> httpx.BaseTransport:
        """The network, overheard."""
        return _Overheard(self)


class _Overheard(httpx.BaseTransport):
    def __init__(self, recorder: Recorder) -> None:
        self._recorder = recorder
        self._network = httpx.HTTPTransport(verify=ssl.create_default_context(cafile=str(recorder.ca)))

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        started = time.monotonic()
        answer = self._network.handle_request(request)
        body = answer.read()
        call = Call(
            method=request.method,
            path=request.url.path,
            status=answer.status_code,
            seconds=time.monotonic() - started,
            answer=body,
        )
        self._recorder.calls.append(call)
        return answer

    def close(self) -> None:
        self._network.close()
