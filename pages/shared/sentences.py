"""One generated sentence for everything drawn, which is also what a screen reader says. Pure; nothing here draws."""

import math
from collections.abc import Sequence

import pandas as pd

from pages.shared import markup, readable
from pages.shared.address import Problem
from pages.shared.cached import Answer
from pages.shared.markup import Missing
from pages.shared.names import Names
from pages.shared.readable import Readable
from pages.shared.text import Words
from warehouse.metrics import Metric
from warehouse.queries import signals
from warehouse.scope import Scope

NAMED_AT_MOST = 3
MOST_NAMED, LONGEST_NAMED = 8, 60
"""How many parameters of an address are named, and how much of each."""


def scope(words: Words, names: Names, asked: Scope, branches: pd.DataFrame) -> str:
    """North region · 7 branches · 1 Jan – 31 Mar 2026 · compared with the 90 days before."""
    said = [*place(words, names, asked, branches), _period(words, asked)]
    said += [
        f"{names.dimension(name)}: {words.listed([names.of_code(name, code) for code in codes])}"
        for name, codes in asked.filters.items()
    ]
    return " · ".join([*said, *_compared(words, asked)])


def place(words: Words, names: Names, asked: Scope, branches: pd.DataFrame) -> list[str]:
    """North region, and 7 branches: which of `branches` are asked for."""
    chosen = branches
    if asked.regions:
        chosen = chosen[chosen["region_id"].isin(asked.regions)]
    if asked.branches:
        chosen = chosen[chosen["branch_id"].isin(asked.branches)]
    regions = [names.of_code("region", code) for code in chosen["region_id"].unique()]
    where = (
        words.listed(regions)
        if len(regions) <= NAMED_AT_MOST
        else words.say_many("{n} region", "{n} regions", len(regions))
    )
    who = (
        chosen["branch_name"].iloc[0] if len(chosen) == 1 else words.say_many("{n} branch", "{n} branches", len(chosen))
    )
    return [where, str(who)]


def _compared(words: Words, asked: Scope) -> list[str]:
    """What the figures are held against; nothing where that is nothing."""
    days = "" if asked.period is None else words.number(asked.period.days)
    match asked.comparison:
        case "before" if days:
            return [words.say("compared with the {days} days before", days=days)]
        case "year" if days:
            return [words.say("compared with the same {days} days a year before", days=days)]
        case "target":
            return [words.say("compared with targets")]
        case "company":
            return [words.say("compared with the whole company")]
        case _:
            return []


def ignored(words: Words, problems: Sequence[Problem]) -> str:
    """Names the parameters of the address that mean nothing here: the first of them, on one line, and only as text."""
    named = words.listed([f"{_visible(each.parameter)}={_visible(each.value)}" for each in problems[:MOST_NAMED]])
    more = " …" if len(problems) > MOST_NAMED else ""
    return words.say(
        "Ignored in the address, because it means nothing on this page for you: {named}", named=f"`{named}{more}`"
    )


def _visible(text: str) -> str:
    """The beginning of a text that anybody may have written: what would end its line, its direction or its quotes left out."""
    begun = text[: LONGEST_NAMED + 1]
    kept = "".join(letter if letter.isprintable() and letter != "`" else " " for letter in begun[:LONGEST_NAMED])
    return kept + "…" * (len(begun) > LONGEST_NAMED)


def nothing(words: Words, names: Names, answer: Answer, held: frozenset[str], about: Metric) -> Missing | None:
    """Which kind of nothing an answer is, its title and its sentence; None where there is something to show."""
    if answer.absent:
        feeds = words.listed([names.feed(feed) for feed in answer.absent])
        if any(feed.partition(".")[0] in held for feed in answer.absent):
            return (
                "held-back",
                words.say("Held back"),
                words.say(
                    "The first delivery of {feeds} is held by a check. Data health says which one, and what to do.",
                    feeds=feeds,
                ),
            )
        return (
            "feed-absent",
            words.say("Waits for a feed"),
            words.say("Deliver {feeds}, and this fills itself. Until then it is unknown, not zero.", feeds=feeds),
        )
    if answer.rows.empty or (answer.rows[_base(answer.rows)].fillna(0).sum() == 0 if _base(answer.rows) else False):
        return (
            "no-rows",
            words.say("Nothing in this period"),
            words.say(
                "No {what} matches the choice in the sidebar. Choose a longer period or fewer filters.",
                what=words.label(about.label),
            ),
        )
    if answer.rows["suppressed"].notna().all():
        base = _base(answer.rows)
        most = float(answer.rows[base].max()) if base else 0.0
        if most >= about.smallest_base:
            said = words.say("Too few cases stand behind it. Choose a longer period or more branches.")
        else:
            said = words.say(
                "{n} is fewer than the {base} that a figure needs to mean something. Choose a longer period or more branches.",
                n=words.number(most),
                base=words.number(about.smallest_base),
            )
        return "too-few", words.say("n too small"), said
    return None


