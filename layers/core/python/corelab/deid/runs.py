"""One version of one series on its way through the pipeline, and where its objects lie."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from corelab.deid.errors import RunUnreadable
from corelab.kernel import inputs
from corelab.kernel.canonical import Plain
from corelab.kernel.ids import SeriesId, SiteId, SubjectId, TransmittalId, TrialId, is_id


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One version of one series, and whose it is.

    Attributes
    ----------
    attempt : int
        1 on the way through the pipeline; each time a person lets the version run again, the next.
    """

    site: SiteId
    subject: SubjectId
    visit: str
    transmittal: TransmittalId
    series: SeriesId
    version: int
    attempt: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Keys:
    """Where a version's objects lie in the packs bucket; docs/architecture.md, Objects."""

    pack: str
    index: str
    certificate: str


def run_of(item: Mapping[str, object]) -> Run:
    """Run that a Map item of the state machine describes.

    Raises
    ------
    RunUnreadable
        A field is missing or is not what it should be.
    """
    texts = {name: item.get(name) for name in ("site", "subject", "visit", "transmittal", "series")}
    version, attempt = item.get("version"), item.get("attempt", 1)
    named = all(isinstance(text, str) and text for text in texts.values())
    numbered = isinstance(version, int) and isinstance(attempt, int)
    if not named or not numbered or not is_id(str(texts["series"]), prefix="ser"):
        raise RunUnreadable("Report this: the state machine's item does not describe a series.")
    return Run(
        site=SiteId(str(texts["site"])),
        subject=SubjectId(str(texts["subject"])),
        visit=str(texts["visit"]),
        transmittal=TransmittalId(str(texts["transmittal"])),
        series=SeriesId(str(texts["series"])),
        version=int(str(version)),
        attempt=int(str(attempt)),
    )


def command_id(run: Run, step: str) -> str:
    """Id of the command of a step of this run: the same for every retry of it."""
    again = "" if run.attempt == 1 else f"/{run.attempt}"
    return f"{run.transmittal}/{run.series}/v{run.version}/{step}{again}"


def execution_name(trial: TrialId, series: SeriesId, *, version: int, attempt: int, start: int = 1) -> str:
    """Name of the execution that runs a version again; `start` counts those that had to be started."""
    digest = hashlib.sha256(f"{trial}/{series}/v{version}/{attempt}/{start}".encode()).hexdigest()
    return f"again-{digest[:40]}"


def execution_input(trial: TrialId, run: Run, *, charter: str) -> dict[str, Plain]:
    """Input of such an execution: what Screen would answer, for this one series."""
    return {
        "schema": inputs.SCHEMA,
        "trial": trial,
        "site": run.site,
        "subject": run.subject,
        "visit": run.visit,
        "transmittal": run.transmittal,
        "charter": charter,
        "outcome": "ACCEPTED",
        "attempt": run.attempt,
        "series": [{"series": run.series, "version": run.version}],
    }


def facts_key(trial: TrialId, series: SeriesId, version: int) -> str:
    """Key of a version's facts in the records bucket."""
    return f"facts/{trial}/{series}/v{version}.json"


def renderings_prefix(trial: TrialId, series: SeriesId, version: int) -> str:
    """Prefix of a version's rendered frames in the records bucket."""
    return f"reviews/{trial}/{series}/v{version}/"


def keys_of(trial: TrialId, series: SeriesId, version: int) -> Keys:
    """Keys of a version's objects."""
    stem = f"packs/{trial}/{series}/v{version}"
    return Keys(pack=f"{stem}.tar", index=f"{stem}.index.json", certificate=f"{stem}.certificate.json")
