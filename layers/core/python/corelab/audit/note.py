"""Signed notes and checkpoints, as C2SP writes them, with Ed25519.

A note is text, an empty line, and signature lines: em dash, key name, base64(key id || signature).
A checkpoint is a note whose text is origin, size and root. Any C2SP tool reads ours.

Source: c2sp.org/signed-note, c2sp.org/tlog-checkpoint.
"""

import base64
import binascii
import hashlib
from collections.abc import Callable
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from corelab.audit.errors import BadNote
from corelab.audit.merkle import HASH_BYTES

ED25519 = b"\x01"  # signature type of the signed-note registry
KEY_ID_BYTES = 4
SIGNATURE_LINE = "— "  # em dash, space
CHECKPOINT_LINES = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """A log's tree at one size.

    Attributes
    ----------
    origin : str
        `corelab/<log>`.
    size : int
        Leaves.
    root : bytes
        32 bytes.
    """

    origin: str
    size: int
    root: bytes

    @property
    def text(self) -> str:
        """The note's text."""
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"


def origin_of(log: str) -> str:
    """Origin, and key name, of a log."""
    return f"corelab/{log}"


def key_id(name: str, *, public_key: bytes) -> bytes:
    """First four bytes of SHA-256(name || newline || type || key). `public_key`: 32 bytes, RFC 8032."""
    return hashlib.sha256(name.encode() + b"\n" + ED25519 + public_key).digest()[:KEY_ID_BYTES]


def verifier_key(name: str, *, public_key: bytes) -> str:
    """The key as C2SP tools take it: `name+id+base64(type || key)`."""
    shown = base64.b64encode(ED25519 + public_key).decode()
    return f"{name}+{key_id(name, public_key=public_key).hex()}+{shown}"


def signed_note(text: str, *, name: str, public_key: bytes, sign: Callable[[bytes], bytes]) -> bytes:
    """The text with one signature; it is checked before it is believed.

    Raises
    ------
    BadNote
        The text cannot be a note, or the signature that came back does not verify.
    """
    if not text.endswith("\n") or any(mark < " " and mark != "\n" for mark in text):
        raise BadNote("A note's text ends its last line and holds no control characters.")
    signature = sign(text.encode())
    shown = base64.b64encode(key_id(name, public_key=public_key) + signature).decode()
    note = f"{text}\n{SIGNATURE_LINE}{name} {shown}\n".encode()
    opened_note(note, name=name, public_key=public_key)
    return note


def opened_note(note: bytes, *, name: str, public_key: bytes) -> str:
    """Text of a note that this key signed. Signatures of other keys are passed over.

    Raises
    ------
    BadNote
        No note, no signature of this key, or one that does not verify.
    """
    text, signatures = _parts(note)
    wanted = key_id(name, public_key=public_key)
    found = [raw[KEY_ID_BYTES:] for who, raw in signatures if who == name and raw[:KEY_ID_BYTES] == wanted]
    if not found:
        raise BadNote("The note carries no signature of this key.", name=name)
    for signature in found:
        try:
            Ed25519PublicKey.from_public_bytes(public_key).verify(signature, text.encode())
        except InvalidSignature as error:
            raise BadNote("The note's signature does not verify.", name=name) from error
    return text


def parsed_checkpoint(text: str) -> Checkpoint:
    """Checkpoint that a note's text says.

    Raises
    ------
    BadNote
        The text is no checkpoint of ours: three lines, a plain decimal size, a root of 32 bytes.
    """
    lines = text.split("\n")
    if len(lines) != CHECKPOINT_LINES + 1 or lines[-1]:
        raise BadNote("A checkpoint has three lines.")
    origin, size, root = lines[:CHECKPOINT_LINES]
    if not origin or not (size.isascii() and size.isdecimal()) or (size != "0" and size.startswith("0")):
        raise BadNote("A checkpoint says its origin and its size.")
    raw = _base64(root)
    if len(raw) != HASH_BYTES:
        raise BadNote("A checkpoint's root has 32 bytes.")
    return Checkpoint(origin=origin, size=int(size), root=raw)


def _parts(note: bytes) -> tuple[str, list[tuple[str, bytes]]]:
    try:
        whole = note.decode()
    except UnicodeDecodeError as error:
        raise BadNote("A note is UTF-8.") from error
    text, gap, tail = whole.rpartition("\n\n")
    if not gap or not tail.endswith("\n"):
        raise BadNote("A note has a text, an empty line and signatures.")
    signatures = []
    for line in tail[:-1].split("\n"):
        name, space, shown = line.removeprefix(SIGNATURE_LINE).partition(" ")
        if not line.startswith(SIGNATURE_LINE) or not name or not space:
            raise BadNote("A signature line is an em dash, a name and a signature.")
        signatures.append((name, _base64(shown)))
    return text + "\n", signatures


def _base64(text: str) -> bytes:
    try:
        raw = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise BadNote("A note's base64 is not well formed.") from error
    if base64.b64encode(raw).decode() != text:
        raise BadNote("A note's base64 is not in its one canonical form.")
    return raw
