"""A de-identified series, as the API shows it."""

from pydantic import Field

from corelab.deid.codes import text_of
from corelab.deid.model import OUT_OF_USE, Series, SeriesVersion
from corelab.kernel.ids import SeriesId
from corelab_aws.doors.wire import Wire
from corelab_aws.objects import Bucket


class Download(Wire):
    """One object: what it hashes to, and where its bytes are for a short while."""

    sha256: str
    url: str


class VersionSeen(Wire):
    """One version of a series."""

    version: int
    transmittal: str
    state: str
    instances: int
    code: str | None = Field(description="Why it is held.")
    sentence: str | None = Field(description="The same in words.")
    remedy: str | None = Field(description="Who does what about it.")
    pack: Download | None = Field(description="The images: an uncompressed tar of Part 10 files.")
    index: Download | None
    certificate: Download | None = Field(description="What was done to them.")


class SeriesSeen(Wire):
    """A series; the newest version is the last."""

    series: str
    site: str
    subject: str
    visit: str
    state: str = Field(description="The newest version's.")
    transmittal: str = Field(description="The newest version's.")
    versions: list[VersionSeen]


def series_seen(id: SeriesId, series: Series, *, packs: Bucket) -> SeriesSeen:
    """The series as the API shows it."""
    return SeriesSeen(
        series=id,
        site=series.site,
        subject=series.subject,
        visit=series.visit,
        state=series.latest.state,
        transmittal=series.latest.transmittal,
        versions=[_version(version, packs) for version in series.versions],
    )


def _version(version: SeriesVersion, packs: Bucket) -> VersionSeen:
    words = text_of(version.code) if version.code else None
    given = None if version.state in OUT_OF_USE else packs
    return VersionSeen(
        version=version.version,
        transmittal=version.transmittal,
        state=version.state,
        instances=version.instances,
        code=version.code,
        sentence=words.sentence if words else None,
        remedy=words.remedy if words else None,
        pack=_download(version.pack, version.pack_sha256, packs=given),
        index=_download(version.index, version.index_sha256, packs=given),
        certificate=_download(version.certificate, version.certificate_sha256, packs=given),
    )


def _download(key: str | None, sha256: str | None, *, packs: Bucket | None) -> Download | None:
    if key is None or sha256 is None or packs is None:
        return None
    return Download(sha256=sha256, url=packs.presigned_get(key))
