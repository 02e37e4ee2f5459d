"""Attacks on checkpoints, their copies at the witness, and the key."""

import base64
from collections.abc import Mapping
from dataclasses import replace

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from corelab.audit.note import origin_of, signed_note
from local.attacks.hands import Attack, Case, Trace, trace

FORGERS_KEY = Ed25519PrivateKey.from_private_bytes(b"forger's key of thirty-two bytes")


def forgers_pem() -> bytes:
    """The forger's public key."""
    return FORGERS_KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def _signed(case: Case, text: str) -> bytes:
    public = FORGERS_KEY.public_key().public_bytes_raw()
    return signed_note(text, name=origin_of(case.log), public_key=public, sign=FORGERS_KEY.sign)


def _text(note: bytes) -> str:
    return note.partition(b"\n\n")[0].decode() + "\n"


def _sign_with_another_key(case: Case) -> Trace:
    """One checkpoint and its copy, under the forger's key."""
    path = case.rng.choice(case.checkpoints())
    for place in (path, path.replace("ledger", "witness", 1)):
        case.files[place] = _signed(case, _text(case.files[place]))
    return trace("OTHER_KEY", file=path)


def _sign_everything_with_another_key(case: Case) -> Trace:
    for path in (*case.checkpoints(), *case.checkpoints("witness")):
        case.files[path] = _signed(case, _text(case.files[path]))
    return trace("OTHER_KEY", file=case.rng.choice(case.checkpoints()))


def _exchange_the_key(case: Case) -> Trace:
    """The key in the export is the forger's; whoever believes it sees the old signatures fail."""
    case.files["key.pem"] = forgers_pem()
    return replace(trace("OTHER_KEY", file=case.rng.choice(case.checkpoints())), has_other_key=True)


def _forge(case: Case) -> Trace:
    path = case.rng.choice(case.checkpoints())
    root = base64.b64encode(case.rng.randbytes(32))
    text, gap, signature = case.files[path].partition(b"\n\n")
    case.files[path] = b"\n".join([*text.split(b"\n")[:2], root]) + gap + signature
    return trace("CHECKPOINT_BAD", file=path)


def _flip_in_a_checkpoint(case: Case) -> Trace:
    path = case.rng.choice([*case.checkpoints(), *case.checkpoints("witness")])
    data = bytearray(case.files[path])
    data[case.rng.randrange(len(data))] ^= 1 << case.rng.randrange(8)
    case.files[path] = bytes(data)
    return Trace(causes=frozenset({"CHECKPOINT_BAD", "OTHER_KEY"}), files=frozenset({path}))


def _roll_back(case: Case) -> Trace:
    """An older checkpoint, truly signed, where a newer one was."""
    older, newer = sorted(case.rng.sample(range(len(case.checkpoints())), 2))
    for place in ("ledger", "witness"):
        checkpoints = case.checkpoints(place)
        case.files[checkpoints[newer]] = case.files[checkpoints[older]]
    return trace("CHECKPOINT_BAD", file=case.checkpoints()[newer])


def _remove_the_last(case: Case) -> Trace:
    checkpoints = case.checkpoints()
    count = case.rng.randrange(1, len(checkpoints))
    kept = checkpoints[-count - 1]
    covered = int(kept[-16:-4])
    case.remove(*checkpoints[-count:], *case.checkpoints("witness")[-count:])
    return trace("NOT_COVERED", seqs=range(covered, covered + 1))


def _remove_from_the_ledger(case: Case) -> Trace:
    path = case.rng.choice(case.checkpoints())
    case.remove(path)
    return trace("CHECKPOINT_MISSING", file=path)


def _remove_every_checkpoint(case: Case) -> Trace:
    case.remove(*case.checkpoints(), *case.checkpoints("witness"))
    return trace("NOT_COVERED", file=case.segments()[0])


def _remove_copies(case: Case) -> Trace:
    copies = case.checkpoints("witness")
    case.remove(*copies[-case.rng.randrange(1, len(copies) + 1) :])
    return trace("WITNESS_MISSING", file=copies[-1])


def _fork_the_witness(case: Case) -> Trace:
    """The witness holds what another history signed."""
    path = case.rng.choice(case.checkpoints("witness"))
    theirs = sorted(name for name in case.fork if name.startswith(f"witness/{case.log}/"))
    case.files[path] = case.fork[theirs[-1]]
    return trace("WITNESS_DIFFERS", file=path)


def _name_another_log(case: Case) -> Trace:
    """A checkpoint of another log, truly signed."""
    path = case.rng.choice(case.checkpoints())
    theirs = sorted(name for name in case.files if name.startswith("ledger/_system/checkpoints/"))
    case.files[path] = case.files[case.rng.choice(theirs)]
    return trace("CHECKPOINT_BAD", file=path)


ON_CHECKPOINTS: Mapping[str, Attack] = {
    "sign a checkpoint with another key": _sign_with_another_key,
    "sign every checkpoint with another key": _sign_everything_with_another_key,
    "exchange the key": _exchange_the_key,
    "forge a checkpoint's root": _forge,
    "flip a bit of a checkpoint": _flip_in_a_checkpoint,
    "roll a checkpoint back": _roll_back,
    "remove the last checkpoints everywhere": _remove_the_last,
    "remove a checkpoint from the ledger": _remove_from_the_ledger,
    "remove every checkpoint": _remove_every_checkpoint,
    "remove the witness's copies": _remove_copies,
    "fork the witness": _fork_the_witness,
    "put another log's checkpoint in its place": _name_another_log,
}
