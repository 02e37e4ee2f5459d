"""What a folder's judgement says: of each series, of the time point, of files that could not be judged."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass

from corelab.ingest import codes
from corelab.kernel.canonical import Plain
from corelab.offline.model import Refused
from corelab.qc.model import Finding

SCHEMA = "qc-report/1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Observed:
    """What a check saw in a series that the charter does not ask for: nothing follows from it."""

    check: str
    seen: str
    asked: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SeriesJudged:
    """One series.

    Attributes
    ----------
    first : str
        The first of its files in the input.
    slot : str or None
        `<procedure>/<series>` of the charter; None for one that it does not ask for.
    because : tuple of str
        The clauses that recognised it; or for each series of its kind in the charter the one that did not.
    role, role_reason : str
        The part it plays at the time point, and why.
    findings : tuple of Finding
        Whether they count for the time point or not: those of a repeat do not.
    passed : tuple of str
        Checks that it passed.
    """

    first: str
    images: int
    modality: str
    slot: str | None
    because: tuple[str, ...]
    role: str
    role_reason: str
    findings: tuple[Finding, ...]
    observed: tuple[Observed, ...]
    passed: tuple[str, ...]

    @property
    def plain(self) -> dict[str, Plain]:
        """As JSON has it."""
        return {
            "first": self.first,
            "images": self.images,
            "modality": self.modality,
            "slot": self.slot,
            "because": list(self.because),
            "role": self.role,
            "role_reason": self.role_reason,
            "findings": [plain_finding(one) for one in self.findings],
            "observed": [asdict(one) for one in self.observed],
            "passed": list(self.passed),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What came of a folder.

    Attributes
    ----------
    charter : str
        Hash of the whole charter.
    state : str
        Where the pipeline's verdict would rest (`corelab.qc.model.MACHINE`).
    findings : tuple of Finding
        Those that count: of the series that are read, and of the time point itself.
    not_judged : mapping
        Checks of the charter that cannot be made here, each with why.
    refused : tuple of Refused
        Files that are broken or not accepted.
    set_aside : int
        Files that every medium holds beside its images.
    persons : int
        How many persons the headers name.
    """

    charter: str
    visit: str
    state: str
    is_complete: bool
    is_partial: bool
    is_readable: bool
    series: tuple[SeriesJudged, ...]
    findings: tuple[Finding, ...]
    not_judged: Mapping[str, str]
    refused: tuple[Refused, ...]
    set_aside: int
    persons: int

    @property
    def is_passed(self) -> bool:
        """Whether nothing stands in the way of reading the time point, as far as can be told here."""
        return self.is_readable and not self.refused and not self.has_several_persons

    @property
    def has_several_persons(self) -> bool:
        """Whether the images are of more than one person: a time point is one subject's."""
        return self.persons > 1

    @property
    def of_time_point(self) -> tuple[Finding, ...]:
        """Findings that are of no series that came."""
        of_series = {(one.check, one.slot) for series in self.series for one in series.findings}
        return tuple(one for one in self.findings if (one.check, one.slot) not in of_series)

    @property
    def plain(self) -> dict[str, Plain]:
        """As JSON has it. It names files of the input: keep it where these are kept."""
        others = codes.text_of(codes.SEVERAL_IDENTITIES)
        return {
            "schema": SCHEMA,
            "charter": self.charter,
            "passed": self.is_passed,
            "time_point": {
                "visit": self.visit,
                "state": self.state,
                "is_complete": self.is_complete,
                "is_partial": self.is_partial,
                "is_readable": self.is_readable,
                "findings": [plain_finding(one) for one in self.findings],
                "persons": self.persons,
                "several_persons": asdict(others) if self.has_several_persons else None,
            },
            "series": [one.plain for one in self.series],
            "not_judged": dict(self.not_judged),
            "refused": [one.plain for one in self.refused],
            "set_aside": self.set_aside,
        }


def plain_finding(found: Finding) -> dict[str, Plain]:
    """A finding as JSON has it."""
    return {
        "check": found.check,
        "slot": found.slot,
        "severity": found.severity.value,
        "consequence": found.consequence.value,
        "blocks": found.blocks,
        "is_judged": found.is_judged,
        "seen": found.seen,
        "asked": found.asked,
        "section": found.section,
        "text": found.text,
    }
