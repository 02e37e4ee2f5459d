"""Faults of procedures: names, conditions, parameter rules, spacing, image counts."""

from collections.abc import Iterator
from decimal import Decimal

from corelab.charter.anatomy import LIES_IN
from corelab.charter.checks import PARAMETERS
from corelab.charter.comparison import number
from corelab.charter.model import Operator, Side
from corelab.charter.patterns import pattern_problem
from corelab.charter.recognition import FACTS
from corelab.charter.wire.compiling import UNIFORM_ABS_MM, UNIFORM_REL, operator_of, uniform_of
from corelab.charter.wire.models import CharterFile, ConditionPart, ParameterPart, ProcedurePart, SeriesPart
from corelab.charter.wire.names import MODALITIES, SOP_CLASSES, TRANSFER_SYNTAXES
from corelab.charter.wire.problems import Fault, Path, did_you_mean

DEEPEST_CONDITION = 6
LABELS = "ID-04"  # the check that judges body part and side
ONE_OPERATOR = "Write exactly one of eq, in, not_in, range, min, max, regex, contains, present, absent."


def procedure_faults(procedure: ProcedurePart, *, file: CharterFile, path: Path) -> Iterator[Fault]:
    """Every fault inside one procedure, and of what it names."""
    if procedure.modality not in MODALITIES:
        remedy = did_you_mean(procedure.modality, MODALITIES)
        yield Fault(path=(*path, "modality"), message=f"{procedure.modality} is unknown", remedy=remedy)
    classes = MODALITIES.get(procedure.modality, frozenset(SOP_CLASSES))
    for field, words, allowed in (
        ("sop_classes", procedure.sop_classes, classes),
        ("transfer_syntaxes", procedure.transfer_syntaxes, frozenset(TRANSFER_SYNTAXES)),
    ):
        for index, word in enumerate(words):
            if word not in allowed or word in words[:index]:
                message = f"{word} does not fit {procedure.modality}, or stands here twice"
                yield Fault(path=(*path, field, index), message=message, remedy=did_you_mean(word, allowed))
    yield from _body(procedure, file=file, path=path)
    ids = [series.id for series in procedure.series]
    for index, series in enumerate(procedure.series):
        here = (*path, "series", index)
        if series.id in ids[:index]:
            yield Fault(path=(*here, "id"), message=f"{series.id} is taken", remedy="Give it another id.")
        yield from _series(series, file=file, path=here)


def _body(procedure: ProcedurePart, *, file: CharterFile, path: Path) -> Iterator[Fault]:
    regions = procedure.body.regions_required if procedure.body else []
    for index, region in enumerate(regions):
        if region not in LIES_IN or region in regions[:index]:
            message = f"{region} is no region of the body, or stands here twice"
            yield Fault(
                path=(*path, "body", "regions_required", index),
                message=message,
                remedy=did_you_mean(region, LIES_IN),
            )
    for field, is_asked in (("body", bool(regions)), ("laterality", procedure.laterality is not Side.NONE)):
        if is_asked and LABELS not in file.qc.checks:
            message = f"{LABELS}, which judges {field}, is not among the checks"
            yield Fault(path=(*path, field), message=message, remedy=f"Add {LABELS} to qc.checks.")


def _series(series: SeriesPart, *, file: CharterFile, path: Path) -> Iterator[Fault]:
    if series.expect.min_images > series.expect.max_images:
        remedy = "Write the smaller number as min_images."
        yield Fault(path=(*path, "expect"), message="no number of images can satisfy this", remedy=remedy)
    abs_mm, rel = uniform_of(series.spacing)
    for field, value, loosest in (
        ("uniform_abs_mm", abs_mm, UNIFORM_ABS_MM),
        ("uniform_rel", rel, UNIFORM_REL),
    ):
        if value > loosest:
            message = f"{value} is looser than the integrity check's {loosest}"
            remedy = f"A charter may only tighten it: at most {loosest}."
            yield Fault(path=(*path, "spacing", field), message=message, remedy=remedy)
    yield from condition_faults(series.match, path=(*path, "match"))
    for index, rule in enumerate(series.parameters):
        yield from _parameter(rule, file=file, path=(*path, "parameters", index))


