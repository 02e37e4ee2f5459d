"""Starting, finding and ending the embedded AWS of a state folder."""

import json
import os
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO

from local.aws import certificates
from local.aws.place import ACCOUNT, REGION, ROOT_KEY, Place

HOST = "127.0.0.1"
READY_WITHIN_S = 30.0  # a cold start takes under a second on a quiet machine
STOP_WITHIN_S = 30.0
POLL_S = 0.02
LOG_TAIL_LINES = 25
CHECKOUT = Path(__file__).resolve().parents[2]

# What this process started, kept so that an ended child is reaped and no handle is lost.
_children: dict[int, subprocess.Popen[bytes]] = {}


class CannotStart(RuntimeError):
    """The embedded AWS did not come up; the message says why and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Instance:
    """A running embedded AWS.

    Parameters
    ----------
    pid : int
        Its process, which leads a process group of its own.
    port : int
        On 127.0.0.1.
    strict : bool
        TLS, signatures and policies are enforced.
    """

    pid: int
    port: int
    strict: bool

    @property
    def endpoint(self) -> str:
        """Address for every AWS client."""
        return f"{'https' if self.strict else 'http'}://{HOST}:{self.port}"


def free_port() -> int:
    """A port of the loopback that nothing listened on a moment ago."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def _is_taken(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex((HOST, port)) == 0


def is_alive(pid: int) -> bool:
    """Whether the process exists and has not ended (a zombie has)."""
    try:
        status = Path(f"/proc/{pid}/stat").read_text()
    except FileNotFoundError:
        return False if Path("/proc/self").exists() else _signals(pid)
    return status.rpartition(")")[2].split()[0] != "Z"


def _signals(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def _is_ours(pid: int) -> bool:
    """Whether the process is an embedded AWS: after a reboot its number may be another program's."""
    if not Path("/proc/self").exists():
        return True
    try:
        return b"local.aws.server" in Path(f"/proc/{pid}/cmdline").read_bytes()
    except FileNotFoundError:
        return False


def environment(place: Place, port: int, *, strict: bool) -> dict[str, str]:
    """The server's environment; nothing of the caller's AWS settings or proxies reaches it or its workers."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("AWS_") and not name.lower().endswith("_proxy")
    }
    settings = {
        "BIND_HOST": HOST,
        "GATEWAY_PORT": str(port),
        "MINISTACK_HOST": HOST,
        "MINISTACK_REGION": REGION,
        "MINISTACK_ACCOUNT_ID": ACCOUNT,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_ACCESS_KEY_ID": ROOT_KEY,
        "AWS_SECRET_ACCESS_KEY": place.root_secret(),
        "PERSIST_STATE": "1",
        "STATE_DIR": str(place.root / "state"),
        "S3_PERSIST": "1",
        "S3_DATA_DIR": str(place.root / "objects"),
        "TMPDIR": str(place.root / "tmp"),
        "IOT_MTLS_ENABLED": "0",  # an MQTT port on every interface
        "SFTP_ENABLED": "0",
        "CLOUDTRAIL_RECORDING": "1",
        "LOG_LEVEL": "WARNING",
        "PYTHONUNBUFFERED": "1",
        "NO_PROXY": f"{HOST},localhost",
    }
    if strict:
        settings |= {
            "AUTH": "true",
            "USE_SSL": "1",
            "MINISTACK_SSL_CERT": str(place.certificates / "server.pem"),
            "MINISTACK_SSL_KEY": str(place.certificates / "server-key.pem"),
            "AWS_CA_BUNDLE": str(place.ca),
            "SSL_CERT_FILE": str(place.ca),
        }
    return kept | settings


def trust(place: Place, *, strict: bool) -> ssl.SSLContext | None:
    """What a plain HTTPS client needs to trust the instance of a place."""
    return ssl.create_default_context(cafile=str(place.ca)) if strict else None


def _answers(place: Place, instance: Instance) -> bool:
    opener = urllib.request.build_opener(
        urllib.request.ProxyHandler({}),
        urllib.request.HTTPSHandler(context=trust(place, strict=instance.strict)),
    )
    try:
        with opener.open(f"{instance.endpoint}/_ministack/ready", timeout=5) as answer:
            return bool(answer.status == 200)  # noqa: PLR2004 - HTTP's own number
    except (urllib.error.URLError, OSError):
        return False


def log_tail(place: Place) -> str:
    """The last lines of the server's log."""
    if not place.log.exists():
        return ""
    return "\n".join(place.log.read_text(errors="replace").splitlines()[-LOG_TAIL_LINES:])


def start(place: Place, *, strict: bool, port: int | None = None, follow: bool = False) -> Instance:
    """Boot the embedded AWS of a place and return when it serves.

    Parameters
    ----------
    place : Place
        Its state; what an earlier process left is taken up again.
    strict : bool
        TLS with a certificate of its own; signatures and policies enforced.
    port : int, optional
        A free one when absent.
    follow : bool
        End when this process ends, whatever ends it.

    Raises
    ------
    CannotStart
        The port is taken, the process died, or it did not answer in time.
    StateOfAnotherVersion
        See `Place.prepare`.
    """
    place.prepare()
    if find(place):
        raise CannotStart(f"{place.root} is served already: see {place.instance}")
    cleared(place.root / "tmp")
    certificates.make(place.certificates)
    number = port or free_port()
    if _is_taken(number):
        raise CannotStart(f"port {number} of {HOST} is taken: end what listens there, or choose another port")
    settings = environment(place, number, strict=strict) | {"CORELAB_FOLLOW": "1" if follow else "0"}
    with place.log.open("ab") as log:
        process = _spawn(settings, log, follow=follow)
    _children[process.pid] = process
    instance = Instance(pid=process.pid, port=number, strict=strict)
    place.instance.write_text(json.dumps(asdict(instance)) + "\n")
    deadline = time.monotonic() + READY_WITHIN_S
    while not _answers(place, instance):
        if process.poll() is not None:
            _reap(process.pid)
            raise CannotStart(f"the embedded AWS ended with {process.returncode}:\n{log_tail(place)}")
        if time.monotonic() > deadline:
            stop(place)
            raise CannotStart(
                f"the embedded AWS did not answer in {READY_WITHIN_S:.0f} s:\n{log_tail(place)}"
            )
        time.sleep(POLL_S)
    return instance


def cleared(folder: Path) -> None:
    """Empty a folder that workers of a killed process may be emptying too."""
    shutil.rmtree(
        folder, ignore_errors=True
    )  # what they remove first is no error; what stays is in nobody's way
    folder.mkdir(mode=0o700, exist_ok=True)


def _spawn(settings: dict[str, str], log: IO[bytes], *, follow: bool) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "local.aws.server"],
        cwd=CHECKOUT,
        env=settings,
        stdin=subprocess.PIPE if follow else subprocess.DEVNULL,
        stdout=log,
        stderr=log,
        start_new_session=True,
    )


