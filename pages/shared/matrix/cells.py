"""A matrix as its cells: how many stand in each, what they bring, how well they are looked after, and what to do."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

import pandas as pd
import streamlit as st

from pages.shared import markup, readable, sentences
from pages.shared.charts import matrices as charts
from pages.shared.charts import segments
from pages.shared.drawings import Drawing
from pages.shared.inquiry import Inquiry
from pages.shared.markup import MatrixCell, Missing
from pages.shared.matrix import choice
from pages.shared.matrix.choice import Opened
from pages.shared.matrix.cuts import moved_by, tier_cuts
from pages.shared.panels import Screen, html
from pages.shared.text import Words
from warehouse.metrics import cells

NARROWEST = 138


@dataclass(frozen=True)
class Picture:
    """A matrix as cells by code, with what stands behind them and a note below; cells without customers to open have no button."""

    cells: Mapping[str, MatrixCell]
    behind: Drawing
    note: str = ""


def metric_of(matrix: str) -> str:
    """The metric that counts who stands in the cells of a matrix."""
    return f"matrix.{matrix}"


def card(screen: Screen, title: str, matrix: Opened, *, columns: int = 2) -> None:
    """A card's content: the cells of a matrix, each of which opens to its customers."""
    with screen.guarded():
        made = screen.inquiry.kept(("matrix", matrix), lambda: _picture(screen.inquiry, matrix))
        if isinstance(made, Picture):
            draw(screen, title, metric_of(matrix), made, columns=columns, opens=matrix)
        else:
            screen.nothing(title, made)


def draw(
    screen: Screen, title: str, metric: str, picture: Picture, *, columns: int, opens: Opened | None = None
) -> None:
    """Draw a picture; with `opens`, the whole of each cell that holds customers is a button which opens it."""
    say, view = screen.viewer.words.say, screen.asked.view
    screen.titled(title, picture.behind, metric=metric)
    grid = st.grid(columns, min_column_width=NARROWEST, gap="xsmall", border=True, key=f"cells-{metric}")
    for code, cell in picture.cells.items():
        with grid.cell():
            html(replace(cell, is_chosen=opens is not None and choice.is_open(view, opens, code)).markup())
            if opens is not None and code in choice.ORDER[opens]:
                key, target = f"pick-{opens}-{code}", f"{opens}.{code}"
                st.button(
                    say("Customers of {cell}", cell=cell.name),
                    key=key,
                    on_click=choice.choose,
                    args=(target,),
                    width="stretch",
                )
    if picture.note:
        html(markup.note(picture.note))


def shares(inquiry: Inquiry, matrix: Opened) -> Drawing | Missing:
    """Share of customers beside share of revenue, by cell."""
    rows = _rows(inquiry, matrix)
    if isinstance(rows, tuple):
        return rows
    words, say = inquiry.viewer.words, inquiry.viewer.words.say
    placed = rows[rows.index != "unknown"]
    if placed.empty or placed["revenue_share"].isna().all():
        return "no-rows", say("Nothing in this period"), say("Nobody who is placed bought anything in these months.")
    halves = [
        placed.assign(measure=say("Customers"), amount_text=placed["value_text"]),
        placed.assign(measure=say("Revenue"), share=placed["revenue_share"], amount_text=_money(inquiry, placed)),
    ]
    drawn = pd.concat(halves, ignore_index=True)
    drawn["share_text"] = [_share(words, share) for share in drawn["share"]]
    best = placed.loc[placed["revenue_share"].idxmax()].to_dict()
    tells = say(
        "{cell}: {customers} of customers, {revenue} of revenue.",
        cell=best["label"],
        customers=words.percent(best["share"], 0),
        revenue=words.percent(best["revenue_share"], 0),
    )
    columns = ["label", "position", "share", "measure", "share_text", "amount_text"]
    return Drawing(rows=drawn[columns], tells=tells, table=_table(inquiry, rows, matrix), values=_values(inquiry, rows))


def shares_card(screen: Screen, title: str, matrix: Opened) -> None:
    """A card's content: `shares`."""
    screen.made(title, metric_of(matrix), segments.customers_and_revenue, shares, matrix)


