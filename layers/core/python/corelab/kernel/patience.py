"""How long a sweep leaves alone what somebody else should bring on: doubling, so that an outage passes."""

from datetime import timedelta

START_AFTER = timedelta(minutes=2)  # events come within seconds; later ones meet what is there
LONGEST_WAIT = timedelta(days=1)  # between two runs of what dies each time: an alarm a day until it is mended
ENOUGH_DOUBLINGS = 10  # of two minutes, to pass the longest wait


def patience(tries: int) -> timedelta:
    """How long what was taken up so often is left alone."""
    doublings: int = 1 << min(tries, ENOUGH_DOUBLINGS)
    return min(START_AFTER * doublings, LONGEST_WAIT)
