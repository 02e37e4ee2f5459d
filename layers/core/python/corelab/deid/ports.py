"""What this room needs from outside: the originals' bytes, and somewhere to stream the pack."""

from typing import Protocol

from corelab.deid.facts import Original
from corelab.pack.tar import Sink

__all__ = ["Originals", "Sink"]


class Originals(Protocol):
    """Where originals are read, one at a time."""

    def __call__(self, original: Original, /) -> bytes:
        """Bytes of exactly this version of the original."""
