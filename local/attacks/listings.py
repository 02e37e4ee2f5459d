"""Attacks on versions: what is hidden, shadowed, or left out of the listing."""

import json
from collections.abc import Mapping
from typing import Any

from corelab.kernel.canonical import canonical_json
from local.attacks.hands import Attack, Case, Trace, trace

Item = dict[str, Any]


def _listed(case: Case) -> list[Item]:
    found: list[Item] = json.loads(case.files["versions.json"])["versions"]
    return found


def _some(case: Case) -> Item:
    return case.rng.choice([item for item in _listed(case) if f"/{case.log}/" in item["key"]])


def _hide(case: Case) -> Trace:
    item = _some(case)
    marker = item | {"version_id": "hidden", "is_delete_marker": True, "file": None}
    case.relist(lambda versions: [*versions, marker])
    return trace("DELETE_MARKER", file=item["file"])


def _shadow(case: Case) -> Trace:
    item = _some(case)
    path = f"{item['file']}@2"
    case.files[path] = _other(case.files[item["file"]])
    case.relist(lambda versions: [*versions, item | {"version_id": "shadow", "file": path}])
    return trace("VERSION_DIFFERS", file=path)


def _shadow_and_turn_the_listing(case: Case) -> Trace:
    """The shadow passes for the older one."""
    item = _some(case)
    path, second = item["file"], f"{item['file']}@2"
    case.files[second] = case.files[path]
    case.files[path] = _other(case.files[path])
    shadows = item | {"version_id": "shadow", "file": second}
    case.relist(lambda versions: [*versions, shadows])
    return trace("VERSION_DIFFERS", file=second)


def _other(data: bytes) -> bytes:
    """Another content, well formed."""
    if data.startswith(b"{"):
        lines = data.split(b"\n")
        lines[1] = canonical_json(json.loads(lines[1]) | {"action": "nothing.done"})
        return b"\n".join(lines)
    return data[:-3] + b"AA\n"


def _leave_out(case: Case) -> Trace:
    item = _some(case)
    case.relist(lambda versions: [one for one in versions if one["file"] != item["file"]])
    return trace("FILE_UNKNOWN", file=item["file"])


def _promise_what_is_not_there(case: Case) -> Trace:
    item = _some(case)
    del case.files[item["file"]]
    return trace("FILE_MISSING", file=item["file"])


def _lose_the_listing(case: Case) -> Trace:
    way = case.rng.choice([None, b"", b"{", b"[]", b'{"versions": 1}', b'{"versions": [1]}'])
    if way is None:
        del case.files["versions.json"]
    else:
        case.files["versions.json"] = way
    return trace("VERSIONS_MISSING", file="versions.json")


def _add_an_object(case: Case) -> Trace:
    name = f"ledger/{case.log}/notes-{case.rng.randrange(1000)}.txt"
    case.files[name] = b"all is well"
    added = _some(case) | {"bucket": "ledger", "key": name, "file": name}
    case.relist(lambda versions: [*versions, added])
    return trace("FILE_UNKNOWN", file=name)


ON_LISTINGS: Mapping[str, Attack] = {
    "hide behind a delete marker": _hide,
    "shadow by a newer version": _shadow,
    "shadow and turn the listing": _shadow_and_turn_the_listing,
    "leave a file out of the listing": _leave_out,
    "lose a file that the listing names": _promise_what_is_not_there,
    "change the listing of versions": _lose_the_listing,
    "add an object": _add_an_object,
}
