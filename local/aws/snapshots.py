"""Writing one service's state so that a kill leaves the old file or the new one, never half of one."""

import json
import os
from pathlib import Path
from typing import Any

from ministack.core import persistence


def encode(service: str, state: dict[str, Any]) -> bytes:
    """A service's state in ministack's own format.

    Parameters
    ----------
    service : str
        ministack's key for the state: the file's name.
    state : dict
        What the service's `get_state` gave.

    Raises
    ------
    TypeError
        The state holds what JSON and ministack's encoder cannot say.
    """
    document = {"__ministack_format__": persistence._state_format_version(service), "payload": state}
    return json.dumps(document, default=persistence._json_default).encode()


def read(service: str) -> Any:  # noqa: ANN401 - whatever the service's `get_state` gave
    """A service's state as last written, or None.

    Raises
    ------
    ValueError
        The file is not a snapshot of this format: it must not be taken for no state.
    """
    path = Path(persistence.STATE_DIR, f"{service}.json")
    if not path.exists():
        return None
    document = json.loads(path.read_text(), object_hook=persistence._json_object_hook)
    if document.get("__ministack_format__") != persistence._state_format_version(service):
        raise ValueError(f"{path} is of format {document.get('__ministack_format__')}")
    return document["payload"]


def write(service: str, snapshot: bytes) -> None:
    """Replace a service's snapshot, and return when it is on the disk."""
    path = Path(persistence.STATE_DIR, f"{service}.json")
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_suffix(".json.new")
    with new.open("wb") as file:
        file.write(snapshot)
        file.flush()
        os.fsync(file.fileno())
    new.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
