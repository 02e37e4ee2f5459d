"""Reasons that several rooms give in the same words."""

from collections.abc import Mapping

FILED_BY_MISTAKE = "the images were filed under another subject or visit by mistake"

LEFT: Mapping[str, str] = {
    "WITHDRAWN": "the study was withdrawn from the trial",
    "OFF_PROTOCOL": "the trial did not ask for the study",
}  # by the state that it is in now


def why_gone(state: str | None) -> str:
    """Why a study's images leave their time point: by the state of one that left, None for one misfiled."""
    return FILED_BY_MISTAKE if state is None else LEFT[state]
