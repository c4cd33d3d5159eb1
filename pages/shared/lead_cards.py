"""What stands in the cards of the lead sources alone: who is credited, how cohorts ripen, marks and owners."""

import pandas as pd

from pages.shared import markup, readable, shapes
from pages.shared.charts import lead_sources as charts
from pages.shared.drawings import Drawing
from pages.shared.inquiry import Inquiry
from pages.shared.markup import Missing
from pages.shared.panels import Screen, html
from pages.shared.readable import Readable

ATTRIBUTION, RIPE = "lead.attribution", "lead.conversion_90"
UNATTRIBUTED, FIRST = "unattributed", "first_touch"
LEAST_SPREAD = 0.0005
"""Shares that differ by less are the same as they are written."""
HORIZONS = {days: f"lead.conversion_{days}" for days in ("30", "90", "180", "ever")}
COHORTS_SHOWN = 18
PALEST, DEEPEST = 0.06, 0.45
"""How opaque a cell of the triangle is, so that its text can be read on it."""


def attribution(screen: Screen, title: str) -> None:
    """A card's content: the orders of every source under four models of crediting them."""
    screen.made(title, ATTRIBUTION, charts.attribution, _attribution)


def triangle(screen: Screen, title: str) -> None:
    """A card's content: conversion of every month's leads by the time that they have had."""
    screen.made(title, RIPE, charts.triangle, _triangle)


def marks(screen: Screen, title: str) -> None:
    """A card's content: which share of the leads has each of the four marks."""
    screen.figure(title, "lead.four_marks", charts.marks, tells=_marked, shape=_marks)


def by_marks(screen: Screen, title: str) -> None:
    """A card's content: conversion by how many of the four marks a lead has."""
    screen.compared(title, "lead.marks_conversion", charts.conversion, by="marks", shape=_counted)


def ripeness(screen: Screen) -> None:
    """A remark below the table of sources: how many of the leads in its money have not had their time."""
    answer = screen.inquiry.ask("lead.roi")
    pending = 0.0 if screen.inquiry.missing(answer) else float(answer.rows["pending"].sum())
    if pending > 0:
        html(
            markup.note(
                screen.viewer.words.say(
                    "Return on the cost of leads: {n} leads are younger than 180 days, so it can still rise.",
                    n=screen.viewer.words.number(pending),
                )
            )
        )


def _attribution(inquiry: Inquiry) -> Drawing | Missing:
    answer = inquiry.ask(ATTRIBUTION, ("model",))
    if missing := inquiry.missing(answer):
        return missing
    reads, names = inquiry.reads(ATTRIBUTION), inquiry.names
    rows = inquiry.readable(answer)
    sources = [names.of_code("part" if code == UNATTRIBUTED else "source", code) for code in rows["part"]]
    money = [names.words.money(amount, reads.currency) for amount in rows["revenue"]]
    rows = rows.assign(source=rows["part"], part_name=sources, label=sources, revenue_text=money)
    known = rows[rows["part"] != UNATTRIBUTED].dropna(subset=["share"])
    ranks = known[known["model"] == FIRST].set_index("part")["share"]
    known = known.assign(rank=known["part"].map(ranks).fillna(0)).sort_values(["rank", "part"], ascending=False)
    shown = known[known["part"].isin(known["part"].unique()[: shapes.GROUPS_SHOWN])]
    columns = ["source", "label", "model_name", "share", "share_text", "value_text", "revenue_text"]
    table = readable.table(rows, names, ("model",))
    table[names.words.say("Revenue")] = money
    return Drawing(
        rows=shown[columns],
        tells=_credited(rows, known, reads),
        table=table,
        values=readable.values(rows, names, ("model",)),
    )


def _credited(rows: pd.DataFrame, known: pd.DataFrame, reads: Readable) -> str:
    """How many orders no lead touched, who has most, and on whom the models differ most."""
    words = reads.names.words
    without = rows[(rows["part"] == UNATTRIBUTED) & (rows["model"] == FIRST)]["share_text"]
    said = words.say(
        "Of {n} orders, {share} were touched by no lead.",
        n=words.number(rows["denominator"].max()),
        share=without.iloc[0] if len(without) else words.percent(0.0),
    )
    if known.empty:
        return said
    first = known.iloc[0]
    most = words.say("First touch gives most to {source}: {share}.", source=first["label"], share=first["share_text"])
    ends = known.groupby("part")["share"].agg(["idxmin", "idxmax"])
    spreads = known.loc[ends["idxmax"], "share"].to_numpy() - known.loc[ends["idxmin"], "share"].to_numpy()
    if spreads.max() < LEAST_SPREAD:
        return words.sentences(said, most, words.say("All models give every source the same."))
    low, high = (known.loc[end] for end in ends.iloc[spreads.argmax()])
    differ = words.say(
        "The models differ most on {source}: {low} ({low_model}) to {high} ({high_model}).",
        source=low["label"],
        low=low["share_text"],
        low_model=low["model_name"],
        high=high["share_text"],
        high_model=high["model_name"],
    )
    return words.sentences(said, most, differ)


