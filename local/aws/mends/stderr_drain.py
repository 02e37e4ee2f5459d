"""A warm Lambda waits 50 ms for a silent handler's first line of log: wait less.

The worker answers after its handler wrote its log, through another pipe; 4 ms
covers the reader thread's turn. A line that comes later still reaches the log,
with the next invocation.
"""

from ministack.core.lambda_runtime import Worker

from .patch import original

FIRST_LINE_WAIT_S = 0.004
IDLE_CONFIRM_S = 0.003  # the pause after which a talking handler is taken to be done
HARD_CAP_S = 0.25


def apply() -> None:
    """Shorten the wait."""
    drain = original(Worker, "_drain_stderr_bounded", digest="3fd7cc742872")
    drain.__defaults__ = (FIRST_LINE_WAIT_S, IDLE_CONFIRM_S, HARD_CAP_S)