def cut_off(words: Words, rows: pd.DataFrame) -> list[str]:
    """That a list shows the first of its cases alone, where `in_all` says that there are more; nothing where it shows all."""
    if in_all(rows) <= len(rows):
        return []
    return [words.say("The first {n} are listed; choose a branch to see the others.", n=words.number(len(rows)))]


def in_all(rows: pd.DataFrame) -> int:
    """How many cases a list has, with those that are not listed."""
    return int(rows["in_all"].iloc[0]) if len(rows) else 0


def certainty(words: Words, row: pd.Series) -> list[str]:
    """Up to two lines: the 95 % interval, and n with what is still open or not yet due."""
    counts = [words.say("n {n}", n=row["base_text"])] if row["base_text"] else []
    if "open" in row and row["open"] > 0:
        counts.append(words.say("{n} still open", n=words.number(float(row["open"]))))
    if "pending" in row and row["pending"] == row["pending"] and row["pending"] > 0:
        counts.append(words.say("{n} not yet due", n=words.number(float(row["pending"]))))
    interval = words.say("95%: {interval}", interval=row["interval_text"]) if row["interval_text"] else ""
    return [line for line in (interval, " · ".join(counts)) if line]


def alarm(words: Words, about: Metric, value: float) -> str | None:
    """The badge of a figure beyond one of the trade's marks, which are settings in the metric catalogue."""
    if math.isnan(value):
        return None
    for name, mark in about.alarm.items():
        said = words.percent(mark, 0)
        if name == "good_above" and value > mark:
            return markup.badge("good", words.say("good: above {mark}", mark=said))
        if name == "bad_above" and value > mark:
            return markup.badge("bad", words.say("alarm: above {mark}", mark=said))
    return None


def newest_signal(words: Words, values: Sequence[float], errors: Sequence[float] | None = None) -> str | None:
    """The badge of a series whose newest point is beyond usual variation; `errors` as `signals.limits` wants them."""
    found = signals.signals(values, errors)
    if not found or found[-1].index != len(values) - 1:
        return None
    return markup.badge("caution", _rule(words, found[-1].rule))


def trend(rows: pd.DataFrame, reads: Readable) -> str:
    """From where to where a series went, and since when it is beyond usual variation."""
    words = reads.names.words
    known = rows.dropna(subset=["value"])
    when = "week" if "week" in rows else "month"
    label = words.label(reads.metric.label)
    if known.empty:
        return words.say("{what}: no month has enough cases to show.", what=label)
    first, last = known.iloc[0], known.iloc[-1]
    said = words.say(
        "{what}: from {first} ({then}) to {last} ({now}).",
        what=label,
        first=first["value_text"],
        then=_when(words, first[when], when),
        last=last["value_text"],
        now=_when(words, last[when], when),
    )
    if "is_signal" not in known:
        return said
    signal = known[known["is_signal"]]
    if signal.empty:
        steady = words.say("All months lie within usual variation.")
        return words.sentences(said, steady) if known["centre"].notna().any() else said
    newest = signal.iloc[-1]
    return words.sentences(
        said, words.say("Beyond usual variation most recently in {month}.", month=_when(words, newest[when], when))
    )


def duration(rows: pd.DataFrame, reads: Readable) -> str:
    """By when half and nine tenths have got there, of how many."""
    words, row = reads.names.words, rows.iloc[0]
    what = words.label(reads.metric.label)
    half, most = reads.value(row["median"]), reads.value(row["p90"])
    if row["p90"] == row["p90"]:
        said = words.say("{what}: half within {half}, nine in ten within {most}.", what=what, half=half, most=most)
    elif row["median"] == row["median"]:
        said = words.say("{what}: half within {half}; nine in ten have not got there yet.", what=what, half=half)
    else:
        said = words.say("{what}: fewer than half have got there yet.", what=what)
    return words.sentences(
        said,
        words.say(
            "Followed: {n}, of whom {open} are still open.", n=words.number(row["n"]), open=words.number(row["open"])
        ),
    )


