"""Where the API is and how to sign in: one JSON file, which `make up` writes and a deployer hands out."""

import json
import os
import ssl
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import httpx

from corelab_cli.errors import CannotRun

PLACES = (Path(".corelab/profile.json"), Path.home() / ".config" / "corelab" / "profile.json")
LOOPBACK = ("127.0.0.1", "localhost", "::1")
TIMEOUT_SECONDS = 60.0  # twice API Gateway's own limit


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """One deployment.

    Attributes
    ----------
    api : str
        Base URL, without the trailing `/v1`.
    sign_in : str
        The user pool's endpoint.
    client_id : str
        The user pool's client.
    ca_bundle : str or None
        Certificates to trust, where the deployment is on this machine.
    path : Path
        The file it was read from; sessions are kept beside it.
    """

    api: str
    sign_in: str
    client_id: str
    ca_bundle: str | None = None
    path: Path = Path()

    @property
    def session_path(self) -> Path:
        """Where signed-in sessions are kept."""
        return self.path.with_suffix(".sessions.json")

    def http(self, transport: httpx.BaseTransport | None = None) -> httpx.Client:
        """An HTTP client that trusts what the profile trusts.

        Parameters
        ----------
        transport : httpx.BaseTransport or None
            In place of the network.
        """
        is_here = urlsplit(self.api).hostname in LOOPBACK  # no proxy leads to this machine
        return httpx.Client(
            verify=self._trust(), timeout=TIMEOUT_SECONDS, trust_env=not is_here, transport=transport
        )

    def _trust(self) -> ssl.SSLContext:
        try:
            return ssl.create_default_context(cafile=self.ca_bundle)
        except (OSError, ssl.SSLError) as error:
            raise CannotRun(
                f"{self.path} trusts {self.ca_bundle}, which cannot be read. Run `make up` again."
            ) from error


def load_profile(named: str | None) -> Profile:
    """The profile named by `--profile`, else by CORELAB_PROFILE, else the first of the usual places.

    Raises
    ------
    CannotRun
        There is none, or it cannot be read.
    """
    wanted = named or os.environ.get("CORELAB_PROFILE")
    candidates = [Path(wanted)] if wanted else [*PLACES]
    path = next((path for path in candidates if path.is_file()), None)
    if path is None:
        listed = " or ".join(map(str, candidates))
        raise CannotRun(f"No profile at {listed}. Run `make up`, or pass --profile FILE.")
    try:
        fields = json.loads(path.read_text())
        profile = Profile(**fields, path=path.resolve())
        if not all(isinstance(value, str) for value in (profile.api, profile.sign_in, profile.client_id)):
            raise TypeError(path)  # noqa: TRY301 -- one way out for whatever is no profile
    except (OSError, ValueError, TypeError) as error:
        raise CannotRun(f"{path} is no profile: it needs api, sign_in and client_id.") from error
    return profile
