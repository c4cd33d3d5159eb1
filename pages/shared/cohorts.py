"""The card of cohorts: who came back in the quarters after that of the first order."""

from dataclasses import replace
from datetime import timedelta

import pandas as pd

from pages.shared import readable
from pages.shared.address import months_back
from pages.shared.charts import retention as charts
from pages.shared.drawings import Drawing
from pages.shared.inquiry import Inquiry
from pages.shared.markup import Missing
from pages.shared.panels import Screen
from pages.shared.readable import Readable
from pages.shared.text import Words
from warehouse.queries import signals
from warehouse.scope import Period, Scope

COHORT = "retention.cohort"
QUARTERS_SHOWN = 12
PALEST, DEEPEST = 0.06, 0.45
"""How opaque a cell is, so that its text can be read on it."""


def draw(screen: Screen, title: str) -> None:
    """A card's content: which share of each quarter's new customers ordered in the quarters after."""
    screen.made(title, COHORT, charts.cohorts, _cohorts)


def _cohorts(inquiry: Inquiry) -> Drawing | Missing:
    answer = inquiry.ask(COHORT, ("cohort", "age"), _last_quarters(inquiry))
    if missing := inquiry.missing(answer):
        return missing
    reads, words = inquiry.reads(COHORT), inquiry.viewer.words
    age = inquiry.names.dimension("age")
    rows = followed(inquiry.readable(answer), reads)
    shown = rows[rows["age"] <= charts.AGES_SHOWN]
    columns = ["label", "column", "state", "state_name", "strength", "said", "value_text", "interval_text", "base_text"]
    drawn = pd.concat([sizes(rows, reads), shown], ignore_index=True)
    drawn = drawn.sort_values(["cohort", "age"], ascending=[False, True])
    return Drawing(
        rows=drawn[columns],
        tells=came_back(rows, reads),
        table=_triangle(drawn, rows, words),
        values=readable.values(rows, reads.names, ("cohort", "age")).rename(columns={age: words.say("Quarters after")}),
    )


def _last_quarters(inquiry: Inquiry) -> Scope:
    """The scope over the quarters of the first order that are shown: twelve, up to that in which the period ends."""
    last = inquiry.scope.period.end - timedelta(days=1) if inquiry.scope.period else inquiry.last_day
    quarter = months_back(last, (last.month - 1) % 3)
    start = months_back(quarter, 3 * (QUARTERS_SHOWN - 1))
    return replace(inquiry.scope, period=Period(start=start, end=last + timedelta(days=1)))


def followed(rows: pd.DataFrame, reads: Readable) -> pd.DataFrame:
    """Readable rows by cohort and age as cells: in which state, how strong, and what is said in them; the newest cohort first."""
    words = reads.names.words
    say = words.say
    names = {"known": say("Quarter is over"), "young": say("Quarter still runs"), "few": say("n too small")}
    is_young = rows["pending"] > 0
    state = pd.Series("known", index=rows.index).mask(rows["value"].isna(), "few").mask(is_young, "young")
    most = rows["value"].max()
    strength = PALEST + (DEEPEST - PALEST) * rows["value"] / (most if most > 0 else 1.0)
    shares = [words.percent(share, 0) if share == share else "–" for share in rows["value"]]
    found = rows.assign(
        label=rows["cohort_name"],
        column=[f"+{age}" for age in rows["age"]],
        state=state,
        state_name=state.map(names),
        strength=strength.where(state == "known", PALEST * 3),
        said=pd.Series(shares, index=rows.index).mask(is_young, "…"),
        value_text=rows["value_text"].mask(is_young, names["young"]),
    )
    return found.sort_values(["cohort", "age"], ascending=[False, True], ignore_index=True)


def sizes(rows: pd.DataFrame, reads: Readable) -> pd.DataFrame:
    """One row a cohort: how many customers are in it, whether their next quarter is over or still runs."""
    words = reads.names.words
    first = rows[rows["age"] == 1]
    counts = [words.number(float(count)) for count in first["denominator"] + first["pending"]]
    texts = {"state_name": "", "value_text": "", "interval_text": "", "base_text": counts}
    return first.assign(column=words.say("n"), age=0, state="size", strength=0.0, said=counts, **texts)


def _triangle(drawn: pd.DataFrame, rows: pd.DataFrame, words: Words) -> pd.DataFrame:
    """The cells as a table: a row a cohort, the newest first, a column a quarter after."""
    every = pd.concat([drawn[drawn["state"] == "size"], rows])
    wide = every.pivot_table(index="cohort", columns="age", values="said", aggfunc="first").sort_index(ascending=False)
    heads = {age: words.say("Customers") if age == 0 else f"+{age}" for age in wide.columns}
    wide.insert(0, words.say("First ordered in"), [words.quarter(code) for code in wide.index])
    return wide.rename(columns=heads).fillna("").reset_index(drop=True)


def came_back(rows: pd.DataFrame, reads: Readable) -> str:
    """How many of the newest cohort came back in the next quarter, and whether that differs clearly from a year before."""
    words = reads.names.words
    known = rows[(rows["age"] == 1) & (rows["state"] == "known")].set_index("cohort")
    if known.empty:
        return words.say("No quarter has enough new customers whose next quarter is over.")
    code = max(known.index)
    newest = known.loc[code]
    said = words.say(
        "Of {n} customers who first ordered in {quarter}, {share} ordered again in the next quarter.",
        n=newest["base_text"],
        quarter=newest["label"],
        share=newest["value_text"],
    )
    before = f"{int(code[:4]) - 1}{code[4:]}"
    if before not in known.index:
        return said
    earlier = known.loc[before]
    ends = [readable.estimate(row, "rate") for row in (newest, earlier)]
    if signals.difference(*ends).is_clear:
        told = words.say("A year before it was {share}: a clear difference.", share=earlier["value_text"])
    else:
        told = words.say("A year before it was {share}, which is no clear difference.", share=earlier["value_text"])
    return words.sentences(said, told)
