"""Doors as their workers have them, with adapters in place of AWS."""

import importlib
import logging
from types import ModuleType

import pytest

from tests.fakes.api_requests import SETTINGS


def door(patch: pytest.MonkeyPatch, name: str, **adapters: object) -> ModuleType:
    """A door's module, imported as in a worker, with adapters in memory."""
    patch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    for setting in SETTINGS:
        patch.setenv(f"CORELAB_{setting}", setting.lower())
    module = importlib.import_module(name)
    logging.getLogger(module.logger.name).setLevel(logging.ERROR)
    for adapter, fake in adapters.items():
        patch.setattr(module, adapter, fake)
    return module
