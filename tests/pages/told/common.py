"""Sentences that many cards share: series, lengths, rankings, counts, stages, parts, scorecards, lists of cases."""

import itertools
import math
import re
from dataclasses import replace
from datetime import date, timedelta
from statistics import NormalDist

import pandas as pd

from pages.shared import complaint_flow, satisfaction_cards, sentences
from tests.pages.told.claims import ENDS, agree, claim, clear, shown
from tests.pages.told.reading import Template, heard, month_of, read
from tests.pages.told.real import Card
from warehouse.metrics import cells, metrics
from warehouse.queries import forecast
from warehouse.scope import Period

Z = NormalDist().inv_cdf(0.975)
"""Standard errors to either side of a 95 % interval."""

AHEAD = (
    "If it goes on as in the last {n} weeks: {value} at the end of the week from {week} (95%: {interval}).",
    "Nothing is forecast: that takes {n} whole weeks in which the figure moved.",
)
HIDDEN = ("{n} group is too small to show.", "{n} groups are too small to show.")
PART_NAMES = {
    **dict.fromkeys(
        ("csat.distribution", "csat.comments"),
        ("Very dissatisfied", "Dissatisfied", "Neither", "Satisfied", "Very satisfied"),
    ),
    "csat.moved": ("≪ Very dissatisfied", "< Dissatisfied", "= Satisfied", "> Very satisfied", "≫ Moved"),
}
STEPS = ("much_less", "less", "equal", "more", "much_more")


def estimate(rows: pd.DataFrame, kind: str) -> pd.DataFrame:
    """Figures with value, low and high, whatever their kind calls them; counts with their Poisson interval."""
    names = ENDS.get(kind, ("value", "low", "high"))
    found = rows.assign(
        **{
            name: rows[source].astype(float) if source in rows else math.nan
            for name, source in zip(("value", "low", "high"), names, strict=True)
        }
    )
    if kind == "count":
        root = found["value"] ** 0.5
        above = found["value"] + 1
        found["low"] = found["value"] * (1 - 1 / (9 * found["value"]) - Z / (3 * root)) ** 3
        found["high"] = above * (1 - 1 / (9 * above) + Z / (3 * above**0.5)) ** 3
        found.loc[found["value"] == 0, "low"] = 0.0
    return found


def every_month(card: Card, rows: pd.DataFrame, code: str) -> pd.DataFrame:
    """One row a month from the first that is known to the newest whole one; nothing counted is none, else unknown."""
    period = card.opened.long.period
    assert period is not None
    last = min(pd.Timestamp(period.end) - pd.Timedelta(days=1), pd.Timestamp(card.opened.page.inquiry.last_day))
    newest = (last + pd.Timedelta(days=1)).to_period("M") - 1
    rows = rows.assign(month=pd.to_datetime(rows["month"]).dt.to_period("M")).set_index("month")
    rows = rows.reindex(pd.period_range(rows.index.min(), max(newest, rows.index.max()), freq="M"))
    if metrics()[code].kind in ("count", "money"):
        rows["value"] = rows["value"].fillna(0.0)
    return rows.rename_axis("month").reset_index().assign(month=lambda frame: frame["month"].dt.to_timestamp())


def signals_of(rows: pd.DataFrame, code: str) -> list[int]:
    """Places of the points beyond usual variation, by the rules as the books have them; of windows that overlap, rule one."""
    values = rows["value"].astype(float).tolist()
    known = [value for value in values if not math.isnan(value)]
    if len(known) < 8:
        return []
    centre = sum(known) / len(known)
    if metrics()[code].window_months > 1:
        wide = ((rows["high"] - rows["low"]) / 2 / Z).dropna()
        sigma = float(wide.mean()) if len(wide) else 0.0
        return [place for place, value in enumerate(values) if sigma > 0 and abs(value - centre) > 3 * sigma]
    sigma = sum(abs(b - a) for a, b in itertools.pairwise(known)) / (len(known) - 1) / 1.128
    if sigma == 0:
        return []
    away = [(value - centre) / sigma for value in values]

    def is_signal(place: int) -> bool:
        here = away[place]
        if math.isnan(here):
            return False
        run, three = away[max(0, place - 7) : place + 1], away[max(0, place - 2) : place + 1]
        return (
            abs(here) > 3
            or (len(run) == 8 and (all(each > 0 for each in run) or all(each < 0 for each in run)))
            or (len(three) == 3 and abs(here) > 2 and sum(each * here > 0 and abs(each) > 2 for each in three) >= 2)
        )

    return [place for place in range(len(values)) if is_signal(place)]


