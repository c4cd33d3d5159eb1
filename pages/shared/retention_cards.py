"""What stands in the cards of retention but the cohorts: concentration of revenue, moves, what customers cost, product age."""

from dataclasses import replace

import pandas as pd

from pages.shared import sentences
from pages.shared.charts import retention as charts
from pages.shared.drawings import Drawing
from pages.shared.inquiry import Inquiry
from pages.shared.markup import ARROWS, Missing
from pages.shared.panels import Screen
from pages.shared.readable import Readable
from pages.shared.text import Words
from warehouse.metrics import cells, metrics
from warehouse.retention import win_to_keep

PARETO, MOVES, AGE = "matrix.pareto", "matrix.moves", "matrix.product_age"
WIN, KEEP = "five.cost_to_win", "five.cost_to_keep"
TOP20, GINI = "matrix.pareto_top20", "matrix.gini"
FIFTH = 2
"""The tenth at whose end a fifth of the customers is reached."""
PALEST, DEEPEST = 0.06, 0.45
"""How opaque a cell is, so that its text can be read on it."""


def pareto(screen: Screen, title: str) -> None:
    """A card's content: how much of the revenue comes from how few customers."""
    screen.made(title, PARETO, charts.pareto, _pareto)


def moves(screen: Screen, title: str) -> None:
    """A card's content: who changed value tier in the last month that has ended."""
    screen.made(title, MOVES, charts.moves, _moves)


def win_and_keep(screen: Screen, title: str) -> None:
    """A card's content: what it costs to win a customer and to keep one, beside what the trade reckons."""
    screen.made(title, WIN, charts.win_and_keep, _win_and_keep)


def product_age(screen: Screen, title: str) -> None:
    """A card's content: active customers by the age of their product."""
    screen.made(title, AGE, charts.product_age, _product_age)


def _pareto(inquiry: Inquiry) -> Drawing | Missing:
    answer = inquiry.ask(PARETO)
    if missing := inquiry.missing(answer):
        return missing
    reads, words = inquiry.reads(PARETO), inquiry.viewer.words
    rows = tenths(inquiry.readable(answer), reads)
    heads = {
        "label": words.say("Customers, who spend most first"),
        "value_text": words.say("Customers"),
        "revenue_text": words.say("Revenue"),
        "share_text": words.say("Share of revenue"),
        "so_far_text": words.say("With all before"),
    }
    numbers = {"label": heads["label"], "value": heads["value_text"], "revenue": heads["revenue_text"]} | {
        "share": heads["share_text"],
        "so_far": heads["so_far_text"],
    }
    nobody = pd.DataFrame([{"customers": 0.0, "so_far": 0.0, "is_fifth": False}])
    texts = ["label", "revenue_text", "share_text", "so_far_text"]
    shown = pd.concat([nobody, rows[["customers", "so_far", "is_fifth", *texts]]], ignore_index=True)
    return Drawing(
        rows=shown.fillna(dict.fromkeys(texts, "")).astype({"is_fifth": bool}),
        tells=concentrated(inquiry),
        table=rows[[*heads]].rename(columns=heads),
        values=rows[[*numbers]].rename(columns=numbers),
    )


def tenths(rows: pd.DataFrame, reads: Readable) -> pd.DataFrame:
    """Tenths of customers by where they end (customers, 0 to 1), with the share of revenue up to there."""
    words = reads.names.words
    number = rows["part"].astype(int)
    ends = [(words.percent((tenth - 1) / 10, 0), words.percent(tenth / 10, 0)) for tenth in number]
    so_far = rows["share_so_far"].astype(float)
    return rows.assign(
        label=[words.say("First {share}", share=end) if start == "0%" else f"{start} – {end}" for start, end in ends],
        customers=number / 10,
        so_far=so_far,
        is_fifth=number == FIFTH,
        revenue_text=[words.money(float(amount), reads.currency) for amount in rows["revenue"]],
        so_far_text=[words.percent(share) for share in so_far],
    )


