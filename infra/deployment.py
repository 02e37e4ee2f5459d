"""One deployment: a typed file that says where, under which promises, and who is told.

What outlives a mistake has no default: how long the ledger is locked must be said.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, model_validator

ROOT = Path(__file__).resolve().parent.parent
LOCAL = "local"
PRODUCTION = "prod"

Account = Annotated[str, Field(pattern=r"^\d{12}$")]
Region = Annotated[str, Field(pattern=r"^[a-z]{2}(-[a-z]+)+-\d$")]
Stage = Annotated[str, Field(pattern=r"^[a-z][a-z0-9]{1,11}$")]


class Strict(BaseModel):
    """Unknown words are errors, and nothing is coerced."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class WitnessPlace(Strict):
    """Where copies of checkpoints go: best another account and region."""

    account: Account
    region: Region


class Deployment(Strict):
    """What `deployments/<name>.yaml` says.

    Attributes
    ----------
    lock_mode : str
        S3 Object Lock of ledger and witness. GOVERNANCE can be lifted by a privileged person, COMPLIANCE by
        nobody. NONE locks nothing and is refused for production.
    retention_days : int
        Days for which a written ledger object cannot be changed. No default: a deployment must say it.
    witness : WitnessPlace or None
        None keeps the witness beside the ledger.
    alarm_address : str or None
        E-mail address that alarms reach. None only on one machine.
    budget_usd_per_month : int or None
        None only on one machine.
    drop_quiet_seconds : int
        How long nothing may come to the drop bucket before a study counts as ended.
    """

    account: Account
    region: Region
    stage: Stage
    lock_mode: Literal["GOVERNANCE", "COMPLIANCE", "NONE"]
    retention_days: Annotated[int, Field(ge=1, le=36_500)]
    witness: WitnessPlace | None = None
    alarm_address: Annotated[str, Field(pattern=r"^[^@\s]+@[^@\s]+$")] | None = None
    budget_usd_per_month: Annotated[int, Field(ge=1)] | None = None
    drop_quiet_seconds: Annotated[int, Field(ge=1, le=86_400)] = 600
    tags: Mapping[str, str] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _keeps_its_promises(self) -> "Deployment":
        if self.stage == PRODUCTION and self.lock_mode == "NONE":
            raise ValueError("lock_mode: production locks its ledger; say GOVERNANCE or COMPLIANCE")
        if not self.is_local and (self.alarm_address is None or self.budget_usd_per_month is None):
            raise ValueError("alarm_address and budget_usd_per_month: say both; only a local stage has none")
        return self

    @property
    def is_local(self) -> bool:
        """Whether it runs on the embedded stack of one machine."""
        return self.stage == LOCAL

    @property
    def witness_place(self) -> WitnessPlace:
        """Where the witness is."""
        return self.witness or WitnessPlace(account=self.account, region=self.region)

    @property
    def witness_bucket(self) -> str:
        """Name of the witness bucket: said, not generated, since another account's stack has to name it."""
        return self.name_of("witness", self.witness_place.account, self.witness_place.region)

    def bucket(self, name: str) -> str:
        """Name of one of the Foundation's buckets, unique among all accounts' buckets."""
        return self.name_of(name, self.account, self.region)

    def name_of(self, *parts: str) -> str:
        """Name of a resource that others refer to by name: `corelab-<stage>-<parts>`."""
        return "-".join(("corelab", self.stage, *parts))


def read_deployment(name: str, *, root: Path = ROOT) -> Deployment:
    """The deployment of that name.

    Raises
    ------
    FileNotFoundError
        There is no such file; the message lists those there are.
    pydantic.ValidationError
        The file lacks something, or says what is not understood.
    """
    folder = root / "deployments"
    path = folder / f"{name}.yaml"
    if not path.is_file():
        known = ", ".join(sorted(found.stem for found in folder.glob("*.yaml")))
        message = f"There is no deployments/{name}.yaml; there are: {known}."
        raise FileNotFoundError(message)
    return Deployment.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
