"""What the page of complaints makes of its figures: shapes for its drawings, and the sentences that say what they show."""

import pandas as pd

from pages.shared import drawings, shapes
from pages.shared.drawings import Drawing
from pages.shared.inquiry import Inquiry
from pages.shared.markup import Missing
from pages.shared.names import weekdays
from pages.shared.readable import Readable
from pages.shared.sentences import NAMED_AT_MOST
from pages.shared.text import Words
from warehouse.causes import causes, gaps


def branches(inquiry: Inquiry) -> Drawing | Missing:
    """Every branch that is large enough, within the limits of chance around the company."""
    return drawings.figure(inquiry, "complaint.branch", by=("branch",), shape=against_limits, tells=outside)


def reasons(inquiry: Inquiry) -> Drawing | Missing:
    """Causes, each with the gap of service that it belongs to."""
    return drawings.figure(inquiry, "complaint.cause", by=(), shape=with_gaps, tells=causes_told)


def arrivals(inquiry: Inquiry) -> Drawing | Missing:
    """Complaints by day, as a calendar."""
    return drawings.figure(inquiry, "complaint.count", by=("day",), shape=calendar, tells=busiest)


def against_limits(rows: pd.DataFrame, reads: Readable) -> pd.DataFrame:
    """Branches that are large enough, with their limits, and on which side of those of 99.8 in 100 they lie."""
    say = reads.names.words.say
    known = rows.dropna(subset=["value"]).sort_values("base")
    is_outside = known["is_outside_998"].astype(float) == 1
    is_above = known["value"] > known["centre"].astype(float)
    limits = ["centre", "low_95", "high_95", "low_998", "high_998"]
    return known.assign(
        **{name: known[name].astype(float) for name in limits},
        place=[
            (say("Above: worse") if above else say("Below: better")) if outside else say("Within the limits")
            for outside, above in zip(is_outside, is_above, strict=True)
        ],
        outside=[
            ("above" if above else "below") if out else "" for out, above in zip(is_outside, is_above, strict=True)
        ],
        limits_text=[
            f"{low} – {high}" for low, high in zip(known["low_998_text"], known["high_998_text"], strict=True)
        ],
        mark_text=known["label"].where(is_outside, ""),
        hidden=len(rows) - len(known),
    )


def outside(rows: pd.DataFrame, reads: Readable) -> str:
    """Which branches chance does not explain; of the others nothing is said."""
    words = reads.names.words
    if rows.empty or rows["centre"].isna().all():
        return words.say("The share of the whole company is not yours to see, so no limits are drawn around it.")
    hidden = int(rows["hidden"].iloc[0])
    small = words.say_many("{n} group is too small to show.", "{n} groups are too small to show.", hidden)
    worse, better = (list(rows.loc[rows["outside"] == side, "label"]) for side in ("above", "below"))
    centre = rows["centre_text"].iloc[0]
    if not worse and not better:
        said = words.say(
            "No branch lies outside the 99.8% limits around the company's {centre}: chance alone may explain how they differ.",
            centre=centre,
        )
        return words.sentences(said, small) if hidden else said
    told = []
    if worse:
        named = _named(words, worse)
        told.append(
            words.say(
                "Broken more often than chance explains, around the company's {centre}: {list}.",
                centre=centre,
                list=named,
            )
        )
    if better:
        named = _named(words, better)
        told.append(
            words.say(
                "Broken less often than chance explains, around the company's {centre}: {list}.",
                centre=centre,
                list=named,
            )
        )
    if others := len(rows) - len(worse) - len(better):
        told.append(
            words.say_many(
                "Of {n} other branch chance alone may explain the figure.",
                "Of {n} other branches chance alone may explain the figures.",
                others,
            )
        )
    return words.sentences(*told, *([small] if hidden else []))


def with_gaps(rows: pd.DataFrame, reads: Readable) -> pd.DataFrame:
    """Causes, the most frequent first and the unknown ones last, with the gap of service that each belongs to."""
    words = reads.names.words
    declared = causes()
    called = [
        words.label(declared[part].label) if part in declared else name
        for part, name in zip(rows["part"], rows["label"], strict=True)
    ]
    gap = [words.label(gaps()[declared[part].gap].label) if part in declared else "" for part in rows["part"]]
    said = [f"{value}{words.aside(share)}" for value, share in zip(rows["value_text"], rows["share_text"], strict=True)]
    named = rows.assign(label=called, gap=gap, said=said, is_unknown=rows["part"] == "unknown")
    return named.sort_values(["is_unknown", "value"], ascending=[True, False])


