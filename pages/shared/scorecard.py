"""Several metrics by group in one table. A cell is tinted where it differs clearly from the whole, not by its rank."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from pages.shared import markup
from pages.shared.markup import Cell
from warehouse.metrics import Metric, metrics

if TYPE_CHECKING:
    from pages.shared.panels import Screen

GROUPS_SHOWN = 60
NAMED_AT_MOST = 3


def draw(screen: "Screen", title: str, codes: Sequence[str], by: str) -> None:
    """The table of `codes` by `by`, the whole first, then groups in the order of their names."""
    words, say = screen.viewer.words, screen.viewer.words.say
    wholes = {code: screen.ask(code) for code in codes}
    told = [code for code in codes if not wholes[code].absent and len(wholes[code].rows) and by in metrics()[code].dims]
    if not told:
        html(markup.title(title))
        screen.nothing(wholes[codes[0]])
        return
    readable = {code: screen.readable(screen.ask(code, (by,))).set_index(by) for code in told}
    whole = {code: screen.readable(wholes[code]).iloc[0] for code in told}
    groups = sorted({group for rows in readable.values() for group in rows.index.dropna()}, key=lambda group: screen.names.of_code(by, group))
    lines = [[Cell(say("All")), *(Cell(str(whole[code]["value_text"])) for code in told)]]
    for group in groups[:GROUPS_SHOWN]:
        cells = [cell(readable[code].loc[group] if group in readable[code].index else None, whole[code], metrics()[code], say("n too small")) for code in told]
        lines.append([Cell(screen.names.of_code(by, group)), *cells])
    tinted = [(line[0].said, words.label(metrics()[code].label), entry) for line in lines[1:] for code, entry in zip(told, line[1:], strict=True) if entry.mood in {"good", "bad"}]
    tells = tell(screen, tinted, len(groups))
    html(markup.title(title, tells))
    headers = [screen.names.dimension(by), *(words.label(metrics()[code].label) for code in told)]
    html(markup.table(headers, lines, described=tells, whole=True))


def cell(row: pd.Series | None, whole: pd.Series, about: Metric, too_small: str) -> Cell:
    """One group's figure: tinted good or bad where its interval excludes the figure of the whole, with an arrow."""
    if row is None:
        return Cell("–", "quiet")
    if row["value"] != row["value"]:
        return Cell(too_small, "quiet", str(row["base_text"]))
    explained = " · ".join(filter(None, (str(row["interval_text"]), f"n {row['base_text']}" if row["base_text"] else "")))
    is_above, is_below = row["low"] > whole["value"], row["high"] < whole["value"]
    if about.direction == "none" or not (is_above or is_below):
        return Cell(str(row["value_text"]), None, explained)
    is_good = is_above == (about.direction == "up")
    return Cell(f"{markup.ARROWS[bool(is_above)]} {row['value_text']}", "good" if is_good else "bad", explained)


def tell(screen: "Screen", tinted: Sequence[tuple[str, str, Cell]], groups: int) -> str:
    """How many cells differ clearly from the whole, and which are worse."""
    words = screen.viewer.words
    worse = [f"{group} ({metric} {entry.said.split(' ', 1)[-1]})" for group, metric, entry in tinted if entry.mood == "bad"]
    if not tinted:
        return words.say("No group differs clearly from the whole: every interval includes it.")
    said = words.say_many("{n} figure differs clearly from the whole.", "{n} figures differ clearly from the whole.", len(tinted))
    if not worse:
        return said
    named, more = words.listed(worse[:NAMED_AT_MOST]), len(worse) - NAMED_AT_MOST
    if more <= 0:
        return f"{said} {words.say('Worse: {list}.', list=named)}"
    return f"{said} {words.say_many('Worse: {list} and {n} more.', 'Worse: {list} and {n} more.', more, list=named)}"
