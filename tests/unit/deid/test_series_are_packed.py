import hashlib
import io
import json
import tarfile
from dataclasses import replace

import pytest

from corelab.deid.errors import FactsDisagree, NothingToPack, SeriesTooLarge, SourceDiffers
from corelab.deid.facts import check_facts, load_facts
from corelab.deid.packing import deidentify_series
from corelab.deid.runs import Run
from corelab.kernel.canonical import sha256_hex
from corelab.kernel.codec import to_plain
from corelab.pack.errors import IndexInvalid, NotInPack, PackDamaged
from corelab.pack.index import load_index
from corelab.pack.reader import read_instance
from tests.fakes.images import ASSIGNMENT, KEYS, PIXELS, PROFILE, SALT, ct, mr, series_facts
from tests.fakes.real_dicom import beside, read


def packed(files, facts=None, assignment=ASSIGNMENT, **others):
    sink = io.BytesIO()
    made = deidentify_series(
        facts or series_facts(files),
        profile=PROFILE,
        assignment=assignment,
        keys=KEYS,
        salt=SALT,
        originals=lambda original: files[original.key],
        sink=sink,
        **others,
    )
    return made, sink.getvalue()


def three():
    return {
        "b": ct(number=2, pixels=PIXELS[::-1]),
        "a": ct(number=10),
        "c": ct({0x00200013: ("IS", b"")}, number=3),
    }


def test_a_pack_is_a_tar_of_dicom_files_in_order_of_instance_number():
    made, tar = packed(three())

    index = load_index(made.index)
    with tarfile.open(fileobj=io.BytesIO(tar)) as opened:
        members = opened.getmembers()
        assert [member.name for member in members] == [f"{one.sop}.dcm" for one in index.instances]
        assert {(member.mtime, member.uid, member.gid, member.uname) for member in members} == {(0, 0, 0, "")}
        numbers = [read(opened.extractfile(member)).InstanceNumber for member in members]
    assert numbers == [2, 10, None]
    assert (made.tar_bytes, made.tar_sha256) == (len(tar), sha256_hex(tar))


def test_the_index_gives_every_instance_and_its_pixels_by_offset():
    files = three()
    made, tar = packed(files)

    index = load_index(made.index)
    for one in index.instances:
        found = read(io.BytesIO(read_instance(index, one.sop, read=lambda at, n: tar[at : at + n])))
        ((offset, length),) = one.frames
        assert found.PixelData == tar[offset : offset + length]
        assert one.payload_in == one.payload_out == hashlib.sha256(found.PixelData).hexdigest()
        assert one.source_sha256 in {sha256_hex(data) for data in files.values()}
        assert one.header["00280010"] == 16
        assert one.header["00080008"] == ["ORIGINAL", "PRIMARY", "AXIAL"]
        assert one.header["00180050"] == "5"
        assert one.header["00100010"] == "101-0001"
        assert "00120064" not in one.header
        assert {tag for tag in one.header if tag > "7FE00000"} == set()


def test_the_index_is_as_the_architecture_says():
    made, _ = packed({"a": mr()})

    plain = json.loads(made.index)
    assert set(plain) == {"schema", "series", "version", "charter", "engine", "tar", "instances"}
    asked = "sop offset length sha256 syntax sop_class source_sha256 header frames payload"
    assert set(plain["instances"][0]) == set(asked.split())
    assert load_index(made.index).json() == made.index


def test_the_certificate_says_what_was_done_and_no_time():
    made, _ = packed(three())

    certificate = json.loads(made.certificate)
    asked = "schema series pack_sha256 index_sha256 profile options engine rules_sha256 charter"
    assert set(certificate) == {*asked.split(), "counts", "masked", "scanner"}
    assert certificate["pack_sha256"] == made.tar_sha256
    assert certificate["index_sha256"] == sha256_hex(made.index)
    assert certificate["counts"]["instances"] == 3
    assert certificate["counts"]["dates"] == 3
    assert certificate["counts"]["uids"] == 12
    assert certificate["scanner"] == {"version": "proof/1", "verdict": "PASS"}


def test_the_same_series_gives_the_same_bytes_in_any_order_of_its_facts():
    files = three()
    facts = series_facts(files)

    first = packed(files, facts)
    again = packed(files, replace(facts, originals=facts.originals[::-1]))

    assert first == again


