from corelab_cli.errors import CANNOT_RUN
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


def test_an_empty_file_is_named_before_anything_is_sent(run, api, folder):
    (folder / "empty.dcm").touch()

    ran = run(*upload_of(folder), transport=api)

    assert ran.exit_code == CANNOT_RUN
    assert "empty.dcm is empty" in ran.err
    assert api.calls == []


def test_a_dangling_link_is_named_before_anything_is_sent(run, api, folder):
    (folder / "gone.dcm").symlink_to(folder / "nothing")

    ran = run(*upload_of(folder), transport=api)

    assert ran.exit_code == CANNOT_RUN
    assert "gone.dcm cannot be read" in ran.err


def test_copies_of_one_file_are_named_before_anything_is_sent(run, api, folder):
    (folder / "copy.dcm").write_bytes(b"slice 0")

    ran = run(*upload_of(folder), transport=api)

    assert ran.exit_code == CANNOT_RUN
    assert "copies of each other" in ran.err
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