def condition_faults(part: ConditionPart, *, path: Path, depth: int = 1) -> Iterator[Fault]:
    """Faults of a condition and of all inside it."""
    groups = {"all": part.all, "any": part.any, "not": part.negated}
    present = [name for name, items in groups.items() if items is not None]
    is_clause = part.fact is not None or part.op is not None or part.value is not None
    if len(present) + is_clause != 1:
        remedy = "Write one of all, any, not, or a clause {fact: SeriesDescription, op: contains, value: T1}."
        yield Fault(path=path, message="this is no condition", remedy=remedy)
        return
    if depth > DEEPEST_CONDITION:
        yield Fault(path=path, message="the condition is too deep", remedy="Say it with fewer levels.")
        return
    for name in present:
        for index, item in enumerate(groups[name] or []):
            yield from condition_faults(item, path=(*path, name, index), depth=depth + 1)
    if is_clause:
        yield from _clause(part, path=path)


def _clause(part: ConditionPart, *, path: Path) -> Iterator[Fault]:
    if part.fact not in FACTS:
        word = part.fact or "nothing"
        yield Fault(
            path=(*path, "fact"), message=f"there is no fact {word}", remedy=did_you_mean(word, FACTS)
        )
    if part.op is None:
        remedy = did_you_mean("", [op.value for op in Operator])
        yield Fault(path=path, message="op is missing", remedy=remedy)
        return
    yield from value_faults(part.op, tuple(part.value or ()), path=(*path, "value"))


def value_faults(op: Operator, values: tuple[str, ...], *, path: Path) -> Iterator[Fault]:
    """Faults of what an operator is given: how many values, and of what kind."""
    wanted = {Operator.PRESENT: 0, Operator.ABSENT: 0, Operator.RANGE: 2}.get(op, 1)
    enough = len(values) >= 1 if op in (Operator.IN, Operator.NOT_IN) else len(values) == wanted
    if not enough:
        remedy = {0: "Take value out.", 2: "Write [low, high]."}.get(wanted, "Write a value.")
        yield Fault(path=path, message=f"{op} does not take {len(values)} values", remedy=remedy)
        return
    if op is Operator.REGEX and (problem := pattern_problem(values[0])):
        yield Fault(path=path, message=problem, remedy="Write a shorter or plainer pattern: (?i)flair|t2.")
    if op in (Operator.RANGE, Operator.MIN, Operator.MAX):
        numbers = [number(text) for text in values]
        if None in numbers:
            yield Fault(path=path, message=f"{op} takes numbers", remedy="Write a number such as 2500.")
        elif sorted(numbers, key=lambda item: item or Decimal(0)) != numbers:
            yield Fault(path=path, message="the range is upside down", remedy="Write [low, high].")


def _parameter(rule: ParameterPart, *, file: CharterFile, path: Path) -> Iterator[Fault]:
    info = PARAMETERS.get(rule.tag)
    if info is None:
        message = f"no check of this version judges {rule.tag}"
        yield Fault(path=(*path, "tag"), message=message, remedy=did_you_mean(rule.tag, PARAMETERS))
    else:
        if rule.unit is not None and rule.unit != info.unit:
            remedy = f"Write {info.unit}, DICOM's own unit."
            yield Fault(path=(*path, "unit"), message=f"{rule.tag} is not in {rule.unit}", remedy=remedy)
        if info.check not in file.qc.checks:
            message = f"{info.check}, which judges {rule.tag}, is not among the checks"
            yield Fault(path=(*path, "tag"), message=message, remedy=f"Add {info.check} to qc.checks.")
    found = operator_of(rule)
    if found is None:
        yield Fault(path=path, message="there is not one operator", remedy=ONE_OPERATOR)
    else:
        op, values = found
        yield from value_faults(op, values, path=(*path, op))
    if rule.query is not None and rule.query not in file.qc.queries:
        remedy = did_you_mean(rule.query, file.qc.queries)
        yield Fault(path=(*path, "query"), message=f"there is no text {rule.query}", remedy=remedy)
