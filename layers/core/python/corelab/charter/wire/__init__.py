"""The charter as a person writes it: YAML in, problems with line and remedy out, or a compiled charter.

Only publishing and linting come here; what was published is read with `corelab.charter.compiled`.
"""

from dataclasses import dataclass
from typing import Any

from corelab.charter.compiled import charter_hash, compiled_json
from corelab.charter.errors import CharterInvalid
from corelab.charter.model import Charter
from corelab.charter.wire.compiling import compiled
from corelab.charter.wire.cross import cross_faults
from corelab.charter.wire.models import CharterFile
from corelab.charter.wire.problems import Fault, Problem, path_text
from corelab.charter.wire.shape import Shape, read_shape
from corelab.charter.wire.source import Source, SourceRefused, read_source

SHOWN = 5  # problems that an error's one message lists; `lint` gives all


@dataclass(frozen=True, slots=True, kw_only=True)
class Compiled:
    """A charter ready to publish.

    Attributes
    ----------
    document : bytes
        Canonical JSON.
    hash : str
        SHA-256 of the document, 64 hex digits.
    """

    charter: Charter
    document: bytes
    hash: str


def lint(text: str | bytes) -> list[Problem]:
    """Every problem of a charter's YAML, in order of line; none for one that can be published.

    Problems of meaning (a name that nothing carries) are told once the shape can be read.
    """
    return _read(text)[1]


def compile_charter(text: str | bytes) -> Compiled:
    """Compile a charter's YAML.

    Raises
    ------
    CharterInvalid
        It has problems; the message lists the first, with line and remedy.
    """
    shape, problems = _read(text)
    if shape is None or shape.file is None or problems:
        listed = " ".join(str(problem) for problem in problems[:SHOWN])
        raise CharterInvalid(f"Mend the charter: {listed}", problems=len(problems))
    charter = compiled(shape.file)
    document = compiled_json(charter)
    return Compiled(charter=charter, document=document, hash=charter_hash(document))


def json_schema() -> dict[str, Any]:
    """JSON Schema of the YAML, for editors."""
    schema = CharterFile.model_json_schema(by_alias=True)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema"} | schema


def _read(text: str | bytes) -> tuple[Shape | None, list[Problem]]:
    try:
        source = read_source(text)
    except SourceRefused as refused:
        return None, list(refused.problems)
    shape = read_shape(source.value)
    meant = () if shape.file is None else tuple(map(shape.in_text, cross_faults(shape.file)))
    problems = {_located(source, fault): None for fault in (*shape.faults, *meant)}
    return shape, sorted(problems, key=lambda problem: (problem.line, problem.path))


def _located(source: Source, fault: Fault) -> Problem:
    return Problem(
        line=source.line(fault.path, at_key=fault.at_key),
        path=path_text(fault.path),
        message=fault.message,
        remedy=fault.remedy,
    )
