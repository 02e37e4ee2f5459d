"""JSON Schemas of the events that other rooms follow: the bus's envelope around what each says."""

from collections.abc import Mapping
from typing import Any

from pydantic import TypeAdapter

from contracts.events_said import FOLLOWED, Hash

DRAFT = "https://json-schema.org/draft/2020-12/schema"
MOMENT = r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$"
EVENT_ID = "^evt_[0-7][0-9A-HJKMNP-TV-Z]{25}$"


def schema(type: str, *, room: str, said: type) -> dict[str, Any]:
    """Schema of a bus message of this type."""
    data = TypeAdapter(said).json_schema()
    definitions = data.pop("$defs", {})
    text = {"type": "string"}
    detail = {
        "event_id": text | {"pattern": EVENT_ID},
        "trial": text,
        "at": text | {"pattern": MOMENT},
        "object": text,
        "id": text,
        "version": {"type": "integer", "minimum": 1},
        "charter": TypeAdapter(Hash | None).json_schema(),
        "cause": {"type": ["string", "null"]},
        "data": data,
    }
    return {
        "$schema": DRAFT,
        "title": type,
        "description": said.__doc__,
        "type": "object",
        "required": ["source", "detail-type", "detail"],
        "properties": {
            "source": {"const": f"corelab.{room}"},
            "detail-type": {"const": type},
            "detail": {"type": "object", "required": sorted(detail), "properties": detail},
        },
        "$defs": definitions,
    }


def documents() -> Mapping[str, Any]:
    """Files of this contract."""
    return {
        f"events/{type}.schema.json": schema(type, room=room, said=said)
        for type, (room, said) in FOLLOWED.items()
    }
