"""What de-identification needs of facts/1, the document that Screen writes per series and version."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from corelab.deid.errors import FactsDisagree
from corelab.deid.runs import Run
from corelab.kernel.ids import ScannerId, SeriesId, SiteId, SubjectId, TransmittalId, TrialId

SCHEMA = "facts/1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Original:
    """One original file of the series.

    Attributes
    ----------
    key, version_id : str
        Where its bytes are, and which.
    sop_uid : str
        The original UID: identified data.
    number : int or None
        Instance Number (0020,0013).
    pixel_sha256 : str
        Of Pixel Data's value.
    pixel_bytes : int
        Its length.
    """

    key: str
    version_id: str
    size_bytes: int
    sha256: str
    sop_uid: str = field(repr=False)
    number: int | None
    pixel_sha256: str
    pixel_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SeriesFacts:
    """One version of one series.

    Attributes
    ----------
    scanner : ScannerId or None
        The registry's id; None where Screen did not recognise the scanner.
    expected_series : str or None
        The charter's id of the series; None where it was not recognised.
    """

    trial: TrialId
    site: SiteId
    subject: SubjectId
    visit: str
    transmittal: TransmittalId
    charter: str
    series: SeriesId
    version: int
    scanner: ScannerId | None
    expected_series: str | None
    originals: tuple[Original, ...]


def load_facts(document: bytes | str) -> SeriesFacts:
    """Facts of a series from their JSON.

    Raises
    ------
    FactsDisagree
        They are no facts of a schema that this version reads.
    """
    try:
        plain: dict[str, Any] = json.loads(document)
        if plain["schema"] != SCHEMA:
            raise FactsDisagree(f"Screen the series again: its facts are not {SCHEMA}.", schema=SCHEMA)
        recognised = plain["recognised"]
        return SeriesFacts(
            trial=plain["trial"],
            site=plain["site"],
            subject=plain["subject"],
            visit=plain["visit"],
            transmittal=plain["transmittal"],
            charter=plain["charter"],
            series=plain["series"],
            version=plain["version"],
            scanner=plain["scanner"]["id"],
            expected_series=None if recognised is None else recognised["series"],
            originals=tuple(_original(item) for item in plain["instances"]),
        )
    except (ValueError, KeyError, TypeError) as error:
        raise FactsDisagree("Screen the series again: its facts cannot be read.", schema=SCHEMA) from error


def check_facts(facts: SeriesFacts, *, trial: TrialId, run: Run, charter: str) -> None:
    """Check that the facts are of this run.

    Raises
    ------
    FactsDisagree
        They are of another series, version, subject, visit or site, or were taken under another charter.
    """
    theirs = (facts.trial, facts.site, facts.subject, facts.visit, facts.series, facts.version, facts.charter)
    if theirs != (trial, run.site, run.subject, run.visit, run.series, run.version, charter):
        raise FactsDisagree("Screen the series again: its facts are of another run.")


def _original(plain: Mapping[str, Any]) -> Original:
    return Original(
        key=plain["key"],
        version_id=plain["version_id"],
        size_bytes=plain["size_bytes"],
        sha256=plain["sha256"],
        sop_uid=plain["sop_uid"],
        number=plain["number"],
        pixel_sha256=plain["pixel_sha256"],
        pixel_bytes=plain["pixel_bytes"]["actual"],
    )
