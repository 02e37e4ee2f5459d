"""A door's run, cut at every call that changes something, and what the platform or a client brings again."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from tests.flows.by_hand.doors import Run, What, faults_at
from tests.flows.by_hand.stage import Stage, differences

DEATHS = frozenset({What.DIES_BEFORE, What.DIES_AFTER})
ROUNDS = 3  # of redelivery; each queue and retry gives more
SIGNED_BY_THE_CLOCK = re.compile(r"\?[^\"]*X-Amz-[^\"]*")  # a presigned URL is of its own moment


def asks_again(run: Run) -> bool:
    """Whether it would be brought again: the worker died, raised, failed a record, or answered 5xx."""
    answer = run.answer if isinstance(run.answer, dict) else {}
    return (
        run.is_killed
        or run.error is not None
        or bool(answer.get("batchItemFailures"))
        or answer.get("statusCode", 200) >= 500
    )


def check_survives(on_stage: Stage, door: str, event: Mapping[str, Any], *, at: datetime) -> Run:
    """Whatever happens at whichever call, the repeat leaves what an undisturbed run leaves, and answers it.

    Returns
    -------
    Run
        The undisturbed one; the world is as it left it.
    """
    before = on_stage.keep()
    whole = on_stage.doors.run(door, event, at=at)
    after = on_stage.seen()
    assert not asks_again(whole), whole
    assert whole.answer.get("statusCode", 200) < 400, whole.answer
    assert whole.writes

    for fault in faults_at(whole.writes):
        on_stage.back_to(before)
        run = on_stage.doors.run(door, event, at=at, fault=fault)
        assert run.is_killed == (fault.what in DEATHS), fault
        for _ in range(ROUNDS):
            if asks_again(run):
                run = on_stage.doors.run(door, event, at=at)
        again = on_stage.doors.run(door, event, at=at)  # and once more than it had to

        assert said(run) == said(again) == said(whole), fault
        assert differences(on_stage.seen(), after) == [], fault
    return whole


def said(run: Run) -> str:
    """What it answered, but for what the wall clock signed."""
    return SIGNED_BY_THE_CLOCK.sub("", str(run.answer))
