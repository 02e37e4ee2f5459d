"""What a medium's directory lists is read, whatever its offsets say."""

from pathlib import Path
from struct import pack

import pydicom
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corelab.dicom.directory import listed_instances
from tests.fakes.images import ct

BUNDLED = sorted((Path(pydicom.__file__).parent / "data" / "test_files" / "dicomdirtests").glob("DICOMDIR*"))


def directory(name="DICOMDIR"):
    return next(path for path in BUNDLED if path.name == name).read_bytes()


CUT = "DICOMDIR-nooffset"  # its sequence is longer than the file


@pytest.mark.parametrize("path", BUNDLED, ids=lambda path: path.name)
def test_real_directories_list_what_pydicom_finds(path):
    try:
        records = pydicom.dcmread(path).DirectoryRecordSequence
    except Exception:  # noqa: BLE001 -- whatever the oracle cannot read is not compared
        records = []
    if pydicom.dcmread(path, force=True).file_meta.get("TransferSyntaxUID") != "1.2.840.10008.1.2.1":
        records = []

    if path.name == CUT:
        records = []
    said = {one.get("ReferencedSOPInstanceUIDInFile") for one in records} - {None}
    assert listed_instances(path.read_bytes()) == said


def test_a_directory_that_leads_to_itself_is_read_once():
    data = directory()
    tag = b"\x04\x00\x00\x14UL\x04\x00"  # offset of the next record
    first = data.index(tag) + len(tag)
    looping = data[:first] + pack("<I", 396) + data[first + 4 :]

    assert listed_instances(looping) == listed_instances(data) != frozenset()


def test_an_image_lists_nothing():
    assert listed_instances(ct()) == frozenset()


@given(st.data())
def test_any_bytes_are_read_or_list_nothing(data):
    whole = directory()
    at = data.draw(st.integers(0, len(whole)))

    listed_instances(whole[:at] + data.draw(st.binary(max_size=20)) + whole[at:])
