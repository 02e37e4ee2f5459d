import io
import subprocess
import sys

from corelab.deid.uids import KeyedUids
from tests.fakes.images import UID_KEY, cleaned, ct, nested
from tests.fakes.real_dicom import read

UIDS = KeyedUids(UID_KEY)


def test_a_uid_becomes_a_valid_one_of_at_most_64_characters():
    made = UIDS.of("1.2.3.4")

    assert made.startswith("2.25.")
    assert 0 <= int(made[5:]) < 2**128
    assert len(made) <= 64


def test_another_key_gives_another_uid():
    assert KeyedUids(b"x" * 32).of("1.2.3.4") != UIDS.of("1.2.3.4")


def test_ten_thousand_uids_stay_ten_thousand():
    assert len({UIDS.of(f"1.2.{number}") for number in range(10_000)}) == 10_000


def test_the_standards_own_uids_stay():
    assert UIDS.value(b"1.2.840.10008.1.4.1.1\0") == b"1.2.840.10008.1.4.1.1"
    assert UIDS.of("1.2.840.10008.SMITH").startswith("2.25.")


def test_padding_and_multiplicity_do_not_matter():
    assert UIDS.value(b"1.2.3\0") == UIDS.value(b"1.2.3 ") == UIDS.of("1.2.3").encode()
    assert UIDS.value(b"1.2.3\\1.2.4").split(b"\\") == [UIDS.of(uid).encode() for uid in ("1.2.3", "1.2.4")]
    assert UIDS.value(b"") == b""


def test_another_process_gives_the_same_uid():
    code = "from corelab.deid.uids import KeyedUids; print(KeyedUids(b'u' * 32).of('1.2.3.4'))"

    other = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)  # noqa: S603 -- our own code

    assert other.stdout.strip() == UIDS.of("1.2.3.4")


def test_references_still_meet_what_they_refer_to():
    planted = nested({0x00081155: ("UI", b"1.2.3.4.5.1")})

    found = read(io.BytesIO(cleaned(ct(planted))))

    assert found[0x00082218].value[0].ReferencedSOPInstanceUID == found.SOPInstanceUID
    assert found.file_meta.MediaStorageSOPInstanceUID == found.SOPInstanceUID
    assert found.SOPInstanceUID == UIDS.of("1.2.3.4.5.1")


def test_a_uid_without_a_row_is_mapped_unless_it_names_a_class():
    found = read(
        io.BytesIO(
            cleaned(ct({0x00209312: ("UI", b"1.2.3.9"), 0x0008001A: ("UI", b"1.2.840.10008.5.1.4.1.1.2")}))
        )
    )

    assert found[0x00209312].value == UIDS.of("1.2.3.9")
    assert found[0x0008001A].value == "1.2.840.10008.5.1.4.1.1.2"
