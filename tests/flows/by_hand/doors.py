"""Doors run as their Lambdas run them, each time in a process of its own that can be killed at any call.

Theory of operation. A door's file is imported under its Lambda's environment and with its role's credentials,
once. Each run forks: the child is a fresh worker that makes its own connections, and what happens to it
happens at the one place through which every external call leaves, the HTTP session. The clock stands still,
so two runs write the same bytes. `Killed` is what is left of a child that got SIGKILL.
"""

import importlib.util
import io
import itertools
import json
import os
import pickle
import random
import signal
import tempfile
import time
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any
from unittest import mock

import boto3
from botocore.awsrequest import AWSResponse
from botocore.exceptions import EndpointConnectionError, ReadTimeoutError
from botocore.httpsession import URLLib3Session

from corelab_aws import clients, clock
from local.cloud import Cloud

PREFIX = "corelab-local"
READS = frozenset(
    {
        *("GetItem", "Query", "Scan", "BatchGetItem", "Decrypt", "GetPublicKey", "Sign", "Invoke"),
        *("DescribeExecution", "ListExecutions", "GenerateDataKeyWithoutPlaintext"),
    }
)  # calls that leave the world as it was
FIRST_RUN = frozenset({"store", "_adapters", "_ports"})  # what a door makes when it first runs
BUSY = b'{"__type": "ThrottlingException", "message": "Rate exceeded"}'
SLOW_DOWN = b"<Error><Code>SlowDown</Code><Message>Reduce your request rate.</Message></Error>"


class What(StrEnum):
    """What happens at a call."""

    DIES_BEFORE = "dies before"
    DIES_AFTER = "dies after"
    ANSWER_LOST = "answer lost"
    BUSY = "busy half the time"
    DOWN = "the service is down from that call on"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What happens, and at which call, from 1; a busy service is so at every call, by a seed."""

    what: What
    at: int = 0
    seed: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What came of a run.

    Attributes
    ----------
    answer : any
        The handler's.
    error : str or None
        Name of what it raised, as the platform would see it.
    is_killed : bool
        Neither: the worker is gone.
    calls : tuple of str
        Each external call, in order.
    waits : tuple of float
        How long it would have waited before trying again, in seconds, each time.
    """

    answer: Any = None
    error: str | None = None
    is_killed: bool = False
    calls: tuple[str, ...] = ()
    waits: tuple[float, ...] = ()

    @property
    def writes(self) -> list[int]:
        """Numbers of the calls that changed the world."""
        return [n for n, call in enumerate(self.calls, 1) if call.rpartition(" ")[2] not in READS]


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """A door as its Lambda has it: its code, its environment, its role's clients."""

    module: ModuleType
    settings: Mapping[str, str]
    clients: Callable[..., Any]


@dataclass(slots=True, kw_only=True)
class Doors:
    """The doors of a deployed system, in this process's children."""

    cloud: Cloud
    scratch: Path
    known: dict[str, Door] = field(default_factory=dict)

    def run(
        self,
        name: str,
        event: Any,
        *,
        at: datetime,
        fault: Fault | None = None,
        call: Callable[[ModuleType], Any] | None = None,
    ) -> Run:
        """One invocation of the door `room/name`, at this moment."""
        door = self.door(name)
        run = call or (lambda door: door.handler(event, None))
        reading, writing = os.pipe()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # 3.12 minds forks beside threads; none works
            pid = os.fork()
        if pid == 0:
            os.close(reading)
            os.environ.update(door.settings)
            clients._client = door.clients
            _child(lambda: run(door.module), at=at, fault=fault, scratch=self.scratch, writing=writing)
        os.close(writing)
        with os.fdopen(reading, "rb") as told:
            said = told.read()
        _, status = os.waitpid(pid, 0)
        if os.WIFSIGNALED(status):
            return Run(is_killed=True)
        result: Run = pickle.loads(said)  # noqa: S301 -- of our own child
        return result

    def door(self, name: str) -> "Door":
        """The door's module, imported as in its Lambda, with its clients made."""
        if name not in self.known:
            function = f"{PREFIX}-{name.replace('/', '-')}"
            deployed = self.cloud.client("lambda").get_function_configuration(FunctionName=function)
            role = self.cloud.as_role(deployed["Role"])
            settings = deployed["Environment"]["Variables"] | {
                "AWS_ACCESS_KEY_ID": role.access_key,
                "AWS_SECRET_ACCESS_KEY": role.secret_key,
                "AWS_SESSION_TOKEN": role.session_token or "",
                "AWS_DEFAULT_REGION": role.region,
                "AWS_ENDPOINT_URL": role.endpoint,
                "AWS_CA_BUNDLE": str(role.ca),
            }
            own = cache(clients._client.__wrapped__)
            with (
                mock.patch.dict(os.environ, settings),
                mock.patch.object(boto3, "DEFAULT_SESSION", None),
                mock.patch.object(clients, "_client", own),
            ):
                module = _fresh(f"functions.{name.replace('/', '.')}")
                for made_at_first in FIRST_RUN & vars(module).keys():
                    getattr(module, made_at_first)()
            self.known[name] = Door(module=module, settings=settings, clients=own)
        return self.known[name]


