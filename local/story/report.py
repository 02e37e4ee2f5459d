"""The story as one HTML page that needs nothing else."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from html import escape
from pathlib import Path

STYLE = """
:root { --ink: #1c2530; --soft: #5b6776; --line: #d9dfe6; --good: #1a7f4b; --bad: #b3261e; --paper: #fff; }
* { box-sizing: border-box }
body { font: 15px/1.5 system-ui, sans-serif; color: var(--ink); background: #f3f5f8; margin: 0 }
main { max-width: 68rem; margin: 0 auto; padding: 2rem 1.5rem 4rem }
h1 { font-size: 1.7rem; margin: 0 0 .3rem } h2 { font-size: 1.15rem; margin: 0 0 .8rem }
p { margin: .3rem 0 .8rem } .soft { color: var(--soft) }
section { background: var(--paper); border: 1px solid var(--line); border-radius: 8px; padding: 1.2rem 1.4rem;
  margin-top: 1.2rem; overflow-x: auto }
table { border-collapse: collapse; width: 100%; font-size: .87rem }
th { text-align: left; color: var(--soft); font-weight: 600 }
th, td { padding: .3rem .8rem .3rem 0; border-bottom: 1px solid var(--line); vertical-align: top }
tr:last-child td { border-bottom: 0 }
td.n { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap }
code { font: .82rem ui-monospace, monospace; word-break: break-all }
figure { display: inline-block; margin: 0 1.2rem .6rem 0; vertical-align: top; max-width: 100% }
figure img { display: block; max-width: 100%; background: #000; border-radius: 4px }
figcaption { font-size: .82rem; color: var(--soft); margin-top: .3rem }
.good { color: var(--good); font-weight: 600 } .bad { color: var(--bad); font-weight: 600 }
blockquote { margin: .4rem 0 1rem; padding: .5rem 1rem; border-left: 3px solid var(--line) }
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Markup:
    """Text that is HTML already."""

    html: str


Cell = str | int | float | Markup


@dataclass(slots=True, kw_only=True)
class Report:
    """A page in the making.

    Attributes
    ----------
    title, lead : str
        The page's first words.
    """

    title: str
    lead: str
    sections: list[str] = field(default_factory=list)

    def add(self, title: str, *parts: Markup | str) -> None:
        """Append a section; plain text becomes a paragraph."""
        inner = "".join(part.html if isinstance(part, Markup) else f"<p>{escape(part)}</p>" for part in parts)
        self.sections.append(f"<section><h2>{escape(title)}</h2>{inner}</section>")

    def write(self, path: Path) -> None:
        """Write the page."""
        path.write_text(
            f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{escape(self.title)}</title>'
            f'<meta name="viewport" content="width=device-width"><style>{STYLE}</style><main>'
            f'<h1>{escape(self.title)}</h1><p class="soft">{escape(self.lead)}</p>'
            f"{''.join(self.sections)}</main></html>\n"
        )


def table(headings: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Markup:
    """A table; numbers stand to the right."""
    head = "".join(f"<th>{escape(heading)}</th>" for heading in headings)
    body = "".join(f"<tr>{''.join(map(_cell, row))}</tr>" for row in rows)
    return Markup(html=f"<table><tr>{head}</tr>{body}</table>")


def figure(url: str, caption: str, *, width: int | None = None) -> Markup:
    """A picture with its caption."""
    size = f' width="{width}"' if width else ""
    return Markup(
        html=f'<figure><img src="{url}" alt="{escape(caption)}"{size}>'
        f"<figcaption>{escape(caption)}</figcaption></figure>"
    )


def code(text: str) -> Markup:
    """An id or a hash."""
    return Markup(html=f"<code>{escape(text)}</code>")


def quote(text: str) -> Markup:
    """Somebody's words."""
    return Markup(html=f"<blockquote>{escape(text)}</blockquote>")


def verdict(text: str, *, is_good: bool) -> Markup:
    """A word in green or red."""
    return Markup(html=f'<span class="{"good" if is_good else "bad"}">{escape(text)}</span>')


def _cell(value: Cell) -> str:
    if isinstance(value, Markup):
        return f"<td>{value.html}</td>"
    if isinstance(value, int | float):
        return f'<td class="n">{value}</td>'
    return f"<td>{escape(value)}</td>"
