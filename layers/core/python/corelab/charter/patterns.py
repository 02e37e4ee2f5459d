r"""Which regular expressions a charter may hold: short, and of a form that cannot run away.

Python's engine tries alternatives one after another; a repeated group that itself repeats or branches,
`(a+)+` or `(a|a)*`, takes time exponential in the text. Such patterns, backreferences and long patterns are
refused when a charter is published, and a pattern is tried on a bounded text only (`comparison`).
"""

import re

LONGEST_PATTERN = 200
_TOKEN = re.compile(
    r"(?P<escape>\\.)|(?P<set>\[\^?\]?(?:\\.|[^\]\\])*\])"
    r"|(?P<open>\((?:\?(?:P<\w+>|P=\w+|[:=!]|<[=!]|[aiLmsux]+\)|[aiLmsux-]+:))?)|(?P<close>\))"
    r"|(?P<repeat>[*+]|\{\d*,\d*\})|(?P<branch>\|)|(?P<other>.)",
    re.DOTALL,
)


def pattern_problem(pattern: str) -> str | None:
    """What is wrong with a pattern, in words; None when nothing is."""
    if len(pattern) > LONGEST_PATTERN:
        return f"the pattern is longer than {LONGEST_PATTERN} characters"
    try:
        re.compile(pattern)
    except re.error as error:
        return f"the pattern is no regular expression: {error}"
    return _runaway(pattern)


def _runaway(pattern: str) -> str | None:
    groups = [False]  # per open group: whether it repeats or branches inside
    closed = None  # whether the group that has just closed does
    for token in _TOKEN.finditer(pattern):
        kind, text = str(token.lastgroup), token.group()
        if (kind == "escape" and text[1] in "123456789") or text.startswith("(?P="):
            return "the pattern refers back to a group"
        if kind == "repeat":
            if closed:
                return "the pattern repeats a group that itself repeats or branches"
            groups[-1] = True
        elif kind == "branch":
            groups[-1] = True
        if kind == "open" and not text.endswith(")"):
            groups.append(False)
        closed = groups.pop() if kind == "close" and len(groups) > 1 else None
        if closed:
            groups[-1] = True
    return None
