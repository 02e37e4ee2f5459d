"""What enters and leaves the reviewers' door: nothing of a header but the modality, and no name of a file."""

from datetime import datetime
from typing import Annotated

from pydantic import Field

from corelab.deid.codes import text_of
from corelab.deid.model import Box, SeriesVersion
from corelab.deid.rendering import Rendered
from corelab_aws.doors.signing import Signature
from corelab_aws.doors.wire import Line, Wire

MOST_BOXES = 200
MOST_FRAMES = 8  # two pictures each, within the time that a request has
Number = Annotated[int, Field(ge=1)]
Place = Annotated[int, Field(ge=0, le=65535)]


class ReviewSeen(Wire):
    """A held version of a series."""

    series: str
    version: int
    code: str = Field(description="Why it is held.")
    sentence: str = Field(description="The same in words.")
    since: datetime | None

    @classmethod
    def of(cls, series: str, version: SeriesVersion) -> "ReviewSeen":
        """The version as the API shows it."""
        code = version.code or ""
        return cls(
            series=series,
            version=version.version,
            code=code,
            sentence=text_of(code).sentence,
            since=version.moved_at,
        )


class ReviewsSeen(Wire):
    """Held versions, the longest held first."""

    reviews: list[ReviewSeen]


class RenderBody(Wire):
    """Which frames to show."""

    image: Number = Field(default=1, description="Its number in the series, from 1.")
    first: Number = Field(default=1, description="The first frame, from 1.")
    frames: Annotated[int, Field(ge=1, le=MOST_FRAMES)] = Field(default=1, description="How many from there.")


class PictureSeen(Wire):
    """One view of one frame, as a PNG for a short while."""

    frame: int
    view: str = Field(
        description="`plain`: from the lowest value to the highest; `even`: each value far from the next."
    )
    url: str


class RenderingSeen(Wire):
    """Frames of one image."""

    series: str
    version: int
    code: str
    images: int = Field(description="How many the version has.")
    image: int
    modality: str
    rows: int
    columns: int
    frames: int = Field(description="How many the image has.")
    not_shown: str | None = Field(description="Why there are no pictures.")
    pictures: list[PictureSeen]

    @classmethod
    def of(
        cls, series: str, version: SeriesVersion, *, images: int, image: int, made: Rendered, urls: list[str]
    ) -> "RenderingSeen":
        """The rendering as the API shows it."""
        return cls(
            series=series,
            version=version.version,
            code=version.code or "",
            images=images,
            image=image,
            modality=made.modality,
            rows=made.rows,
            columns=made.columns,
            frames=made.frames,
            not_shown=made.not_shown,
            pictures=[
                PictureSeen(frame=picture.frame, view=picture.view, url=url)
                for picture, url in zip(made.pictures, urls, strict=True)
            ],
        )


class BoxBody(Wire):
    """A rectangle to blank, from the upper left corner, counting from 0."""

    image: Number | None = Field(default=None, description="From 1; none: every image.")
    frame: Number | None = Field(default=None, description="From 1; none: every frame.")
    x: Place
    y: Place
    width: Annotated[int, Field(ge=1, le=65535)]
    height: Annotated[int, Field(ge=1, le=65535)]

    def box(self) -> Box:
        """The box."""
        return Box(
            image=self.image, frame=self.frame, x=self.x, y=self.y, width=self.width, height=self.height
        )


class ClearBody(Wire):
    """A reviewer's decision to let a version through."""

    reason: Line | None = Field(default=None, description="Why; it is kept for ever.")
    signature: Signature | None = None
    boxes: list[BoxBody] = Field(default=[], max_length=MOST_BOXES, description="What is blanked.")


class RefuseBody(Wire):
    """A reviewer's decision to let nothing of a version through."""

    reason: Line | None = Field(default=None, description="Why; it is kept for ever.")
    signature: Signature | None = None


class RetryBody(Wire):
    """A project manager's decision to let a version run again."""

    reason: Line | None = Field(default=None, description="Why; it is kept for ever.")


class DecidedSeen(Wire):
    """A version after the decision."""

    series: str
    version: int
    state: str
    attempt: int = Field(description="Which run it is in.")

    @classmethod
    def of(cls, series: str, version: SeriesVersion) -> "DecidedSeen":
        """The version as the API shows it."""
        return cls(series=series, version=version.version, state=version.state, attempt=version.attempt)
