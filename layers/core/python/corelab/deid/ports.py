"""What this room needs from outside: the originals' bytes, and somewhere to stream the pack."""

from collections.abc import Mapping
from typing import Protocol

from corelab.deid.facts import Original
from corelab.pack.tar import Sink

__all__ = ["Executions", "Originals", "Renderings", "Sink"]


class Originals(Protocol):
    """Where originals are read, one at a time."""

    def __call__(self, original: Original, /) -> bytes:
        """Bytes of exactly this version of the original."""


class Executions(Protocol):
    """Runs of the pipeline."""

    def start(self, name: str, document: Mapping[str, object]) -> bool:
        """Start a run; False where the name is taken."""

    def run_of(self, name: str) -> str | None:
        """RUNNING, SUCCEEDED or DEAD; None where there never was a run of this name."""


class Renderings(Protocol):
    """Where rendered frames are kept until a person has decided."""

    def delete_all(self, prefix: str) -> int:
        """Delete every version of everything under the prefix; how many there were."""