def _fresh(name: str) -> ModuleType:
    """The module, executed again: other tests' copies stay as they are."""
    spec = importlib.util.find_spec(name)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _child(run: Callable[[], Any], *, at: datetime, fault: Fault | None, scratch: Path, writing: int) -> None:
    """The worker; it never returns."""
    calls: list[str] = []
    waits: list[float] = []
    try:
        quiet = os.open(os.devnull, os.O_WRONLY)
        os.dup2(quiet, 1)
        os.dup2(quiet, 2)
        tempfile.tempdir = str(scratch)
        with _standing_clock(at), _faulty(fault, calls, waits):
            try:
                result = Run(answer=run(), calls=tuple(calls), waits=tuple(waits))
            except Exception as error:  # noqa: BLE001 -- as the platform does
                told = f"{type(error).__name__}: {error}"
                result = Run(error=told, calls=tuple(calls), waits=tuple(waits))
        with os.fdopen(writing, "wb") as out:
            out.write(pickle.dumps(result))
    finally:
        os._exit(0)


def _standing_clock(at: datetime) -> Any:
    class Standing(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> datetime:
            return at.astimezone(tz)

    return mock.patch.object(clock, "datetime", Standing)


@contextmanager
def _faulty(fault: Fault | None, calls: list[str], waits: list[float]) -> Iterator[None]:
    """The HTTP session with a fault in it. Nobody sleeps: what backs off does so at once, and is noted."""
    real, number = URLLib3Session.send, itertools.count(1)
    down: set[str] = set()
    chance = random.Random(fault.seed if fault else 0)  # noqa: S311 -- the seed is the point

    def send(session: URLLib3Session, request: Any) -> Any:
        name, n = _name(request), next(number)
        calls.append(name)
        if fault is not None and fault.what is What.BUSY and chance.random() < 0.5:
            return _busy(request)
        if fault is not None and fault.what is What.DOWN and n >= fault.at:
            if n == fault.at:
                down.add(name.partition(" ")[0])
            if name.partition(" ")[0] in down:
                raise EndpointConnectionError(endpoint_url=request.url)
        is_now = fault is not None and n == fault.at
        if is_now and fault.what is What.DIES_BEFORE:
            os.kill(os.getpid(), signal.SIGKILL)
        answer = real(session, request)
        if is_now and fault.what is What.DIES_AFTER:
            os.kill(os.getpid(), signal.SIGKILL)
        if is_now and fault.what is What.ANSWER_LOST:
            raise ReadTimeoutError(endpoint_url=request.url)
        return answer

    with (
        mock.patch.object(URLLib3Session, "send", send),
        mock.patch.object(time, "sleep", waits.append),
    ):
        yield


def _name(request: Any) -> str:
    target = request.headers.get("X-Amz-Target")
    if target:
        text = target.decode() if isinstance(target, bytes) else target
        return f"{text.partition('.')[0].partition('_')[0]} {text.rpartition('.')[2]}"
    kind = "Query" if request.method in ("GET", "HEAD") else request.method
    return f"S3 {kind}"


def _busy(request: Any) -> AWSResponse:
    is_s3 = "X-Amz-Target" not in request.headers
    body = SLOW_DOWN if is_s3 else BUSY
    return AWSResponse(request.url, 503 if is_s3 else 400, {"content-length": str(len(body))}, _Raw(body))


class _Raw(io.BytesIO):
    def stream(self, *_: Any, **__: Any) -> Iterator[bytes]:
        yield self.read()


def faults_at(writes: Iterable[int]) -> Iterator[Fault]:
    """Every fault, at every call that changes something."""
    yield Fault(what=What.DIES_BEFORE, at=1)
    yield Fault(what=What.BUSY)
    for number in writes:
        yield Fault(what=What.DIES_AFTER, at=number)
        yield Fault(what=What.ANSWER_LOST, at=number)


def bus_message(source: str, type: str, detail: Mapping[str, Any], *, id: str = "message") -> dict[str, Any]:
    """A batch of one, as the queue behind a rule hands it to a reaction."""
    body = {"source": source, "detail-type": type, "detail": detail}
    return {"Records": [{"messageId": id, "body": json.dumps(body)}]}
