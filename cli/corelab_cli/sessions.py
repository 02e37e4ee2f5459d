"""Sign-in sessions: tokens of the user pool, kept on this machine for their owner only."""

import json
import os
import time
from pathlib import Path
from typing import Any

import httpx

from corelab_cli.errors import CannotRun
from corelab_cli.profile import Profile

TARGET = "AWSCognitoIdentityProviderService.InitiateAuth"
REFUSALS = {"NotAuthorizedException", "UserNotFoundException", "PasswordResetRequiredException"}
MARGIN_SECONDS = 60  # a token this close to its end is taken for ended


def sign_in(profile: Profile, http: httpx.Client, *, user: str, password: str) -> None:
    """Prove who you are, and keep the session.

    Raises
    ------
    CannotRun
        The user pool refused, or cannot be reached.
    """
    parameters = {"USERNAME": user, "PASSWORD": password}
    answer = _initiate(profile, http, flow="USER_PASSWORD_AUTH", parameters=parameters)
    if answer is None:
        raise CannotRun(f"The user pool refused {user}: check the name and the password.")
    if "AuthenticationResult" not in answer:
        raise CannotRun("The user pool asks for a new password first. Set one, then sign in again.")
    _keep(profile, user, result=answer["AuthenticationResult"], refresh=None)


def signed_in_user(profile: Profile, *, user: str | None) -> str:
    """Who acts: the user that is named, or the last who signed in.

    Raises
    ------
    CannotRun
        Nobody is signed in.
    """
    name = user or os.environ.get("CORELAB_USER") or _sessions(profile).get("last")
    if not name:
        raise CannotRun("Nobody is signed in. Run `corelab sign-in USER`.")
    return str(name)


def token(profile: Profile, http: httpx.Client, *, user: str | None, renew: bool = False) -> str:
    """The ID token of a signed-in user, renewed where it has ended.

    Parameters
    ----------
    renew : bool
        Renew it in any case: the API did not take it.

    Raises
    ------
    CannotRun
        Nobody, or somebody else, is signed in; or the session has ended.
    """
    sessions = _sessions(profile)
    name = user or os.environ.get("CORELAB_USER") or sessions.get("last")
    kept = sessions.get("users", {}).get(name)
    if kept is None:
        raise CannotRun(f"{name or 'Nobody'} is not signed in. Run `corelab sign-in {name or 'USER'}`.")
    if renew or kept["ends"] - MARGIN_SECONDS < time.time():
        parameters = {"REFRESH_TOKEN": kept["refresh"]}
        answer = _initiate(profile, http, flow="REFRESH_TOKEN_AUTH", parameters=parameters)
        if answer is None or "AuthenticationResult" not in answer:
            raise CannotRun(f"Your session has ended. Run `corelab sign-in {name}`.")
        kept = _keep(profile, str(name), result=answer["AuthenticationResult"], refresh=kept["refresh"])
    return str(kept["id_token"])


def _initiate(
    profile: Profile, http: httpx.Client, *, flow: str, parameters: dict[str, str]
) -> dict[str, dict[str, Any]] | None:
    """The user pool's answer; None where it refuses."""
    body = {"AuthFlow": flow, "ClientId": profile.client_id, "AuthParameters": parameters}
    headers = {"X-Amz-Target": TARGET, "Content-Type": "application/x-amz-json-1.1"}
    try:
        answer = http.post(profile.sign_in, content=json.dumps(body), headers=headers)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise CannotRun(f"{profile.sign_in} does not answer. Is the system up?") from error
    said = _object(answer)
    kind = str(said.get("__type", "")).rpartition("#")[2]
    if kind in REFUSALS:
        return None
    if answer.status_code != httpx.codes.OK:
        raise CannotRun(f"The user pool answered {answer.status_code} {kind}. Try again in a minute.")
    return said


def _object(answer: httpx.Response) -> dict[str, dict[str, Any]]:
    try:
        parsed = answer.json()
    except ValueError:
        return {}
    return parsed if isinstance(parsed, dict) else {}


def _keep(profile: Profile, user: str, *, result: dict[str, Any], refresh: str | None) -> dict[str, Any]:
    kept: dict[str, Any] = {
        "id_token": result["IdToken"],
        "refresh": result.get("RefreshToken") or refresh or "",
        "ends": time.time() + int(result.get("ExpiresIn", 300)),
    }
    sessions = _sessions(profile)
    sessions["users"] = {**sessions.get("users", {}), user: kept}
    sessions["last"] = user
    path = profile.session_path
    fresh = path.with_suffix(f".{os.getpid()}.new")
    with open(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:  # noqa: PTH123 -- the mode
        json.dump(sessions, file)
    Path(fresh).replace(path)
    return kept


def _sessions(profile: Profile) -> dict[str, Any]:
    try:
        parsed = json.loads(profile.session_path.read_text())
    except (OSError, ValueError):
        return {}
    return parsed if isinstance(parsed, dict) else {}
