"""The report: one page that an inspector may be shown."""

from collections.abc import Sequence
from datetime import UTC, datetime

from corelab import __version__
from local.story.cases import Case
from local.story.complete import Complete
from local.story.overview import Overview
from local.story.page_images import images_of_first, images_of_second
from local.story.page_trial import life_of_one, times_and_calls, trial_now
from local.story.places import REPORT, TRIAL
from local.story.proof import Proof
from local.story.repaired import Repaired
from local.story.report import Report, code, folded, heading, table, verdict
from local.story.scene import Scene
from local.story.secrecy import Secrecy


def write_page(
    scene: Scene,
    *,
    complete: Complete,
    repaired: Repaired,
    seen: Overview,
    cases: Sequence[Case],
    proof: Proof,
    secrecy: Secrecy,
    seconds: float,
) -> None:
    """Write the page.

    Parameters
    ----------
    seconds : float
        What the whole story took.
    """
    now = datetime.now(UTC)
    report = Report(
        title=f"Trial {TRIAL}: from a presigned upload to READABLE and a verified ledger",
        lead=f"Told on {now:%Y-%m-%d} at {now:%H:%M} UTC by Corelab {__version__} in {seconds:.0f} seconds, "
        f"on one machine, by the deployed stack itself. Charter 1.0, hash {scene.charter_hash[:16]}….",
    )
    log = proof.good["logs"][TRIAL]
    report.badges += [
        ("Every step as told", f"{len(scene.teller.steps)} steps, each held against what it had to be"),
        (
            "The ledger verifies",
            f"{log['entries']} entries, {log['checkpoints']} signed checkpoints, offline",
        ),
        (
            "Every forgery is found",
            f"{len(proof.forged.found)} kinds, and one flipped byte, each with its place",
        ),
        (
            "No identity left the originals",
            f"{len(secrecy.words)} words searched in {len(secrecy.places)} places",
        ),
    ]
    images_of_first(report, complete=complete)
    images_of_second(report, repaired=repaired)
    trial_now(report, seen=seen, queues=repaired.queues)
    life_of_one(report, seen=seen, complete=complete)
    times_and_calls(report, seen=seen, complete=complete)
    for case in cases:
        case.show(report)
    _proof(report, proof=proof)
    proof.forged.show(report)
    _secrecy(report, secrecy=secrecy)
    _steps(report, scene=scene)
    report.write(REPORT)


def _proof(report: Report, *, proof: Proof) -> None:
    log = proof.good["logs"][TRIAL]
    told = next(
        one for one in proof.bad["problems"] if (one["file"], one["byte"]) == (proof.file, proof.byte)
    )
    held = (
        f"{log['entries']} entries in {log['segments']} segments, {log['checkpoints']} signed checkpoints, "
        f"{log['witness_copies']} of them with the witness"
    )
    place = f"{told['cause']}: {told['detail']}; {told['file']}, line {told['line']}, byte {told['byte']}"
    report.add(
        "6a. The ledger, verified offline",
        "The export was checked with one file of Python and the public key, without the system behind it.",
        table(
            ("Export", "Verdict", "What the verifier says"),
            [
                ("as exported", verdict("verifies", is_good=True), held),
                ("a copy with one flipped byte", verdict("does not verify", is_good=False), place),
            ],
        ),
    )


def _secrecy(report: Report, *, secrecy: Secrecy) -> None:
    report.add(
        "Where identity was searched, and not found",
        "Every word of every fictitious identity, in three encodings and in base64: "
        f"{', '.join(secrecy.words)}. All of them are in the originals, which only the pipeline may read.",
        table(
            ("Place", "Things", "MB", "Found"),
            [
                (place.place, place.things, f"{place.size_bytes / 1e6:.1f}", verdict("nothing", is_good=True))
                for place in secrecy.places
            ],
        ),
    )


def _steps(report: Report, *, scene: Scene) -> None:
    rows = [(step.chapter, step.text, f"{step.seconds:.1f} s") for step in scene.teller.steps]
    commands = dict.fromkeys(ran.command for ran in scene.ran)
    report.add(
        "The story, step by step",
        table(("Chapter", "Step", "Time"), rows),
        heading("What was typed"),
        folded(
            f"{len(commands)} different commands", table(("Command",), [[code(text)] for text in commands])
        ),
    )