def _triangle(inquiry: Inquiry) -> Drawing | Missing:
    answers = {name: inquiry.ask(code, ("month",), inquiry.long_scope) for name, code in HORIZONS.items()}
    if missing := inquiry.missing(answers["ever"]):
        return missing
    words, say = inquiry.viewer.words, inquiry.viewer.words.say
    named = {"30": say("30 days"), "90": say("90 days"), "180": say("180 days"), "ever": say("So far")}
    read = {name: inquiry.readable(answer) for name, answer in answers.items() if not answer.absent}
    young = set(read["180"].loc[read["180"]["pending"] > 0, "month"]) if "180" in read else set()
    cells = pd.concat([_cells(rows, name, named[name], young) for name, rows in read.items()], ignore_index=True)
    newest = sorted(cells["month"].unique(), reverse=True)[:COHORTS_SHOWN]
    cells = cells[cells["month"].isin(newest)].sort_values("month", ascending=False, kind="stable")
    cells = cells.assign(label=[words.month(month.date()) for month in cells["month"]])
    states = {"known": say("Has had its time"), "young": say("Still has time"), "few": say("n too small")}
    strongest = cells.loc[cells["state"] == "known", "value"].max()
    strength = PALEST + (DEEPEST - PALEST) * cells["value"] / (strongest if strongest > 0 else 1.0)
    drawn = cells.assign(
        state_name=cells["state"].map(states), strength=strength.where(cells["state"] == "known", PALEST * 3)
    )
    columns = [
        "month",
        "label",
        "horizon",
        "state",
        "state_name",
        "strength",
        "said",
        "value_text",
        "interval_text",
        "base_text",
    ]
    wide = cells.pivot_table(index=["month", "label"], columns="horizon", values="said", aggfunc="first", sort=False)
    table = wide.reindex(columns=[*dict.fromkeys(cells["horizon"])]).reset_index("label").reset_index(drop=True)
    return Drawing(
        rows=drawn[columns],
        tells=_ripened(cells, named["90"], inquiry),
        table=table.rename(columns={"label": say("Month")}),
        values=cells[["label", "horizon", "value", "low", "high", "base", "state"]],
    )


def _cells(rows: pd.DataFrame, name: str, horizon: str, young: set[pd.Timestamp]) -> pd.DataFrame:
    """The cells of one horizon; a month any of whose leads still has time is young, what is too small stays hidden."""
    if name == "ever":
        is_young = rows["month"].isin(young)
        said = rows["value_text"]
    else:
        is_young = rows["pending"] > 0
        said = rows["value_text"].where(~is_young, "…")
    state = pd.Series("known", index=rows.index).mask(rows["value"].isna(), "few").mask(is_young, "young")
    columns = ["month", "value", "low", "high", "base", "value_text", "interval_text", "base_text"]
    said = said.mask(rows["value"].isna() & ~is_young, "–")
    return rows[columns].assign(horizon=horizon, state=state, said=said)


def _ripened(cells: pd.DataFrame, horizon: str, inquiry: Inquiry) -> str:
    """What the newest month that has had its 90 days came to, and how many months have not had them."""
    words, rows = inquiry.viewer.words, cells[cells["horizon"] == horizon]
    known, young = rows[rows["state"] == "known"], rows[rows["state"] == "young"]
    if known.empty:
        said = words.say("No month has enough leads that have had their 90 days.")
    else:
        newest = known.loc[known["month"].idxmax()]
        said = words.say(
            "Of the leads of {month}, the newest month with enough of them that have had their 90 days, {share} ordered within them.",
            month=newest["label"],
            share=newest["value_text"],
        )
    if young.empty:
        return said
    waiting = words.say_many("{n} month still has time.", "{n} months still have time.", len(young))
    return words.sentences(said, waiting)


def _marks(rows: pd.DataFrame, reads: Readable) -> pd.DataFrame:
    """Marks as shares of those whose mark is known."""
    return rows.assign(count_text=rows["value_text"], value=rows["share"], value_text=rows["share_text"])


def _marked(rows: pd.DataFrame, reads: Readable) -> str:
    """The share that has each mark, and of how many leads nothing is known."""
    words = reads.names.words
    named = [f"{row['label']} {row['share_text']}" for _, row in rows.iterrows()]
    said = words.say(
        "Of {n} leads whose marks are known: {parts}.",
        n=words.number(rows["denominator"].max()),
        parts=words.listed(named),
    )
    unknown = float(rows["unknown"].max())
    if not unknown > 0:
        return said
    return words.sentences(said, words.say("Of {n} more nobody has noted them.", n=words.number(unknown)))


def _counted(rows: pd.DataFrame, reads: Readable) -> pd.DataFrame:
    """Leads whose marks are all known, named by how many they have."""
    known = rows.dropna(subset=["marks"])
    labels = [reads.names.words.say_many("{n} mark", "{n} marks", int(count)) for count in known["marks"]]
    return known.assign(label=labels)
