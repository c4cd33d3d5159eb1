"""Several metrics by group in one table. A cell is tinted where it differs clearly from the whole, not by its rank."""

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from pages.shared import markup
from pages.shared.drawings import Drawing
from pages.shared.inquiry import Inquiry
from pages.shared.markup import Cell, Missing
from pages.shared.panels import Screen, html
from pages.shared.text import Words
from warehouse.metrics import Metric, metrics

GROUPS_SHOWN = 60
NAMED_AT_MOST = 3


@dataclass(frozen=True)
class Scorecard:
    """The table as markup, the sentence that says what it shows, the figures for taking away, and the codes of its groups."""

    tells: str
    table: str
    values: pd.DataFrame
    groups: pd.DataFrame


def draw(screen: Screen, title: str, codes: Sequence[str], *, by: str) -> None:
    """A card's content: the table of `codes` by `by`, the whole first, then groups in the order of their names."""
    with screen.guarded():
        made = screen.inquiry.kept(("scorecard", tuple(codes), by), lambda: _made(screen.inquiry, codes, by))
        if isinstance(made, Scorecard):
            drawing = Drawing(rows=made.groups, tells=made.tells, table=made.values)
            screen.titled(title, drawing, metric=tuple(codes))
            html(made.table)
        else:
            screen.nothing(title, made)


def _made(inquiry: Inquiry, codes: Sequence[str], by: str) -> Scorecard | Missing:
    wholes = {code: inquiry.ask(code) for code in codes}
    missing = {code: inquiry.missing(whole) for code, whole in wholes.items()}
    told = [code for code in codes if missing[code] is None and by in metrics()[code].dims]
    if not told:
        return missing[codes[0]] or ("no-rows", "", "")
    words, names = inquiry.viewer.words, inquiry.names
    figures = {code: inquiry.readable(inquiry.ask(code, (by,))).set_index(by) for code in told}
    whole = {code: inquiry.readable(wholes[code]).iloc[0] for code in told}
    groups = sorted(
        {group for rows in figures.values() for group in rows.index.dropna()},
        key=lambda group: names.of_code(by, group),
    )
    lines = {
        names.of_code(by, group): {code: _cell(figures[code], group, whole[code], metrics()[code]) for code in told}
        for group in groups[:GROUPS_SHOWN]
    }
    tinted = [
        (group, code, cell)
        for group, cells in lines.items()
        for code, cell in cells.items()
        if cell.mood in {"good", "bad"}
    ]
    tells = tell(words, tinted)
    headers = [names.dimension(by), *(words.label(metrics()[code].label) for code in told)]
    first = [Cell(words.say("All")), *(Cell(str(whole[code]["value_text"])) for code in told)]
    rest = [[Cell(group), *cells.values()] for group, cells in lines.items()]
    drawn = markup.table(headers, [first, *rest], described=tells, whole=True)
    texts = [[each.said for each in line] for line in (first, *rest)]
    return Scorecard(
        tells=tells, table=drawn, values=pd.DataFrame(texts, columns=headers), groups=pd.DataFrame({by: groups})
    )


def _cell(rows: pd.DataFrame, group: object, whole: pd.Series, about: Metric) -> Cell:
    return cell(rows.loc[group] if group in rows.index else None, whole, about)


def cell(row: pd.Series | None, whole: pd.Series, about: Metric) -> Cell:
    """One group's figure: tinted good or bad where its interval excludes the figure of the whole, with an arrow."""
    if row is None:
        return Cell("–", "quiet")
    if row["value"] != row["value"]:
        return Cell(str(row["value_text"]), "quiet", str(row["base_text"]))
    explained = " · ".join(
        filter(None, (str(row["interval_text"]), f"n {row['base_text']}" if row["base_text"] else ""))
    )
    is_above, is_below = row["low"] > whole["value"], row["high"] < whole["value"]
    if about.direction == "none" or not (is_above or is_below):
        return Cell(str(row["value_text"]), None, explained)
    is_good = is_above == (about.direction == "up")
    return Cell(f"{markup.ARROWS[bool(is_above)]} {row['value_text']}", "good" if is_good else "bad", explained)


def tell(words: Words, tinted: Sequence[tuple[str, str, Cell]]) -> str:
    """How many cells differ clearly from the whole, and which are worse."""
    worse = [
        f"{group}{words.aside(f'{words.label(metrics()[code].label)} {entry.said.split(None, 1)[-1]}')}"
        for group, code, entry in tinted
        if entry.mood == "bad"
    ]
    if not tinted:
        return words.say("No group differs clearly from the whole: every interval includes it.")
    said = words.say_many(
        "{n} figure differs clearly from the whole.", "{n} figures differ clearly from the whole.", len(tinted)
    )
    if not worse:
        return said
    named, more = words.listed(worse[:NAMED_AT_MOST]), len(worse) - NAMED_AT_MOST
    if more <= 0:
        return words.sentences(said, words.say("Worse: {list}.", list=named))
    return words.sentences(said, words.say("Worse: {list} and {n} more.", list=named, n=words.number(more)))
