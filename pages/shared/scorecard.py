"""Several metrics by group in one heat table. A cell is tinted where chance does not explain how it differs from the whole."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import compress
from typing import Any

import pandas as pd

from pages.shared import drill, markup
from pages.shared.drawings import Drawing
from pages.shared.inquiry import Inquiry
from pages.shared.markup import Cell, Missing
from pages.shared.panels import Screen, html
from pages.shared.text import Words
from warehouse.metrics import Metric, metrics
from warehouse.queries import signals
from warehouse.queries.signals import Estimate

GROUPS_SHOWN = 60
NAMED_AT_MOST = 3
STRONG = 0.001
"""A tint is strong where at most one in a thousand of such findings is chance, instead of one in twenty."""
Row = Mapping[str, Any]
Figures = Mapping[str, Mapping[str, Row]]
"""Readable rows by metric and group."""


@dataclass(frozen=True)
class Signal:
    """A figure that differs from the whole by more than chance explains, however many figures were looked at."""

    is_above: bool
    is_good: bool
    is_strong: bool


Found = Mapping[tuple[str, str], Signal]
"""Signals by group and metric."""


@dataclass(frozen=True)
class Scorecard:
    """The table, the sentence that says what it shows, the notes below it, the figures for taking away, and the codes of its
    groups. Of these `lines` are drawn, by group; of many groups the first alone."""

    tells: str
    headers: Sequence[str]
    whole: Sequence[Cell]
    lines: Mapping[str, Sequence[Cell]]
    notes: Sequence[str]
    values: pd.DataFrame
    groups: pd.DataFrame

    @cached_property
    def drawing(self) -> Drawing:
        """What stands in its card, beside the table itself."""
        return Drawing(rows=self.groups, tells=self.tells, table=self.values)

    def markup(self, by: str | None) -> str:
        """The table as HTML; with `by`, the name of every group leads to the page narrowed to it."""
        lines = [*self.lines.values()]
        if by is not None:
            links = drill.links(by, self.lines)
            lines = [[replace(first, leads_to=link), *rest] for link, (first, *rest) in zip(links, lines, strict=True)]
        return markup.table(self.headers, [self.whole, *lines], described=self.tells, whole=True, folds=True)


def draw(screen: Screen, title: str, codes: Sequence[str], *, by: str) -> None:
    """A card's content: the table of `codes` by `by`, the whole first, then groups in the order of their names.

    The name of a group leads to the page narrowed to it. Whoever looks as somebody else would come back as themselves: no links.
    """
    with screen.guarded():
        made = screen.inquiry.kept(("scorecard", tuple(codes), by), lambda: _made(screen.inquiry, codes, by))
        if isinstance(made, Scorecard):
            screen.titled(title, made.drawing, metric=tuple(codes))
            leads = by in made.drawing.fields(screen.asked.choices) and screen.viewer.may_change
            what = ("scorecard, written", *codes, by, drill.here() if leads else None)
            html(screen.inquiry.kept(what, lambda: made.markup(by if leads else None)))
            if made.notes:
                html("".join(map(markup.note, made.notes)))
        else:
            screen.nothing(title, made)


def _made(inquiry: Inquiry, codes: Sequence[str], by: str) -> Scorecard | Missing:
    wholes = {code: inquiry.ask(code) for code in codes}
    missing = {code: inquiry.missing(whole) for code, whole in wholes.items()}
    told = [code for code in codes if missing[code] is None and by in metrics()[code].dims]
    if not told:
        return missing[codes[0]] or ("no-rows", "", "")
    words, names = inquiry.viewer.words, inquiry.names
    rows = {code: inquiry.readable(inquiry.ask(code, (by,))).dropna(subset=[by]) for code in told}
    figures = {code: each.set_index(by).to_dict("index") for code, each in rows.items()}
    whole = {code: inquiry.readable(wholes[code]).iloc[0] for code in told}
    codes_of = {group for of_group in figures.values() for group in of_group}
    groups = sorted(codes_of, key=lambda group: names.of_code(by, group))
    looks, found = looked(figures, whole, groups)
    headers = [names.dimension(by), *(words.label(metrics()[code].label) for code in told)]
    first = [Cell(words.say("All")), *(Cell(str(whole[code]["value_text"])) for code in told)]
    lines = {
        group: [
            Cell(names.of_code(by, group)),
            *(cell(figures[code].get(group), found.get((group, code))) for code in told),
        ]
        for group in groups
    }
    worse = []
    for group, code in (place for place, signal in found.items() if not signal.is_good):
        figure = f"{words.label(metrics()[code].label)} {figures[code][group]['value_text']}"
        worse.append(f"{names.of_code(by, group)}{words.aside(figure)}")
    shown = listed(groups, found)
    texts = [[each.said for each in line] for line in (first, *lines.values())]
    return Scorecard(
        tells=tell(words, looks, len(found), worse),
        headers=headers,
        whole=first,
        lines={group: lines[group] for group in shown},
        notes=_notes(words, looks, found, listed=len(shown), groups=len(groups)),
        values=pd.DataFrame(texts, columns=headers),
        groups=pd.DataFrame({by: groups}),
    )


def listed(groups: Sequence[str], found: Found) -> Sequence[str]:
    """The groups whose lines are drawn: all in their order, or of too many the first, those with signals before the others."""
    if len(groups) <= GROUPS_SHOWN:
        return groups
    return [*dict.fromkeys([*(group for group, _ in found), *groups])][:GROUPS_SHOWN]


def _notes(words: Words, looks: int, found: Found, *, listed: int, groups: int) -> list[str]:
    """How many of the groups are listed, where that is not all of them, and what a tint means, where there is one."""
    cut_off = words.say("The first {n} of {all} are listed.", n=words.number(listed), all=words.number(groups))
    tinted = words.say(
        "Tinted is what chance hardly explains, with {n} figures looked at: of such findings at most one in twenty is chance, "
        "of those with a double arrow one in a thousand (Benjamini and Hochberg 1995). Counts are not held against the whole.",
        n=words.number(looks),
    )
    return [*([cut_off] if listed < groups else []), *([tinted] if found else [])]


def looked(figures: Figures, whole: Mapping[str, pd.Series], groups: Sequence[str]) -> tuple[int, Found]:
    """How many figures were held against the whole, and which of them differ from it by more than so many looks explain.

    Looked at is what has an interval and a good direction; what is found comes with the least like chance first.
    """
    estimates = {
        (group, code): estimate
        for group in groups
        for code, rows in figures.items()
        if metrics()[code].direction != "none" and group in rows
        if (estimate := _estimate(rows[group])) is not None and not math.isnan(whole[code]["value"])
    }
    chances = [
        _chance(figures[code][group], estimate, metrics()[code], whole[code]["value"])
        for (group, code), estimate in estimates.items()
    ]
    differs, strongly = signals.discoveries(chances), signals.discoveries(chances, false_share=STRONG)
    found = {}
    for _, place, is_strong in sorted(compress(zip(chances, estimates, strongly, strict=True), differs)):
        is_above = estimates[place].value > whole[place[1]]["value"]
        is_good = is_above == (metrics()[place[1]].direction == "up")
        found[place] = Signal(is_above=is_above, is_good=is_good, is_strong=is_strong)
    return len(estimates), found


def cell(row: Row | None, signal: Signal | None) -> Cell:
    """One group's figure, with its interval and n when pointed at: tinted, with an arrow, where it is a signal."""
    if row is None:
        return Cell("–", "quiet")
    if row["value"] != row["value"]:
        return Cell(str(row["value_text"]), "quiet", str(row["base_text"]))
    counted = f"n {row['base_text']}" if row["base_text"] else ""
    explained = " · ".join(filter(None, (str(row["interval_text"]), counted)))
    if signal is None:
        return Cell(str(row["value_text"]), None, explained)
    arrow = markup.ARROWS[signal.is_above] * (2 if signal.is_strong else 1)
    mood: markup.Mood = "good" if signal.is_good else "bad"
    return Cell(f"{arrow} {row['value_text']}", mood, explained, is_strong=signal.is_strong)


