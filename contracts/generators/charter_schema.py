"""JSON Schema of a charter's YAML, for editors."""

from corelab.charter.wire import json_schema


def generate() -> dict[str, object]:
    """File to JSON."""
    return {"charter.schema.json": json_schema()}
