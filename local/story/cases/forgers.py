"""The ledger's export in a forger's hands: every kind of tampering, and what the verifier says of it."""

import json
import shutil
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

from corelab.audit.merkle import leaf_hash, root_hash
from corelab.audit.note import Checkpoint, origin_of, signed_note
from corelab.audit.segment import checkpoint_key
from corelab.audit.verify import Problem, read_export, read_key, verify
from corelab.kernel.canonical import canonical_json
from corelab.kernel.ids import TrialId
from corelab_aws.clock import now
from corelab_aws.ledger.export import export_ledger
from corelab_aws.ledger.heads import DynamoHeads
from corelab_aws.ledger.signer import KmsSigner
from local.attacks import ATTACKS
from local.attacks.hands import SYSTEM, Case, Trace
from local.story.places import EARLIER, FULL, TRIAL
from local.story.report import Markup, Report, code, folded, heading, table
from local.story.scene import Scene
from local.story.teller import NotAsTold, expect, until

Files = Mapping[str, bytes]
SETTLED = timedelta(minutes=10)  # twice what the verifier allows
COMMON = 4
EXAMPLES = (
    *("change a leaf hash in a header", "cut the tail, its checkpoints and their copies", "fork the log"),
    *("replay an old export", "sign every checkpoint with another key", "swap two segments"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A kind of tampering and what the verifier said."""

    kind: str
    cause: str
    detail: str
    place: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Forgers:
    """Everything that was tried, and found."""

    found: tuple[Found, ...]
    entries: int

    def show(self, report: Report) -> None:
        """Counts, some examples, and all of them on a click."""
        causes = Counter(one.cause for one in self.found)
        report.add(
            f"6b. {len(self.found)} kinds of tampering, {len(self.found)} found",
            f"Each was tried on a copy of the whole export, {self.entries} entries of the trial's log and "
            "the log of accounts beside it; each time the verifier named the cause and the place. Some "
            "forgers had true signatures too: an older export's, or the signing role's. Untouched, the "
            "export verifies.",
            _table(one for one in self.found if one.kind in EXAMPLES),
            heading("By cause"),
            table(("Cause", "Kinds"), [(code(cause), count) for cause, count in causes.most_common()]),
            folded("Every kind", _table(self.found)),
        )


def taken(scene: Scene, folder: Path) -> Files:
    """An export of the trial's log and the log of accounts, as the operator takes it.

    It is dated a little later. Of what is a few minutes old the verifier allows that it was on its way, and
    the whole story is no older.
    """
    shutil.rmtree(folder, ignore_errors=True)
    cloud, outputs = scene.stage.cloud, scene.stage.outputs
    export_ledger(
        cloud.client("s3"),
        DynamoHeads(cloud.client("dynamodb"), table=outputs["LedgerTable"]),
        folder=folder,
        logs=[TrialId(log) for log in (SYSTEM, TRIAL)],
        ledger=outputs["LedgerBucket"],
        witness=outputs["WitnessBucket"],
        key_pem=KmsSigner(cloud.client("kms"), key=outputs["LedgerKeyArn"]).public_key_pem(),
        taken_at=now() + SETTLED,
    )
    return read_export(folder)


def tell(scene: Scene) -> Forgers:
    """Every kind of tampering on the export, against the export of earlier and a history that forks."""
    teller = scene.teller
    with teller.step("the operator exports both logs, once the log of accounts has told of the other's end"):
        files, older = _complete(scene), read_export(EARLIER)
    with teller.step(
        f"{len(ATTACKS)} kinds of tampering with the export are found, each with cause and place"
    ):
        clean = verify(files, key=read_key(files["key.pem"]))
        expect("problems of the export as it is", expected=[], seen=clean.problems)
        fork = _forked(scene, files)
        taken_at = datetime.fromisoformat(json.loads(files["versions.json"])["taken_at"])
        found = tuple(
            _found(
                kind, Case(rng=_chance(kind), files=dict(files), log=TRIAL, older=older, fork=fork), taken_at
            )
            for kind in ATTACKS
        )
    causes = Counter(one.cause for one in found)
    common = ", ".join(f"{count} × {cause}" for cause, count in causes.most_common(COMMON))
    teller.say(f"{common}, and {len(causes) - COMMON} causes more")
    for one in (one for one in found if one.kind in EXAMPLES):
        teller.say(f"{one.kind}: {one.detail} [{one.place}]")
    return Forgers(found=found, entries=clean.logs[TRIAL]["entries"])


def _chance(kind: str) -> Random:
    return Random(kind)  # noqa: S311 -- the kind chooses the place


def _complete(scene: Scene) -> Files:
    def is_told(files: Files) -> bool:
        newest = max(name for name in files if name.startswith(f"ledger/{TRIAL}/checkpoints/"))
        end = f'"id":"{TRIAL}#{int(newest[-16:-4])}"'.encode()
        accounts = f"ledger/{SYSTEM}/segments/"
        return any(end in data for name, data in files.items() if name.startswith(accounts))

    return until(
        "the log of accounts",
        lambda: taken(scene, FULL),
        is_so=is_told,
        expected=f"names the last checkpoint of {TRIAL}",
        show=len,
    )


def _found(kind: str, case: Case, taken_at: datetime) -> Found:
    trace = ATTACKS[kind](case)
    key = read_key(case.files["key.pem"] if trace.has_other_key else case.older["key.pem"])
    later = trace.looked_at_after
    problems = verify(case.files, key=key, as_of=None if later is None else taken_at + later).problems
    told = next((problem for problem in problems if _fits(problem, trace)), None)
    if told is None:
        raise NotAsTold(f"tampering: {kind}", expected=trace, seen=problems)
    place = (f"{name} {value}" for name in ("line", "byte") if (value := getattr(told, name)) is not None)
    return Found(kind=kind, cause=told.cause, detail=told.detail, place=", ".join([told.file or "", *place]))


def _fits(problem: Problem, trace: Trace) -> bool:
    return (
        problem.cause in trace.causes
        and (not trace.files or problem.file in trace.files)
        and (trace.seqs is None or problem.seq in trace.seqs)
        and trace.line in {None, problem.line}
        and trace.byte in {None, problem.byte}
    )


def _forked(scene: Scene, files: Files) -> Files:
    """Another history: its last segment says otherwise, signed by the one role that may sign."""
    path = max(name for name in files if name.startswith(f"ledger/{TRIAL}/segments/"))
    header, *leaves = files[path].splitlines()
    entry = json.loads(leaves[-1])
    leaves[-1] = canonical_json(entry | {"software": "another"})
    hashes = [leaf_hash(leaf) for leaf in leaves]
    changed = canonical_json(json.loads(header) | {"leaves": [one.hex() for one in hashes]})
    before = [
        leaf_hash(leaf)
        for name in sorted(files)
        if name.startswith(f"ledger/{TRIAL}/segments/") and name != path
        for leaf in files[name].splitlines()[1:]
    ]
    signed = Checkpoint(
        origin=origin_of(TRIAL), size=len(before) + len(hashes), root=root_hash([*before, *hashes])
    )
    cloud = scene.stage.cloud
    role = cloud.client("iam").get_role(RoleName="corelab-local-audit-sequence")["Role"]["Arn"]
    signer = KmsSigner(cloud.as_role(role).client("kms"), key=scene.stage.outputs["LedgerKeyArn"])
    note = signed_note(signed.text, name=signed.origin, public_key=signer.public_key(), sign=signer.sign)
    key = checkpoint_key(TRIAL, size=signed.size)
    return {
        **files,
        path: b"".join(line + b"\n" for line in (changed, *leaves)),
        key: note,
        key.replace("ledger", "witness", 1): note,
    }


def _table(found: Iterable[Found]) -> Markup:
    return table(
        ("What the forger did", "Cause", "What the verifier says", "Where"),
        [(one.kind, code(one.cause), one.detail, code(one.place)) for one in found],
    )
