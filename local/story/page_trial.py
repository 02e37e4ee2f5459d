"""The page's chapters on the trial: tracker, queues, one image's life, its stages, the calls."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime

from local.story.complete import Complete
from local.story.overview import Overview
from local.story.queues import Queue
from local.story.recording import Call
from local.story.report import Cell, Report, bar, code, heading, table, verdict

IDS = re.compile(r"(tms|ser|qry)_[0-9A-Z]{26}")
STAGES = {  # what ends with each milestone
    "received": "receipt",
    "screening began": "start of the pipeline",
    "screened": "screening",
    "de-identified and packed": "de-identification and packing",
    "checked, verdict given": "checks and verdict",
    "READABLE": "tracking",
    "queued for the last reader": "queues",
}
WORDS = {"tms": "{transmittal}", "ser": "{series}", "qry": "{query}"}


def trial_now(report: Report, *, seen: Overview, queues: Sequence[Queue]) -> None:
    """Step 3: expected against received; who reads what."""
    report.add(
        "3. The trial now: expected against received",
        table(
            ("Subject", "Visit", "Window", "State", "Received", "QC", "Flags"),
            [
                (
                    row["subject"],
                    row["visit"],
                    f"{row['opens']} to {row['closes']}",
                    verdict(row["state"], is_good=True) if row["state"] == "READABLE" else row["state"],
                    f"{row['received']} of {row['expected']}",
                    row["verdict"] or "",
                    ", ".join(row["flags"]),
                )
                for row in seen.tracker["rows"]
                if row["subject"] in {subject for queue in queues for subject in queue.subjects}
            ],
        ),
        heading("Readers' queues"),
        "Which two of three readers read a subject, and in which order, follows from the charter's seed. "
        "What the readers see was held against the same computation, made anew outside the system.",
        table(
            ("Reader", "Sees, in this order", "Which is"),
            [(queue.slot, ", ".join(queue.reading_ids), ", ".join(queue.subjects)) for queue in queues],
        ),
    )


def life_of_one(report: Report, *, seen: Overview, complete: Complete) -> None:
    """The first subject's series, entry by entry."""
    life = seen.lives[0]
    began = datetime.fromisoformat(min(entry["at"] for entry in life))
    report.add(
        "The life of one image, from its ledger entries",
        f"{complete.series['series']} of subject {complete.series['subject']}: {len(life)} entries "
        "are about it, its transmittal, its time point and its reads. Each names the object's hash after the "
        "change; nobody can alter one unseen.",
        table(
            ("Entry", "Seconds", "What", "Of", "By", "Version", "SHA-256 after"),
            [
                (
                    entry["seq"],
                    f"+{(datetime.fromisoformat(entry['at']) - began).total_seconds():.2f}",
                    entry["action"],
                    entry["object"].replace("_", " "),
                    entry["role"],
                    entry["version"],
                    code(entry["after"][:20]),
                )
                for entry in life
            ],
        ),
        f"States that the state machine passed for it: {' → '.join(seen.states_of_machine)}.",
    )


def times_and_calls(report: Report, *, seen: Overview, complete: Complete) -> None:
    """How long it took, stage by stage, and which calls of the API it took."""
    whole = max(stages[-1][1] for stages in seen.stages)
    names = ("First upload: every function starts cold", "Last upload: warm")
    bars = [
        part
        for name, stages in zip(names, seen.stages, strict=True)
        for part in (
            heading(f"{name}, READABLE after {_readable(stages):.2f} s"),
            bar(_pieces(stages), whole=whole),
        )
    ]
    report.add(
        "From the completed upload to the readers' queues",
        "20 slices, on one machine; times are those of the ledger's entries.",
        *bars,
        heading("Calls that the first upload took"),
        table(("Call", "Times", "Mean, ms"), _calls(complete.calls)),
    )


def _readable(stages: Sequence[tuple[str, float]]) -> float:
    return dict(stages)["READABLE"]


def _pieces(stages: Sequence[tuple[str, float]]) -> list[tuple[str, float]]:
    times = [0.0, *(seconds for _, seconds in stages)]
    return [
        (STAGES[name], seconds - times[at])
        for at, (name, seconds) in enumerate(stages)
        if seconds > times[at]
    ]


def _calls(calls: Sequence[Call]) -> Iterator[tuple[Cell, ...]]:
    counted, taken = Counter[str](), defaultdict[str, float](float)
    for call in calls:
        name = _name(call)
        counted[name] += 1
        taken[name] += call.seconds
    for name, count in counted.items():
        yield code(name), count, round(1000 * taken[name] / count)


def _name(call: Call) -> str:
    if "/v1/" in call.path:
        path = IDS.sub(lambda found: WORDS[found[1]], call.path.partition("/v1/")[2])
        return f"{call.method} /v1/{path}"
    return f"{call.method} a presigned URL" if call.method != "POST" else "POST the user pool: sign in"
