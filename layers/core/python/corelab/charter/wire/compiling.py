"""From the YAML's parts to the compiled charter: names resolved, every default written out."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import cast

from corelab.charter.checks import CHECKS, PARAMETERS
from corelab.charter.model import (
    SCHEMA,
    Charter,
    CheckSetting,
    Condition,
    Deid,
    ExpectedSeries,
    Operator,
    ParameterRule,
    Procedure,
    Qc,
    QueryText,
    ReadDesign,
    Severity,
    SeverityRule,
    Spacing,
    Subjects,
    Timelines,
    Trial,
    Visit,
    Visits,
)
from corelab.charter.wire.models import (
    CharterFile,
    CheckPart,
    ConditionPart,
    ParameterPart,
    ProcedurePart,
    ReadPart,
    SeriesPart,
    SeverityPart,
    SpacingPart,
)
from corelab.charter.wire.names import SOP_CLASSES, TRANSFER_SYNTAXES
from corelab.kernel.canonical import Plain
from corelab.kernel.ids import TrialId

UNIFORM_ABS_MM = Decimal("0.1")  # INT-13's default; a charter may only tighten it
UNIFORM_REL = Decimal("0.01")
LISTS = (Operator.IN, Operator.NOT_IN, Operator.RANGE)


def compiled(file: CharterFile) -> Charter:
    """Compile a charter that has no faults."""
    return Charter(
        schema=SCHEMA,
        trial=Trial(
            id=TrialId(file.trial.id),
            title=file.trial.title,
            sponsor=file.trial.sponsor,
            protocol_name=file.trial.protocol_name,
            charter_version=file.trial.charter_version,
        ),
        subjects=Subjects(
            id_regex=file.subjects.id_regex, screening_id_regex=file.subjects.screening_id_regex
        ),
        visits=Visits(anchor=file.visits.anchor.event, schedule=_schedule(file)),
        procedures=tuple(_procedure(part, checks=file.qc.checks) for part in file.procedures),
        deid=_deid(file),
        qc=_qc(file),
        timelines=_timelines(file),
        reads=tuple(_read(part) for part in file.reads),
    )


def operator_of(rule: ParameterPart) -> tuple[Operator, tuple[str, ...]] | None:
    """The one operator of a parameter rule and its values as text; None where there is not one."""
    given: Mapping[Operator, object] = {
        Operator.EQ: rule.eq,
        Operator.IN: rule.one_of,
        Operator.NOT_IN: rule.not_in,
        Operator.RANGE: rule.range,
        Operator.MIN: rule.min,
        Operator.MAX: rule.max,
        Operator.REGEX: rule.regex,
        Operator.CONTAINS: rule.contains,
        Operator.NOT_CONTAINS: rule.not_contains,
        Operator.PRESENT: rule.present,
        Operator.ABSENT: rule.absent,
    }
    found = [(op, value) for op, value in given.items() if value is not None]
    if len(found) != 1:
        return None
    op, value = found[0]
    if value is True:
        return op, ()
    return op, tuple(map(str, value)) if isinstance(value, list | tuple) else (str(value),)


def uniform_of(part: SpacingPart) -> tuple[Decimal, Decimal]:
    """Tolerance of even spacing, in mm and as a fraction, with the defaults."""
    abs_mm = UNIFORM_ABS_MM if part.uniform_abs_mm is None else part.uniform_abs_mm
    return abs_mm, UNIFORM_REL if part.uniform_rel is None else part.uniform_rel


def condition_of(part: ConditionPart) -> Condition:
    """A condition as data."""
    for name, items in (("all", part.all), ("any", part.any), ("not", part.negated)):
        if items is not None:
            return {name: [condition_of(item) for item in items]}
    op, values = cast(Operator, part.op), part.value or []
    value: Plain = values if op in LISTS else values[0] if values else None
    clause: dict[str, Plain] = {"fact": part.fact, "op": op.value}
    return clause if value is None else clause | {"value": value}


def _schedule(file: CharterFile) -> tuple[Visit, ...]:
    return tuple(
        Visit(
            id=part.id,
            label=part.label,
            kind=part.kind,
            target_day=part.target_day,
            window=part.window,
            procedures=tuple(part.procedures),
        )
        for part in file.visits.schedule
    )


def _procedure(part: ProcedurePart, *, checks: Mapping[str, CheckPart]) -> Procedure:
    return Procedure(
        id=part.id,
        label=part.label,
        section=part.section,
        modality=part.modality,
        sop_classes=tuple(SOP_CLASSES[name] for name in part.sop_classes),
        transfer_syntaxes=tuple(TRANSFER_SYNTAXES[name] for name in part.transfer_syntaxes),
        series=tuple(_series(item, section=part.section, checks=checks) for item in part.series),
        regions=() if part.body is None else tuple(sorted(set(part.body.regions_required))),
        side=part.laterality,
    )


def _series(part: SeriesPart, *, section: str, checks: Mapping[str, CheckPart]) -> ExpectedSeries:
    section = part.section or section
    abs_mm, rel = uniform_of(part.spacing)
    return ExpectedSeries(
        id=part.id,
        label=part.label,
        section=section,
        is_required=part.required,
        images=(part.expect.min_images, part.expect.max_images),
        match=condition_of(part.match),
        parameters=tuple(_parameter(item, section=section, checks=checks) for item in part.parameters),
        spacing=Spacing(
            uniform_abs_mm=abs_mm,
            uniform_rel=rel,
            nominal_mm=part.spacing.nominal_mm,
            allowed_gap_mm=part.spacing.allowed_gap_mm,
        ),
    )


def _parameter(part: ParameterPart, *, section: str, checks: Mapping[str, CheckPart]) -> ParameterRule:
    info = PARAMETERS[part.tag]
    check = checks[info.check]
    op, values = cast(tuple[Operator, tuple[str, ...]], operator_of(part))
    return ParameterRule(
        parameter=part.tag,
        label=info.label,
        check=info.check,
        op=op,
        values=values,
        abs=part.abs,
        rel=part.rel,
        unit=info.unit,
        severity=part.severity or check.severity or CHECKS[info.check].severity,
        section=part.section or section,
        query=part.query or check.query,
        unknown=part.unknown,
    )


def _deid(file: CharterFile) -> Deid:
    return Deid(
        profile=file.deid.profile,
        options=tuple(sorted(set(file.deid.options))),
        patient_characteristics=tuple(sorted(set(file.deid.patient_characteristics))),
        dates_range_days=file.deid.dates.range_days,
        uids=file.deid.uids.method,
        keep_private_safe_list=file.deid.private_tags.keep == "safe_list",
    )


def _timelines(file: CharterFile) -> Timelines:
    originals = file.timelines.originals
    return Timelines(
        query_answer_days=_days(file.timelines.query_answer.due),
        originals_stay_days=None if originals is None else int(originals.stay.removesuffix("d")),
    )


def _qc(file: CharterFile) -> Qc:
    due = file.timelines.query_answer.due
    parts = file.qc.severities
    given: Sequence[tuple[Severity, SeverityPart]] = (
        (Severity.CRITICAL, parts.critical),
        (Severity.MAJOR, parts.major),
        (Severity.MINOR, parts.minor),
        (Severity.INFO, parts.info),
    )
    return Qc(
        severities={severity: _severity(part, due=due) for severity, part in given},
        checks={
            check: CheckSetting(
                id=check,
                severity=part.severity or CHECKS[check].severity,
                section=part.section or file.qc.section,
                query=part.query,
            )
            for check, part in sorted(file.qc.checks.items())
        },
        texts={
            text: QueryText(text=part.text, answers=tuple(part.answers))
            for text, part in sorted(file.qc.queries.items())
        },
    )


def _severity(part: SeverityPart, *, due: str) -> SeverityRule:
    return SeverityRule(
        consequence=part.consequence,
        blocks=part.blocks,
        opens_query=part.opens_query,
        days_to_answer=_days(part.answer_due or due) if part.opens_query else None,
    )


def _days(text: str) -> int:
    return int(text.removesuffix("bd"))


def _read(part: ReadPart) -> ReadDesign:
    return ReadDesign(
        id=part.id,
        uses=tuple(part.uses),
        readers=tuple(part.pool.readers),
        readers_per_case=part.paradigm.readers_per_case,
        assignment=part.assignment.method,
        seed=part.assignment.seed,
        same_pair_per_subject=part.assignment.same_pair_per_subject,
    )