@claim("trend", "beside", complaint_flow.backlog)
def went(card: Card) -> None:
    """From where to where, and since when beyond usual variation."""
    by_week = card.made[1] != "trend" and card.made[1] != "beside"
    raw = card.ask(card.metric, "week") if by_week else card.ask(card.metric, "month", scope=card.opened.long)
    rows = estimate(raw, metrics()[card.metric].kind)
    if not by_week and len(rows):
        rows = every_month(card, rows, card.metric)
    times = [pd.Timestamp(time).date() for time in rows["week" if by_week else "month"]]
    rows = rows.assign(at=times).sort_values("at", ignore_index=True)
    known = rows.dropna(subset=["value"])
    moved, steady = "{what}: from {first} ({then}) to {last} ({now}).", "All months lie within usual variation."
    none, beyond = "{what}: no month has enough cases to show.", "Beyond usual variation most recently in {month}."
    (kind, filled), *more = card.heard(moved, steady, none, beyond, *AHEAD)
    agree(card, filled["what"] == card.label(), "it is another figure")
    if known.empty:
        agree(card, kind == none and not more, "there is nothing to tell")
        return
    first, last = known.iloc[0], known.iloc[-1]
    for said, when, row in ((filled["first"], filled["then"], first), (filled["last"], filled["now"], last)):
        card.says(said, row["value"], card.metric)
        agree(card, month_of(when, card.words, times) == row["at"], f"{when} is not {row['at']}")
    if by_week:
        foretold(card, dict(more))
        return
    beyond_limits = signals_of(rows, card.metric)
    told = [text for text, _ in more]
    if beyond_limits:
        agree(card, told == [beyond], f"signals at {beyond_limits}")
        newest: date = rows["at"][beyond_limits[-1]]
        agree(card, month_of(more[0][1]["month"], card.words, times) == newest, f"the newest signal is of {newest}")
    else:
        agree(card, told in ([], [steady]), "no month is a signal")
        agree(card, bool(told) <= (len(known) >= 8), "too short a series to say anything")


def foretold(card: Card, told: dict[Template, dict[str, str]]) -> None:
    """What is expected of the weeks to come: said only where the page reaches to the newest data, from whole weeks that moved."""
    going_on, _ = AHEAD
    asked, last = card.opened.opening.asked, card.opened.page.inquiry.last_day
    reaches = asked.period is None or asked.period.end > last
    agree(card, bool(told) == reaches, "whether the future begins here")
    if not reaches:
        return
    end = last + timedelta(days=1)
    two_years = replace(asked, period=Period(start=end - timedelta(weeks=104), end=end))
    rows = card.ask(card.metric, "week", scope=two_years).sort_values("week")
    rows = rows[[pd.Timestamp(week).date() + timedelta(weeks=1) <= end for week in rows["week"]]]
    ahead = forecast.ahead([float(value) for value in rows["value"]], 4)
    agree(card, (going_on in told) == bool(ahead), "whether anything can be foretold")
    if ahead:
        filled, furthest = told[going_on], ahead[-1]
        card.says(filled["n"], len(rows))
        card.says(filled["value"], round(furthest.value))
        week = pd.Timestamp(rows["week"].iloc[-1]).date() + timedelta(weeks=4)
        agree(card, filled["week"] == card.words.day(week), f"the fourth week begins on {week}")
        for said, limit in zip(filled["interval"].split(" – "), (furthest.low, furthest.high), strict=True):
            card.says(said, round(limit))


