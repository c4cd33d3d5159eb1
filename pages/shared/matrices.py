"""The segment matrices as people read them: cells with customers, revenue, coverage and what to do."""

import json
import math
from collections.abc import Mapping
from typing import Literal

import pandas as pd
import streamlit as st

from pages.shared import cached, markup, readable, sentences
from pages.shared.charts import segments as charts
from pages.shared.markup import MatrixCell
from pages.shared.panels import Screen, html
from pages.shared.readable import Readable
from warehouse.metrics import cuts
from warehouse.queries import lists

Matrix = Literal["portfolio", "value_tier"]
METRICS: Mapping[Matrix, str] = {"portfolio": "matrix.portfolio", "value_tier": "matrix.value_tier"}
SQUARE = ("question", "star", "dog", "cash_cow")
"""Attractiveness high above low, support low left of high."""
TIERS = ("loyal", "opportunity", "edge", "lost")
ORDER: Mapping[Matrix, tuple[str, ...]] = {"portfolio": ("star", "question", "cash_cow", "dog"), "value_tier": TIERS}
CELLS = tuple(f"{matrix}.{cell}" for matrix, cells in (("portfolio", SQUARE), ("value_tier", TIERS)) for cell in cells)


def portfolio(screen: Screen, title: str) -> None:
    """The 2 × 2 of attractiveness and support."""
    with screen.guarded():
        rows = _rows(screen, title, "portfolio")
        if rows is None:
            return
        say = screen.viewer.words.say
        stands_in = "by_wallets" in rows and not (rows["by_wallets"] == 1).any()
        axes = (
            say(
                "Without the feed of wallets, spend and orders against the median of the same kind of customer stand in for both axes."
            )
            if stands_in
            else say("Attractiveness: what the customer buys in the category in 12 months. Support: our share of it.")
        )
        screen.titled(
            title,
            screen.viewer.words.sentences(_tells(rows, screen.reads("matrix.portfolio")), axes),
            metric="matrix.portfolio",
            table=_table(screen, rows, "portfolio"),
        )
        cells = [_cell(screen, rows, "portfolio", cell, is_strong=cell == "star") for cell in SQUARE]
        html(
            markup.matrix(
                cells,
                across=(say("Support low"), say("Support high")),
                down=(say("Attractiveness high"), say("Attractiveness low")),
                described=title,
                is_upright=screen.viewer.words.language == "zh_CN",
            )
        )
        if "unknown" in rows.index:
            html(
                markup.note(
                    say(
                        "{n} customers are not placed: nobody has said what they buy in the category.",
                        n=screen.viewer.words.number(rows.at["unknown", "value"]),
                    )
                )
            )


def value_tier(screen: Screen, title: str) -> None:
    """The four tiers by recency and frequency."""
    with screen.guarded():
        rows = _rows(screen, title, "value_tier")
        if rows is None:
            return
        screen.titled(
            title,
            _tells(rows, screen.reads("matrix.value_tier")),
            metric="matrix.value_tier",
            table=_table(screen, rows, "value_tier"),
        )
        html(
            markup.strip(
                [_cell(screen, rows, "value_tier", cell, is_strong=cell == "loyal") for cell in TIERS], described=title
            )
        )


def shares(screen: Screen, title: str, matrix: Matrix) -> None:
    """Share of customers beside share of revenue, drawn."""
    with screen.guarded():
        rows = _rows(screen, title, matrix)
        if rows is None:
            return
        words, say = screen.viewer.words, screen.viewer.words.say
        known = rows[rows.index != "unknown"]
        drawn = pd.concat(
            [
                known.assign(measure=say("Customers"), amount_text=known["value_text"]),
                known.assign(
                    measure=say("Revenue"),
                    share=known["revenue_share"],
                    amount_text=[words.money(amount, screen.viewer.standing.currency) for amount in known["revenue"]],
                ),
            ]
        )
        drawn = drawn.assign(
            share_text=[words.percent(share, 0) if share == share else "–" for share in drawn["share"]]
        )
        best = known["revenue_share"].idxmax()
        tells = say(
            "{cell}: {customers} of customers, {revenue} of revenue.",
            cell=name(screen, matrix, str(best)),
            customers=words.percent(float(known.at[best, "share"]), 0),
            revenue=words.percent(float(known.at[best, "revenue_share"]), 0),
        )
        columns = ["label", "position", "share", "measure", "share_text", "amount_text"]
        screen.chart(
            title,
            tells,
            charts.customers_and_revenue,
            drawn[columns].reset_index(drop=True),
            metric=METRICS[matrix],
            table=_table(screen, rows, matrix),
        )


