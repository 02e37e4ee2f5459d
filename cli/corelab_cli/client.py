"""The API, as the command calls it: JSON in, JSON out, problems as one exception."""

import http.client
import time
import uuid
from collections.abc import Callable
from typing import Any

import httpx

from corelab_cli.errors import CannotRun, Refused
from corelab_cli.profile import Profile
from corelab_cli.sessions import token

TRIES = 4
FIRST_PAUSE_SECONDS = 0.2


class Client:
    """A signed-in caller of one deployment's API.

    Parameters
    ----------
    profile : Profile
    user : str or None
        Whose session; the last that signed in without it.
    transport : httpx.BaseTransport or None
        In place of the network.
    pause : callable
        Waits that many seconds between two tries.
    """

    def __init__(
        self,
        profile: Profile,
        *,
        user: str | None = None,
        transport: httpx.BaseTransport | None = None,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        self.profile = profile
        self.pause = pause
        self._user = user
        self.http = profile.http(transport)

    def get(self, path: str, **parameters: str) -> Any:  # noqa: ANN401 -- JSON
        """Answer of a GET."""
        return self._call("GET", path, parameters=parameters)

    def post(self, path: str, body: Any = None, *, key: str | None = None) -> Any:  # noqa: ANN401 -- JSON
        """Answer of a POST; `key` makes repeats of one intent the same command."""
        return self._call("POST", path, body=body, key=key)

    def put(self, path: str, body: Any, *, key: str | None = None) -> Any:  # noqa: ANN401 -- JSON
        """Answer of a PUT."""
        return self._call("PUT", path, body=body, key=key)

    def _call(
        self,
        method: str,
        path: str,
        *,
        body: Any = None,  # noqa: ANN401 -- JSON
        key: str | None = None,
        parameters: dict[str, str] | None = None,
    ) -> Any:  # noqa: ANN401 -- JSON
        request = self.http.build_request(
            method, f"{self.profile.api}{path}", json=body, params=parameters or None
        )
        if method != "GET":
            request.headers["Idempotency-Key"] = key or uuid.uuid4().hex
        answer = self._signed(request, renew=False)
        if answer.status_code == httpx.codes.UNAUTHORIZED:
            answer = self._signed(request, renew=True)
        if answer.status_code >= httpx.codes.BAD_REQUEST:
            raise Refused(_problem(answer))
        try:
            return answer.json()
        except ValueError as error:
            raise CannotRun(f"{self.profile.api} is no Corelab API. Check the profile.") from error

    def _signed(self, request: httpx.Request, *, renew: bool) -> httpx.Response:
        proof = token(self.profile, self.http, user=self._user, renew=renew)
        request.headers["Authorization"] = f"Bearer {proof}"
        return self._send(request)

    def _send(self, request: httpx.Request) -> httpx.Response:
        """Send, and send again what the network lost: the Idempotency-Key makes that one command."""
        for attempt in range(TRIES):
            is_last = attempt == TRIES - 1
            try:
                answer = self.http.send(request)
            except httpx.TransportError as error:
                if is_last:
                    raise CannotRun(
                        f"{self.profile.api} does not answer. Is the system up, and the network there?"
                    ) from error
            else:
                if is_last or not _is_passing(answer):
                    return answer
            self.pause(FIRST_PAUSE_SECONDS * 2**attempt)
        raise AssertionError("the last try answers or raises")


def _is_passing(answer: httpx.Response) -> bool:
    """Whether the same request may fare better in a moment."""
    return (
        answer.status_code >= httpx.codes.INTERNAL_SERVER_ERROR
        or answer.status_code == httpx.codes.TOO_MANY_REQUESTS
    )


def _problem(answer: httpx.Response) -> dict[str, object]:
    """Problem JSON, also where something before the API answered, such as its gateway."""
    try:
        parsed = answer.json()
    except ValueError:
        parsed = {}
    problem: dict[str, object] = parsed if isinstance(parsed, dict) else {}
    status = answer.status_code
    said = str(problem.get("message") or f"The API answered {status}.")
    if status == httpx.codes.UNAUTHORIZED:
        said = "The API does not take this sign-in. Run `corelab sign-in USER`."
    return {"title": http.client.responses.get(status, ""), "status": status, "detail": said} | problem