def causes_told(rows: pd.DataFrame, reads: Readable) -> str:
    """The most frequent cause with its gap, and for how many no cause is known yet."""
    words, known = reads.names.words, rows[~rows["is_unknown"]].dropna(subset=["value"])
    told = []
    if len(known):
        first = known.iloc[0]
        told.append(
            words.say(
                "Most frequent of {n}: {cause} with {said}{gap}.",
                n=words.number(float(rows["denominator"].max())),
                cause=first["label"],
                said=first["said"],
                gap=words.aside(first["gap"]) if first["gap"] else "",
            )
        )
    for _, row in rows[rows["is_unknown"]].iterrows():
        told.append(words.say("No cause is noted yet for {said}.", said=row["said"]))
    return words.sentences(*told)


def recovery(inquiry: Inquiry) -> Drawing | Missing:
    """Who ordered again after a complaint, beside comparable customers without one; the last 24 months, by region."""
    metric = "complaint.recovery"
    rows = drawings.with_whole(inquiry, metric, "region", scope=inquiry.long_scope)
    if isinstance(rows, tuple):
        return rows
    reads, say = inquiry.reads(metric), inquiry.viewer.words.say
    after = shapes.mark(rows, say("After a complaint"), said="difference_text", has_interval=True)
    matched = shapes.mark(rows, say("Comparable, no complaint"), value="matched_value")
    shown = pd.concat([after, matched], ignore_index=True).dropna(subset=["value"])
    return drawings.drawing(inquiry, shown, recovered(rows.iloc[0], reads), rows, ("region",))


def recovered(row: pd.Series, reads: Readable) -> str:
    """How many ordered again, how many of the comparable customers, and whether the difference is clear."""
    words = reads.names.words
    said = words.say(
        "Over 24 months, {share} of {n} complaints resolved were followed by an order within 180 days.",
        share=row["value_text"],
        n=row["base_text"],
    )
    low, high = float(row["difference_low"]), float(row["difference_high"])
    if low != low:
        return words.sentences(said, words.say("Nobody is there to compare with."))
    interval = f"{words.points(low)} … {words.points(high)}"
    told = (
        words.say(
            "Against comparable customers that is {difference} (95%: {interval}), more than chance explains.",
            difference=row["difference_text"],
            interval=interval,
        )
        if low > 0 or high < 0
        else words.say(
            "Against comparable customers that is {difference} (95%: {interval}), which chance alone may explain.",
            difference=row["difference_text"],
            interval=interval,
        )
    )
    return words.sentences(said, told)


def calendar(rows: pd.DataFrame, reads: Readable) -> pd.DataFrame:
    """Days as cells: `week` (its Monday) to `week_end`, `weekday` under its name, and its place in the week."""
    names = weekdays(reads.names.words)
    days = rows["day"].dt
    monday = rows["day"] - pd.to_timedelta(days.weekday, unit="D")
    return rows.assign(
        week=monday,
        week_end=monday + pd.Timedelta(days=7),
        position=days.weekday,
        weekday=[names[place] for place in days.weekday],
        day_text=[reads.names.words.day(day.date()) for day in rows["day"]],
    )


def busiest(rows: pd.DataFrame, reads: Readable) -> str:
    """How many came in all, and the day with the most."""
    words = reads.names.words
    most = rows.loc[rows["value"].idxmax()]
    return words.say(
        "{n} complaints on {days} days; the most on one day: {most} ({day}). Days without any are left blank.",
        n=words.number(float(rows["value"].sum())),
        days=words.number(len(rows)),
        most=most["value_text"],
        day=most["day_text"],
    )


def _named(words: Words, labels: list[str]) -> str:
    if len(labels) <= NAMED_AT_MOST:
        return words.listed(labels)
    more = words.say_many("{n} more", "{n} more", len(labels) - NAMED_AT_MOST)
    return words.listed([*labels[:NAMED_AT_MOST], more])
