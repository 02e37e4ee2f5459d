"""Everything but tables and objects is saved only on SIGTERM: save it while running.

Keys, users, stacks, functions, queues and executions change seldom or may come
again; they are snapshot when something happened, spending at most a twentieth of
the time. SIGUSR1 asks for a checkpoint of all, tables too, and `checkpoint` in the
state folder says when it was done. Tables have a journal of their own.
"""

import signal
import threading
import time
from pathlib import Path
from typing import Any

import ministack.app as server
from ministack.core import persistence
from ministack.services import lambda_svc

from local.aws import snapshots
from local.aws.loop import on_loop

from .durable_tables import STATE_KEY as TABLES
from .durable_tables import Tables
from .honest_boot import or_end
from .patch import original

SHORTEST_PAUSE_S = 1.0
SHARE_OF_TIME = 20  # pause at least this many times what the last save took
FUNCTIONS = "lambda"


class Checkpoints:
    """The thread that saves, and what it knows of the last time.

    Parameters
    ----------
    tables : Tables
        Saved with the rest when a checkpoint was asked for.
    """

    def __init__(self, tables: Tables) -> None:
        self._tables = tables
        self._busy = threading.Event()
        self._asked = threading.Event()
        self._functions: object = None
        self._saved: dict[str, int] = {}
        self._done = Path(persistence.STATE_DIR).parent / "checkpoint"

    def happened(self) -> None:
        """Something may have changed."""
        self._busy.set()

    def ask(self, *_: object) -> None:
        """Save all of it now (a signal handler)."""
        self._asked.set()
        self._busy.set()

    def run(self) -> None:
        """Save when something happened; never ends."""
        while True:
            self._busy.wait()
            asked = self._asked.is_set()
            self._asked.clear()
            self._busy.clear()
            began = time.monotonic()
            self._save(with_tables=asked)
            pause_s = max(SHORTEST_PAUSE_S, SHARE_OF_TIME * (time.monotonic() - began))
            self._asked.wait(pause_s)

    def _save(self, *, with_tables: bool) -> None:
        for service, state in on_loop(self._collect).items():
            snapshot = snapshots.encode(service, state)
            if self._saved.get(service) != hash(snapshot):
                snapshots.write(service, snapshot)
                self._saved[service] = hash(snapshot)
        if with_tables:
            on_loop(self._tables.checkpoint)
            self._done.write_text(f"{time.time():.3f}\n")

    def _collect(self) -> dict[str, Any]:
        """On the server's own loop, where no request is half way."""
        functions = _functions_now()
        readers = server._build_persistence_save_dict()
        readers.pop(TABLES, None)
        if functions == self._functions:
            readers.pop(FUNCTIONS, None)  # layers are large
        self._functions = functions
        states = {service: read() for service, read in readers.items()}
        return {service: state for service, state in states.items() if state is not None}


def _functions_now() -> object:
    """What tells one set of functions, versions, layers and mappings from another."""
    return (
        [
            (key, len(f.get("versions", {})), len(f.get("aliases", {})), f["config"].get("RevisionId"))
            for key, f in lambda_svc._functions._data.items()
        ],
        [(key, layer["next_version"]) for key, layer in lambda_svc._layers._data.items()],
        [(key, mapping.get("State")) for key, mapping in lambda_svc._esms._data.items()],
    )


def apply(tables: Tables) -> None:
    """Save while running, and on SIGUSR1."""
    checkpoints = Checkpoints(tables)
    dispatch = original(server, "_dispatch_service_request", digest="17e5ef6dcfa0")
    load = server._load_persisted_state

    async def dispatch_noted(*request: Any) -> Any:  # noqa: ANN401 - ministack's signature
        try:
            return await dispatch(*request)
        finally:
            checkpoints.happened()

    def load_and_start() -> None:
        load()
        threading.Thread(target=checkpoints.run, daemon=True, name="corelab-checkpoints").start()

    server._dispatch_service_request = dispatch_noted
    server._load_persisted_state = or_end(load_and_start)
    server.save_all = lambda readers: persistence.save_all({**readers, TABLES: tables.state})
    signal.signal(signal.SIGUSR1, checkpoints.ask)
