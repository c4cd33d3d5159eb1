"""The segment matrices as people read them: cells with customers, revenue, coverage and what to do."""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import pandas as pd

from pages.shared import cached, markup, readable, sentences
from pages.shared.charts import segments as charts
from pages.shared.drawings import Drawing
from pages.shared.inquiry import Inquiry
from pages.shared.markup import MatrixCell, Missing
from pages.shared.panels import Screen, html
from pages.shared.text import Words
from warehouse.metrics import cuts
from warehouse.queries import lists
from warehouse.queries.reader import Reader
from warehouse.scope import Scope

Matrix = Literal["portfolio", "value_tier"]
METRICS: Mapping[Matrix, str] = {"portfolio": "matrix.portfolio", "value_tier": "matrix.value_tier"}
ORDER: Mapping[Matrix, tuple[str, ...]] = {
    "portfolio": ("star", "question", "cash_cow", "dog"),
    "value_tier": ("loyal", "opportunity", "edge", "lost"),
}
SQUARE = ("question", "star", "dog", "cash_cow")
"""The portfolio as it is read: attractiveness high above low, support low left of high."""
CELLS = tuple(f"{matrix}.{cell}" for matrix, cells in ORDER.items() for cell in cells)


@dataclass(frozen=True)
class Picture:
    """A matrix as markup, with what stands behind it: the sentence, the table and the numbers."""

    markup: str
    behind: Drawing


def portfolio(screen: Screen, title: str) -> None:
    """A card's content: the 2 × 2 of attractiveness and support."""
    _draw(screen, title, "portfolio")


def value_tier(screen: Screen, title: str) -> None:
    """A card's content: the four tiers by recency and frequency."""
    _draw(screen, title, "value_tier")


def shares(screen: Screen, title: str, matrix: Matrix) -> None:
    """A card's content: share of customers beside share of revenue."""
    with screen.guarded():
        made = screen.inquiry.kept(("shares", matrix), lambda: _shares(screen.inquiry, matrix))
        if isinstance(made, Drawing):
            screen.drawn(title, charts.customers_and_revenue, made, metric=METRICS[matrix])
        else:
            screen.nothing(title, made)


def moves(screen: Screen, title: str, matrix: Matrix) -> None:
    """A card's content: shares of the cells at each month's end."""
    with screen.guarded():
        made = screen.inquiry.kept(("moves", matrix), lambda: _moves(screen.inquiry, matrix))
        if isinstance(made, Drawing):
            screen.drawn(title, charts.moves, made, metric=METRICS[matrix])
        else:
            screen.nothing(title, made)


def customers(screen: Screen, title: str) -> None:
    """A card's content: the customers of the cell that the page's switch names."""
    matrix, cell = screen.asked.view.split(".")
    words, say = screen.viewer.words, screen.viewer.words.say
    with screen.guarded():
        about = cells_of(matrix)[cell]
        html(markup.title(title, f"{words.label(about['label'])}: {words.label(about['action'])}"))
        rows = cached.rows(screen.viewer.asker, _customers, screen.scope, matrix, cell)
        screen.cases(title, rows, (say("Nobody in this cell"), say("No customer of the chosen branches stands here.")))


def cells_of(matrix: str) -> Mapping[str, Mapping[str, Mapping[str, str]]]:
    """Label and action of every cell, as the file of cuts declares them."""
    cells: Mapping[str, Mapping[str, Mapping[str, str]]] = json.loads(cuts())["cells"][matrix]
    return cells


def name(words: Words, matrix: str, cell: str) -> str:
    """What a cell is called."""
    return words.label(cells_of(matrix)[cell]["label"])


def _customers(reader: Reader, scope: Scope, matrix: Matrix, cell: str) -> pd.DataFrame:
    return lists.customers(reader, scope, matrix=matrix, cell=cell)


def _draw(screen: Screen, title: str, matrix: Matrix) -> None:
    with screen.guarded():
        made = screen.inquiry.kept(("matrix", matrix, title), lambda: _picture(screen.inquiry, title, matrix))
        if isinstance(made, Picture):
            screen.titled(title, made.behind, metric=METRICS[matrix])
            html(made.markup)
        else:
            screen.nothing(title, made)


def _picture(inquiry: Inquiry, title: str, matrix: Matrix) -> Picture | Missing:
    rows = _rows(inquiry, matrix)
    if isinstance(rows, tuple):
        return rows
    tells = sentences.parts(rows, inquiry.reads(METRICS[matrix]))
    if matrix == "portfolio":
        tells = inquiry.viewer.words.sentences(tells, _axes(inquiry.viewer.words, rows))
    drawn = _square(inquiry, rows, title) if matrix == "portfolio" else _strip(inquiry, rows, title)
    behind = Drawing(rows=rows, tells=tells, table=_table(inquiry, rows, matrix), values=_values(inquiry, rows))
    return Picture(markup=drawn, behind=behind)


def _axes(words: Words, rows: pd.DataFrame) -> str:
    if (rows["by_wallets"] == 1).any():
        return words.say(
            "Attractiveness: what the customer buys in the category in 12 months. Support: our share of it."
        )
    return words.say(
        "No wallets are delivered: spend and orders against the median of the same kind stand in for both axes."
    )


