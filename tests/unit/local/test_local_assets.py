import os
import zipfile
from io import BytesIO

from local.assets import zipped
from local.synth import INPUTS, digest_of


def test_the_same_files_give_the_same_zip_whenever_they_were_written(tmp_path):
    for name, moment in (("one", 0), ("two", 1_000_000_000)):
        (tmp_path / name / "sub").mkdir(parents=True)
        for path in ("a.py", "sub/b.py"):
            file = tmp_path / name / path
            file.write_text("x = 1\n")
            os.utime(file, (moment, moment))

    one, two = zipped(tmp_path / "one"), zipped(tmp_path / "two")

    assert one == two
    assert zipfile.ZipFile(BytesIO(one)).namelist() == ["a.py", "sub/b.py"]


def test_an_assembly_is_new_when_any_file_that_it_is_made_of_is(tmp_path):
    for name in INPUTS:
        path = tmp_path / name
        if "." in name:
            path.write_text("{}")
        else:
            (path / "room").mkdir(parents=True)
            (path / "room" / "file.py").write_text("x = 1\n")
    before = digest_of(tmp_path, "local")

    unchanged = digest_of(tmp_path, "local")
    elsewhere = digest_of(tmp_path, "other")
    (tmp_path / "functions" / "room" / "file.py").write_text("x = 2\n")

    assert unchanged == before
    assert len({before, elsewhere, digest_of(tmp_path, "local")}) == 3
