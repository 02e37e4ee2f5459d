"""The parts that the story's HTML page is made of; the page needs nothing else."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from html import escape
from pathlib import Path

STYLE = """
:root { --ink: #18222d; --soft: #5a6878; --line: #dde3ea; --good: #14784a; --good-soft: #e3f4ea;
  --bad: #b3261e; --bad-soft: #fbe9e7; --accent: #1f5f99; --paper: #fff }
* { box-sizing: border-box }
body { font: 15px/1.55 system-ui, "Segoe UI", sans-serif; color: var(--ink); background: #f1f4f8; margin: 0 }
main { max-width: 72rem; margin: 0 auto; padding: 2.2rem 1.5rem 4rem }
h1 { font-size: 1.75rem; line-height: 1.2; margin: 0 0 .4rem; letter-spacing: -.01em }
h2 { font-size: 1.15rem; margin: 0 0 .7rem } h3 { font-size: .95rem; margin: 1.2rem 0 .5rem }
p { margin: .3rem 0 .8rem; max-width: 62rem } .soft { color: var(--soft) }
section { background: var(--paper); border: 1px solid var(--line); border-radius: 10px;
  padding: 1.3rem 1.5rem; margin-top: 1.1rem; overflow-x: auto }
.badges { display: flex; flex-wrap: wrap; gap: .7rem; margin-top: 1.1rem }
.badge { flex: 1 1 13rem; background: var(--good-soft); border-radius: 10px; padding: .8rem 1rem }
.badge b { display: block; color: var(--good); font-size: 1.05rem } .badge span { font-size: .85rem }
table { border-collapse: collapse; width: 100%; font-size: .86rem }
th { text-align: left; color: var(--soft); font-weight: 600 }
th, td { padding: .32rem .9rem .32rem 0; border-bottom: 1px solid var(--line); vertical-align: top }
tr:last-child td { border-bottom: 0 }
th.n { text-align: right } td.n { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap }
code { font: .8rem ui-monospace, "DejaVu Sans Mono", monospace; overflow-wrap: anywhere }
figure { margin: 0 0 .8rem }
figure img { display: block; max-width: 100%; background: #000; border-radius: 6px }
figcaption { font-size: .82rem; color: var(--soft); margin-top: .35rem }
.side { display: flex; flex-wrap: wrap; gap: 1.4rem; align-items: flex-start }
.side > * { flex: 1 1 20rem } .side > figure { flex: 0 1 auto }
.good { color: var(--good) } .bad { color: var(--bad) } .good, .bad { font-weight: 600; white-space: nowrap }
.gone { color: var(--soft); font-style: italic } .was { background: var(--bad-soft); border-radius: 3px }
blockquote { margin: .5rem 0; padding: .7rem 1rem; border-left: 4px solid var(--accent); background: #f4f8fc;
  border-radius: 0 6px 6px 0 }
.bar { display: flex; height: 1.5rem; border-radius: 5px; overflow: hidden; margin: .2rem 0 .4rem }
.bar i { min-width: 2px } .key { font-size: .82rem; color: var(--soft) } .key i { display: inline-block;
  width: .8em; height: .8em; border-radius: 2px; margin: 0 .35em 0 .9em }
details summary { cursor: pointer; color: var(--accent) }
@media print { body { background: #fff } section { break-inside: avoid } }
"""
COLOURS = ("#8fb8de", "#5b93c9", "#2f6ea8", "#2c9c8f", "#57b47c", "#14784a", "#9aa7b5")


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
    badges : list of (str, str)
        What it comes to, and one line of reason for each.
    """

    title: str
    lead: str
    badges: list[tuple[str, str]] = field(default_factory=list)
    sections: list[str] = field(default_factory=list)

    def add(self, title: str, *parts: Markup | str) -> None:
        """Append a section; plain text becomes a paragraph."""
        inner = "".join(part.html if isinstance(part, Markup) else f"<p>{escape(part)}</p>" for part in parts)
        self.sections.append(f"<section><h2>{escape(title)}</h2>{inner}</section>")

    def write(self, path: Path) -> None:
        """Write the page."""
        badges = "".join(
            f'<div class="badge"><b>{escape(what)}</b><span>{escape(why)}</span></div>'
            for what, why in self.badges
        )
        path.write_text(
            f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{escape(self.title)}</title>'
            f'<meta name="viewport" content="width=device-width"><style>{STYLE}</style><main>'
            f'<h1>{escape(self.title)}</h1><p class="soft">{escape(self.lead)}</p>'
            f'<div class="badges">{badges}</div>{"".join(self.sections)}</main></html>\n'
        )


def table(headings: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Markup:
    """A table; numbers stand to the right, and so do their headings."""
    all_rows = [*rows]
    first = all_rows[0] if all_rows else [""] * len(headings)
    head = "".join(
        f"<th{' class=n' if isinstance(cell, int | float) else ''}>{escape(heading)}</th>"
        for heading, cell in zip(headings, first, strict=True)
    )
    body = "".join(f"<tr>{''.join(map(_cell, row))}</tr>" for row in all_rows)
    return Markup(html=f"<table><tr>{head}</tr>{body}</table>")


def figure(url: str, caption: str, *, width: int | None = None) -> Markup:
    """A picture with its caption."""
    size = f' width="{width}"' if width else ""
    return Markup(
        html=f'<figure><img src="{url}" alt="{escape(caption)}"{size}>'
        f"<figcaption>{escape(caption)}</figcaption></figure>"
    )


def heading(text: str) -> Markup:
    """A heading inside a section."""
    return Markup(html=f"<h3>{escape(text)}</h3>")


def code(text: str) -> Markup:
    """An id or a hash."""
    return Markup(html=f"<code>{escape(text)}</code>")


def quote(text: str) -> Markup:
    """Somebody's words."""
    return Markup(html=f"<blockquote>{escape(text)}</blockquote>")


def verdict(text: str, *, is_good: bool) -> Markup:
    """A word in green or red."""
    return Markup(html=f'<span class="{"good" if is_good else "bad"}">{escape(text)}</span>')


def marked(text: str, *, style: str) -> Markup:
    """Text in one of the page's styles: `gone`, `was`."""
    return Markup(html=f'<span class="{style}">{escape(text)}</span>')


def side_by_side(*parts: Markup) -> Markup:
    """Parts beside each other where there is room."""
    return Markup(html=f'<div class="side">{"".join(part.html for part in parts)}</div>')


def folded(title: str, part: Markup) -> Markup:
    """A part that opens on a click."""
    return Markup(html=f"<details><summary>{escape(title)}</summary>{part.html}</details>")


def bar(pieces: Sequence[tuple[str, float]], *, whole: float) -> Markup:
    """Seconds as a bar and its key.

    Parameters
    ----------
    pieces : sequence of (str, float)
        What took how many seconds, in order.
    whole : float
        Seconds of the longest bar beside it.
    """
    coloured = [(text, seconds, COLOURS[at % len(COLOURS)]) for at, (text, seconds) in enumerate(pieces)]
    bars = "".join(
        f'<i style="width:{100 * seconds / whole:.2f}%;background:{colour}"></i>'
        for _, seconds, colour in coloured
    )
    key = "".join(
        f'<i style="background:{colour}"></i>{escape(text)} {seconds:.2f} s'
        for text, seconds, colour in coloured
    )
    return Markup(html=f'<div class="bar">{bars}</div><div class="key">{key}</div>')


def _cell(value: Cell) -> str:
    if isinstance(value, Markup):
        return f"<td>{value.html}</td>"
    if isinstance(value, int | float):
        return f'<td class="n">{value}</td>'
    return f"<td>{escape(value)}</td>"
