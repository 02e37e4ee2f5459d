"""One version of one series on its way through the pipeline, and where its objects lie."""

from collections.abc import Mapping
from dataclasses import dataclass

from corelab.deid.errors import RunUnreadable
from corelab.kernel.ids import SeriesId, SiteId, SubjectId, TransmittalId, TrialId, is_id


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One version of one series, and whose it is."""

    site: SiteId
    subject: SubjectId
    visit: str
    transmittal: TransmittalId
    series: SeriesId
    version: int


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
    version = item.get("version")
    named = all(isinstance(text, str) and text for text in texts.values())
    if not named or not isinstance(version, int) or not is_id(str(texts["series"]), prefix="ser"):
        raise RunUnreadable("Report this: the state machine's item does not describe a series.")
    return Run(
        site=SiteId(str(texts["site"])),
        subject=SubjectId(str(texts["subject"])),
        visit=str(texts["visit"]),
        transmittal=TransmittalId(str(texts["transmittal"])),
        series=SeriesId(str(texts["series"])),
        version=version,
    )


def keys_of(trial: TrialId, series: SeriesId, version: int) -> Keys:
    """Keys of a version's objects."""
    stem = f"packs/{trial}/{series}/v{version}"
    return Keys(pack=f"{stem}.tar", index=f"{stem}.index.json", certificate=f"{stem}.certificate.json")
