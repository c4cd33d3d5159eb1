"""Who moved from cell to cell in the last month: rows add up to the month before, columns to this one."""

from dataclasses import replace

import pandas as pd

from pages.shared.charts import matrices as charts
from pages.shared.drawings import Drawing
from pages.shared.inquiry import Inquiry
from pages.shared.markup import Missing
from pages.shared.matrix import choice
from pages.shared.matrix.choice import Opened
from pages.shared.panels import Screen
from pages.shared.text import Words
from warehouse.metrics import cells

METRIC = "matrix.moves"
CAME, LEFT = "new", "gone"


def card(screen: Screen, title: str, matrix: Opened) -> None:
    """A card's content: the table of moves of one matrix."""
    say = screen.viewer.words.say
    screen.made(title, METRIC, charts.table(say("A month before"), say("Now")), drawing, matrix)


def drawing(inquiry: Inquiry, matrix: Opened) -> Drawing | Missing:
    """Customers by cell before and cell now; who stayed is not tinted."""
    scope = replace(inquiry.scope, filters={**inquiry.scope.filters, "matrix": (matrix,)})
    answer = inquiry.ask(METRIC, ("from_cell", "to_cell"), scope)
    if missing := inquiry.missing(answer):
        return missing
    words = inquiry.viewer.words
    rows = inquiry.readable(answer)
    order = [*cells(matrix), CAME, LEFT]
    has_moved = rows["from_cell"] != rows["to_cell"]
    shown = pd.DataFrame(
        {
            "row": [called(words, matrix, cell) for cell in rows["from_cell"]],
            "row_at": [order.index(cell) for cell in rows["from_cell"]],
            "column": [called(words, matrix, cell) for cell in rows["to_cell"]],
            "column_at": [order.index(cell) for cell in rows["to_cell"]],
            "tint": rows["value"].astype(float).where(has_moved, 0.0),
            "is_tinted": has_moved,
            "said": rows["value_text"],
            "value_text": rows["value_text"],
            "further_text": [words.say("moved") if moved else words.say("stayed") for moved in has_moved],
        }
    )
    before, now = (inquiry.readable(inquiry.ask(METRIC, (side,), scope)) for side in ("from_cell", "to_cell"))
    table = _table(words, shown, matrix, before, now)
    values = rows[["from_cell", "to_cell", "value"]].set_axis(
        [words.say("A month before"), words.say("Now"), words.say("Customers")], axis=1
    )
    return Drawing(rows=shown, tells=told(words, matrix, rows), table=table, values=values)


def called(words: Words, matrix: str, cell: str) -> str:
    """What a cell is called, and the two places outside all cells."""
    outside = {CAME: words.say("Newly here"), LEFT: words.say("No longer here")}
    return outside.get(cell) or choice.called(words, matrix, cell)


def told(words: Words, matrix: str, rows: pd.DataFrame) -> str:
    """How many changed cell, the most frequent change, how many came and how many left."""
    came, left = rows["from_cell"] == CAME, rows["to_cell"] == LEFT
    moved = rows[~came & ~left & (rows["from_cell"] != rows["to_cell"])]
    were_here = float(rows.loc[~came, "value"].sum())
    if moved.empty:
        said = words.say("Of {n} customers placed a month before, none changed cell.", n=words.number(were_here))
    else:
        most = moved.loc[moved["value"].idxmax()]
        said = words.say(
            "Of {n} customers placed a month before, {moved} changed cell; most often from {before} to {now} ({most}).",
            n=words.number(were_here),
            moved=words.number(float(moved["value"].sum())),
            before=called(words, matrix, most["from_cell"]),
            now=called(words, matrix, most["to_cell"]),
            most=most["value_text"],
        )
    outside = words.say(
        "Newly here: {came}. No longer here: {left}.",
        came=words.number(float(rows.loc[came, "value"].sum())),
        left=words.number(float(rows.loc[left, "value"].sum())),
    )
    return words.sentences(said, outside)


def _table(words: Words, shown: pd.DataFrame, matrix: str, before: pd.DataFrame, now: pd.DataFrame) -> pd.DataFrame:
    """The same with both sums: a row for each cell before, a column for each cell now."""
    ordered = shown.sort_values(["row_at", "column_at"])
    wide = ordered.pivot(index="row", columns="column", values="said").fillna("0")
    wide = wide.loc[ordered["row"].unique(), shown.sort_values("column_at")["column"].unique()]
    sums = {
        called(words, matrix, cell): said for cell, said in zip(before["from_cell"], before["value_text"], strict=True)
    }
    ends = {called(words, matrix, cell): said for cell, said in zip(now["to_cell"], now["value_text"], strict=True)}
    all_of_them, head = words.say("All"), words.say("From … to …, customers")
    wide[all_of_them] = [sums[row] for row in wide.index]
    wide.loc[all_of_them] = [ends.get(column, "") for column in wide.columns]
    return wide.rename_axis(index=head, columns=None).reset_index()
