"""JSON Schema of a charter's YAML, for editors."""

from collections.abc import Mapping
from typing import Any

from corelab.charter.wire import json_schema


def documents() -> Mapping[str, Any]:
    """Files of this contract."""
    return {"charter.schema.json": json_schema()}
