"""The data flow of a state machine, as the Amazon States Language defines it: what goes into each state.

Only what our text uses: paths of plain fields, ItemSelector, ResultSelector, ResultPath, Catch of everything,
an inline Map, a Pass, a Choice on equality, presence and both. A task is answered by a function of its input.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

Document = Mapping[str, Any]
EVENTS = {  # by type of state; beside entered and exited: scheduled, started and ended
    **dict.fromkeys(("Choice", "Pass", "Succeed"), 2),
    "Task": 5,
    "Map": 4,
    "MapIteration": 2,
}
Task = Callable[[Document], Document]


@dataclass
class Walk:
    """One execution.

    Attributes
    ----------
    sizes : dict
        State and direction to the most bytes that passed, as UTF-8 JSON.
    events : int
        Of the execution's history, where nothing had to be tried again.
    """

    tasks: Mapping[str, Task]
    sizes: dict[str, int] = field(default_factory=dict)
    seen: dict[str, Document] = field(default_factory=dict)
    events: int = len(("ExecutionStarted", "ExecutionSucceeded"))

    def run(self, machine: Document, document: Document) -> Document:
        name: str | None = machine["StartAt"]
        while name is not None:
            state = machine["States"][name]
            self._weigh(f"{name} in", document)
            self.seen[name] = document
            self.events += EVENTS[state["Type"]]
            name, document = self._step(name, state, document)
        return document

    def _step(self, name: str, state: Document, document: Document) -> tuple[str | None, Document]:
        if state["Type"] == "Succeed":
            return None, document
        if state["Type"] == "Choice":
            chosen = (c["Next"] for c in state["Choices"] if _holds(c, document))
            return next(chosen, state["Default"]), document
        if state["Type"] == "Pass":
            return state["Next"], _placed(state["ResultPath"], document, state["Result"])
        try:
            result = self._map(state, document) if state["Type"] == "Map" else self.tasks[name](document)
        except Exception as error:  # States.ALL
            if "Catch" not in state:
                raise
            told = {"Error": type(error).__name__, "Cause": "…"}
            return state["Catch"][0]["Next"], _placed(state["Catch"][0]["ResultPath"], document, told)
        self._weigh(f"{name} result", result)
        if "ResultSelector" in state:
            result = _selected(state["ResultSelector"], result, {})
        answer = _placed(state.get("ResultPath", "$"), document, result)
        self._weigh(f"{name} out", answer)
        return state.get("Next"), answer

    def _map(self, state: Document, document: Document) -> Any:
        self.events += EVENTS["MapIteration"] * len(_at(state["ItemsPath"], document))
        return [
            self.run(
                state["ItemProcessor"],
                _selected(state["ItemSelector"], document, {"Map": {"Item": {"Value": item}}}),
            )
            for item in _at(state["ItemsPath"], document)
        ]

    def _weigh(self, where: str, document: Any) -> None:
        size_bytes = len(json.dumps(document).encode())
        self.sizes[where] = max(size_bytes, self.sizes.get(where, 0))


def _holds(rule: Document, document: Document) -> bool:
    if "And" in rule:
        return all(_holds(part, document) for part in rule["And"])
    if "IsPresent" in rule:
        return _is_present(rule["Variable"], document) == rule["IsPresent"]
    return bool(_at(rule["Variable"], document) == rule["StringEquals"])


def _is_present(path: str, document: Document) -> bool:
    try:
        _at(path, document)
    except LookupError:
        return False
    return True


def _at(path: str, document: Document) -> Any:
    found: Any = document
    for name in path.removeprefix("$").strip(".").replace("[", ".[").split("."):
        place: Any = int(name[1:-1]) if name.startswith("[") else name
        found = found[place] if name else found
    return found


def _selected(selector: Document, document: Document, context: Document) -> Document:
    return {
        key.removesuffix(".$"): _at(path[1:], context) if path.startswith("$$") else _at(path, document)
        for key, path in selector.items()
    }


def _placed(path: str, document: Document, result: Any) -> Document:
    return result if path == "$" else {**document, path.removeprefix("$."): result}
