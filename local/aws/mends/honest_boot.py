"""A boot that cannot read a service's state goes on without it: end instead, and say why.

ministack logs the failure and serves on with nothing, and its web server does the same
when starting fails; what is saved next would overwrite what could not be read.
"""

import logging
import os
from collections.abc import Callable

import ministack.app as server

from local.aws import snapshots

from .patch import original


def _load() -> None:
    for service, module in server._state_map.items():
        if state := snapshots.read(service):
            server._get_module(module).load_persisted_state(state)


def or_end(load: Callable[[], None]) -> Callable[[], None]:
    """The same step, ending the process with its reason in the log when it fails."""

    def load_or_end() -> None:
        try:
            load()
        except Exception:  # whatever it was: half a state must not be served as the whole
            logging.getLogger("corelab").critical("state.unreadable", exc_info=True)
            logging.shutdown()
            os._exit(1)

    return load_or_end


def apply() -> None:
    """Read every service's state, or end."""
    original(server, "_load_persisted_state", digest="03de3b870e8f")
    server._load_persisted_state = _load
