"""Step 6: the ledger's export verifies offline; with one flipped byte it does not."""

import re
import shutil
from dataclasses import dataclass
from typing import Any

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_der_public_key

from corelab.kernel.ids import TrialId
from corelab_aws.ledger.heads import DynamoHeads
from corelab_cli.errors import HELD
from local.story.cases import forgers
from local.story.places import EXPORT, HOME, TAMPERED, TRIAL
from local.story.scene import Scene
from local.story.teller import expect, until

CHECKPOINT = re.compile(r"ledger/[^/]+/checkpoints/(\d{12})\.txt")
KEY = HOME / "ledger-key.pem"  # from the operator, not from the export


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """What the verifier said: of the export, of the copy with one flipped byte, of the forgers' copies."""

    good: Any
    bad: Any
    byte: int
    file: str
    forged: forgers.Forgers


def prove(scene: Scene) -> Proof:
    """Export, verify, flip, verify; then everything that a forger could do."""
    teller, inspector = scene.teller, scene.actor("inspector")
    teller.chapter("6. The ledger, verified offline")
    newest = _newest(scene)
    with teller.step("the inspector exports the ledger, up to the last signed checkpoint"):
        _until_signed(scene, newest)
        inspector.run("ledger", "export", str(EXPORT), "--trial", TRIAL)
        _key_of_the_operator(scene)
    verify = ("verify", str(EXPORT), "--key", str(KEY))
    so_far = len(scene.recorder.calls)
    with teller.step("it verifies offline, with the key that the operator handed over"):
        good = inspector.run(*verify)
    expect("calls over the network to verify", expected=0, seen=len(scene.recorder.calls) - so_far)
    expect("entries verified", expected=True, seen=good["logs"][TRIAL]["entries"] > newest)
    log = good["logs"][TRIAL]
    teller.say(
        f"{log['entries']} entries, {log['segments']} segments, {log['checkpoints']} signed checkpoints"
    )
    with teller.step("a copy with one flipped byte does not, and the verifier says where"):
        file, byte = _flip()
        bad = inspector.run("verify", str(TAMPERED), "--key", str(KEY), exit_code=HELD)
    places = [(problem["file"], problem["byte"]) for problem in bad["problems"]]
    expect(f"the flipped byte {byte} of {file} is named", expected=True, seen=(file, byte) in places)
    told = next(problem for problem in bad["problems"] if (problem["file"], problem["byte"]) == (file, byte))
    teller.say(f"{told['cause']}: {told['detail']} [{file}, line {told['line']}, byte {byte}]")
    return Proof(good=good, bad=bad, byte=byte, file=file, forged=forgers.tell(scene))


def _newest(scene: Scene) -> int:
    """Place of the newest entry about anything that has a place by now: all before it has one too."""
    table = scene.stage.outputs["LedgerTable"]
    return DynamoHeads(scene.stage.cloud.client("dynamodb"), table=table).read(TrialId(TRIAL)).size - 1


def _until_signed(scene: Scene, newest: int) -> None:
    def signed() -> int:
        with scene.actor("inspector").client() as client:
            files = client.post(f"/v1/trials/{TRIAL}/ledger-export")["files"]  # checkpoints come first
        sizes = [int(found[1]) for item in files if (found := CHECKPOINT.fullmatch(item["file"]))]
        return max(sizes, default=0)

    until(
        "the last signed checkpoint",
        signed,
        is_so=lambda size: size > newest,
        expected=f"covers entry {newest}",
        show=lambda size: f"covers {size} entries",
    )


def _key_of_the_operator(scene: Scene) -> None:
    """The public key, from the key service itself: a key that came with an export proves nothing."""
    kms = scene.stage.cloud.client("kms")
    der = kms.get_public_key(KeyId=scene.stage.outputs["LedgerKeyArn"])["PublicKey"]
    pem = load_der_public_key(der).public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    KEY.write_bytes(pem)


def _flip() -> tuple[str, int]:
    """Flip one bit in the middle of some entry of the copy; gives the file and the byte's place."""
    shutil.copytree(EXPORT, TAMPERED)
    segments = sorted((TAMPERED / "ledger" / TRIAL / "segments").glob("*.jsonl"))
    path = segments[len(segments) // 2]
    data = bytearray(path.read_bytes())
    byte = data.index(b'"role":"', data.index(b"\n")) + len(b'"role":"')
    data[byte] ^= 1
    path.write_bytes(data)
    return path.relative_to(TAMPERED).as_posix(), byte