def concentrated(inquiry: Inquiry) -> str:
    """Which share of revenue the best fifth brings, and how unequal the whole is; what is too small to tell is left out."""
    words = inquiry.viewer.words
    answers = {code: inquiry.ask(code) for code in (TOP20, GINI)}
    rows = {code: inquiry.readable(each).iloc[0] for code, each in answers.items() if inquiry.missing(each) is None}
    said = []
    if TOP20 in rows:
        share, n = rows[TOP20]["value_text"], rows[TOP20]["base_text"]
        told = words.say(
            "Of {n} customers with revenue in 12 months, the fifth that spends most brings {share} of it.",
            n=n,
            share=share,
        )
        said.append(told)
    if GINI in rows:
        value, interval = rows[GINI]["value_text"], rows[GINI]["interval_text"]
        said.append(words.say("Gini coefficient {value} (95%: {interval}).", value=value, interval=interval))
    return words.sentences(*said) if said else words.say("Too few customers to say how revenue is spread.")


def _moves(inquiry: Inquiry) -> Drawing | Missing:
    scope = replace(inquiry.scope, filters={"matrix": ("value_tier",)})
    answer = inquiry.ask(MOVES, ("from_cell", "to_cell"), scope)
    if missing := inquiry.missing(answer):
        return missing
    reads, words = inquiry.reads(MOVES), inquiry.viewer.words
    rows = between_tiers(inquiry.readable(answer), reads)
    heads = {
        "label": words.say("Stood a month before in"),
        "to_label": words.say("Stands now in"),
        "way_name": words.say("Move"),
    }
    columns = ["label", "to_label", "from_place", "to_place", "way_name", "strength", "said", "value_text"]
    return Drawing(
        rows=rows[columns],
        tells=moved(rows, reads),
        table=rows[[*heads, "value_text"]].rename(columns={**heads, "value_text": words.say("Customers")}),
        values=rows[[*heads, "value"]].rename(columns={**heads, "value": words.say("Customers")}),
    )


def between_tiers(rows: pd.DataFrame, reads: Readable) -> pd.DataFrame:
    """Moves as cells: from and to by name and place (the best tier first), and which way they go."""
    words = reads.names.words
    say = words.say
    labels = {code: words.label(cell.label) for code, cell in cells("value_tier").items()}
    places = {code: place for place, code in enumerate(labels)}
    ways = {
        "better": say("To a better tier"),
        "worse": say("To a worse tier"),
        "stayed": say("Stayed"),
        "apart": say("New or gone"),
    }
    called = labels | {"new": say("New"), "gone": say("Gone")}
    way = [
        _way(places.get(start), places.get(end)) for start, end in zip(rows["from_cell"], rows["to_cell"], strict=True)
    ]
    left = rows["value"].where(pd.Series(way, index=rows.index) != "stayed")
    most = left.max()
    strength = PALEST + (DEEPEST - PALEST) * left / (most if most > 0 else 1.0)
    arrows = {"better": f"{ARROWS[True]} ", "worse": f"{ARROWS[False]} "}
    found = rows.assign(
        label=[called.get(code, code) for code in rows["from_cell"]],
        to_label=[called.get(code, code) for code in rows["to_cell"]],
        from_place=[places.get(code, len(places)) for code in rows["from_cell"]],
        to_place=[places.get(code, len(places)) for code in rows["to_cell"]],
        way=way,
        way_name=[ways[each] for each in way],
        strength=strength.fillna(PALEST * 3),
        said=[f"{arrows.get(each, '')}{text}" for each, text in zip(way, rows["value_text"], strict=True)],
    )
    return found.sort_values(["from_place", "to_place"], ignore_index=True)


def _way(start: int | None, end: int | None) -> str:
    if start is None or end is None:
        return "apart"
    return "stayed" if start == end else "better" if end < start else "worse"


def moved(rows: pd.DataFrame, reads: Readable) -> str:
    """The two largest moves from one tier to another."""
    words = reads.names.words
    left = rows[rows["way"].isin(["better", "worse"])].sort_values("value", ascending=False)
    if left.empty:
        return words.say("Nobody changed tier in the last month that has ended.")
    named = [
        words.say("{start} to {end} {n}", start=row["label"], end=row["to_label"], n=row["value_text"])
        for _, row in left.head(2).iterrows()
    ]
    return words.say("Most moves in the last month that has ended: {moves}.", moves=words.listed(named))


