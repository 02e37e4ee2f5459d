"""Starting where a killed process's workers are still going."""

import os

from local.aws.process import cleared


def test_a_folder_is_cleared_while_others_clear_it(tmp_path, monkeypatch):
    folder, unlink = tmp_path / "tmp", os.unlink
    (folder / "worker").mkdir(parents=True)
    for name in ("first", "second"):
        (folder / "worker" / name).touch()

    def unlink_after_the_worker(path, **where):
        unlink(path, **where)
        unlink(path, **where)

    monkeypatch.setattr(os, "unlink", unlink_after_the_worker)
    cleared(folder)

    assert folder.is_dir()
    assert [path for path in folder.rglob("*") if path.is_file()] == []
