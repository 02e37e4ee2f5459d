"""The folder in which one embedded AWS keeps everything it has."""

import json
import secrets
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

REGION = "eu-central-1"
ACCOUNT = "000000000000"  # as in deployments/local.yaml
LAYOUT = 1  # raised when a state folder of an older launcher can no longer be read
ROOT_KEY = "AKIACORELABLOCALROOT"


class StateOfAnotherVersion(RuntimeError):
    """The state folder was written by another release: it would be misread."""


def private_text(path: Path, text: str) -> None:
    """Write a file that only its owner may read (mode 600)."""
    path.unlink(missing_ok=True)
    path.touch(mode=0o600)
    path.write_text(text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A state folder.

    Parameters
    ----------
    root : Path
        Absolute. Made by `prepare`.
    """

    root: Path

    @property
    def certificates(self) -> Path:
        """The folder of the certificate, its key and its CA."""
        return self.root / "tls"

    @property
    def ca(self) -> Path:
        """The CA that a client must trust in strict mode."""
        return self.certificates / "ca.pem"

    @property
    def log(self) -> Path:
        """What the server and ministack print."""
        return self.root / "server.log"

    @property
    def instance(self) -> Path:
        """Which process serves this folder, and where."""
        return self.root / "instance.json"

    @property
    def checkpoint(self) -> Path:
        """Touched when a checkpoint that was asked for is on the disk."""
        return self.root / "checkpoint"

    def prepare(self) -> None:
        """Make the folders and the root secret, or check that they are of this version.

        Raises
        ------
        StateOfAnotherVersion
            Another layout or another ministack wrote it.
        """
        mark = f"layout {LAYOUT}, ministack {version('ministack')}"
        path = self.root / "version"
        if path.exists() and path.read_text().strip() != mark:
            raise StateOfAnotherVersion(
                f"{self.root} holds the state of {path.read_text().strip()}; this is {mark}. "
                "End that one with its own release, or move the folder away."
            )
        self.root.mkdir(mode=0o700, parents=True, exist_ok=True)
        for name in ("state", "objects", "journal", "tmp"):
            (self.root / name).mkdir(mode=0o700, exist_ok=True)
        path.write_text(mark + "\n")
        if not (self.root / "root.json").exists():
            private_text(self.root / "root.json", json.dumps({"secret": secrets.token_urlsafe(30)}))

    def root_secret(self) -> str:
        """The secret of the account's root key."""
        return str(json.loads((self.root / "root.json").read_text())["secret"])