@claim("curve")
def lasted(card: Card) -> None:
    """By when half and nine tenths have got there."""
    row = card.ask().iloc[0]
    both = "{what}: half within {half}, nine in ten within {most}."
    half = "{what}: half within {half}; nine in ten have not got there yet."
    neither, followed = "{what}: fewer than half have got there yet.", "Followed: {n}, of whom {open} are still open."
    (kind, filled), (_, counted) = card.heard(both, half, neither, followed)
    reached = {both: ("median", "p90"), half: ("median",), neither: ()}[kind]
    agree(
        card, {name for name in ("median", "p90") if not math.isnan(row[name])} == set(reached), "not so many got there"
    )
    for name, said in zip(reached, (filled.get("half", ""), filled.get("most", "")), strict=False):
        card.says(said, row[name], card.metric)
    card.says(counted["n"], row["n"])
    card.says(counted["open"], row["open"])


@claim("compared")
def ranked(card: Card) -> None:
    """The highest and the lowest of several, and whether they differ by more than chance explains."""
    by = str(card.made[3])
    ranking(card, card.ask(card.metric, by), by)


def ranking(card: Card, raw: pd.DataFrame, by: str) -> None:
    """See `ranked`; `raw` are all groups of `by`."""
    if by == "question":
        raw = raw[~raw["question"].str.contains(".", regex=False)]
    if by == "marks":
        raw = raw.dropna(subset=["marks"])
    about = metrics()[card.metric]
    rows = estimate(raw, about.kind)
    rows = rows.assign(label=_group_names(card, by, rows[by]))
    known = shown(rows)
    few = "{what}: too few groups to compare."
    extremes = "{what}: highest for {first} ({first_value}, n {first_n}), lowest for {last} ({last_value}, n {last_n})."
    is_clear, is_not = "The difference is clear.", "Chance alone may explain the difference."
    (kind, filled), *more = card.heard(few, extremes, is_clear, is_not, HIDDEN)
    if kind == few:
        agree(card, len(known) < 2, f"{len(known)} groups can be compared")
        return
    values = known.set_index("label")["value"]
    first, last = (known[known["label"] == filled[side]].iloc[0] for side in ("first", "last"))
    agree(card, first["value"] == values.max() and last["value"] == values.min(), f"of {dict(values)}")
    card.says(filled["first_value"], first["value"], card.metric)
    card.says(filled["last_value"], last["value"], card.metric)
    told = dict(more)
    agree(card, (HIDDEN in told) == (len(rows) > len(known)), "what is hidden")
    if HIDDEN in told:
        card.says(told[HIDDEN]["n"], len(rows) - len(known))
    has_interval = all(pd.notna(row[end]) for row in (first, last) for end in ("low", "high"))
    agree(card, (is_clear in told) + (is_not in told) == has_interval, "whether that is chance")
    if has_interval:
        agree(card, (is_clear in told) == apart(first, last, groups=len(known)), "chance")


def apart(first: pd.Series, last: pd.Series, *, groups: int) -> bool:
    """Whether the highest and the lowest of so many groups differ clearly, with every pair of them looked at."""
    wide = NormalDist().inv_cdf(1 - 0.025 / math.comb(groups, 2)) / Z
    wider = [
        {"value": row["value"], **{end: row["value"] + wide * (row[end] - row["value"]) for end in ("low", "high")}}
        for row in (first, last)
    ]
    return clear(*wider)


def _group_names(card: Card, by: str, codes: "pd.Series[str]") -> list[str]:
    if by == "marks":
        return [card.words.say_many("{n} mark", "{n} marks", int(code)) for code in codes]
    return card.called(by, codes)


