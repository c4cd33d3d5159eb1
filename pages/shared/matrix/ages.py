"""Active customers by the age of their product and its usage: how many, how often they order, how satisfied they are."""

import math
from typing import Literal

import pandas as pd

from pages.shared import sentences
from pages.shared.charts import matrices as charts
from pages.shared.drawings import Drawing
from pages.shared.inquiry import Inquiry
from pages.shared.markup import MatrixCell, Missing
from pages.shared.matrix import cells as picture
from pages.shared.matrix.cells import Picture
from pages.shared.panels import Screen
from pages.shared.text import Words
from warehouse.metrics import cells

METRIC = "matrix.product_age"
MATRIX = "product_age"
BANDS = ("up_to_2", "2_to_5", "over_5", "unknown")
DIGITS = {"orders_a_year": 2, "satisfaction": 1}
Further = Literal["orders_a_year", "satisfaction"]


def card(screen: Screen, title: str) -> None:
    """A card's content: the bands of age with their customers, orders a year and satisfaction."""
    with screen.guarded():
        made = screen.inquiry.kept(("matrix", METRIC), lambda: _picture(screen.inquiry))
        if isinstance(made, Picture):
            picture.draw(screen, title, METRIC, made, columns=4)
        else:
            screen.nothing(title, made)


def table_card(screen: Screen, title: str, further: Further) -> None:
    """A card's content: orders a year, or satisfaction, by usage and age."""
    say = screen.viewer.words.say
    screen.made(title, METRIC, charts.table(say("Usage"), say("Age of the product")), by_usage, further)


def by_usage(inquiry: Inquiry, further: Further) -> Drawing | Missing:
    """One field for each usage and band of age."""
    answer = inquiry.ask(METRIC, ("usage",))
    if missing := inquiry.missing(answer):
        return missing
    words, say = inquiry.viewer.words, inquiry.viewer.words.say
    rows = picture.named(words, inquiry.readable(answer), MATRIX, BANDS).sort_values(["usage_name", "position"])
    if rows[further].isna().all():
        return "too-few", say("n too small"), say("In no field are there enough to show a mean.")
    said = [_number(words, further, value) for value in rows[further].astype(float)]
    shown = pd.DataFrame(
        {
            "row": rows["usage_name"],
            "row_at": rows["usage_name"].rank(method="dense").astype(float),
            "column": rows["label"],
            "column_at": rows["position"].astype(float),
            "tint": rows[further].astype(float).fillna(0.0),
            "is_tinted": rows[further].notna(),
            "said": said,
            "value_text": said,
            "further_text": [say("{n} customers", n=text) for text in rows["value_text"]],
        }
    )
    return Drawing(rows=shown, tells=told(words, rows, further), table=_table(words, rows, by_usage=True))


def told(words: Words, rows: pd.DataFrame, further: Further) -> str:
    """The field with the highest mean and the one with the lowest; no difference is claimed between them."""
    shown = rows.dropna(subset=[further])
    ordered = shown.sort_values(further, ascending=False)
    first, last = ordered.iloc[0], ordered.iloc[-1]
    ends = {
        "highest": f"{first['usage_name']} · {first['label']}",
        "high": _number(words, further, float(first[further])),
        "lowest": f"{last['usage_name']} · {last['label']}",
        "low": _number(words, further, float(last[further])),
    }
    said = (
        words.say("Orders a year: {high} for {highest}, {low} for {lowest}.", **ends)
        if further == "orders_a_year"
        else words.say("Mean satisfaction (0–100): {high} for {highest}, {low} for {lowest}.", **ends)
    )
    hidden = len(rows) - len(shown)
    if not hidden:
        return said
    return words.sentences(
        said, words.say_many("{n} group is too small to show.", "{n} groups are too small to show.", hidden)
    )


def _picture(inquiry: Inquiry) -> Picture | Missing:
    answer = inquiry.ask(METRIC)
    if missing := inquiry.missing(answer):
        return missing
    words = inquiry.viewer.words
    rows = picture.named(words, inquiry.readable(answer), MATRIX, BANDS).sort_values("position")
    by_band = rows.set_index("part")
    shown = {band: _cell(words, by_band, band) for band in BANDS}
    behind = Drawing(
        rows=rows,
        tells=sentences.parts(rows, inquiry.reads(METRIC)),
        table=_table(words, rows),
    )
    return Picture(cells=shown, behind=behind)


def _cell(words: Words, rows: pd.DataFrame, band: str) -> MatrixCell:
    about, say = cells(MATRIX)[band], words.say
    called, action = words.label(about.label), words.label(about.action)
    if band not in rows.index:
        return MatrixCell(name=called, count=words.number(0), facts=(), action=action)
    row = rows.loc[band]
    facts = (
        say("{share} of customers", share=words.percent(float(row["share"]), 0)),
        say("{n} orders a year", n=_number(words, "orders_a_year", float(row["orders_a_year"]))),
        say("satisfaction {n}", n=_number(words, "satisfaction", float(row["satisfaction"]))),
    )
    return MatrixCell(name=called, count=row["value_text"], facts=facts, action=action)


def _number(words: Words, further: Further, value: float) -> str:
    return "–" if math.isnan(value) else words.number(value, DIGITS[further])


def _table(words: Words, rows: pd.DataFrame, *, by_usage: bool = False) -> pd.DataFrame:
    say = words.say
    return pd.DataFrame(
        {
            **({say("Usage"): rows["usage_name"]} if by_usage else {}),
            say("Age of the product"): rows["label"],
            say("Customers"): rows["value_text"],
            say("Share"): rows["share_text"],
            say("Orders a year"): [_number(words, "orders_a_year", n) for n in rows["orders_a_year"].astype(float)],
            say("Satisfaction (0–100)"): [
                _number(words, "satisfaction", n) for n in rows["satisfaction"].astype(float)
            ],
            say("Answers"): [words.number(n) if n == n else "–" for n in rows["answers"].astype(float)],
        }
    )
