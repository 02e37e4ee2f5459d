"""Query texts: words to a site, with placeholders that are filled from a finding."""

from collections.abc import Mapping
from string import Formatter

from corelab.charter.errors import PlaceholderMissing

PLACEHOLDERS = ("subject", "visit", "site", "procedure", "series", "seen", "asked", "section")
ANSWERS = ("resent", "will_send", "value_supplied", "not_available", "not_done", "confirmed", "disagree")


def placeholders(text: str) -> tuple[str, ...]:
    """Names of the placeholders, in order of appearance.

    Raises
    ------
    ValueError
        A brace without its partner, or more than a name between braces.
    """
    names = []
    for _, name, specification, conversion in Formatter().parse(text):
        if name is None:
            continue
        if specification or conversion or not name.isidentifier():
            raise ValueError(f"{{{name}}} may hold a name only: values come ready to read")
        names.append(name)
    return tuple(names)


def written(text: str, values: Mapping[str, str]) -> str:
    """Text with its placeholders filled.

    Raises
    ------
    PlaceholderMissing
        A placeholder has no value.
    """
    if missing := [name for name in placeholders(text) if name not in values]:
        raise PlaceholderMissing(
            f"Give the query text a value for {', '.join(missing)}.", missing=", ".join(missing)
        )
    return Formatter().vformat(text, (), values)
