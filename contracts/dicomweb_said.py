"""What is written by hand of STOW-RS's operations: their body and answers are DICOM's, not JSON of ours."""

from collections.abc import Mapping
from typing import Any

OPERATIONS = frozenset({"store_instances", "store_study"})
BODY = {
    "required": True,
    "description": 'Parts of application/dicom: at most 4 MiB and 500. `type="application/dicom"`.',
    "content": {
        "multipart/related": {
            "schema": {"type": "array", "items": {"type": "string", "format": "binary"}, "maxItems": 500}
        }
    },
}
ANSWER = {
    "application/dicom+json": {
        "schema": {
            "type": "object",
            "description": "The store instances response module (PS3.18, annex I) as DICOM JSON.",
            "additionalProperties": False,
            "patternProperties": {"^[0-9A-F]{8}$": {"type": "object"}},
        }
    }
}
ANSWERS = {"200": "All are stored.", "202": "Some are stored, others failed.", "409": "None is stored."}
PROBLEMS = {
    "413": "More than one request carries; the detail says what to do.",
    "415": "It is no multipart/related of application/dicom.",
}


def as_dicomweb(operation: Mapping[str, Any], *, problem: Mapping[str, Any]) -> dict[str, Any]:
    """The operation with DICOM's body and answers beside the problems that every operation has.

    Parameters
    ----------
    problem : mapping
        Content of a problem.
    """
    responses = {code: item for code, item in operation["responses"].items() if not code.startswith("2")}
    responses |= {code: {"description": text, "content": problem} for code, text in PROBLEMS.items()}
    for code, text in ANSWERS.items():
        others = responses.get(code, {}).get("content", {})
        responses[code] = {"description": text, "content": {**others, **ANSWER}}
    return {**operation, "requestBody": BODY, "responses": dict(sorted(responses.items()))}
