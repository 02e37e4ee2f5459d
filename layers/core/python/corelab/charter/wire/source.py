"""A charter's YAML, read strictly, with the line of every key and value.

A charter must mean the same to every reader, so of YAML only the plain part is read: mappings, sequences,
text, whole numbers, decimal numbers, true, false and null (the core schema of YAML 1.2: `no` is text). No
anchors, aliases or tags, no key twice, and budgets on size, depth and count. Decimal numbers become Decimal.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import yaml

from corelab.charter.wire.problems import Path, Problem, path_text

LARGEST_TEXT_BYTES = 512 * 1024  # the full grammar's example has 20 KiB
DEEPEST = 24
MOST_NODES = 20_000
_INTEGER = re.compile(r"-?(0|[1-9]\d{0,14})")  # within the integers that every JSON reader keeps
_DECIMAL = re.compile(r"-?(0|[1-9]\d{0,14})\.\d{1,15}")
_WORDS: Mapping[str, object] = {"true": True, "false": False, "null": None, "~": None, "": None}


class SourceRefused(Exception):
    """The text is not YAML of the plain kind."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__("; ".join(map(str, problems)))
        self.problems = problems


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """What the text says, and where.

    Attributes
    ----------
    value : plain value
        Mappings, lists, text, int, Decimal, bool, None.
    key_lines, value_lines : mapping of path to line, from 1
    """

    value: Any
    key_lines: Mapping[Path, int]
    value_lines: Mapping[Path, int]

    def line(self, path: Path, *, at_key: bool = False) -> int:
        """Line of a path, or of the nearest thing above it."""
        for end in range(len(path), -1, -1):
            here = path[:end]
            first, second = (
                (self.key_lines, self.value_lines) if at_key else (self.value_lines, self.key_lines)
            )
            if found := first.get(here) or second.get(here):
                return found
        return 1


def read_source(text: str | bytes) -> Source:
    """Read a charter's text.

    Raises
    ------
    SourceRefused
        It is not plain YAML; every problem that could be seen is in it.
    """
    raw = text.encode() if isinstance(text, str) else text
    if len(raw) > LARGEST_TEXT_BYTES:
        raise SourceRefused(_problem(1, f"the text has {len(raw)} bytes", "A charter fits in 512 KiB."))
    try:
        root = _compose(raw.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise SourceRefused(_problem(line, "the text is not UTF-8", "Save it as UTF-8.")) from error
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        what = error.problem or "the text is not YAML"
        raise SourceRefused(_problem(line, what, "Mend the YAML at this line.")) from error
    except yaml.reader.ReaderError as error:
        raise SourceRefused(_problem(1, "a character is not allowed", "Use printable text.")) from error
    reader = _Reader()
    value = reader.value(root, path=())
    if reader.problems:
        raise SourceRefused(*sorted(reader.problems, key=lambda problem: problem.line))
    return Source(value=value, key_lines=reader.key_lines, value_lines=reader.value_lines)


class _PlainLoader(yaml.SafeLoader):
    """Composes nodes, and stops at the first that is not of the plain kind."""

    depth = 0
    count = 0

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:  # noqa: ANN401 -- PyYAML's
        event = self.peek_event()  # type: ignore[no-untyped-call]  # PyYAML's stubs leave it bare
        line = event.start_mark.line + 1 if event.start_mark else 1
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise SourceRefused(_problem(line, "an anchor or alias is not allowed", "Write the value out."))
        if getattr(event, "tag", None):
            raise SourceRefused(_problem(line, "a tag is not allowed", "Take the ! word out."))
        self.count += 1
        self.depth += 1
        if self.depth > DEEPEST or self.count > MOST_NODES:
            raise SourceRefused(_problem(line, "the text is too deep or too long", "Simplify it."))
        node = super().compose_node(parent, index)
        self.depth -= 1
        return node


def _compose(text: str) -> yaml.Node:
    root = yaml.compose(text, Loader=_PlainLoader)
    if not isinstance(root, yaml.MappingNode):
        raise SourceRefused(_problem(1, "the text is no mapping", "Begin with a key and a colon."))
    return root


class _Reader:
    """Turns nodes into values, noting lines and problems."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self.key_lines: dict[Path, int] = {}
        self.value_lines: dict[Path, int] = {}

    def value(self, node: yaml.Node, *, path: Path) -> object:
        self.value_lines[path] = node.start_mark.line + 1
        if isinstance(node, yaml.MappingNode):
            return dict(self._items(node, path))
        if isinstance(node, yaml.SequenceNode):
            return [self.value(item, path=(*path, index)) for index, item in enumerate(node.value)]
        is_quoted = isinstance(node, yaml.ScalarNode) and bool(node.style)
        return node.value if is_quoted else _plain(node.value)

    def _items(self, node: yaml.MappingNode, path: Path) -> Iterator[tuple[str, object]]:
        seen: dict[str, int] = {}
        for key, item in node.value:
            line = key.start_mark.line + 1
            name = key.value if isinstance(key, yaml.ScalarNode) else "?"
            here = (*path, name)
            if not isinstance(key, yaml.ScalarNode) or name == "<<":
                self.problems.append(_problem(line, "a key is not plain text", "Write a word.", path=path))
            elif name in seen:
                what = f"the key {name} stands here twice, first in line {seen[name]}"
                self.problems.append(_problem(line, what, "Keep one of the two.", path=here))
            seen.setdefault(name, line)
            self.key_lines[here] = line
            yield name, self.value(item, path=here)


def _plain(text: str) -> object:
    if text in _WORDS:
        return _WORDS[text]
    if _INTEGER.fullmatch(text):
        return int(text)
    return Decimal(text) if _DECIMAL.fullmatch(text) else text


def _problem(line: int, message: str, remedy: str, *, path: Path = ()) -> Problem:
    return Problem(line=line, path=path_text(path), message=message, remedy=remedy)