def moves(screen: Screen, title: str, matrix: Matrix) -> None:
    """Shares of the cells at each month's end, drawn."""
    with screen.guarded():
        answer = screen.history(METRICS[matrix])
        if screen.nothing(answer, title):
            return
        words, reads = screen.viewer.words, screen.reads(METRICS[matrix])
        order = ORDER[matrix]
        rows = screen.readable(answer)
        rows = rows[rows["part"].isin(order)]
        rows = rows.assign(
            label=[name(screen, matrix, cell) for cell in rows["part"]],
            position=[order.index(cell) for cell in rows["part"]],
            share_text=[words.percent(share) if share == share else "–" for share in rows["share"]],
        )
        rows = rows.sort_values(["month", "position"])
        newest = rows[rows["month"] == rows["month"].max()]
        drawn = rows[["month", "label", "position", "share", "share_text", "value_text"]]
        screen.chart(
            title,
            sentences.parts(newest, reads),
            charts.moves,
            drawn,
            metric=METRICS[matrix],
            table=readable.table(rows, screen.names, ("month",)),
        )


def customers(screen: Screen, title: str) -> None:
    """The customers of the cell that the page's switch names."""
    matrix, cell = screen.asked.view.split(".")
    words, say = screen.viewer.words, screen.viewer.words.say
    with screen.guarded():
        rows = cached.rows(screen.viewer.asker, _customers, screen.scope, matrix, cell)
        about = cells_of(matrix)[cell]
        html(markup.title(title, f"{words.label(about['label'])}: {words.label(about['action'])}"))
        if rows.empty:
            html(
                markup.nothing(
                    "no-rows", say("Nobody in this cell"), say("No customer of the chosen branches stands here.")
                )
            )
            return
        st.dataframe(
            readable.cases(rows, screen.names), hide_index=True, alt=title, height=min(36 * (len(rows) + 1) + 2, 420)
        )


def cells_of(matrix: str) -> Mapping[str, Mapping[str, Mapping[str, str]]]:
    """Label and action of every cell, as the file of cuts declares them."""
    cells: Mapping[str, Mapping[str, Mapping[str, str]]] = json.loads(cuts())["cells"][matrix]
    return cells


def name(screen: Screen, matrix: str, cell: str) -> str:
    """What a cell is called."""
    return screen.viewer.words.label(cells_of(matrix)[cell]["label"])


def _customers(reader: object, scope: object, matrix: str, cell: str) -> pd.DataFrame:
    return lists.customers(reader, scope, matrix=matrix, cell=cell)


def _rows(screen: Screen, title: str, matrix: Matrix) -> pd.DataFrame | None:
    answer = screen.ask(METRICS[matrix])
    if screen.nothing(answer, title):
        return None
    rows = screen.readable(answer)
    order = (*ORDER[matrix], "unknown")
    named = rows.assign(
        label=[name(screen, matrix, cell) for cell in rows["part"]],
        position=[order.index(cell) for cell in rows["part"]],
    )
    return named.sort_values("position").set_index("part", drop=False)


def _cell(screen: Screen, rows: pd.DataFrame, matrix: Matrix, cell: str, *, is_strong: bool) -> MatrixCell:
    words, say = screen.viewer.words, screen.viewer.words.say
    about = cells_of(matrix)[cell]
    called, action = words.label(about["label"]), words.label(about["action"])
    if cell not in rows.index:
        return MatrixCell(name=called, count="0", facts=(), action=action)
    row = rows.loc[cell]
    facts = [
        say("{share} of customers", share=words.percent(float(row["share"]), 0)),
        say("revenue {amount}", amount=words.money(float(row["revenue"]), screen.viewer.standing.currency)),
        say("{share} of revenue", share=words.percent(float(row["revenue_share"]), 0)),
        say("visits unknown")
        if math.isnan(row["coverage"])
        else say("coverage {share}", share=words.percent(float(row["coverage"]), 0)),
    ]
    return MatrixCell(name=called, count=str(row["value_text"]), facts=facts, action=action, is_strong=is_strong)


def _table(screen: Screen, rows: pd.DataFrame, matrix: Matrix) -> pd.DataFrame:
    words, say = screen.viewer.words, screen.viewer.words.say
    return pd.DataFrame(
        {
            say("Cell"): rows["label"],
            say("Customers"): rows["value_text"],
            say("Share"): [words.percent(float(share)) for share in rows["share"]],
            say("Revenue"): [words.money(float(amount), screen.viewer.standing.currency) for amount in rows["revenue"]],
            say("Visits got / due"): [
                "–" if math.isnan(got) else f"{words.number(got)} / {words.number(due)}"
                for got, due in zip(rows["visits_got"], rows["visits_due"], strict=True)
            ],
            say("Action due"): [words.label(cells_of(matrix)[cell]["action"]) for cell in rows["part"]],
        }
    )


def _tells(rows: pd.DataFrame, reads: Readable) -> str:
    return sentences.parts(rows, reads)
