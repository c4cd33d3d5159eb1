"""Types of service: staff and branches by how well they keep to the procedure and how they deal with people."""

import pandas as pd

from pages.shared import sentences
from pages.shared.charts import matrices as charts
from pages.shared.drawings import Drawing
from pages.shared.inquiry import Inquiry
from pages.shared.markup import MatrixCell, Missing
from pages.shared.matrix import cells as picture
from pages.shared.matrix import choice
from pages.shared.matrix.cells import Picture
from pages.shared.matrix.cuts import service_cuts
from pages.shared.panels import Screen
from warehouse.metrics import cells

STAFF, BRANCHES = "matrix.service_type", "matrix.branch_service_type"
MATRIX = "service_type"
BEST_FIRST = ("quality", "factory", "friendly", "indifferent")
ORDER = ("factory", "quality", "indifferent", "friendly")
"""Procedure upwards, the personal side to the right."""
BRANCHES_SHOWN, MONTHS_SHOWN = 30, 12
LETTERS = {"en": 2, "zh_CN": 1}
"""So many letters of a type's name tell it from the others."""


def card(screen: Screen, title: str, metric: str) -> None:
    """A card's content: the four types, with how many staff or branches are of each."""
    with screen.guarded():
        made = screen.inquiry.kept(("matrix", metric), lambda: _picture(screen.inquiry, metric))
        if isinstance(made, Picture):
            picture.draw(screen, title, metric, made, columns=2)
        else:
            screen.nothing(title, made)


def months_card(screen: Screen, title: str) -> None:
    """A card's content: the type of each branch at each month's end."""
    labels = tuple(choice.called(screen.viewer.words, MATRIX, cell) for cell in BEST_FIRST)
    screen.made(title, BRANCHES, charts.types(labels), by_month)


def by_month(inquiry: Inquiry) -> Drawing | Missing:
    """One row a branch and month; branches in need of most training at the newest month's end come first."""
    answer = inquiry.ask(BRANCHES, ("branch", "month"), inquiry.long_scope)
    if missing := inquiry.missing(answer):
        return missing
    words = inquiry.viewer.words
    rows = inquiry.readable(answer)
    rows = picture.named(words, rows[rows["value"] > 0], MATRIX, BEST_FIRST)
    newest = (
        rows.sort_values("month")
        .groupby("branch")
        .tail(1)
        .sort_values(["position", "branch_name"], ascending=[False, True])
    )
    lately = rows[rows["month"].isin(sorted(rows["month"].unique())[-MONTHS_SHOWN:])]
    drawn = newest[newest["branch"].isin(lately["branch"])].head(BRANCHES_SHOWN)
    shown = lately.set_index("branch").loc[drawn["branch"]].reset_index()
    marks = [label[: LETTERS[words.language]] for label in shown["label"]]
    shown = shown.assign(mark=marks, value_text=[words.number(float(n)) for n in shown["audits"]])
    columns = ["month", "branch", "branch_name", "label", "mark", "value_text"]
    tells = told(inquiry, newest)
    return Drawing(rows=shown[columns], tells=tells, table=_table(inquiry, rows))


def told(inquiry: Inquiry, newest: pd.DataFrame) -> str:
    """How many branches are of each type now, and which need both sides trained."""
    words = inquiry.viewer.words
    named = [choice.called(words, MATRIX, cell) for cell in BEST_FIRST]
    counted = newest["part"].value_counts()
    said = words.say(
        "At their newest month's end: {parts}.",
        parts=words.listed(
            [
                f"{name} {words.number(int(counted[cell]))}"
                for cell, name in zip(BEST_FIRST, named, strict=True)
                if cell in counted
            ]
        ),
    )
    if len(newest) <= BRANCHES_SHOWN:
        return said
    return words.sentences(
        said, words.say("Drawn: the {n} with most to train; the table has all.", n=words.number(BRANCHES_SHOWN))
    )


def _picture(inquiry: Inquiry, metric: str) -> Picture | Missing:
    answer = inquiry.ask(metric)
    if missing := inquiry.missing(answer):
        return missing
    words, say = inquiry.viewer.words, inquiry.viewer.words.say
    rows = picture.named(words, inquiry.readable(answer), MATRIX, BEST_FIRST).sort_values("position")
    by_cell = rows.set_index("part")
    shown = {cell: _cell(inquiry, by_cell, cell) for cell in ORDER}
    procedure, personal = service_cuts()
    cut = say(
        "Cuts, the same for everybody: procedure from {procedure}, personal side from {personal} of 100.",
        procedure=words.number(procedure),
        personal=words.number(personal),
    )
    titles = {"label": say("Type"), "value": say("Figure"), "share": say("Share"), "audits": say("Audits")}
    table = rows[["label", "value_text", "share_text"]].assign(audits=[words.number(float(n)) for n in rows["audits"]])
    behind = Drawing(
        rows=rows,
        tells=words.sentences(sentences.parts(rows, inquiry.reads(metric)), cut),
        table=table.set_axis(list(titles.values()), axis=1),
        values=rows[list(titles)].rename(columns=titles),
    )
    return Picture(cells=shown, behind=behind)


def _cell(inquiry: Inquiry, rows: pd.DataFrame, cell: str) -> MatrixCell:
    words, say = inquiry.viewer.words, inquiry.viewer.words.say
    about = cells(MATRIX)[cell]
    places = {
        "factory": say("procedure high, personal side low"),
        "quality": say("procedure high, personal side high"),
        "indifferent": say("procedure low, personal side low"),
        "friendly": say("procedure low, personal side high"),
    }
    facts = (
        (
            say("{share} of all", share=words.percent(float(rows.loc[cell, "share"]), 0)),
            words.say_many("{n} audit", "{n} audits", int(rows.loc[cell, "audits"])),
        )
        if cell in rows.index
        else ()
    )
    count = rows.loc[cell, "value_text"] if cell in rows.index else words.number(0)
    return MatrixCell(
        name=words.label(about.label), place=places[cell], count=count, facts=facts, action=words.label(about.action)
    )


def _table(inquiry: Inquiry, rows: pd.DataFrame) -> pd.DataFrame:
    say, words = inquiry.viewer.words.say, inquiry.viewer.words
    ordered = rows.sort_values(["branch_name", "month"])
    return pd.DataFrame(
        {
            say("Branch"): ordered["branch_name"],
            say("Month"): [words.month(month.date()) for month in ordered["month"]],
            say("Type"): ordered["label"],
            say("Audits"): [words.number(float(n)) for n in ordered["audits"]],
        }
    )
