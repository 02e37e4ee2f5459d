"""What is held is shown with what the site was asked, and what it said."""

import pytest

from corelab_cli.errors import DONE
from tests.unit.cli.conftest import answering

HELD = {
    "transmittal": "tms_1",
    "site": "101",
    "subject": "101-0002",
    "visit": "BL",
    "held_since": "2026-01-30T10:00Z",
    "code": "ING-310",
    "detail": "The images carry another identity.",
    "remedy": "Tell the core lab.",
    "counts": None,
    "choices": ["release", "reject"],
    "instead": None,
}
ASKED = {"query": "qry_1", "state": "OPEN", "due": "2026-02-06", "answer": None, "text": None}
SAID = ASKED | {"state": "ANSWERED", "answer": "other", "text": "From the other clinic."}


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        (None, "The site has not been asked yet."),
        (ASKED, "The site is asked: qry_1 OPEN, answer by 2026-02-06"),
        (SAID, "The site answered qry_1: other: From the other clinic."),
        (SAID | {"text": None}, "The site answered qry_1: other"),
    ],
)
def test_held_shows_the_question_and_the_answer(run, asked, words):
    transport = answering({"GET /v1/trials/DEMO01/held": {"held": [HELD | {"asked": asked}]}})

    ran = run("held", "list", "--trial", "DEMO01", transport=transport)

    assert ran.exit_code == DONE
    assert words in ran.out
