"""Who buys again, by whether product and service satisfied: the four cells beside what the trade quotes."""

import pandas as pd

from pages.shared import drawings, readable, shapes
from pages.shared.charts import matrices as charts
from pages.shared.drawings import Drawing
from pages.shared.inquiry import Inquiry
from pages.shared.markup import MatrixCell, Missing
from pages.shared.matrix import cells as picture
from pages.shared.matrix.cells import Picture
from pages.shared.panels import Screen
from pages.shared.readable import Readable
from warehouse.metrics import cells
from warehouse.queries import signals
from warehouse.sides import repurchase_reference

METRIC = "matrix.repurchase"
BY = ("product_satisfied", "service_satisfied")
ANSWERS = {"both": ("yes", "yes"), "product": ("yes", "no"), "service": ("no", "yes"), "neither": ("no", "no")}
ORDER = ("product", "both", "neither", "service")
"""Product upwards, service to the right."""


def card(screen: Screen, title: str) -> None:
    """A card's content: the four cells with their rates."""
    with screen.guarded():
        made = screen.inquiry.kept(("matrix", METRIC), lambda: _picture(screen.inquiry))
        if isinstance(made, Picture):
            picture.draw(screen, title, METRIC, made, columns=2)
        else:
            screen.nothing(title, made)


def reference_card(screen: Screen, title: str) -> None:
    """A card's content: the four rates with their intervals, beside the trade's."""
    screen.made(title, METRIC, charts.repurchase, beside_the_trade)


def beside_the_trade(inquiry: Inquiry) -> Drawing | Missing:
    """The four rates with their intervals, beside what the trade quotes."""
    rows = _rows(inquiry)
    if isinstance(rows, tuple):
        return rows
    say = inquiry.viewer.words.say
    shown = pd.concat(
        [
            shapes.mark(rows, say("Here"), said="value_text", has_interval=True),
            shapes.mark(rows, say("Trade reference"), value="reference"),
        ],
        ignore_index=True,
    ).dropna(subset=["value"])
    tells = against_the_trade(rows, inquiry.reads(METRIC))
    return drawings.drawing(inquiry, shown, tells, rows, BY)


def against_the_trade(rows: pd.DataFrame, reads: Readable) -> str:
    """Which of the four lie clearly above or below the trade's figure: whose interval leaves it out."""
    words = reads.names.words
    above = list(rows.loc[rows["low"] > rows["reference"], "label"])
    below = list(rows.loc[rows["high"] < rows["reference"], "label"])
    said = [
        *([words.say("Clearly above the trade's figure: {list}.", list=words.listed(above))] if above else []),
        *([words.say("Clearly below the trade's figure: {list}.", list=words.listed(below))] if below else []),
    ]
    if not said:
        said = [words.say("No cell differs clearly from the trade's figure.")]
    return words.sentences(*said, words.say("The trade names no period; levels differ from company to company."))


def steps(rows: pd.DataFrame, reads: Readable) -> str:
    """What a satisfying service goes along with, where the product satisfies and where it does not; clear differences alone."""
    words, say = reads.names.words, reads.names.words.say
    by_cell = rows.set_index("part")
    said = []
    for with_it, without, where in (
        ("both", "product", say("Where the product satisfies")),
        ("service", "neither", say("Where the product does not satisfy")),
    ):
        if not {with_it, without} <= set(by_cell.index):
            continue
        ends = [readable.estimate(by_cell.loc[cell], "rate") for cell in (with_it, without)]
        if ends[0] is None or ends[1] is None:
            said.append(say("{where}, too few answered to tell what service adds.", where=where))
            continue
        difference = signals.difference(ends[0], ends[1])
        told = (
            say(
                "{where}, repurchase differs by {points} with a satisfying service, beyond chance.",
                where=where,
                points=words.points(difference.value),
            )
            if difference.is_clear
            else say("{where}, no clear difference between satisfying service and not.", where=where)
        )
        said.append(told)
    return words.sentences(*said) if said else say("Too few answered to compare the cells.")


def _rows(inquiry: Inquiry) -> pd.DataFrame | Missing:
    """Readable rows of the four cells, with what the trade quotes for each."""
    answer = inquiry.ask(METRIC, BY)
    if missing := inquiry.missing(answer):
        return missing
    words, cell_of = inquiry.viewer.words, {answers: cell for cell, answers in ANSWERS.items()}
    rows = inquiry.readable(answer).sort_values(list(BY), ascending=False)
    pairs = list(zip(*(rows[side] for side in BY), strict=True))
    parts = [cell_of[pair] for pair in pairs]
    references = [
        repurchase_reference(product_satisfied=product, service_satisfied=service) for product, service in pairs
    ]
    return rows.assign(
        part=parts,
        label=[words.label(cells("repurchase")[part].label) for part in parts],
        reference=references,
        reference_text=[words.percent(share, 0) for share in references],
    )


def _picture(inquiry: Inquiry) -> Picture | Missing:
    rows = _rows(inquiry)
    if isinstance(rows, tuple):
        return rows
    by_cell = rows.set_index("part")
    shown = {cell: _cell(inquiry, by_cell, cell) for cell in ORDER}
    behind = drawings.drawing(inquiry, rows, steps(rows, inquiry.reads(METRIC)), rows, BY)
    return Picture(cells=shown, behind=behind)


def _cell(inquiry: Inquiry, rows: pd.DataFrame, cell: str) -> MatrixCell:
    words, say = inquiry.viewer.words, inquiry.viewer.words.say
    about = cells("repurchase")[cell]
    called, action = words.label(about.label), words.label(about.action)
    if cell not in rows.index:
        return MatrixCell(name=called, count="–", facts=(say("nobody answered so"),), action=action)
    row = rows.loc[cell]
    facts = [
        *([say("95%: {interval}", interval=row["interval_text"])] if row["interval_text"] else []),
        say("n {n}", n=row["base_text"]),
        *([say("{n} not yet due", n=words.number(float(row["pending"])))] if row["pending"] > 0 else []),
        say("trade: {share}", share=row["reference_text"]),
    ]
    return MatrixCell(name=called, count=row["value_text"], facts=facts, action=action)