def history_card(screen: Screen, title: str, metric: str, matrix: str) -> None:
    """A card's content: how the shares of the cells stood at each month's end, the best at the bottom."""
    with screen.guarded():
        order = screen.inquiry.kept(("ever held", matrix), lambda: _ever_held(screen.inquiry, metric, matrix))
        labels = tuple(choice.called(screen.viewer.words, matrix, cell) for cell in order)
        screen.made(title, metric, charts.history(labels), history, metric, matrix)


def _ever_held(inquiry: Inquiry, metric: str, matrix: str) -> tuple[str, ...]:
    """The cells that held anybody at some month's end, in their order."""
    rows = inquiry.history(metric).rows
    parts = set() if rows.empty else set(rows["part"])
    return tuple(cell for cell in cells(matrix) if cell in parts)


def history(inquiry: Inquiry, metric: str, matrix: str) -> Drawing | Missing:
    """Shares of cells at each month's end."""
    answer = inquiry.history(metric)
    if missing := inquiry.missing(answer):
        return missing
    rows = inquiry.readable(answer)
    rows = named(inquiry.viewer.words, rows, matrix, tuple(cells(matrix))).sort_values(["month", "position"])
    newest = rows[rows["month"] == rows["month"].max()]
    tells = inquiry.viewer.words.sentences(
        inquiry.viewer.words.say(
            "At the end of {month}:", month=inquiry.viewer.words.month(newest["month"].iloc[0].date())
        ),
        sentences.parts(newest, inquiry.reads(metric)),
    )
    columns = ["month", "label", "position", "share", "share_text", "value_text"]
    return Drawing(rows=rows[columns], tells=tells, table=readable.table(rows, inquiry.names, ("month",)))


def named(words: Words, rows: pd.DataFrame, matrix: str, order: tuple[str, ...]) -> pd.DataFrame:
    """`rows` with what their parts are called, and with their place in `order`."""
    labels = [choice.called(words, matrix, cell) for cell in rows["part"]]
    return rows.assign(label=labels, part_name=labels, position=[order.index(cell) for cell in rows["part"]])


def _picture(inquiry: Inquiry, matrix: Opened) -> Picture | Missing:
    rows = _rows(inquiry, matrix)
    if isinstance(rows, tuple):
        return rows
    tells = inquiry.viewer.words.sentences(
        sentences.parts(rows, inquiry.reads(metric_of(matrix))), near_a_cut(inquiry.viewer.words, rows)
    )
    behind = Drawing(rows=rows, tells=tells, table=_table(inquiry, rows, matrix), values=_values(inquiry, rows))
    shown = {cell: _cell(inquiry, rows, matrix, cell) for cell in choice.ORDER[matrix]}
    return Picture(cells=shown, behind=behind, note=_not_placed(inquiry.viewer.words, rows, matrix))


def near_a_cut(words: Words, rows: pd.DataFrame) -> str:
    """How many would change cell if a cut moved, and in which cell most of them stand."""
    all_of_them = float(rows["would_move_of_all"].max())
    if not all_of_them > 0:
        return words.say("Nobody would change cell if a cut moved by {step}.", step=words.percent(moved_by(), 0))
    most = rows.loc[rows["would_move_share"].astype(float).idxmax()]
    return words.say(
        "{share} would change cell if one cut moved by {step}; the highest share is in {cell} ({cell_share}).",
        share=words.percent(all_of_them, 0),
        step=words.percent(moved_by(), 0),
        cell=most["label"],
        cell_share=words.percent(float(most["would_move_share"]), 0),
    )


def _not_placed(words: Words, rows: pd.DataFrame, matrix: Opened) -> str:
    if "unknown" not in rows.index:
        return ""
    return words.say(
        "Not placed: {n}. What to do: {action}.",
        n=rows.loc["unknown", "value_text"],
        action=words.label(cells(matrix)["unknown"].action),
    )


