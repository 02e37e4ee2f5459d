"""The demo's charter, published into a store."""

from datetime import date
from functools import cache
from pathlib import Path

from corelab.charter.wire import Compiled, compile_charter
from corelab.kernel.actors import Role
from corelab.kernel.ids import SubjectId
from corelab.tracking.model import PublishedCharter, TimePoint
from corelab.tracking.publishing import publish_charter
from corelab.tracking.service import register_subject
from tests.fakes.memory_store import MemoryStore
from tests.fakes.people import TRIAL, command_of

CHARTER_TEXT = (Path(__file__).parents[2] / "charters" / "demo.yaml").read_text(encoding="utf-8")
SUBJECT = SubjectId("101-0001")
ANCHOR = date(2026, 3, 2)


@cache
def compiled(text: str = CHARTER_TEXT) -> Compiled:
    """A charter's text, compiled."""
    return compile_charter(text)


def published(text: str = CHARTER_TEXT) -> PublishedCharter:
    """A charter's text, as the aggregate holds it."""
    found = compiled(text)
    return PublishedCharter(
        version=found.charter.trial.charter_version,
        hash=found.hash,
        compiled=found.document.decode(),
        source=text,
    )


def trial_with_charter() -> MemoryStore:
    """A store with the demo's trial open."""
    store = MemoryStore()
    command = command_of(Role.PM, id="publish")
    publish_charter(store, command=command, of_trial=TRIAL, charter=published())
    return store


def with_subject(store: MemoryStore, subject: SubjectId = SUBJECT) -> tuple[TimePoint, ...]:
    """A subject of the demo's trial, registered."""
    command = command_of(Role.SITE, id=f"register/{subject}")
    return register_subject(
        store, command=command, charter=compiled().charter, subject=subject, anchor=ANCHOR
    )
