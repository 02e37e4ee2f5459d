from dataclasses import replace
from datetime import date

import pytest

from corelab.kernel.actors import Role
from corelab.kernel.errors import AlreadyThere, NotFound
from corelab.kernel.ids import ScannerId, SiteId
from corelab.qualification.errors import QualificationIncomplete
from corelab.qualification.model import MACHINE, Contact, Scanner, Site
from corelab.qualification.service import register_scanner, register_site, sites
from corelab_aws import registry
from tests.fakes.memory_store import MemoryStore
from tests.fakes.people import TRIAL, command_of
from tests.fakes.state_tables import differences

SITE = Site(
    site=SiteId("101"),
    name="Example hospital",
    country="DEU",
    timezone="Europe/Berlin",
    contacts=(Contact(role="imaging_coordinator", alias="img-101"),),
)
SCANNER = Scanner(
    scanner=ScannerId("101-MR1"),
    site=SiteId("101"),
    modality="MR",
    manufacturer="GE MEDICAL SYSTEMS",
    model="SIGNA",
    serial="SN-4711",
    software=("09", "LX"),
    qualified_for=("MR_BRAIN",),
    qualified_on=date(2026, 1, 10),
    qualified_until=date(2027, 1, 10),
)


@pytest.fixture
def store() -> MemoryStore:
    found = MemoryStore()
    register_site(found, command=command_of(Role.PM, id="site"), site=SITE)
    return found


def test_a_sites_moves_are_those_of_the_state_table() -> None:
    assert differences(MACHINE) == {}


def test_a_registered_site_is_selected_and_on_the_ledger_by_its_id_alone(store) -> None:
    event = next(iter(store.events.values()))

    assert (event.type, event.data) == ("SiteRegistered.v1", {"site": "101"})
    assert [item.site.state for item in sites(store, trial=TRIAL, among=None)] == ["SELECTED"]


def test_the_same_site_again_changes_nothing_under_any_key(store) -> None:
    for key in ("site", "another"):
        assert register_site(store, command=command_of(Role.PM, id=key), site=SITE) == SITE

    assert len(store.events) == 1


def test_other_facts_under_a_taken_id_are_refused(store) -> None:
    with pytest.raises(AlreadyThere):
        register_site(store, command=command_of(Role.PM), site=replace(SITE, country="FRA"))


def test_a_scanner_needs_its_site() -> None:
    with pytest.raises(NotFound):
        register_scanner(MemoryStore(), command=command_of(Role.PM), scanner=SCANNER)


def test_a_scanners_serial_is_in_the_registry_and_in_no_event(store) -> None:
    register_scanner(store, command=command_of(Role.PM, id="scanner"), scanner=SCANNER)

    assert [view.serial for view in registry.scanners(store, trial=TRIAL, site=SiteId("101"))] == ["SN-4711"]
    assert "SN-4711" not in repr(store.events)


def test_other_rooms_see_a_scanner_as_it_was_registered(store) -> None:
    register_scanner(store, command=command_of(Role.PM, id="scanner"), scanner=SCANNER)

    (view,) = registry.scanners(store, trial=TRIAL, site=SiteId("101"))

    assert {name: getattr(view, name) for name in Scanner.__slots__} == {
        name: getattr(SCANNER, name) for name in Scanner.__slots__
    }
    assert [*registry.scanners(store, trial=TRIAL, site=SiteId("102"))] == []


def test_a_scanner_again_changes_nothing_and_with_other_facts_is_refused(store) -> None:
    for key in ("1", "1", "2"):
        register_scanner(store, command=command_of(Role.PM, id=key), scanner=SCANNER)

    assert len(store.events) == 2
    with pytest.raises(AlreadyThere):
        register_scanner(store, command=command_of(Role.PM, id="3"), scanner=replace(SCANNER, serial="other"))


@pytest.mark.parametrize(
    "dates",
    [
        {"qualified_on": None},
        {"qualified_until": None},
        {"qualified_on": date(2027, 1, 11)},
    ],
)
def test_a_qualification_has_a_beginning_and_a_later_end(dates) -> None:
    with pytest.raises(QualificationIncomplete):
        replace(SCANNER, **dates)


def test_sites_are_listed_with_their_scanners_where_the_grant_holds(store) -> None:
    register_site(store, command=command_of(Role.PM, id="2"), site=replace(SITE, site=SiteId("102")))
    register_scanner(store, command=command_of(Role.PM, id="3"), scanner=SCANNER)

    everywhere = [*sites(store, trial=TRIAL, among=None)]
    elsewhere = [*sites(store, trial=TRIAL, among=frozenset({SiteId("102")}))]

    assert [(item.site.site, len(item.scanners)) for item in everywhere] == [("101", 1), ("102", 0)]
    assert [item.site.site for item in elsewhere] == ["102"]
