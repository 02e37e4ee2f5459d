"""Deployments are typed: what must be said has no default, and what is not understood is refused."""

import pytest
import yaml
from pydantic import ValidationError

from infra.deployment import ROOT, Deployment, read_deployment

EXAMPLE = yaml.safe_load((ROOT / "deployments" / "example.yaml").read_text(encoding="utf-8"))


def said(**changes):
    return {key: value for key, value in (EXAMPLE | changes).items() if value is not ...}


def test_every_deployment_that_is_shipped_is_understood():
    for path in (ROOT / "deployments").glob("*.yaml"):
        assert read_deployment(path.stem).stage


@pytest.mark.parametrize("field", ["account", "region", "stage", "lock_mode", "retention_days"])
def test_what_outlives_a_mistake_must_be_said(field):
    with pytest.raises(ValidationError, match=field):
        Deployment.model_validate(said(**{field: ...}))


def test_production_locks_its_ledger():
    with pytest.raises(ValidationError, match="GOVERNANCE or COMPLIANCE"):
        Deployment.model_validate(said(lock_mode="NONE"))


@pytest.mark.parametrize("field", ["alarm_address", "budget_usd_per_month"])
def test_whoever_runs_on_aws_says_who_is_told_and_what_it_may_cost(field):
    with pytest.raises(ValidationError, match=field):
        Deployment.model_validate(said(**{field: ...}))


@pytest.mark.parametrize(
    "changes",
    [
        {"retention": 30},
        {"retention_days": "9131"},
        {"retention_days": 0},
        {"account": 111122223333},
        {"region": "Frankfurt"},
        {"stage": "PROD"},
        {"lock_mode": "compliance"},
        {"witness": {"account": "444455556666"}},
    ],
)
def test_what_is_not_understood_is_refused(changes):
    with pytest.raises(ValidationError):
        Deployment.model_validate(said(**changes))


def test_an_unknown_deployment_is_answered_with_those_there_are():
    with pytest.raises(FileNotFoundError, match="example, local"):
        read_deployment("elsewhere")


def test_without_a_place_of_its_own_the_witness_is_beside_the_ledger():
    deployment = Deployment.model_validate(said(witness=...))

    assert deployment.witness_place.account == deployment.account
    assert deployment.witness_bucket != deployment.bucket("ledger")
