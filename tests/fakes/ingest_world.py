"""A trial with one site, two subjects and a scanner, and what a site does, on fakes."""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from corelab.charter.model import Charter
from corelab.charter.wire import compile_charter
from corelab.ingest import service
from corelab.ingest.layout import facts_key, facts_prefix, manifest_key
from corelab.ingest.manifest import ManifestRef
from corelab.ingest.model import TRANSMITTAL, File, Transmittal
from corelab.ingest.receipts import Receipt
from corelab.ingest.screening import Tools, screen, screen_command_id
from corelab.kernel.actors import Actor, Role, system
from corelab.kernel.ids import PersonId, ScannerId, SiteId, SubjectId, TransmittalId, TrialId
from corelab.kernel.keys import TrialKeys
from corelab.kernel.write_path import Command, get
from corelab_aws.registry import ScannerView, SubjectView
from tests.fakes.memory_bucket import MemoryBucket
from tests.fakes.memory_store import MemoryStore

TRIAL = TrialId("DEMO01")
SITE = SiteId("101")
ANNE, BERT = SubjectId("101-0001"), SubjectId("101-0002")
NOW = datetime(2026, 3, 2, 8, 15, tzinfo=UTC)
ANCHOR = date(2026, 3, 2)
COMPILED = compile_charter((Path(__file__).parents[2] / "charters" / "demo.yaml").read_bytes())
KEYS = TrialKeys(trial=TRIAL, secret=bytes(32))
SCANNER = ScannerView(
    scanner=ScannerId("101-MR1"),
    site=SITE,
    modality="MR",
    manufacturer="GE Healthcare",
    model="Signa Premier",
    serial="SN-1",
    software=("29",),
    qualified_for=("MR_BRAIN",),
    qualified_on=date(2026, 1, 1),
    qualified_until=date(2027, 1, 1),
)


@dataclass
class MemoryRegistry:
    """The registry and the charter."""

    known: list[SubjectId] = field(default_factory=lambda: [ANNE, BERT])
    scanner: ScannerView | None = SCANNER
    screening_ids: dict[str, SubjectId] = field(default_factory=dict)
    traits: dict[SubjectId, tuple[str | None, int | None]] = field(default_factory=dict)

    def charter_in_force(self, _: TrialId) -> tuple[Charter, str]:
        return COMPILED.charter, COMPILED.hash

    def charter_by_hash(self, _: TrialId, hash: str) -> Charter:
        assert hash == COMPILED.hash
        return COMPILED.charter

    def subject(self, _: TrialId, id: SubjectId) -> SubjectView | None:
        if id not in self.known:
            return None
        named = tuple(name for name, subject in self.screening_ids.items() if subject == id)
        site = COMPILED.charter.subjects.site_of(id) or SITE
        sex, birth_year = self.traits.get(id, (None, None))
        return SubjectView(
            subject=id, site=site, anchor=ANCHOR, screening_ids=named, sex=sex, birth_year=birth_year
        )

    def subject_named(self, _: TrialId, name: str) -> SubjectId | None:
        return SubjectId(name) if name in self.known else self.screening_ids.get(name)

    def scanners(self, _: TrialId, site: SiteId) -> list[ScannerView]:
        return [self.scanner] if self.scanner and site == SITE else []