def find(place: Place) -> Instance | None:
    """The instance that serves a place now, or None."""
    if not place.instance.exists():
        return None
    instance = Instance(**json.loads(place.instance.read_text()))
    return instance if is_alive(instance.pid) and _answers(place, instance) else None


def checkpoint(place: Place, instance: Instance) -> None:
    """Ask for a checkpoint of everything and return when it is on the disk.

    Raises
    ------
    TimeoutError
        It was not written in time.
    """
    before = place.checkpoint.stat().st_mtime_ns if place.checkpoint.exists() else 0
    os.kill(instance.pid, signal.SIGUSR1)
    deadline = time.monotonic() + STOP_WITHIN_S
    while not place.checkpoint.exists() or place.checkpoint.stat().st_mtime_ns == before:
        if time.monotonic() > deadline:
            raise TimeoutError(f"no checkpoint in {STOP_WITHIN_S:.0f} s:\n{log_tail(place)}")
        time.sleep(POLL_S)


def _reap(pid: int) -> None:
    """Take the end of a child that is ending; its leading thread may be gone before the others are."""
    child = _children.pop(pid, None)
    if child:
        child.wait(timeout=STOP_WITHIN_S)
        if child.stdin:
            child.stdin.close()


def stop(place: Place) -> bool:
    """End the instance of a place: SIGTERM, wait, and SIGKILL only when it does not go.

    Returns
    -------
    bool
        Whether one was running.
    """
    if not place.instance.exists():
        return False
    pid = int(json.loads(place.instance.read_text())["pid"])
    place.instance.unlink()
    if not (is_alive(pid) and _is_ours(pid)):
        _reap(pid)
        return False
    os.kill(pid, signal.SIGTERM)
    deadline = time.monotonic() + STOP_WITHIN_S
    while is_alive(pid):
        if time.monotonic() > deadline:
            os.killpg(pid, signal.SIGKILL)
        time.sleep(POLL_S)
    _reap(pid)
    return True
