import pytest

from corelab_cli.errors import CANNOT_RUN, DONE, HELD
from tests.fakes.folders import CHARTER, write_brain, write_captured


@pytest.fixture
def judged(run, tmp_path, monkeypatch):
    charter = str(CHARTER.resolve())
    write_brain(tmp_path / "in")
    monkeypatch.chdir(tmp_path)
    return lambda source, *more: run("qc", source, "--charter", charter, "--workers", "1", *more)


def test_a_complete_time_point_exits_0(judged):
    ran = judged("in", "--visit", "BL", "--subject", "101-0001")

    assert ran.exit_code == DONE
    assert "MR_BRAIN/AX_PD: 20 MR images, the first 01.dcm" in ran.out
    assert "recognised by ImageType contains ORIGINAL" in ran.out
    assert "Time point BL: complete" in ran.out


def test_what_blocks_exits_3_and_says_what_was_seen_and_asked(judged, tmp_path):
    (tmp_path / "in" / "07.dcm").unlink()
    broken = tmp_path / "in" / "20.dcm"
    broken.write_bytes(broken.read_bytes()[:-20])
    write_captured(tmp_path / "in")

    ran = judged("in", "--visit", "BL")

    assert ran.exit_code == HELD
    assert "INT-11 blocks: 1 slice missing between image 6 and image 8" in ran.out
    assert "(section 7.2)" in ran.out
    assert "to the site: " in ran.out
    assert "20.dcm: The file ends in the middle. [ING-102]" in ran.out
    assert "not asked for" in ran.out


def test_the_report_is_one_json_document(judged):
    ran = judged("in", "--json")

    assert ran.exit_code == DONE
    assert (ran.document["passed"], ran.document["time_point"]["is_complete"]) == (True, True)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [(("in", "--visit", "NONE"), "no visit NONE"), (("empty",), "Name a folder"), (("absent",), "absent")],
)
def test_what_cannot_be_judged_exits_2(judged, tmp_path, arguments, said):
    (tmp_path / "empty").mkdir()

    ran = judged(*arguments)

    assert ran.exit_code == CANNOT_RUN
    assert said in ran.err
