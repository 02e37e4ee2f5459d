"""What passes through the API's doors: strict models, and the shapes of names in addresses.

A name becomes part of a key, where `#` separates and `*` stands for every site; so neither may be in one.
"""

from datetime import date
from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Path, Query
from pydantic import BaseModel, BeforeValidator, ConfigDict, StringConstraints

NAME = r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$"
TRIAL = r"^(_system|[A-Za-z0-9][A-Za-z0-9._-]{0,63})$"  # `_system` is the log of accounts


class Wire(BaseModel):
    """A body, in or out: nothing converted in silence, nothing unknown ignored."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


def _day(value: object) -> object:
    return date.fromisoformat(value) if isinstance(value, str) and len(value) == len("2026-01-31") else value


Name = Annotated[str, StringConstraints(pattern=NAME)]
Line = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]+$")]
Day = Annotated[date, BeforeValidator(_day)]  # 2026-01-31, and no other way to write a date

TrialInPath = Annotated[str, Path(pattern=TRIAL, description="The trial, as the sponsor writes it.")]
SiteInPath = Annotated[str, Path(pattern=NAME, description="The site's id.")]
PersonInPath = Annotated[str, Path(pattern=NAME, description="The person: the user pool's subject.")]
TrialInQuery = Annotated[str | None, Query(pattern=TRIAL, description="A trial.")]