def _estimate(row: Row) -> Estimate | None:
    """One figure with its interval, an end beyond the data without end; None where it has none, as counts: parts are no wholes."""
    low, high = float(row["low"]), float(row["high"])
    if math.isnan(row["value"]) or (math.isnan(low) and math.isnan(high)):
        return None
    open_low, open_high = -math.inf if math.isnan(low) else low, math.inf if math.isnan(high) else high
    return Estimate(value=float(row["value"]), low=open_low, high=open_high)


def _chance(row: Row, estimate: Estimate, about: Metric, whole: float) -> float:
    """How probable it is that chance alone puts a figure as far from the whole."""
    if about.kind == "rate":
        return signals.share_chance(estimate.value, row["base"], whole)
    return signals.chance(estimate, whole)


def tell(words: Words, looks: int, found: int, worse: Sequence[str]) -> str:
    """How many of the figures looked at differ from the whole by more than chance explains, and which are worse."""
    if not looks:
        return words.say("No figure here has an interval to hold against the whole.")
    if not found:
        return words.say_many(
            "Of {n} figure none differs from the whole by more than chance explains.",
            "Of {n} figures none differs from the whole by more than chance explains, given so many looks.",
            looks,
        )
    said = words.say(
        "{found} of {n} figures differ from the whole by more than chance explains, given so many looks.",
        found=words.number(found),
        n=words.number(looks),
    )
    if not worse:
        return said
    named, more = words.listed([*worse[:NAMED_AT_MOST]]), len(worse) - NAMED_AT_MOST
    if more <= 0:
        return words.sentences(said, words.say("Worse: {list}.", list=named))
    return words.sentences(said, words.say("Worse: {list} and {n} more.", list=named, n=words.number(more)))
