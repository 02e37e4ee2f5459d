"""A problem of a charter: where, what, and what to do about it."""

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches

Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing to mend.

    Attributes
    ----------
    line : int
        Of the YAML text, from 1.
    path : str
        "visits.schedule[1].window".
    message, remedy : str
        What is wrong; what to write instead.
    """

    line: int
    path: str
    message: str
    remedy: str

    def __str__(self) -> str:
        return f"line {self.line}: {self.path}: {self.message}. {self.remedy}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """A problem before its line is known. `at_key`: the key itself is at fault, not its value."""

    path: Path
    message: str
    remedy: str
    at_key: bool = False


def path_text(path: Path) -> str:
    """Path as a person reads it; "charter" for the whole."""
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)
    return text.removeprefix(".") or "charter"


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Remedy for a word that is not among the known ones."""
    words = sorted(known)
    close = get_close_matches(word, words, n=1, cutoff=0.6)
    listed = f"Allowed: {', '.join(words)}." if words else "Take it out."
    return f"Did you mean {close[0]}? {listed}" if close else listed