def _win_and_keep(inquiry: Inquiry) -> Drawing | Missing:
    answers = {code: inquiry.history(code) for code in (WIN, KEEP)}
    for answer in answers.values():
        if missing := inquiry.missing(answer):
            return missing
    words, label = inquiry.viewer.words, inquiry.viewer.words.label
    win, keep = (inquiry.readable(answer).dropna(subset=["value"]) for answer in answers.values())
    heads = [words.say("Month"), *(label(metrics()[code].label) for code in answers)]
    both = win[["month", "value", "value_text"]].merge(keep[["month", "value", "value_text"]], on="month", how="outer")
    both = both.sort_values("month")
    texts = both[["month", "value_text_x", "value_text_y"]].fillna("–").set_axis(heads, axis=1)
    return Drawing(
        rows=beside_each_other(win, keep, words),
        tells=reckoned(win, keep, inquiry.reads(KEEP)),
        table=texts.assign(**{heads[0]: [words.month(month.date()) for month in both["month"]]}),
        values=both[["month", "value_x", "value_y"]].set_axis(heads, axis=1),
    )


def beside_each_other(win: pd.DataFrame, keep: pd.DataFrame, words: Words) -> pd.DataFrame:
    """Both costs by month in long form; beside the cost to keep, between which costs to win the trade would have the other."""
    low, high = win_to_keep()
    nothing = float("nan")
    series = (
        win.assign(series=words.say("To win a customer"), band_low=nothing, band_high=nothing),
        keep.assign(
            series=words.say("To keep a customer"), band_low=low * keep["value"], band_high=high * keep["value"]
        ),
    )
    columns = ["month", "series", "value", "value_text", "base_text", "band_low", "band_high"]
    return pd.concat(series, ignore_index=True)[columns]


def reckoned(win: pd.DataFrame, keep: pd.DataFrame, reads: Readable) -> str:
    """What a customer cost in the newest month that knows both, and what the trade reckons beside it."""
    words, (low, high) = reads.names.words, win_to_keep()
    months = sorted(set(win["month"]) & set(keep["month"]))
    if not months:
        return words.say("No month knows both what it costs to win a customer and what it costs to keep one.")
    newest = months[-1]
    won, kept = (rows.set_index("month").loc[newest] for rows in (win, keep))
    said = words.say(
        "In the 12 months to {month}, winning a customer cost {win} and keeping one {keep}.",
        month=words.month(newest.date()),
        win=won["value_text"],
        keep=kept["value_text"],
    )
    if not kept["value"] > 0:
        return said
    trade = words.say(
        "The trade reckons {low} to {high} against 1: beside this cost to keep, winning would cost {least} – {most} (the band).",
        low=words.number(low),
        high=words.number(high),
        least=reads.value(low * kept["value"]),
        most=reads.value(high * kept["value"]),
    )
    return words.sentences(said, trade)


def _product_age(inquiry: Inquiry) -> Drawing | Missing:
    answer = inquiry.ask(AGE)
    if missing := inquiry.missing(answer):
        return missing
    reads, say = inquiry.reads(AGE), inquiry.viewer.words.say
    rows = aged(inquiry.readable(answer), reads)
    band = {"label": say("Age of the product")}
    further = ("orders", "satisfaction", "answers")
    texts = band | {"value_text": say("Customers"), "share_text": say("Share")}
    numbers = band | {"value": say("Customers"), "share": say("Share")}
    heads = (say("Orders a year"), say("Satisfaction (0–100)"), say("Answers"))
    texts |= {f"{name}_text": head for name, head in zip(further, heads, strict=True)}
    numbers |= dict(zip(("orders_a_year", *further[1:]), heads, strict=True))
    return Drawing(
        rows=rows,
        tells=sentences.parts(rows, reads),
        table=rows[[*texts]].rename(columns=texts),
        values=rows[[*numbers]].rename(columns=numbers),
    )


def aged(rows: pd.DataFrame, reads: Readable) -> pd.DataFrame:
    """Bands of the product's age under their names, with orders a year and satisfaction as texts."""
    words = reads.names.words
    labels = {code: words.label(cell.label) for code, cell in cells("product_age").items()}
    a_year = rows["orders_a_year"].astype(float)
    return rows.assign(
        place=range(len(rows)),
        label=[labels.get(code, code) for code in rows["part"]],
        all=1.0,
        orders_text=[words.number(orders, 2) if orders == orders else "–" for orders in a_year],
    )
