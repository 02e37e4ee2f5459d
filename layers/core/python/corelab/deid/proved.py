"""The proof's side of a run: what it must know of the trial, and what follows from its verdict."""

from corelab.deid.errors import ProofFailed
from corelab.deid.profile import Assignment, DeidProfile
from corelab.deid.written import IMPLEMENTATION_NAME, IMPLEMENTATION_UID, METHOD_CODES, written_elements
from corelab.proof.policy import Policy
from corelab.proof.verdict import Verdict

MOST_TOLD = 10  # the rest of a fault looks the same
SHORT_HEAD, LONG_HEAD = 8, 12  # bytes before a value, PS3.5 7.1


def policy_of(profile: DeidProfile, assignment: Assignment, *, offset_days: int, is_cleared: bool) -> Policy:
    """What a trial asks of its images, as the proof takes it."""
    written: dict[int, set[bytes]] = {}
    for implicit in (False, True):
        for is_standard_private in (False, True):
            for one in written_elements(
                profile,
                assignment,
                implicit=implicit,
                is_standard_private=is_standard_private,
                is_cleared=is_cleared,
            ):
                is_long = one.tag == METHOD_CODES and not implicit
                written.setdefault(one.tag, set()).add(one.raw[LONG_HEAD if is_long else SHORT_HEAD :])
    written[0x00020012] = {IMPLEMENTATION_UID.encode()}
    written[0x00020013] = {IMPLEMENTATION_NAME.encode()}
    return Policy(
        written={
            tag: frozenset(values if tag == METHOD_CODES else (value.strip(b" \0") for value in values))
            for tag, values in written.items()
        },
        characteristics=profile.characteristics,
        shifts_dates=profile.shift_dates,
        keeps_private=profile.keep_private,
        offset_days=offset_days,
    )


def check_proved(verdict: Verdict) -> None:
    """Let nothing pass that failed.

    Raises
    ------
    ProofFailed
        Its facts name checks, images and places.
    """
    if not verdict.passes:
        raise ProofFailed(
            "Report this: what would be delivered failed its proof.",
            found="; ".join(map(str, verdict.found[:MOST_TOLD])),
            findings=len(verdict.found),
        )
