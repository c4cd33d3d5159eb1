"""The customers of one cell, with the action due: to look at, and to take away."""

import pandas as pd
import streamlit as st

from pages.shared import cached, markup, takeaway
from pages.shared.downloads import Sheet
from pages.shared.drawings import Listed
from pages.shared.matrix import choice
from pages.shared.matrix.cells import metric_of
from pages.shared.matrix.choice import Opened
from pages.shared.names import Names
from pages.shared.panels import Screen, html
from pages.shared.text import Words
from warehouse.metrics import cells
from warehouse.queries import lists
from warehouse.queries.reader import Reader
from warehouse.scope import Scope

HEIGHT = 380


def card(screen: Screen, title: str, matrix: Opened) -> None:
    """A card's content: the switch between the cells, and who stands in the one that is on, the highest spend first."""
    words, say = screen.viewer.words, screen.viewer.words.say
    cell = choice.cell_switch(screen, matrix)
    with screen.guarded():
        if missing := screen.inquiry.missing(screen.inquiry.ask(metric_of(matrix))):
            screen.nothing(title, missing)
            return
        about = cells(matrix)[cell]
        rows = cached.rows(screen.viewer.asker, _asked, screen.scope, matrix, cell)
        if rows.empty:
            screen.nothing(
                title,
                ("no-rows", say("Nobody in this cell"), say("No customer of the chosen branches stands here.")),
            )
            return
        called = f"{title} · {words.label(about.label)}"
        what = ("customers", matrix, cell)
        shown = screen.inquiry.kept(what, lambda: Listed(listed(screen.names, rows, matrix)))
        table = shown.rows
        tells = told(screen, rows, words.label(about.action))
        screen.shown.append(Sheet(called, tells, table))
        html(markup.title(called, tells))
        number = st.column_config.NumberColumn(format="localized")
        numbers = dict.fromkeys(table.select_dtypes("number"), number)
        st.dataframe(shown.arrow, hide_index=True, alt=called, height=HEIGHT, column_config=numbers, placeholder="–")
        takeaway.table(screen.inquiry, called, table, key=f"customers-{next(screen.numbers)}")


def told(screen: Screen, rows: pd.DataFrame, action: str) -> str:
    """How many stand in the cell, what is due, and how many of them are listed."""
    words = screen.viewer.words
    in_cell, month = int(rows["in_cell"].iloc[0]), words.month(rows["as_of_on"].iloc[0])
    said = words.say_many(
        "{n} customer at the end of {month}. Action due: {action}.",
        "{n} customers at the end of {month}. Action due: {action}.",
        in_cell,
        month=month,
        action=action,
    )
    if len(rows) == in_cell:
        return said
    return words.sentences(
        said, words.say("Listed: the {n} with the highest spend in 12 months.", n=words.number(len(rows)))
    )


def listed(names: Names, rows: pd.DataFrame, matrix: Opened) -> pd.DataFrame:
    """The rows under readable names, numbers as numbers, with the other cells in which each customer stands and the action due."""
    words, say = names.words, names.words.say
    action = rows["action_zh" if words.language == "zh_CN" else "action_en"]
    return pd.DataFrame(
        {
            say("Customer"): rows["customer_code"],
            say("Branch"): [names.of_code("branch", code) for code in rows["branch_id"]],
            say("Kind of customer"): [names.of_code("customer_kind", code) for code in rows["customer_kind"]],
            say("Spend in 12 months"): rows["spend"].astype(float),
            say("Orders in 12 months"): _whole(rows["orders"]),
            say("Last order"): rows["last_ordered_on"],
            say("Visits got"): _whole(rows["visits_got"]),
            say("Visits due"): rows["visits_due"].astype(float),
            **_elsewhere(words, rows, matrix),
            say("Action due"): action,
        }
    )


def _elsewhere(words: Words, rows: pd.DataFrame, matrix: Opened) -> dict[str, list[str | None]]:
    """In which cells of the other matrices the customers stand, where any of them does."""
    say = words.say
    heads = {
        "portfolio": say("Portfolio"),
        "value_tier": say("Value tier"),
        "distributor": say("Distributor"),
        "apostle": say("Satisfaction and loyalty"),
    }
    return {
        head: [choice.called(words, other, cell) if isinstance(cell, str) else None for cell in rows[other]]
        for other, head in heads.items()
        if other != matrix and rows[other].notna().any()
    }


def _whole(column: pd.Series) -> pd.Series:
    """Whole numbers, or None where nobody knows: written without a decimal point wherever they are taken."""
    return pd.Series([None if pd.isna(n) else int(n) for n in column], index=column.index, dtype=object)


def _asked(reader: Reader, scope: Scope, matrix: Opened, cell: str) -> pd.DataFrame:
    return lists.customers(reader, scope, matrix=matrix, cell=cell)
