"""Pieces of HTML that Streamlit has no element for. Pure: text in, escaped markup out, always on one line."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape
from math import isnan
from typing import Literal

from pages.shared.text import Words
from warehouse.queries import signals

Kind = Literal["no-rows", "not-allowed", "feed-absent", "too-few", "held-back", "failed"]
Mood = Literal["good", "bad", "caution", "quiet"]
Missing = tuple[Kind, str, str]
"""One of the six kinds of nothing, its title and its sentence."""

ICONS = {
    "no-rows": "M4 7h16M4 12h10M4 17h6",
    "not-allowed": "M7 11V8a5 5 0 0 1 10 0v3M5 11h14v9H5z",
    "feed-absent": "M9 3v5M15 3v5M6 8h12v4a6 6 0 0 1-12 0zM12 18v3",
    "too-few": "M8 9a3 3 0 1 0 0-.1M4 19a5 5 0 0 1 8 0M17 9v6M14 12h6",
    "held-back": "M9 6v12M15 6v12",
    "failed": "M12 4 3 20h18zM12 10v5M12 17.5v.1",
    "fresh": "M5 12.5 10 17.5 19 7.5",
    "warned": "M12 4 3 20h18zM12 10v5M12 17.5v.1",
    "late": "M12 7v5l3 2M12 3a9 9 0 1 0 .1 0",
    "held": "M9 7v10M15 7v10M12 2a10 10 0 1 0 .1 0",
}
LINKED = re.compile(r"(://|www(?=\.)|@)", re.IGNORECASE)
"""After which an address begins that becomes a link, escaped or not."""
WORD_JOINER = "\u2060"
ARROWS = {True: "▲", False: "▼"}


def text(value: object) -> str:
    """`value` safe inside HTML, on one line."""
    return escape(" ".join(str(value).split()))


def plain(said: str) -> str:
    """`said` so that Streamlit shows it as text: what Markdown would read is escaped, and what the browser's part of Streamlit makes
    a link of, an address of the web or of e-mail, is broken by a joiner that nobody sees."""
    unlinked = LINKED.sub(r"\1" + WORD_JOINER, said)
    return re.sub(r"([\\`*_{}\[\]()<>#+\-.!|~:$])", r"\\\1", unlinked)


def icon(name: str, size: int = 20) -> str:
    """A line drawing in the colour of the text around it."""
    return (
        f'<svg width="{size}" height="{size}" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2"'
        f' stroke-linecap="round" stroke-linejoin="round" aria-hidden="true"><path d="{ICONS[name]}"/></svg>'
    )


def heading(title: str, line: str, chip: str) -> str:
    """Title, the question that the page answers, and the freshness chip."""
    return f'<div class="gh-head"><div><h1>{text(title)}</h1><p class="gh-line">{text(line)}</p></div>{chip}</div>'


def scope(said: str) -> str:
    """What the figures of the page are of."""
    return f'<p class="gh-scope">{text(said)}</p>'


def chip(state: Literal["fresh", "warned", "late", "held"], said: str, explained: str = "") -> str:
    """How fresh the figures are, in one pill; `explained` shows when it is pointed at."""
    title = f' title="{text(explained)}"' if explained else ""
    return f'<span class="gh-chip is-{state}" role="status"{title}>{icon(state, 16)}<span>{text(said)}</span></span>'


def nothing(kind: Kind, title: str, said: str) -> str:
    """One of the six kinds of nothing: each has its own icon, frame and words."""
    return f'<div class="gh-nothing is-{kind}" role="note">{icon(kind)}<div><b>{text(title)}</b><span>{text(said)}</span></div></div>'


def title(said: str, tells: str = "") -> str:
    """The title of a card, and the sentence that says what the card shows."""
    below = f'<p class="gh-tells">{text(tells)}</p>' if tells else ""
    return f'<div><div class="gh-title" role="heading" aria-level="2">{text(said)}</div>{below}</div>'


def badge(mood: Mood, said: str) -> str:
    """A short remark with a tint."""
    return f'<span class="gh-badge is-{mood}">{text(said)}</span>'


@dataclass(frozen=True)
class Tile:
    """What a tile says. `figure` empty means nothing can be said, and `small`, its lines below, say why."""

    label: str
    figure: str
    small: Sequence[str]
    badges: Sequence[str] = ()
    history: Sequence[float] | None = None
    errors: Sequence[float] | None = None
    described: str = ""

    def markup(self) -> str:
        """The tile as HTML, with `described` as its text for screen readers."""
        figure = (
            f'<div class="gh-figure">{text(self.figure)}</div>'
            if self.figure
            else '<div class="gh-figure is-nothing">–</div>'
        )
        lines = "".join(f"<span>{text(line)}</span>" for line in self.small)
        return (
            f'<div class="gh-tile" role="group" aria-label="{text(self.described or self.label)}">'
            f'<div class="gh-label">{text(self.label)}</div>{figure}<div class="gh-small">{lines}</div>'
            f'<div class="gh-row">{"".join(self.badges)}</div>{"" if self.history is None else sparkline(self.history, self.errors)}</div>'
        )


def sparkline(values: Sequence[float], errors: Sequence[float] | None = None) -> str:
    """A series as a small line with its natural limits, signals marked; empty for fewer than three points.

    `errors` as `signals.limits` wants them.
    """
    known = [(index, value) for index, value in enumerate(values) if not isnan(value)]
    if len(known) < 3:
        return '<svg class="gh-spark" aria-hidden="true"></svg>'
    natural = signals.limits(values, errors)
    reach = [value for _, value in known] + ([natural.low, natural.high] if natural else [])
    bottom, top = min(reach), max(reach)

    def x(index: int) -> float:
        return 100 * index / (len(values) - 1)

    def y(value: float) -> float:
        return 38 - 34 * (value - bottom) / ((top - bottom) or 1)

    parts = []
    if natural:
        parts.append(
            f'<rect class="band" x="0" width="100" y="{y(natural.high):.1f}" height="{y(natural.low) - y(natural.high):.1f}"/>'
        )
        parts.append(
            f'<line class="centre" x1="0" x2="100" y1="{y(natural.centre):.1f}" y2="{y(natural.centre):.1f}"/>'
        )
    points = " ".join(f"{x(index):.1f},{y(value):.1f}" for index, value in known)
    parts.append(f'<polyline class="line" points="{points}"/>')
    dots = [(signal.index, "signal") for signal in signals.signals(values, errors)] + [(known[-1][0], "dot")]
    parts += [
        f'<line class="{name}" x1="{x(at):.1f}" x2="{x(at):.1f}" y1="{y(values[at]):.1f}" y2="{y(values[at]):.1f}"/>'
        for at, name in dict(reversed(dots)).items()
    ]
    return f'<svg class="gh-spark" viewBox="0 0 100 42" preserveAspectRatio="none" aria-hidden="true">{"".join(parts)}</svg>'


@dataclass(frozen=True)
class Cell:
    """One cell of a table: its text, how it is tinted, and where a click on it leads."""

    said: str
    mood: Mood | None = None
    explained: str = ""
    is_strong: bool = False
    leads_to: str = ""

    def markup(self, header: str = "") -> str:
        """The cell as HTML, with the header of its column where it may have to stand without."""
        title = f' title="{text(self.explained)}"' if self.explained else ""
        label = f' role="cell" data-label="{text(header)}"' if header else ""
        tint = f"is-{self.mood}{' is-strong' if self.is_strong else ''}" if self.mood else ""
        said = (
            f'<a href="{text(self.leads_to)}" target="_self">{text(self.said)}</a>'
            if self.leads_to
            else text(self.said)
        )
        return f'<td class="{tint}"{label}{title}>{said}</td>'


def table(
    headers: Sequence[str],
    rows: Iterable[Sequence[Cell]],
    *,
    described: str,
    whole: bool = False,
    is_prose: bool = False,
    folds: bool = False,
) -> str:
    """A table whose first column names the row; with `whole` the first row stands for the whole.

    Where `is_prose`, cells are text to read, not figures to compare: they begin at the left and break into lines. A table that
    `folds` shows each row by itself on a phone, every figure below the header of its column; roles keep it a table there.
    """
    roles = {name: f' role="{name}"' if folds else "" for name in ("table", "rowgroup", "row", "columnheader")}
    head = "".join(f'<th scope="col"{roles["columnheader"]}>{text(header)}</th>' for header in headers)
    kept = headers if folds else [""] * len(headers)
    body = "".join(
        f'<tr class="{"is-whole" if whole and number == 0 else ""}"{roles["row"]}>'
        f"{''.join(cell.markup(header) for cell, header in zip(row, kept, strict=True))}</tr>"
        for number, row in enumerate(rows)
    )
    kind = f"gh-table{' is-prose' if is_prose else ''}{' is-folding' if folds else ''}"
    return (
        f'<div class="gh-scroll" tabindex="0"><table class="{kind}"{roles["table"]} aria-label="{text(described)}">'
        f"<thead{roles['rowgroup']}><tr{roles['row']}>{head}</tr></thead><tbody{roles['rowgroup']}>{body}</tbody></table></div>"
    )


@dataclass(frozen=True)
class MatrixCell:
    """One cell of a matrix; `place` says where it lies between the axes, `is_chosen` that it is the one looked at."""

    name: str
    count: str
    facts: Sequence[str]
    action: str
    place: str = ""
    is_chosen: bool = False

    def markup(self) -> str:
        """The cell as HTML."""
        facts = "".join(f"<span>{text(fact)}</span>" for fact in self.facts)
        place = f'<div class="place">{text(self.place)}</div>' if self.place else ""
        return (
            f'<div class="gh-cell{" is-chosen" if self.is_chosen else ""}"><div class="name">{text(self.name)}</div>{place}'
            f'<div class="count">{text(self.count)}</div><div class="facts">{facts}</div><div class="do">{text(self.action)}</div></div>'
        )


def agenda(items: Sequence[tuple[str, str, bool]], *, described: str) -> str:
    """Counts of what is to be done beside each other: the count, of what, and whether there is any."""
    lines = "".join(
        f'<li class="{"is-due" if is_due else ""}"><b>{text(count)}</b>{text(what)}</li>'
        for count, what, is_due in items
    )
    return f'<ul class="gh-agenda" aria-label="{text(described)}">{lines}</ul>'


def note(said: str) -> str:
    """A remark below a drawing."""
    return f'<p class="gh-tells">{text(said)}</p>'


def change(words: Words, *, is_up: bool, said: str, is_good: bool | None) -> str:
    """A clear change: arrow, size, and whether that is better or worse in words, so that colour is never alone."""
    verdict = "" if is_good is None else words.say("better") if is_good else words.say("worse")
    mood: Mood = "quiet" if is_good is None else "good" if is_good else "bad"
    return badge(mood, " ".join(filter(None, (ARROWS[is_up], said, verdict))))