def ranking(rows: pd.DataFrame, reads: Readable) -> str:
    """The highest and the lowest of several, with n, and how many cannot be shown."""
    words = reads.names.words
    known = rows.dropna(subset=["value"]).sort_values("value", ascending=False)
    label = words.label(reads.metric.label)
    if len(known) < 2:
        return words.say("{what}: too few groups to compare.", what=label)
    first, last = known.iloc[0], known.iloc[-1]
    said = words.say(
        "{what}: highest for {first} ({first_value}, n {first_n}), lowest for {last} ({last_value}, n {last_n}).",
        what=label,
        first=first["label"],
        first_value=first["value_text"],
        first_n=first["base_text"] or first["value_text"],
        last=last["label"],
        last_value=last["value_text"],
        last_n=last["base_text"] or last["value_text"],
    )
    hidden = len(rows) - len(known)
    small = words.say_many("{n} group is too small to show.", "{n} groups are too small to show.", hidden)
    return words.sentences(said, *_by_chance(first, last, len(known), reads), *([small] if hidden else []))


def _by_chance(first: pd.Series, last: pd.Series, groups: int, reads: Readable) -> list[str]:
    """Whether the highest and the lowest of so many groups differ by more than chance explains; nothing without intervals."""
    say, kind = reads.names.words.say, reads.metric.kind
    ends = [readable.estimate(row, kind) for row in (first, last)]
    if ends[0] is None or ends[1] is None:
        return []
    if signals.extremes(ends[0], ends[1], of=groups).is_clear:
        return [say("The difference is clear.")]
    return [say("Chance alone may explain the difference.")]


def counts(rows: pd.DataFrame, reads: Readable) -> str:
    """The largest of several counts and its share of them all; they come as `shapes.largest` orders them."""
    words = reads.names.words
    total = rows["value"].sum()
    if not total:
        return words.say("{what}: none.", what=words.label(reads.metric.label))
    first = rows.iloc[0]
    return words.say(
        "{what}: {total} in all; most for {first} with {value} ({share}).",
        what=words.label(reads.metric.label),
        total=reads.value(total),
        first=first["label"],
        value=first["value_text"],
        share=words.percent(first["value"] / total, 0),
    )


def funnel(rows: pd.DataFrame, reads: Readable) -> str:
    """How many came through to the end, and where most were lost."""
    words = reads.names.words
    first, last = rows.iloc[0], rows.iloc[-1]
    steps = rows.iloc[1:].dropna(subset=["value"])
    if steps.empty or math.isnan(last["share"]):
        return words.say("{what}: too few to follow.", what=words.label(reads.metric.label))
    worst = steps.loc[steps["value"].idxmin()]
    return words.say(
        "Of {n} leads collected, {share} reached “{last}”. The narrowest step is “{worst}”: {value} of the stage before.",
        n=words.number(float(first["collected"])),
        share=words.percent(last["share"]),
        last=last["label"],
        worst=worst["label"],
        value=worst["value_text"],
    )


def parts(rows: pd.DataFrame, reads: Readable) -> str:
    """Every part of a whole that holds anything, with its share, in the order of the parts."""
    words = reads.names.words
    known = rows[rows["share"] > 0]
    named = [f"{row['label']} {words.percent(row['share'], 0)}" for _, row in known.iterrows()]
    total = float(rows["denominator"].max()) if len(rows) else 0.0
    return words.say(
        "{what}, {n} in all: {parts}.",
        what=words.label(reads.metric.label),
        n=words.number(total),
        parts=words.listed(named),
    )


def _period(words: Words, asked: Scope) -> str:
    if asked.period is None:
        return words.say("all time")
    last = (pd.Timestamp(asked.period.end) - pd.Timedelta(days=1)).date()
    return words.span(asked.period.start, last)


def _when(words: Words, time: pd.Timestamp, kind: str) -> str:
    return words.month(time.date()) if kind == "month" else words.day(time.date())


def _rule(words: Words, rule: signals.Rule) -> str:
    match rule:
        case "beyond limits":
            return words.say("unusual month")
        case "eight on one side":
            return words.say("shifted for 8 months")
        case "two of three beyond two sigma":
            return words.say("drifting to the limit")


def _base(rows: pd.DataFrame) -> str | None:
    return next((name for name in ("denominator", "n") if name in rows), None)
