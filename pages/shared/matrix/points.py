"""Customers of a matrix between its two axes, with the company's cuts as lines."""

import math

import pandas as pd

from pages.shared import cached
from pages.shared.charts import matrices as charts
from pages.shared.drawings import Drawing
from pages.shared.inquiry import Inquiry
from pages.shared.markup import Missing
from pages.shared.matrix import choice, cuts
from pages.shared.matrix.cells import metric_of
from pages.shared.matrix.choice import Opened
from pages.shared.matrix.cuts import Lines, Scale
from pages.shared.panels import Screen
from warehouse.queries import lists
from warehouse.queries.reader import Reader
from warehouse.scope import Scope

UPRIGHT = frozenset({"portfolio"})
"""Matrices whose first axis is drawn upwards, as the trade draws them."""
OF_AN_AXIS = ("{}", "{}_text", "{}_cut", "{}_corner")


def card(screen: Screen, title: str, matrix: Opened) -> None:
    """A card's content: the customers of a matrix as points; those of the cell that is open stand out."""
    with screen.guarded():
        found = screen.inquiry.kept(("lines", matrix), lambda: standing(screen.inquiry, matrix))
        across, up = _as_drawn(matrix, *cuts.scales(screen.inquiry, matrix, found.measured_by))
        cell = choice.cell_of(screen.asked.view, matrix)
        screen.made(title, metric_of(matrix), charts.points(across.axis, up.axis), drawing, matrix, cell)


def standing(inquiry: Inquiry, matrix: Opened) -> Lines:
    """The cuts at the month's end at which the points stand."""
    asker = inquiry.viewer.asker
    rows, lain = cached.rows(asker, _asked, inquiry.scope, matrix), cached.rows(asker, cuts.asked, matrix)
    if rows.empty:
        return Lines(x=math.nan, y=math.nan)
    return cuts.lines(lain, matrix, rows["as_of_on"].iloc[0].replace(day=1))


def drawing(inquiry: Inquiry, matrix: Opened, cell: str) -> Drawing | Missing:
    """Points or fields with the names and texts that their drawing wants; `cell` stands out."""
    if missing := inquiry.missing(inquiry.ask(metric_of(matrix))):
        return missing
    say = inquiry.viewer.words.say
    asked = cached.rows(inquiry.viewer.asker, _asked, inquiry.scope, matrix)
    lines = standing(inquiry, matrix)
    scales = cuts.scales(inquiry, matrix, lines.measured_by)
    rows = drawable(asked, scales)
    if rows.empty:
        return "no-rows", say("Nobody to draw"), say("No customer of the chosen branches stands on both axes.")
    shown = _shaped(inquiry, rows, matrix, cell, scales=scales, lines=lines)
    tells = _told(inquiry, asked, rows, matrix, lines)
    return Drawing(rows=shown, tells=tells, table=_table(inquiry, shown, _as_drawn(matrix, *scales)))


def drawable(rows: pd.DataFrame, scales: tuple[Scale, Scale]) -> pd.DataFrame:
    """The rows that have a place on both axes: nothing at all has none where equal steps are equal ratios."""
    first, second = scales
    has_place = (rows["x"] > 0) | (first.axis.spread != "ratios")
    return rows[has_place & ((rows["y"] > 0) | (second.axis.spread != "ratios"))]


def _asked(reader: Reader, scope: Scope, matrix: Opened) -> pd.DataFrame:
    return lists.points(reader, scope, matrix=matrix)


def _as_drawn(matrix: Opened, first: Scale, second: Scale) -> tuple[Scale, Scale]:
    return (second, first) if matrix in UPRIGHT else (first, second)


def _shaped(
    inquiry: Inquiry,
    rows: pd.DataFrame,
    matrix: Opened,
    cell: str,
    *,
    scales: tuple[Scale, Scale],
    lines: Lines,
) -> pd.DataFrame:
    words, (first, second) = inquiry.viewer.words, scales
    shown = pd.DataFrame(
        {
            "view": [f"{matrix}.{each}" for each in rows["cell"]],
            "label": [choice.called(words, matrix, each) for each in rows["cell"]],
            "is_chosen": rows["cell"].to_numpy() == cell,
            "customers": rows["customers"].astype(float).to_numpy(),
            "customer_text": [code if isinstance(code, str) else "–" for code in rows["customer_code"]],
            "customers_text": [words.number(float(n)) for n in rows["customers"]],
            "x": rows["x"].astype(float).to_numpy(),
            "y": rows["y"].astype(float).to_numpy(),
            "x_text": [first.write(float(x)) for x in rows["x"]],
            "y_text": [second.write(float(y)) for y in rows["y"]],
            "x_cut": lines.x,
            "y_cut": lines.y,
            "x_corner": lines.x_corner,
            "y_corner": lines.y_corner,
        }
    )
    if matrix not in UPRIGHT:
        return shown
    turned = {form.format(axis): form.format(other) for form in OF_AN_AXIS for axis, other in ("xy", "yx")}
    return shown.rename(columns=turned)


def _told(inquiry: Inquiry, asked: pd.DataFrame, rows: pd.DataFrame, matrix: Opened, lines: Lines) -> str:
    words, say = inquiry.viewer.words, inquiry.viewer.words.say
    month = words.month(rows["as_of_on"].iloc[0])
    drawn, left_out = float(rows["customers"].sum()), float(asked["left_out"].max())
    without_place = float(asked["customers"].sum()) - drawn
    said = [
        words.say_many(
            "{n} customer at the end of {month}.", "{n} customers at the end of {month}.", int(drawn), month=month
        ),
        cuts.told(inquiry, matrix, lines),
    ]
    if without_place > 0:
        said.append(
            say("Not drawn: {n} at zero, for which an axis of ratios has no place.", n=words.number(without_place))
        )
    if left_out > 0:
        said.append(
            say(
                "Not drawn: {n}, in fields of fewer than {smallest} customers.",
                n=words.number(left_out),
                smallest=lists.SMALLEST_FIELD,
            )
        )
    return words.sentences(*said)


def _table(inquiry: Inquiry, shown: pd.DataFrame, scales: tuple[Scale, Scale]) -> pd.DataFrame:
    say, (across, up) = inquiry.viewer.words.say, scales
    titles = {
        "label": say("Cell"),
        "customer_text": say("Customer"),
        "customers": say("How many"),
        "x_text": across.axis.title,
        "y_text": up.axis.title,
    }
    return shown[list(titles)].rename(columns=titles)