@dataclass
class World:
    """Fakes, and the site's and the system's commands on them.

    The clock stands still unless moved, so that two runs can be compared byte for byte.
    """

    store: Any = field(default_factory=MemoryStore)
    incoming: Any = field(default_factory=lambda: MemoryBucket("incoming"))
    records: Any = field(default_factory=lambda: MemoryBucket("records"))
    registry: MemoryRegistry = field(default_factory=MemoryRegistry)
    now: datetime = NOW
    budgets: Mapping[str, Any] = field(default_factory=dict)

    def wired(self, wire: Callable[[Any], Any]) -> "World":
        """The same world behind wires that may be cut."""
        return World(
            store=wire(self.store),
            incoming=wire(self.incoming),
            records=wire(self.records),
            registry=self.registry,
            now=self.now,
        )

    def later(self, by: timedelta) -> None:
        self.now += by

    def command(self, id: str, *, role: Role = Role.SITE) -> Command:
        actor = Actor(subject=PersonId("p1"), role=role, session="s1")
        return Command(id=id, trial=TRIAL, actor=actor, now=self.now, software="0")

    def open(
        self, key: str = "open", *, subject: str = ANNE, visit: str = "BL", site: str = SITE
    ) -> TransmittalId:
        opened = service.open_transmittal(
            self.store,
            registry=self.registry,
            command=self.command(key),
            site=SiteId(site),
            subject=SubjectId(subject),
            visit=visit,
        )
        return opened.state.transmittal

    def register(
        self, id: TransmittalId, files: tuple[File, ...], *, batch: int = 1
    ) -> tuple[service.Ticket, ...]:
        command_id = service.batch_command_id(TRIAL, id, batch=batch, files=files)
        return service.register_batch(
            self.store,
            incoming=self.incoming,
            command=self.command(command_id),
            transmittal=id,
            batch=batch,
            files=files,
        )

    def upload(self, tickets: tuple[service.Ticket, ...], bodies: Mapping[int, bytes]) -> None:
        for ticket in tickets:
            if ticket.upload is not None and ticket.file.n in bodies:
                assert self.incoming.upload(ticket.upload.url, bodies[ticket.file.n])

    def complete(self, id: TransmittalId, key: str = "complete") -> Receipt:
        return service.complete_transmittal(
            self.store, incoming=self.incoming, command=self.command(f"{key}/{id}"), transmittal=id
        )

    def sent(self, *bodies: bytes, key: str = "open", subject: str = ANNE) -> TransmittalId:
        """A transmittal with these files, received."""
        id = self.open(key, subject=subject)
        self.upload(self.register(id, promised(*bodies)), numbered(*bodies))
        assert self.complete(id).transmittal.state == "RECEIVED"
        return id

    def screen(
        self, id: TransmittalId, *, version: str = "1", release: int = 0, **tools: Any
    ) -> Mapping[str, Any]:
        ref = ManifestRef(bucket="incoming", key=manifest_key(TRIAL, id), version=version)
        command = Command(
            id=screen_command_id(id, ref, release=release),
            trial=TRIAL,
            actor=system("ingest.screen"),
            now=self.now,
            software="0",
        )
        return screen(
            self.store,
            tools=Tools(
                incoming=self.incoming, records=self.records, registry=self.registry, keys=KEYS, **tools
            ),
            command=command,
            transmittal=id,
            manifest=ref,
            release=release,
        )

    def screened(self, *bodies: bytes, key: str = "open", subject: str = ANNE) -> Mapping[str, Any]:
        """What came out of a transmittal with these files."""
        return self.screen(self.sent(*bodies, key=key, subject=subject))

    def facts(self, answer: Mapping[str, Any], at: int = 0) -> Any:
        """Facts of a series of Screen's answer, as they are kept."""
        series = answer["series"][at]
        return json.loads(self.records.get(facts_key(TRIAL, series["series"], series["version"])))

    def state(self, id: TransmittalId) -> Transmittal:
        return get(self.store, TRANSMITTAL, trial=TRIAL, id=id).state

    def versions(self, series: str) -> list[str]:
        prefix = facts_prefix(TRIAL, series)
        return [item.key.removeprefix(prefix) for item in self.records.list(prefix)]

    def snapshot(self) -> Any:
        """Everything that is kept: aggregates, events, lists, objects."""
        store = self.store
        return store.aggregates, store.events, store.lists, self.incoming.versions, self.records.versions


def numbered(*bodies: bytes, first: int = 1) -> dict[int, bytes]:
    return dict(enumerate(bodies, start=first))


def promised(*bodies: bytes, first: int = 1) -> tuple[File, ...]:
    return tuple(
        File(n=n, size_bytes=len(body), sha256=hashlib.sha256(body).hexdigest())
        for n, body in enumerate(bodies, start=first)
    )
