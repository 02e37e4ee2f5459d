"""Faults of the rules of quality control: severities, checks, query texts."""

from collections.abc import Iterator, Sequence
from itertools import pairwise

from corelab.charter.checks import CHECKS, INTEGRITY, NEVER_BLOCKS
from corelab.charter.model import Consequence, Severity
from corelab.charter.texts import ANSWERS, PLACEHOLDERS, placeholders
from corelab.charter.wire.models import CharterFile, CheckPart, QcPart, SeverityPart, TextPart
from corelab.charter.wire.problems import Fault, Path, did_you_mean

HEAVIEST_FIRST: Sequence[Severity] = tuple(Severity)


def qc_faults(file: CharterFile) -> Iterator[Fault]:
    """Every fault of the charter's `qc`."""
    yield from _severities(file.qc)
    missing = [id for id in CHECKS if id.startswith(INTEGRITY) and id not in file.qc.checks]
    for check in missing:
        message = f"the integrity check {check} ({CHECKS[check].title}) is left out"
        yield Fault(path=("qc", "checks"), message=message, remedy=f"Add {check}: it always applies.")
    for check, part in file.qc.checks.items():
        yield from _check(check, part, qc=file.qc)
    used = {part.query for part in file.qc.checks.values()}
    used |= {
        rule.query
        for procedure in file.procedures
        for series in procedure.series
        for rule in series.parameters
        if rule.query is not None
    }
    for text, words in file.qc.queries.items():
        path: Path = ("qc", "queries", text)
        if text not in used:
            remedy = "Name it as the query of a check or a parameter, or take it out."
            yield Fault(path=path, message=f"nothing uses the text {text}", remedy=remedy, at_key=True)
        yield from _text(words, path=path)


def _severities(qc: QcPart) -> Iterator[Fault]:
    for severity in HEAVIEST_FIRST:
        part, path = severity_part(qc, severity), ("qc", "severities", severity.value)
        must_block = part.consequence in (Consequence.HOLD, Consequence.QUERY)
        if part.blocks is not must_block:
            remedy = "hold and query block; accept and accept_with_deviation do not."
            yield Fault(path=(*path, "blocks"), message="blocks and consequence disagree", remedy=remedy)
        if must_block and not part.opens_query:
            remedy = "Write opens_query: true; what blocks must be asked."
            yield Fault(path=(*path, "opens_query"), message="nobody would be asked", remedy=remedy)
        if part.answer_due is not None and not part.opens_query:
            remedy = "Take answer_due out, or open a query."
            yield Fault(path=(*path, "answer_due"), message="no query, no answer", remedy=remedy)
    for heavier, lighter in pairwise(HEAVIEST_FIRST):
        if severity_part(qc, lighter).blocks and not severity_part(qc, heavier).blocks:
            message = f"{lighter} blocks and {heavier} does not"
            yield Fault(
                path=("qc", "severities", heavier.value), message=message, remedy="Let the heavier one block."
            )


def severity_part(qc: QcPart, severity: Severity) -> SeverityPart:
    """What the charter says of a severity."""
    return {
        Severity.CRITICAL: qc.severities.critical,
        Severity.MAJOR: qc.severities.major,
        Severity.MINOR: qc.severities.minor,
        Severity.INFO: qc.severities.info,
    }[severity]


def _check(check: str, part: CheckPart, *, qc: QcPart) -> Iterator[Fault]:
    path: Path = ("qc", "checks", check)
    if part.query not in qc.queries:
        remedy = did_you_mean(part.query, qc.queries)
        yield Fault(path=(*path, "query"), message=f"there is no text {part.query}", remedy=remedy)
    if check not in CHECKS:
        message = f"no check of this version is {check}"
        yield Fault(path=path, message=message, remedy=did_you_mean(check, CHECKS), at_key=True)
        return
    default = CHECKS[check].severity
    severity = part.severity or default
    if check.startswith(INTEGRITY) and HEAVIEST_FIRST.index(severity) > HEAVIEST_FIRST.index(default):
        message = f"{severity} is milder than {default}, the integrity check's own"
        remedy = f"A charter may only tighten it: {default} or heavier."
        yield Fault(path=(*path, "severity"), message=message, remedy=remedy)
    if check == NEVER_BLOCKS and severity_part(qc, severity).blocks:
        remedy = "A scan outside its window is a deviation: write minor or info."
        yield Fault(path=(*path, "severity"), message=f"{check} would block", remedy=remedy)


def _text(part: TextPart, *, path: Path) -> Iterator[Fault]:
    try:
        names = placeholders(part.text)
    except ValueError as error:
        remedy = "Write placeholders like {seen}, and {{ for a brace."
        yield Fault(path=(*path, "text"), message=str(error), remedy=remedy)
        names = ()
    for name in names:
        if name not in PLACEHOLDERS:
            remedy = did_you_mean(name, PLACEHOLDERS)
            yield Fault(path=(*path, "text"), message=f"there is no placeholder {{{name}}}", remedy=remedy)
    for index, answer in enumerate(part.answers):
        if answer not in ANSWERS or answer in part.answers[:index]:
            message = f"{answer} is no answer, or stands here twice"
            remedy = did_you_mean(answer, ANSWERS)
            yield Fault(path=(*path, "answers", index), message=message, remedy=remedy)
