import io

import pytest
from rich.console import Console

from local.story import demo, teller
from local.story.teller import NotAsTold, Teller, expect, until


@pytest.fixture
def quiet(monkeypatch):
    """A teller on a log that nobody watches."""
    out = io.StringIO()
    made = Teller(console=Console(file=out, highlight=False, soft_wrap=True))
    monkeypatch.setattr(demo, "Teller", lambda: made)
    return made, out


def test_what_is_as_told_passes_in_silence():
    expect("the state", expected="READABLE", seen="READABLE")


def test_what_is_not_as_told_says_what_was_expected_and_what_was_seen():
    with pytest.raises(NotAsTold) as raised:
        expect("the state", expected="READABLE", seen="PARTIAL")

    assert (raised.value.what, raised.value.expected, raised.value.seen) == (
        "the state",
        "READABLE",
        "PARTIAL",
    )


def test_waiting_ends_when_it_is_so():
    answers = iter([0, 0, 1])

    assert until("n", lambda: next(answers), is_so=bool, expected=1, show=str) == 1


def test_waiting_ends_with_patience(monkeypatch):
    monkeypatch.setattr(teller, "PATIENCE_SECONDS", 0.0)
    monkeypatch.setattr(teller, "POLL_SECONDS", 0.0)

    with pytest.raises(NotAsTold, match="seen nothing"):
        until("n", lambda: 0, is_so=bool, expected=1, show=lambda _: "nothing")


def test_each_step_is_told_with_its_time_in_a_plain_log(quiet):
    teller, out = quiet
    teller.chapter("1. A chapter")
    with teller.step("something [odd] happens"):
        pass

    assert "✓ something [odd] happens 0.0 s" in out.getvalue()
    assert [(step.chapter, step.text) for step in teller.steps] == [
        ("1. A chapter", "something [odd] happens")
    ]


def broken(error):
    def tell(teller):
        teller.current = "the third step"
        raise error

    return tell


@pytest.mark.parametrize("error", [NotAsTold("the queue", expected=1, seen=2), KeyError("x")])
def test_a_story_that_breaks_says_where_and_does_not_end_well(quiet, monkeypatch, tmp_path, error):
    monkeypatch.setattr(demo, "_tell", broken(error))
    monkeypatch.setattr(demo, "FAILURE", tmp_path / "failure.txt")

    assert demo.main() == demo.NOT_AS_TOLD
    said = quiet[1].getvalue()
    assert "Not as told in “the third step”" in said
    assert "expected" in said
    assert "Traceback" not in said
    assert type(error).__name__ in (tmp_path / "failure.txt").read_text()


def test_a_story_that_cannot_begin_says_so(quiet, monkeypatch):
    monkeypatch.setattr(demo, "_tell", broken(demo.ImagesUnavailable("npm cannot fetch it.")))

    assert demo.main() == demo.CANNOT_RUN
    assert "npm cannot fetch it." in quiet[1].getvalue()


@pytest.mark.usefixtures("quiet")
def test_a_story_that_somebody_stops_is_no_success(monkeypatch):
    monkeypatch.setattr(demo, "_tell", broken(KeyboardInterrupt()))

    assert demo.main() == demo.CANNOT_RUN


@pytest.mark.usefixtures("quiet")
def test_a_story_that_came_out_ends_with_zero(monkeypatch):
    monkeypatch.setattr(demo, "_tell", lambda _: None)

    assert demo.main() == 0