def _square(inquiry: Inquiry, rows: pd.DataFrame, title: str) -> str:
    words, say = inquiry.viewer.words, inquiry.viewer.words.say
    drawn = markup.matrix(
        [_cell(inquiry, rows, "portfolio", cell) for cell in SQUARE],
        across=(say("Support low"), say("Support high")),
        down=(say("Attractiveness high"), say("Attractiveness low")),
        described=title,
        is_upright=words.language == "zh_CN",
    )
    if "unknown" not in rows.index:
        return drawn
    unknown = words.number(float(rows["value"].loc["unknown"]))
    return drawn + markup.note(
        say("{n} customers are not placed: nobody has said what they buy in the category.", n=unknown)
    )


def _strip(inquiry: Inquiry, rows: pd.DataFrame, title: str) -> str:
    return markup.strip([_cell(inquiry, rows, "value_tier", cell) for cell in ORDER["value_tier"]], described=title)


def _rows(inquiry: Inquiry, matrix: Matrix) -> pd.DataFrame | Missing:
    """Readable rows by cell, in the order of the cells, or why there are none."""
    answer = inquiry.ask(METRICS[matrix])
    if missing := inquiry.missing(answer):
        return missing
    rows, order = inquiry.readable(answer), (*ORDER[matrix], "unknown")
    named = rows.assign(
        label=[name(inquiry.viewer.words, matrix, cell) for cell in rows["part"]],
        position=[order.index(cell) for cell in rows["part"]],
    )
    return named.sort_values("position").set_index("part", drop=False)


def _cell(inquiry: Inquiry, rows: pd.DataFrame, matrix: Matrix, cell: str) -> MatrixCell:
    words, say = inquiry.viewer.words, inquiry.viewer.words.say
    about = cells_of(matrix)[cell]
    called, action = words.label(about["label"]), words.label(about["action"])
    if cell not in rows.index:
        return MatrixCell(name=called, count="0", facts=(), action=action)
    row = rows.loc[cell].to_dict()
    facts = (
        say("{share} of customers", share=words.percent(row["share"], 0)),
        say("revenue {amount}", amount=words.money(row["revenue"], inquiry.viewer.standing.currency)),
        say("{share} of revenue", share=words.percent(row["revenue_share"], 0)),
        say("visits unknown")
        if math.isnan(row["coverage"])
        else say("coverage {share}", share=words.percent(row["coverage"], 0)),
    )
    return MatrixCell(
        name=called, count=row["value_text"], facts=facts, action=action, is_strong=cell == ORDER[matrix][0]
    )


def _shares(inquiry: Inquiry, matrix: Matrix) -> Drawing | Missing:
    rows = _rows(inquiry, matrix)
    if isinstance(rows, tuple):
        return rows
    words, say = inquiry.viewer.words, inquiry.viewer.words.say
    known = rows[rows.index != "unknown"]
    revenue = [words.money(float(amount), inquiry.viewer.standing.currency) for amount in known["revenue"]]
    halves = [
        known.assign(measure=say("Customers"), amount_text=known["value_text"]),
        known.assign(measure=say("Revenue"), share=known["revenue_share"], amount_text=revenue),
    ]
    drawn = pd.concat(halves, ignore_index=True)
    drawn["share_text"] = [words.percent(share, 0) if share == share else "–" for share in drawn["share"]]
    best = known.loc[known["revenue_share"].idxmax()].to_dict()
    tells = say(
        "{cell}: {customers} of customers, {revenue} of revenue.",
        cell=best["label"],
        customers=words.percent(best["share"], 0),
        revenue=words.percent(best["revenue_share"], 0),
    )
    columns = ["label", "position", "share", "measure", "share_text", "amount_text"]
    return Drawing(rows=drawn[columns], tells=tells, table=_table(inquiry, rows, matrix))


def _moves(inquiry: Inquiry, matrix: Matrix) -> Drawing | Missing:
    answer, order = inquiry.history(METRICS[matrix]), ORDER[matrix]
    if missing := inquiry.missing(answer):
        return missing
    rows = inquiry.readable(answer)
    rows = rows[rows["part"].isin(order)]
    rows = rows.assign(
        label=[name(inquiry.viewer.words, matrix, cell) for cell in rows["part"]],
        position=[order.index(cell) for cell in rows["part"]],
    ).sort_values(["month", "position"])
    newest = rows[rows["month"] == rows["month"].max()]
    tells = sentences.parts(newest, inquiry.reads(METRICS[matrix]))
    columns = ["month", "label", "position", "share", "share_text", "value_text"]
    return Drawing(rows=rows[columns], tells=tells, table=readable.table(rows, inquiry.names, ("month",)))


def _values(inquiry: Inquiry, rows: pd.DataFrame) -> pd.DataFrame:
    """The same as numbers."""
    say = inquiry.viewer.words.say
    titles = {
        "label": say("Cell"),
        "value": say("Customers"),
        "share": say("Share"),
        "revenue": say("Revenue"),
        "visits_got": say("Visits got"),
        "visits_due": say("Visits due"),
    }
    return rows[list(titles)].rename(columns=titles)


def _table(inquiry: Inquiry, rows: pd.DataFrame, matrix: Matrix) -> pd.DataFrame:
    words, say = inquiry.viewer.words, inquiry.viewer.words.say
    visits = zip(rows["visits_got"], rows["visits_due"], strict=True)
    return pd.DataFrame(
        {
            say("Cell"): rows["label"],
            say("Customers"): rows["value_text"],
            say("Share"): rows["share_text"],
            say("Revenue"): [
                words.money(float(amount), inquiry.viewer.standing.currency) for amount in rows["revenue"]
            ],
            say("Visits got / due"): [
                "–" if got != got else f"{words.number(got)} / {words.number(due)}" for got, due in visits
            ],
            say("Action due"): [words.label(cells_of(matrix)[cell]["action"]) for cell in rows["part"]],
        }
    )