def test_an_original_that_is_not_what_screen_saw_holds_the_series():
    facts = series_facts(three())
    changed = three() | {"a": ct({0x00080070: ("LO", b"OTHER ")}, number=10)}

    with pytest.raises(SourceDiffers):
        packed(changed, facts)


@pytest.mark.parametrize(
    "wrong", [{"sop_uid": "1.2.3.4.5.77"}, {"pixel_bytes": 510}, {"pixel_sha256": "0" * 64}]
)
def test_facts_of_another_image_hold_the_series(wrong):
    files = {"a": ct()}
    facts = series_facts(files)

    with pytest.raises(FactsDisagree):
        packed(files, replace(facts, originals=(replace(facts.originals[0], **wrong),)))


def test_two_images_with_one_uid_hold_the_series():
    with pytest.raises(FactsDisagree):
        packed({"a": ct(), "b": ct()})


def test_a_series_over_the_size_is_held_before_anything_is_read():
    facts = series_facts({"a": ct()})

    with pytest.raises(SeriesTooLarge):
        packed({}, facts, largest_bytes=100)


def test_facts_without_images_hold_the_series():
    with pytest.raises(NothingToPack):
        packed({}, replace(series_facts({"a": ct()}), originals=()))


def test_a_damaged_pack_is_not_read():
    made, tar = packed({"a": ct()})
    index = load_index(made.index)
    broken = tar.replace(b"101-0001", b"101-0002")

    with pytest.raises(PackDamaged):
        read_instance(index, index.instances[0].sop, read=lambda at, n: broken[at : at + n])
    with pytest.raises(NotInPack):
        read_instance(index, "1.2.3", read=lambda at, n: tar[at : at + n])


@pytest.mark.parametrize("document", [b"", b"{}", b'{"schema": "pack/2"}', b'{"schema": "pack/1"}'])
def test_what_is_no_index_is_refused(document):
    with pytest.raises(IndexInvalid):
        load_index(document)


def test_facts_are_read_as_screen_writes_them():
    facts = series_facts({"a": ct()})
    original = facts.originals[0]
    document = {
        "schema": "facts/1",
        **{name: getattr(facts, name) for name in ("trial", "site", "subject", "visit", "transmittal")},
        **{name: getattr(facts, name) for name in ("charter", "series", "version")},
        "recognised": {"procedure": "CT", "series": "AXIAL", "reason": "all[0]"},
        "scanner": {"id": "101-CT1"},
        "instances": [
            to_plain(original) | {"n": 1, "pixel_bytes": {"expected": 512, "actual": 512}},
        ],
    }

    assert load_facts(json.dumps(document)) == facts
    for broken in ({}, document | {"schema": "facts/2"}, document | {"instances": [{}]}, [1]):
        with pytest.raises(FactsDisagree):
            load_facts(json.dumps(broken))


def test_a_real_series_is_packed_whole_with_its_pixels():
    paths = beside("mr_acr_siemens_sola_tp1")
    files = {path.name: path.read_bytes() for path in paths}

    made, tar = packed(files)

    pixels = {sha256_hex(read(io.BytesIO(data)).PixelData) for data in files.values()}
    assert {one.payload_out for one in load_index(made.index).instances} == pixels
    assert b"2.25." in tar


def test_the_certificate_names_no_device_that_was_not_recognised():
    made, _ = packed({"a": ct()}, assignment=replace(ASSIGNMENT, scanner=None))

    assert "retain_device_identity" not in json.loads(made.certificate)["options"]


@pytest.mark.parametrize(
    "other", [{"version": 2}, {"subject": "101-0002"}, {"charter": "d" * 64}, {"visit": "V2"}]
)
def test_facts_of_another_run_hold_the_series(other):
    facts = series_facts({"a": ct()})
    names = ("site", "subject", "visit", "transmittal", "series", "version")
    run = Run(**{name: getattr(facts, name) for name in names})

    check_facts(facts, trial=facts.trial, run=run, charter=facts.charter)
    with pytest.raises(FactsDisagree):
        check_facts(replace(facts, **other), trial=facts.trial, run=run, charter=facts.charter)
