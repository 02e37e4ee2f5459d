import io
import json

import httpx
import pytest

from corelab_cli.errors import CANNOT_RUN, DONE
from tests.fakes.transmittal_api import API, PASSWORD, POOL, TransmittalApi

SERIES = "ser_1"
PLACE = f"/v1/trials/DEMO01/series/{SERIES}/versions/1"
TRIAL = ("--trial", "DEMO01")


class Reviews(httpx.MockTransport):
    """Two images, the first of ten frames, the second of a compression that is not shown."""

    def __init__(self) -> None:
        super().__init__(self.answer)
        self.asked: list[tuple[str, object]] = []
        self.pool = TransmittalApi()

    def answer(self, request: httpx.Request) -> httpx.Response:
        url = str(request.url)
        if url.startswith("https://pictures"):
            return httpx.Response(200, content=b"PNG of " + request.url.path.encode())
        body = json.loads(request.content) if request.content else None
        if url.startswith(POOL):
            return self.pool.answer(request)
        assert url.startswith(API)
        self.asked.append((request.url.path, body))
        if request.url.path.endswith("/renderings"):
            return httpx.Response(200, json=self.rendered(body))
        if request.url.path.endswith("/reviews"):
            held = {
                "series": SERIES,
                "version": 1,
                "code": "DEI-112",
                "sentence": "Often carries text.",
                "since": "2026-11-23T09:30:15Z",
            }
            return httpx.Response(200, json={"reviews": [held]})
        return httpx.Response(200, json={"challenge": "sgn_1", "state": "DEIDENTIFYING"})

    def rendered(self, body: dict[str, int]) -> dict[str, object]:
        image, first = body["image"], body["first"]
        is_shown = image == 1
        numbers = range(first, min(first + body["frames"], 11)) if is_shown else ()
        pictures = [
            {"frame": frame, "view": view, "url": f"https://pictures/{image}-{frame}-{view}"}
            for frame in numbers
            for view in ("plain", "even")
        ]
        reason = None if is_shown else "The frames are compressed."
        return {
            "images": 2,
            "image": image,
            "frames": 10 if is_shown else 1,
            "not_shown": reason,
            "pictures": pictures,
        }


@pytest.fixture
def reviews() -> Reviews:
    return Reviews()


def test_what_is_held_is_listed_with_why(run, reviews):
    ran = run("deid", "review", "list", *TRIAL, transport=reviews)

    assert ran.exit_code == DONE
    assert "DEI-112" in ran.out
    assert "Often carries text." in ran.out


def test_frames_are_written_into_a_folder_and_what_is_not_shown_is_said(run, reviews, tmp_path):
    folder = tmp_path / "frames"

    ran = run("deid", "review", "show", SERIES, "--folder", str(folder), *TRIAL, transport=reviews)

    assert ran.exit_code == DONE
    assert len(list(folder.glob("*.png"))) == 20
    assert (folder / "0001-0010-even.png").read_bytes() == b"PNG of /1-10-even"
    assert "The frames are compressed." in ran.out
    assert [body for _, body in reviews.asked] == [
        {"image": 1, "first": 1, "frames": 8},
        {"image": 1, "first": 9, "frames": 8},
        {"image": 2, "first": 1, "frames": 8},
    ]


def test_clearing_is_signed_and_carries_its_boxes(run, reviews, monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{PASSWORD}\n"))
    boxes = ("--box", "0,0,640,40", "--box", "2/1:5,6,7,8", "--box", "3:1,2,3,4")

    ran = run(
        *("deid", "review", "clear", SERIES, *boxes, "--reason", "banner", "--password-stdin", *TRIAL),
        transport=reviews,
    )

    assert ran.exit_code == DONE
    place = {"x": 0, "y": 0, "width": 640, "height": 40}
    assert reviews.asked[-1] == (
        f"{PLACE}/clear",
        {
            "reason": "banner",
            "signature": {"challenge": "sgn_1", "meaning": "REVIEW"},
            "boxes": [
                {"image": None, "frame": None, **place},
                {"image": 2, "frame": 1, "x": 5, "y": 6, "width": 7, "height": 8},
                {"image": 3, "frame": None, "x": 1, "y": 2, "width": 3, "height": 4},
            ],
        },
    )


@pytest.mark.parametrize("box", ["1,2,3", "a,b,c,d", "1/2/3:1,2,3,4", "-1,0,1,1"])
def test_what_is_no_box_is_said_before_anything_is_asked(run, reviews, box):
    ran = run(
        *("deid", "review", "clear", SERIES, "--box", box, "--reason", "x", "--password-stdin", *TRIAL),
        transport=reviews,
    )

    assert ran.exit_code == CANNOT_RUN
    assert reviews.asked == []


def test_refusing_is_signed_and_retrying_is_not(run, reviews, monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{PASSWORD}\n"))

    refused = run(
        *("deid", "review", "refuse", SERIES, "--reason", "a face", "--password-stdin", *TRIAL),
        transport=reviews,
    )
    retried = run("deid", "review", "retry", SERIES, "--reason", "mended", *TRIAL, transport=reviews)

    assert (refused.exit_code, retried.exit_code) == (DONE, DONE)
    (_, first), (path, second) = reviews.asked[-2:]
    assert first["signature"] == {"challenge": "sgn_1", "meaning": "REVIEW"}
    assert (path, second) == (f"{PLACE}/retry", {"reason": "mended"})