@claim(sentences.counts, satisfaction_cards.comments)
def counted(card: Card) -> None:
    """How many in all, and what of it there is most."""
    by = tuple(card.made[3]) if len(card.made) > 3 else ()
    rows = card.ask(card.metric, *by)
    none, most = "{what}: none.", "{what}: {total} in all; most for {first} with {value} ({share})."
    ((kind, filled),) = card.heard(none, most)
    total = rows["value"].sum()
    if kind == none:
        agree(card, not total, f"there are {total}")
        return
    called = card.called(by[0], rows[by[0]]) if by else called_parts(card, rows["part"])
    values = dict(zip(called, rows["value"], strict=True))
    agree(card, values.get(filled["first"]) == rows["value"].max(), f"of {values}")
    card.says(filled["total"], total, card.metric)
    card.says(filled["value"], rows["value"].max(), card.metric)
    card.says(filled["share"], rows["value"].max() / total)


@claim(sentences.funnel)
def narrowed(card: Card) -> None:
    """How many came through, and where most were lost."""
    rows = card.ask()
    few = "{what}: too few to follow."
    told = "Of {n} leads collected, {share} reached “{last}”. The narrowest step is “{worst}”: {value} of the stage before."
    ((kind, filled),) = card.heard(few, told)
    steps = rows.iloc[1:].dropna(subset=["value"])
    if kind == few:
        agree(card, steps.empty or math.isnan(rows["share"].iloc[-1]), "there is something to follow")
        return
    values = dict(zip(card.called("part", steps["part"]), steps["value"], strict=True))
    agree(card, values[filled["worst"]] == min(values.values()), f"of {values}")
    agree(card, filled["last"] == card.called("part", rows["part"])[-1], "not the last stage")
    card.says(filled["value"], min(values.values()))
    card.says(filled["share"], rows["share"].iloc[-1])
    card.says(filled["n"], rows["collected"].iloc[0])


@claim(sentences.parts)
def parted(card: Card) -> None:
    """Every part of a whole with its share."""
    parts(card, card.tells, card.ask())


def parts(card: Card, told: str, rows: pd.DataFrame) -> None:
    """See `parted`; `told` is the sentence alone."""
    ((_, filled),) = heard(card.words, told, "{what}, {n} in all: {parts}.")
    agree(card, filled["what"] == card.label(), "it is another figure")
    card.says(filled["n"], rows["denominator"].max())
    said = shares_in(filled["parts"])
    holding = rows[rows["share"] > 0]
    agree(card, len(said) == len(holding), f"{len(holding)} parts hold anything")
    for (_, one), other in zip(
        sorted(said, key=lambda each: read(each[1], card.words).value), sorted(holding["share"]), strict=True
    ):
        card.says(one, other)
    names = dict(zip(called_parts(card, holding["part"]), holding["share"], strict=True))
    for name, share in said:
        agree(card, name in names, f"nothing is called {name}: {list(names)}")
        card.says(share, names[name])


def shares_in(said: str) -> list[tuple[str, str]]:
    """`Star 9%, Open, still in time 3%` as names and shares."""
    return re.findall(r"(.+?)\s(<1%|\d+(?:\.\d+)?%)(?:, |、|$)", said)


def called_parts(card: Card, codes: "pd.Series[object]") -> list[str]:
    """What the parts of a metric are called: cells of matrices and answers by their own names, the rest as everywhere."""
    own = PART_NAMES.get(card.metric)
    if own:
        return [card.words.say(own[place]) for place in (_place(code) for code in codes)]
    matrix = card.metric.removeprefix("matrix.").replace("branch_", "")
    if card.metric.startswith("matrix."):
        return [card.words.label(cells(matrix)[str(code)].label) for code in codes]
    return card.called("part", codes)


def _place(code: object) -> int:
    return STEPS.index(str(code)) if str(code) in STEPS else int(str(code)) - 1
