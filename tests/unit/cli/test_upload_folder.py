import pytest
from hypothesis import given
from hypothesis import strategies as st

from corelab_cli import choosing
from corelab_cli.choosing import choose
from corelab_cli.errors import CANNOT_RUN, DONE
from corelab_cli.folder import LocalFile, upload_key
from tests.unit.cli.conftest import upload_of


def test_an_empty_folder_is_said_to_be_empty(run, api, tmp_path):
    (tmp_path / "empty").mkdir()

    ran = run(*upload_of(tmp_path / "empty"), transport=api)

    assert ran.exit_code == CANNOT_RUN
    assert "holds no files" in ran.err
    assert api.calls == []


def test_a_folder_that_is_not_there_is_a_usage_error(run, api, tmp_path):
    ran = run(*upload_of(tmp_path / "nowhere"), transport=api)

    assert ran.exit_code == CANNOT_RUN
    assert "does not exist" in ran.err


@pytest.fixture
def odd(folder):
    """A medium as hospitals burn it: images beside what is none."""
    (folder / "empty.dcm").touch()
    (folder / "gone.dcm").symlink_to(folder / "nothing")
    (folder / "elsewhere").symlink_to(folder / "inner", target_is_directory=True)
    (folder / "copy.dcm").write_bytes(b"slice 0")
    (folder / "viewer.exe").write_bytes(b"MZ and more")
    (folder / "START").write_bytes(b"<!DOCTYPE html>")
    (folder / "Thumbs.db").write_bytes(b"pictures")
    return folder


def test_what_is_no_image_is_left_out_and_told_with_the_reason(run, api, odd):
    ran = run(*upload_of(odd, "--json"), transport=api)

    assert ran.exit_code == DONE
    assert sorted(api.objects.values()) == [f"slice {number}".encode() for number in range(5)]
    told = {item["path"].removeprefix(f"{odd}/"): item["why"] for item in ran.document["left_out"]}
    assert told["empty.dcm"] == choosing.EMPTY
    assert told["gone.dcm"] == told["elsewhere"] == choosing.LINK
    assert told["viewer.exe"] == told["START"] == told["Thumbs.db"] == choosing.VIEWER
    assert told[".DS_Store"] == choosing.HIDDEN
    assert told["inner/0.dcm"] == f"is a copy of {odd}/copy.dcm"


def test_what_is_left_out_is_told_in_words_too(run, api, odd):
    ran = run(*upload_of(odd), transport=api)

    assert f"not sent {odd}/empty.dcm is empty" in ran.out
    assert "… and 3 more" in ran.out


@pytest.mark.parametrize("name", ["image.exe", "image.html", "autorun.inf"])
def test_what_says_that_it_is_dicom_is_sent_whatever_it_is_called(tmp_path, name):
    (tmp_path / name).write_bytes(b"MZ".ljust(128, b"\0") + b"DICM")

    assert choose([tmp_path]).files == (tmp_path / name,)


@given(
    st.binary(min_size=128, max_size=128) | st.sampled_from(choosing.VIEWER_BEGINNINGS),
    st.binary(max_size=99),
)
def test_no_dicom_is_ever_left_out(tmp_path_factory, preamble, rest):
    path = tmp_path_factory.mktemp("one") / "image.exe"
    path.write_bytes(preamble.ljust(128, b"\0") + b"DICM" + rest)

    assert choose([path]).files == (path,)


def test_files_and_folders_are_sent_together_each_once(run, api, folder, tmp_path):
    (tmp_path / "study.zip").write_bytes(b"PK a container goes as it is")
    first, *rest = upload_of(folder)

    ran = run(first, str(tmp_path / "study.zip"), str(folder / "inner" / "0.dcm"), *rest, transport=api)

    assert ran.exit_code == DONE
    assert len(api.objects) == 6


def test_a_medium_without_images_says_what_lies_there(run, api, tmp_path):
    (tmp_path / "medium").mkdir()
    (tmp_path / "medium" / "viewer.exe").write_bytes(b"MZ")

    ran = run(*upload_of(tmp_path / "medium"), transport=api)

    assert ran.exit_code == CANNOT_RUN
    assert "viewer.exe belongs to a viewer" in ran.err
    assert api.calls == []


def test_the_same_files_for_another_visit_are_another_submission(tmp_path):
    files = [LocalFile(n=1, path=tmp_path / "a", size_bytes=1, sha256="0" * 64)]
    keys = {
        upload_key(files, site=site, subject=subject, visit=visit, again=again)
        for site in ("101", "102")
        for subject in ("101-0001", "101-0002")
        for visit in ("BL", "W6")
        for again in (0, 1)
    }

    assert len(keys) == 16


def test_the_folders_name_does_not_matter_to_what_is_sent(tmp_path):
    here = [LocalFile(n=1, path=tmp_path / "here" / "a", size_bytes=1, sha256="0" * 64)]
    there = [LocalFile(n=1, path=tmp_path / "there" / "b", size_bytes=1, sha256="0" * 64)]
    facts = {"site": "101", "subject": "101-0001", "visit": "BL", "again": 0}

    assert upload_key(here, **facts) == upload_key(there, **facts)
