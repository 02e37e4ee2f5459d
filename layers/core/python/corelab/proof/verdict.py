"""What the proof says: a verdict that names checks, images and places, and never what was found."""

from dataclasses import dataclass

from corelab.kernel.canonical import Plain, canonical_json

VERSION = "proof/1"
MOST_FOUND = 100  # enough to see where it comes from
PASS, FAIL = "PASS", "FAIL"


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Found:
    """One thing that is not as it must be.

    Attributes
    ----------
    check : str
        Of `checks`.
    image : int
        Its number in the series, from 1; 0 for the series.
    where : str
        Tag path, or `meta`, `pixels`, `preamble`, `behind`, `series`.
    token_class : str or None
        What kind of token stands there.
    """

    image: int
    where: str
    check: str
    token_class: str | None = None

    def __str__(self) -> str:
        told = f"{self.check} in image {self.image} at {self.where}"
        return told if self.token_class is None else f"{told} ({self.token_class})"

    @property
    def plain(self) -> dict[str, Plain]:
        """As JSON has it."""
        return {
            "check": self.check,
            "image": self.image,
            "where": self.where,
            "token_class": self.token_class,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What the proof says of a series."""

    verdict: str
    found: tuple[Found, ...]
    version: str = VERSION

    @property
    def passes(self) -> bool:
        """Whether nothing was found."""
        return self.verdict == PASS

    @property
    def plain(self) -> dict[str, Plain]:
        """As JSON has it."""
        return {
            "version": self.version,
            "verdict": self.verdict,
            "found": [one.plain for one in self.found],
        }

    def json(self) -> bytes:
        """Canonical JSON."""
        return canonical_json(self.plain)


def verdict_of(found: set[Found]) -> Verdict:
    """The verdict."""
    ordered = sorted(found, key=lambda one: (one.image, one.where, one.check, one.token_class or ""))
    return Verdict(verdict=FAIL if found else PASS, found=tuple(ordered[:MOST_FOUND]))
