"""The signed receipt: what arrived and what became of it, as a document that anybody checks offline.

A receipt is of one version of the transmittal's state, so it is the same document whenever it is asked for.
Its canonical JSON (RFC 8785) is named by its SHA-256 in a signed note (C2SP), under a key name that no log
has: a receipt is never taken for a checkpoint, nor one trial's for another's.
"""

from collections.abc import Callable, Mapping
from typing import Any

from corelab.audit.errors import BadNote
from corelab.audit.note import opened_note, signed_note
from corelab.ingest.codes import text_of
from corelab.ingest.errors import BadReceipt, ReceiptTooEarly
from corelab.ingest.model import (
    ABANDONED,
    CONCLUDED,
    RECEIVED,
    REFUSED,
    SCREENED,
    TAKES_FILES,
    RefusedObject,
)
from corelab.ingest.receipts import Receipt, outcome_in_words
from corelab.ingest.rules import Arrival
from corelab.kernel.canonical import Plain, canonical_json, sha256_hex
from corelab.kernel.codec import to_plain
from corelab.kernel.ids import TrialId
from corelab.kernel.moments import moment_text

SCHEMA = "receipt/1"


def receipt_name(trial: str) -> str:
    """Name under which a trial's receipts are signed. No log is called so: a trial's name has no slash."""
    return f"corelab/{trial}/receipt"


def receipt_document(found: Receipt, *, trial: TrialId, software: str) -> dict[str, Plain]:
    """The receipt of a transmittal that has arrived as a whole.

    Raises
    ------
    ReceiptTooEarly
        Not every file has arrived.
    """
    state = found.transmittal
    if state.state in TAKES_FILES | {ABANDONED}:
        raise ReceiptTooEarly(
            f"The transmittal is {state.state}: its receipt is signed when every file has arrived.",
            state=state.state,
        )
    refused = found.refused if state.state in CONCLUDED else ()
    files: list[Plain] = [_file(arrival, state=state.state, refused=refused) for arrival in found.arrivals]
    words: dict[str, Plain] = {
        code: {"sentence": text_of(code).sentence, "remedy": text_of(code).remedy}
        for code in sorted({item.code for item in refused})
    }
    return {
        "schema": SCHEMA,
        "trial": trial,
        "transmittal": state.transmittal,
        "version": found.version,
        "site": state.site,
        "subject": state.subject,
        "visit": state.visit,
        "state": state.state,
        "code": state.code,
        "detail": outcome_in_words(state),
        "charter": state.charter,
        "opened_at": moment_text(state.opened_at),
        "received_at": None if state.received_at is None else moment_text(state.received_at),
        "courier": None if state.courier is None else to_plain(state.courier),
        "size_bytes": state.size_bytes,
        "files": files,
        "words": words,
        "software": software,
    }


def signed_receipt(
    document: Mapping[str, Plain], *, public_key: bytes, sign: Callable[[bytes], bytes]
) -> str:
    """The note that signs a receipt.

    Parameters
    ----------
    public_key : bytes
        Ed25519, 32 bytes.
    """
    name = receipt_name(str(document["trial"]))
    return signed_note(_text(document), name=name, public_key=public_key, sign=sign).decode()


def checked_receipt(told: Mapping[str, Any], *, public_key: bytes) -> Mapping[str, Any]:
    """The receipt out of what was handed over, once its signature holds and it is as it was signed.

    Parameters
    ----------
    told : mapping
        `{receipt, note}`: nothing in it is trusted.

    Raises
    ------
    BadReceipt
        It is no receipt, not signed by this key, or was changed.
    """
    document, note = told.get("receipt"), told.get("note")
    if not isinstance(document, dict) or not isinstance(note, str) or document.get("schema") != SCHEMA:
        raise BadReceipt("This is no receipt of Corelab's.")
    try:
        expected = _text(document)
        text = opened_note(note.encode(), name=receipt_name(str(document["trial"])), public_key=public_key)
    except BadNote as error:
        raise BadReceipt("The receipt is not signed by this key, or its signature was changed.") from error
    except (KeyError, ValueError, TypeError, UnicodeError) as error:
        raise BadReceipt("This is no receipt of Corelab's.") from error
    if text != expected:
        raise BadReceipt("The receipt was changed after it was signed.")
    return document


def _text(document: Mapping[str, Any]) -> str:
    digest = sha256_hex(canonical_json(dict(document)))
    name = receipt_name(str(document["trial"]))
    return f"{name}\n{document['transmittal']}\n{document['version']}\n{digest}\n"


def _file(arrival: Arrival, *, state: str, refused: tuple[RefusedObject, ...]) -> dict[str, Plain]:
    """A file: RECEIVED until screening has concluded, then what became of it and of its members."""
    file = arrival.file
    code = next((item.code for item in refused if item.n == file.n and item.member is None), None)
    members: list[Plain] = [
        {"member": item.member, "code": item.code}
        for item in refused
        if item.n == file.n and item.member is not None
    ]
    became = REFUSED if code else SCREENED if state in CONCLUDED else RECEIVED
    told: dict[str, Plain] = {"n": file.n, "size_bytes": file.size_bytes, "sha256": file.sha256}
    told |= {"state": became} | ({"code": code} if code else {})
    return told | ({"refused_members": members} if members else {})
