"""Notes and checkpoints, against the examples of their specification."""

import base64

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from corelab.audit.errors import BadNote
from corelab.audit.note import (
    Checkpoint,
    key_id,
    opened_note,
    parsed_checkpoint,
    signed_note,
    verifier_key,
)
from tests.fakes.memory_ledger import KEY

PUBLIC = KEY.public_key().public_bytes_raw()
NAME = "corelab/DEMO01"
CHECKPOINT = Checkpoint(origin=NAME, size=42, root=bytes(range(32)))


def note() -> bytes:
    return signed_note(CHECKPOINT.text, name=NAME, public_key=PUBLIC, sign=KEY.sign)


def test_the_key_of_gos_checksum_database_has_the_id_that_everybody_knows():
    known = "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8"
    public = base64.b64decode(known.split("+", 2)[2])[1:]

    assert key_id("sum.golang.org", public_key=public).hex() == "033de0ae"
    assert verifier_key("sum.golang.org", public_key=public) == known


def test_a_checkpoint_is_three_lines_an_empty_one_and_a_signature():
    text, signature = note().decode().split("\n\n")

    assert text == f"corelab/DEMO01\n42\n{base64.b64encode(bytes(range(32))).decode()}"
    assert signature.startswith("— corelab/DEMO01 ")
    assert base64.b64decode(signature.split()[2])[:4] == key_id(NAME, public_key=PUBLIC)


def test_a_note_opens_to_the_text_that_was_signed():
    assert parsed_checkpoint(opened_note(note(), name=NAME, public_key=PUBLIC)) == CHECKPOINT


def test_other_keys_signatures_are_passed_over():
    other = Ed25519PrivateKey.from_private_bytes(bytes(32))
    public = other.public_key().public_bytes_raw()
    theirs = signed_note(CHECKPOINT.text, name="witness", public_key=public, sign=other.sign)
    both = note() + theirs.split(b"\n\n")[1]

    assert opened_note(both, name=NAME, public_key=PUBLIC) == CHECKPOINT.text
    with pytest.raises(BadNote, match="no signature of this key"):
        opened_note(theirs, name=NAME, public_key=PUBLIC)


def test_a_key_that_signs_wrongly_is_noticed_before_anything_is_stored():
    with pytest.raises(BadNote, match="does not verify"):
        signed_note(CHECKPOINT.text, name=NAME, public_key=PUBLIC, sign=lambda _: bytes(64))


@pytest.mark.parametrize("text", ["no end", "tab\there\n"])
def test_text_that_cannot_be_a_note_is_not_signed(text):
    with pytest.raises(BadNote):
        signed_note(text, name=NAME, public_key=PUBLIC, sign=KEY.sign)


@pytest.mark.parametrize(
    "damaged",
    [
        b"",
        b"\xff\n\n\xe2\x80\x94 a b\n",
        b"text\n",
        b"text\n\nno dash\n",
        "text\n\n— name\n".encode(),
        "text\n\n— name !!!!\n".encode(),
        "text\n\n— name AAB=\n".encode(),
        note().removesuffix(b"\n"),
    ],
)
def test_what_is_no_note_is_refused(damaged):
    with pytest.raises(BadNote):
        opened_note(damaged, name=NAME, public_key=PUBLIC)


@pytest.mark.parametrize(
    "text",
    [
        "corelab/X\n1\n",
        "corelab/X\n01\n" + "A" * 43 + "=\n",
        "corelab/X\n-1\n" + "A" * 43 + "=\n",
        "corelab/X\n\u0661\n" + "A" * 43 + "=\n",
        "\n1\n" + "A" * 43 + "=\n",
        "corelab/X\n1\nAAAA\n",
        "corelab/X\n1\n" + "A" * 43 + "=\nextension\n",
    ],
)
def test_what_is_no_checkpoint_of_ours_is_refused(text):
    with pytest.raises(BadNote):
        parsed_checkpoint(text)
