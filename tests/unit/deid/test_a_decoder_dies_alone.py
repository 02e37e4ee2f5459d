"""A decoder that runs out of memory ends its own process: that image is not shown, and the others are."""

import pytest

from corelab_aws.children import in_child
from tests.fakes.review_world import ReviewWorld, ultrasound

EATS = ("timeit", "-n", "1", "-r", "1", "bytes(2**33)")  # more than a child may have


@pytest.mark.requirement("fault-19")
def test_an_image_whose_decoder_runs_out_of_memory_is_not_shown_and_its_siblings_are(monkeypatch):
    hungry, other = ultrasound(1), ultrasound(2)
    world = ReviewWorld(monkeypatch, [hungry, other])
    world.run()
    door = world.doors["review.api"]

    def render(module, *arguments, stdin):
        return in_child(*EATS, stdin=stdin) if stdin == hungry else in_child(module, *arguments, stdin=stdin)

    monkeypatch.setattr(door, "in_child", render)
    died = world.ask("reviewer", "renderings", {"image": 1})
    shown = world.ask("reviewer", "renderings", {"image": 2})
    refused = world.sign("reviewer", "refuse")

    assert (died.status, died.body["code"]) == (422, "DEI-118")
    assert died.body["detail"].startswith("Refuse the series")
    assert shown.status == 200
    assert shown.body["pictures"]
    assert refused.body["state"] == "DEID_FAILED"
