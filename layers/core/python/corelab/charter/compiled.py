"""A compiled charter as bytes: canonical JSON, its hash, and back. Hot doors read it: stdlib only."""

import json

from corelab.charter.errors import CharterInvalid
from corelab.charter.model import SCHEMA, Charter
from corelab.kernel.canonical import canonical_json, sha256_hex
from corelab.kernel.codec import from_plain, to_plain


def compiled_json(charter: Charter) -> bytes:
    """Canonical JSON of a charter: the same meaning, the same bytes."""
    return canonical_json(to_plain(charter))


def charter_hash(document: bytes) -> str:
    """Hash that goes on every record which the charter governed: SHA-256 of its canonical JSON, 64 hex."""
    return sha256_hex(document)


def load_compiled(document: bytes | str) -> Charter:
    """Charter from its canonical JSON.

    Raises
    ------
    CharterInvalid
        The bytes are no compiled charter of a schema that this version reads.
    """
    try:
        plain = json.loads(document)
        if not isinstance(plain, dict) or plain.get("schema") != SCHEMA:
            raise CharterInvalid(f"Publish the charter again: this is not {SCHEMA}.", schema=SCHEMA)
        charter: Charter = from_plain(Charter, plain)
    except ValueError as error:
        raise CharterInvalid("Publish the charter again: it cannot be read back.", schema=SCHEMA) from error
    return charter
