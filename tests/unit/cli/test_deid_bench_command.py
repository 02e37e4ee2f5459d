import pytest

from corelab_cli.errors import CANNOT_RUN, DONE
from tests.fakes.folders import CHARTER


def test_a_page_and_a_document_are_made(run, tmp_path):
    arguments = ("--charter", str(CHARTER), "--per-class", "2", "--seed", "3", "--workers", "1")

    ran = run("deid", "bench", *arguments, "--out", str(tmp_path / "leaks.md"), "--json")
    words = run("deid", "bench", *arguments)

    assert (ran.exit_code, words.exit_code) == (DONE, DONE)
    assert ran.document["schema"] == "deid-bench/1"
    assert ran.document["tools"][0]["leaks"]["all covered"]["leaked"] == 0
    assert "| all covered | 0/" in (tmp_path / "leaks.md").read_text()
    assert "all covered" in words.out


@pytest.mark.parametrize("arguments", [("--per-class", "0"), ("--charter", "absent.yaml")])
def test_what_cannot_run_says_so(run, arguments):
    assert run("deid", "bench", *arguments).exit_code == CANNOT_RUN
