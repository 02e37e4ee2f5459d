import pytest
from hypothesis import given
from hypothesis import strategies as st

from corelab.ingest import errors, service
from corelab.ingest.known import known_files
from corelab.ingest.model import Courier
from corelab.ingest.rules import check_courier
from corelab.kernel.actors import Role
from corelab.kernel.errors import KeyReused
from tests.fakes.dicom_files import mr_slice
from tests.fakes.ingest_world import ANNE, BERT, SITE, TRIAL, World, promised

DHL = Courier(reference="DHL-00340434161094021501", media=2)


@pytest.fixture
def world():
    return World()


def imported(world, *, courier=DHL, role=Role.CORE_IMPORT, key="import"):
    return service.open_transmittal(
        world.store,
        registry=world.registry,
        command=world.command(key, role=role),
        site=SITE,
        subject=ANNE,
        visit="BL",
        courier=courier,
    )


def test_an_import_records_what_brought_it(world):
    opened = imported(world)

    assert world.state(opened.id).courier == DHL
    assert (opened.event.data["courier"], opened.event.data["media"]) == (DHL.reference, 2)


@pytest.mark.parametrize(("courier", "role"), [(None, Role.CORE_IMPORT), (DHL, Role.SITE)])
def test_an_import_names_its_courier_and_nothing_else_does(world, courier, role):
    with pytest.raises(errors.CourierRefused):
        imported(world, courier=courier, role=role)
    assert not world.store.events


def test_the_same_key_with_another_courier_is_refused(world):
    imported(world)

    with pytest.raises(KeyReused):
        imported(world, courier=Courier(reference="1Z999AA10123456784", media=2))


@pytest.mark.parametrize(
    "reference", ["DHL-00340434161094021501", "1Z999AA10123456784", "RR123456785DE", "AWB/020-12345675"]
)
def test_consignment_numbers_are_taken(reference):
    check_courier(Courier(reference=reference, media=1), by=Role.CORE_IMPORT)


@pytest.mark.parametrize(
    "reference",
    [
        "",
        "MUSTERMANN",
        "MUSTERMANN-1957",
        "ERIKA",
        "dhl-0034043416",
        "DHL 0034",
        "1/2",
        "1234\n",
        "٣٣٣٣٣",
        "A" * 41,
    ],
)
def test_what_may_be_a_name_is_no_consignment_number(reference):
    with pytest.raises(errors.CourierRefused):
        check_courier(Courier(reference=reference, media=1), by=Role.CORE_IMPORT)


@given(st.text(st.characters(categories=("Lu", "Ll", "Zs", "Pd"))))
def test_no_text_without_digits_is_a_consignment_number(text):
    with pytest.raises(errors.CourierRefused):
        check_courier(Courier(reference=text, media=1), by=Role.CORE_IMPORT)


@pytest.mark.parametrize("media", [0, -1, 1000])
def test_media_are_counted(media):
    with pytest.raises(errors.CourierRefused):
        check_courier(Courier(reference=DHL.reference, media=media), by=Role.CORE_IMPORT)


def known(world, *bodies, site=SITE, subject=ANNE):
    found = known_files(
        world.store,
        trial=TRIAL,
        site=site,
        subject=subject,
        sha256s=[file.sha256 for file in promised(*bodies)],
    )
    return [(item.transmittal.transmittal, item.n, item.code) for item in found]


def test_what_a_site_has_sent_for_a_subject_is_told_with_its_place(world):
    id = world.sent(mr_slice(1), b"not DICOM")
    world.screen(id)

    assert known(world, b"not DICOM", mr_slice(2), mr_slice(1)) == [(id, 1, None), (id, 2, "ING-101")]


def test_what_has_not_arrived_as_a_whole_is_not_here(world):
    world.register(world.open(), promised(mr_slice(1)))

    assert known(world, mr_slice(1)) == []


def test_another_sites_or_subjects_content_is_as_unknown_as_what_nobody_sent(world):
    world.sent(mr_slice(1))

    foreign = known(world, mr_slice(1), site="102"), known(world, mr_slice(1), subject=BERT)

    assert foreign == (known(world, b"never sent", site="102"), known(world, b"never sent")) == ([], [])
