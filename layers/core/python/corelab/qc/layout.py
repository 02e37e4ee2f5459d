"""Where a series' documents lie in the records bucket; docs/architecture.md, Objects."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Keys:
    """Keys of one version of one series."""

    facts: str
    findings: str


def keys_of(item: Mapping[str, object]) -> Keys:
    """Keys of the version that a state machine's item is about."""
    place = f"{item['trial']}/{item['series']}/v{item['version']}.json"
    return Keys(facts=f"facts/{place}", findings=f"findings/{place}")
