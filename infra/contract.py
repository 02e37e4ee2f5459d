"""The API's contract, as the gateway needs it: which operation goes to which door."""

import json
from dataclasses import dataclass
from pathlib import Path

VERBS = ("get", "put", "post", "delete", "patch")


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One method of the API.

    Attributes
    ----------
    room : str
        The operation's tag: `functions/<room>/api.py` answers it.
    required : tuple of str
        Parameters that the gateway asks for itself, as `header.<name>` or `querystring.<name>`.
    """

    id: str
    verb: str
    path: str
    room: str
    required: tuple[str, ...]


def read_contract(root: Path) -> list[Operation]:
    """Operations of contracts/openapi.json, in order of path and verb."""
    document = json.loads((root / "contracts" / "openapi.json").read_text(encoding="utf-8"))
    operations = []
    for path, item in sorted(document["paths"].items()):
        for verb in VERBS:
            if verb in item:
                said = item[verb]
                (room,) = said["tags"]
                parameters = [*item.get("parameters", ()), *said.get("parameters", ())]
                operations.append(
                    Operation(
                        id=said["operationId"],
                        verb=verb.upper(),
                        path=path,
                        room=room,
                        required=tuple(sorted(filter(None, map(_required, parameters)))),
                    )
                )
    return operations


def _required(parameter: dict[str, object]) -> str | None:
    places = {"header": "header", "query": "querystring"}
    place = places.get(str(parameter["in"]))
    return f"{place}.{parameter['name']}" if place and parameter.get("required") else None
