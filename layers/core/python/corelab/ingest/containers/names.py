"""Whether a member's path stays where it belongs. A path is judged and forgotten."""

import re

from corelab.ingest import codes
from corelab.ingest.containers.model import Limits

_PARTS = re.compile(rb"[/\\]")
_DRIVE = re.compile(rb"[A-Za-z]:")


def path_code(path: bytes, limits: Limits) -> str | None:
    """Code of what is wrong with a path; None where nothing is.

    Parameters
    ----------
    path : bytes
        As the container writes it.
    """
    parts = _PARTS.split(path)
    if len(path) > limits.name_bytes or len(parts) > limits.name_parts:
        return codes.PATH_TOO_LONG
    if path[:1] in (b"/", b"\\") or _DRIVE.match(path) or b".." in parts or b"\0" in path:
        return codes.CLIMBS
    return None
