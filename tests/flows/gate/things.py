"""A trial with two sites that have the same things, so that only whose they are differs."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, TypeVar

from corelab.deid.model import RECEIVED, SERIES_KIND, Series, SeriesVersion
from corelab.ingest.drops.model import DROP, WAITING, Drop
from corelab.ingest.drops.noting import drop_id
from corelab.ingest.study import STUDY, UNMATCHED, Study
from corelab.kernel.actors import Role, system
from corelab.kernel.ids import (
    FindingId,
    QueryId,
    SeriesId,
    SiteId,
    StudyId,
    SubjectId,
    TransmittalId,
    TrialId,
    derived_id,
)
from corelab.kernel.write_path import Command, Decision, Index, Kind, execute
from corelab.qc.model import NOT_STARTED, QC, Qc, qc_id
from corelab.queries.model import OPEN, QUERY, Line, Query, query_key
from corelab_aws.store import DynamoStore
from tests.fakes.demo_trial import CHARTER_TEXT, compiled
from tests.flows.gate.people import Gate, Person

T = TypeVar("T")

TRIAL, OTHER_TRIAL = "DEMO01", "OTHER01"
OWN, OTHER = "101", "102"
VISIT = "BL"
ANSWER = "cannot_resend"
EVERY_SITE = (Role.PM, Role.RM, Role.READER, Role.ADJUDICATOR, Role.MED, Role.INSPECTOR, Role.CUSTODIAN)
GRANTED = tuple(role for role in Role if role not in (Role.ADMIN, Role.SYSTEM))
SITE_BODY = {"name": "Hospital", "country": "DEU", "timezone": "Europe/Berlin"}


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """Everybody, and what each site has.

    Attributes
    ----------
    people : mapping
        Role's name, or `ADMIN`, `nobody`, `revoked` → the person.
    names : mapping
        Site → what stands in an address: transmittal, series, query, study.
    """

    gate: Gate
    people: Mapping[str, Person]
    names: Mapping[str, Mapping[str, str]]
    victim: str


def made(gate: Gate) -> World:
    """The trial, its sites, its people, by the API; what only the pipeline makes, by the write path."""
    admin = gate.administrator()
    people = {"ADMIN": admin} | {role.value: gate.enrol(f"gate.{role.lower()}", by=admin) for role in GRANTED}
    people |= {
        name: gate.enrol(f"gate.{name}", by=admin) for name in ("nobody", "revoked", "there", "victim")
    }
    for role in GRANTED:
        give(gate, people[role], role, by=admin, site=None if role in EVERY_SITE else OWN)
    give(gate, people["revoked"], Role.PM, by=admin, site=None)
    give(gate, people["there"], Role.SITE, by=admin, site=OTHER)
    give(gate, people["there"], Role.PM, by=admin, site=None, trial=OTHER_TRIAL)
    gate.must("POST", f"/v1/accounts/{people['revoked'].id}/revoke-tokens", who=admin, key="end")

    manager, at = people["PM"], f"/v1/trials/{TRIAL}"
    gate.must("POST", f"{at}/charters", who=manager, key="charter", body={"source": CHARTER_TEXT})
    for site, coordinator in ((OWN, people["SITE"]), (OTHER, people["there"])):
        gate.must("POST", f"{at}/sites", who=manager, key=site, body=SITE_BODY | {"site": site})
        subject = {"subject": f"{site}-0001", "anchor": "2026-03-02"}
        gate.must("POST", f"{at}/subjects", who=coordinator, key=site, body=subject)
    return World(
        gate=gate,
        people=people,
        names={
            OWN: _things(gate, people["SITE"], site=OWN),
            OTHER: _things(gate, people["there"], site=OTHER),
        },
        victim=people["victim"].id,
    )


def give(gate: Gate, person: Person, role: Role, *, by: Person, site: str | None, trial: str = TRIAL) -> None:
    """Give a role."""
    body: dict[str, Any] = {"person": person.id, "role": role, "site": site}
    body |= {"slot": "R01"} if role is Role.READER else {}
    gate.must("POST", f"/v1/trials/{trial}/grants", who=by, key=f"{person.id}-{trial}-{role}", body=body)


def _things(gate: Gate, coordinator: Person, *, site: str) -> dict[str, str]:
    subject, charter = SubjectId(f"{site}-0001"), compiled().hash
    body = {"site": site, "subject": subject, "visit": VISIT}
    opened = gate.must("POST", f"/v1/trials/{TRIAL}/transmittals", who=coordinator, key="open", body=body)
    transmittal = TransmittalId(opened["transmittal"])
    series = SeriesId(derived_id("ser", "gate", site))
    query = QueryId(derived_id("qry", "gate", site))
    version = SeriesVersion(version=1, transmittal=transmittal, state=RECEIVED, instances=1)
    _put(
        gate,
        SERIES_KIND,
        id=series,
        state=Series(site=SiteId(site), subject=subject, visit=VISIT, versions=(version,)),
    )
    verdict = Qc(
        subject=subject,
        visit=VISIT,
        site=SiteId(site),
        state=NOT_STARTED,
        qc_version=1,
        charter=charter,
        transmittals=(transmittal,),
        series=(),
    )
    _put(gate, QC, id=qc_id(subject=subject, visit=VISIT), state=verdict)
    asked = Query(
        query=query,
        site=SiteId(site),
        subject=subject,
        visit=VISIT,
        transmittal=transmittal,
        state=OPEN,
        lines=(_line(site),),
        opened_at=datetime(2026, 3, 2, 8, tzinfo=UTC),
        due=date(2026, 3, 9),
        judged_version=1,
        charter=charter,
    )
    _put(gate, QUERY, id=query_key(subject=subject, visit=VISIT, query=query), state=asked, list=query)
    study = StudyId(derived_id("stu", "gate", site))
    unmatched = Study(
        study=study,
        site=SiteId(site),
        subject=subject,
        visit=VISIT,
        state=UNMATCHED,
        transmittal=transmittal,
        moved_at=datetime(2026, 3, 2, 8, tzinfo=UTC),
        charter=charter,
        code="ING-321",
    )
    _put(gate, STUDY, id=study, state=unmatched)
    dropped = Drop(
        drop=drop_id(TrialId(TRIAL), SiteId(site), study="gate", number=1),
        site=SiteId(site),
        study="gate",
        number=1,
        state=WAITING,
        objects=1,
        size_bytes=1,
        first_at=datetime(2026, 3, 2, 8, tzinfo=UTC),
        last_at=datetime(2026, 3, 2, 8, tzinfo=UTC),
    )
    _put(gate, DROP, id=dropped.drop, state=dropped)
    return {
        "transmittal": transmittal,
        "series": series,
        "query": query,
        "study": study,
        "drop": dropped.drop,
        "subject": subject,
        "site": site,
    }


def _line(site: str) -> Line:
    return Line(
        finding=FindingId(derived_id("fnd", "gate", site)),
        check="INT-11",
        slot="time_point",
        severity="major",
        seen="",
        asked="",
        section="1",
        query="gap",
        text="A slice is missing.",
        answers=(ANSWER,),
    )


def _put(gate: Gate, kind: Kind[T], *, id: str, state: T, list: str | None = None) -> None:
    command = Command(
        id=f"gate/{kind.name}/{id}",
        trial=TrialId(TRIAL),
        actor=system("test"),
        now=datetime.now(UTC),
        software="0",
    )
    decision = Decision(
        state=state,
        type=f"{kind.name.title()}Placed.v1",
        action=f"{kind.name}.place",
        index=None if list is None else Index(list=list, order=""),
    )
    execute(store_of(gate), kind, id=id, command=command, step="place", decide=lambda _: decision)


def store_of(gate: Gate) -> DynamoStore:
    """The system's own store, as whoever runs the account."""
    return DynamoStore(
        gate.cloud.client("dynamodb"),
        state_table=gate.outputs["StateTable"],
        ledger_table=gate.outputs["LedgerTable"],
    )