def _rows(inquiry: Inquiry, matrix: Opened) -> pd.DataFrame | Missing:
    """Readable rows by cell, the best first, or why there are none."""
    answer = inquiry.ask(metric_of(matrix))
    if missing := inquiry.missing(answer):
        return missing
    rows = named(inquiry.viewer.words, inquiry.readable(answer), matrix, tuple(cells(matrix)))
    return rows.sort_values("position").set_index("part", drop=False)


def _cell(inquiry: Inquiry, rows: pd.DataFrame, matrix: Opened, cell: str) -> MatrixCell:
    words, say = inquiry.viewer.words, inquiry.viewer.words.say
    place, about = _places(words)[matrix].get(cell, ""), cells(matrix)[cell]
    called, action = words.label(about.label), words.label(about.action)
    if cell not in rows.index:
        return MatrixCell(name=called, place=place, count=words.number(0), facts=(), action=action)
    row = rows.loc[cell].to_dict()
    facts = (
        say("{share} of customers", share=words.percent(row["share"], 0)),
        say(
            "{amount}, {share} of revenue",
            amount=words.money(row["revenue"], inquiry.viewer.standing.currency),
            share=_share(words, row["revenue_share"]),
        ),
        _coverage(words, row["coverage"], due=row["visits_due"]),
    )
    return MatrixCell(name=called, place=place, count=row["value_text"], facts=facts, action=action)


def _coverage(words: Words, coverage: float, *, due: float) -> str:
    """Visits got of those due; nothing is due in some cells, and without the feed of contacts nobody knows."""
    if math.isnan(due):
        return words.say("visits unknown")
    return words.say("coverage {share}", share=words.percent(coverage, 0)) if due > 0 else words.say("no visits due")


def _places(words: Words) -> Mapping[Opened, Mapping[str, str]]:
    """Where each cell lies between the axes."""
    say, tiers = words.say, tier_cuts()
    return {
        "portfolio": {
            "question": say("attractive, little support"),
            "star": say("attractive, much support"),
            "dog": say("not attractive, little support"),
            "cash_cow": say("not attractive, much support"),
        },
        "value_tier": {
            "loyal": say("{orders} orders or more, last within {recent} months", **tiers),
            "opportunity": say("last order within {recent} months", **tiers),
            "edge": say("last order {recent} to {edge} months ago", **tiers),
            "lost": say("last order over {edge} months ago", **tiers),
        },
        "distributor": {
            "support": say("loyal, sells little"),
            "profit": say("loyal, sells much"),
            "risk": say("not loyal, sells little"),
            "relation": say("not loyal, sells much"),
        },
        "apostle": {
            "hostage": say("comes back, not satisfied"),
            "loyalist": say("comes back, satisfied"),
            "apostle": say("near the top of both"),
            "defector": say("stays away, not satisfied"),
            "mercenary": say("stays away, satisfied"),
        },
    }


def _share(words: Words, share: float) -> str:
    return words.percent(share, 0) if share == share else "–"


def _money(inquiry: Inquiry, rows: pd.DataFrame) -> list[str]:
    return [inquiry.viewer.words.money(float(amount), inquiry.viewer.standing.currency) for amount in rows["revenue"]]


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
        "would_move": say("Would change cell"),
    }
    return rows[list(titles)].rename(columns=titles)


def _table(inquiry: Inquiry, rows: pd.DataFrame, matrix: Opened) -> pd.DataFrame:
    words, say = inquiry.viewer.words, inquiry.viewer.words.say
    visits = zip(rows["visits_got"], rows["visits_due"], strict=True)
    return pd.DataFrame(
        {
            say("Cell"): rows["label"],
            say("Customers"): rows["value_text"],
            say("Share"): rows["share_text"],
            say("Revenue"): _money(inquiry, rows),
            say("Visits got / due"): [
                "–" if got != got else f"{words.number(got)} / {words.number(due)}" for got, due in visits
            ],
            say("Would change cell"): [_share(words, share) for share in rows["would_move_share"].astype(float)],
            say("Action due"): [words.label(cells(matrix)[cell].action) for cell in rows["part"]],
        }
    )
