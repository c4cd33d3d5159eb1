"""Readable rows in the shape that a drawing wants. Pure; nothing here draws."""

from collections.abc import Callable

import pandas as pd

from pages.shared.readable import Readable
from warehouse.metrics import PLACES

Shape = Callable[[pd.DataFrame, Readable], pd.DataFrame]
SLA_ORDER = ("met", "breached_closed", "breached_open", "running")
NARROWEST_SAID = 0.06
GROUPS_SHOWN = 15


def as_given(rows: pd.DataFrame, reads: Readable) -> pd.DataFrame:
    """No change."""
    return rows


def with_limits(rows: pd.DataFrame, reads: Readable) -> pd.DataFrame:
    """A series without natural limits."""
    empty = float("nan")
    return rows.assign(centre=empty, limit_low=empty, limit_high=empty, is_signal=False)


def funnel(rows: pd.DataFrame, reads: Readable) -> pd.DataFrame:
    """Stages with their share of all collected and of the stage before, as texts."""
    words = reads.names.words
    return rows.assign(
        place=range(len(rows)),
        all=1.0,
        share_text=[words.percent(share) if share == share else "–" for share in rows["share"]],
        reached_text=[words.number(reached) if reached == reached else "–" for reached in rows["numerator"]],
        step_text=["" if place == 0 else said for place, said in enumerate(rows["value_text"])],
    )


def largest(rows: pd.DataFrame, reads: Readable) -> pd.DataFrame:
    """The largest first; beyond fifteen the rest together."""
    ordered = rows.sort_values("value", ascending=False)
    if len(ordered) <= GROUPS_SHOWN:
        return ordered
    shown, rest = ordered.iloc[: GROUPS_SHOWN - 1], ordered.iloc[GROUPS_SHOWN - 1 :]
    total = rest["value"].sum()
    words = reads.names.words
    label = words.say_many("{n} other", "{n} others", len(rest))
    return pd.concat(
        [shown, pd.DataFrame([{"label": label, "value": total, "value_text": reads.value(total)}])], ignore_index=True
    )


def plain_questions(rows: pd.DataFrame, reads: Readable) -> pd.DataFrame:
    """Without the paired questions of SERVQUAL (`expectation.…`, `perception.…`), which are read as gaps, not alone."""
    return rows[~rows["question"].str.contains(".", regex=False)]


def best_first(rows: pd.DataFrame, reads: Readable) -> pd.DataFrame:
    """Groups by figure, the largest first; those too small to show are left to the table."""
    return rows.dropna(subset=["value"]).sort_values("value", ascending=False).head(GROUPS_SHOWN * 2)


def sla(rows: pd.DataFrame, reads: Readable) -> pd.DataFrame:
    """The four parts in their order, with a text where the part is wide enough for one, and the view that lists their cases."""
    words = reads.names.words
    ordered = rows.assign(
        position=[SLA_ORDER.index(part) if part in SLA_ORDER else len(SLA_ORDER) for part in rows["part"]]
    ).sort_values("position")
    said = [words.percent(share, 0) if share == share else "–" for share in ordered["share"]]
    wide = [text if share >= NARROWEST_SAID else "" for text, share in zip(said, ordered["share"], strict=True)]
    return ordered.assign(share_text=said, strip_text=wide, view=ordered["part"])


def shares(rows: pd.DataFrame, reads: Readable) -> pd.DataFrame:
    """Parts with their share as text, which also stands beside the mark."""
    said = [reads.names.words.percent(share, 0) if share == share else "–" for share in rows["share"]]
    return rows.assign(share_text=said, said=said)


def answers(rows: pd.DataFrame, reads: Readable) -> pd.DataFrame:
    """The five answers under their names, worst to best."""
    say = reads.names.words.say
    names = {
        "1": say("Very dissatisfied"),
        "2": say("Dissatisfied"),
        "3": say("Neither"),
        "4": say("Satisfied"),
        "5": say("Very satisfied"),
    }
    return shares(
        rows.assign(label=[names.get(str(part), str(part)) for part in rows["part"]], part=rows["part"].astype(int)),
        reads,
    )


def counted_answers(rows: pd.DataFrame, reads: Readable) -> pd.DataFrame:
    """The five answers with how many there are beside the mark: of a few, shares say nothing."""
    return answers(rows, reads).assign(said=rows["value_text"])


def quantiles(honest: pd.DataFrame, common: pd.DataFrame, reads: Readable) -> pd.DataFrame:
    """Durations by month in long form, of all cases and of the closed alone: month, hours, series, hours_text."""
    say = reads.names.words.say
    series = (
        (honest, "median", say("Half")),
        (common, "median", say("Half, closed alone")),
        (honest, "p90", say("Nine in ten")),
        (common, "p90", say("Nine in ten, closed alone")),
    )
    long = [rows.assign(hours=rows[column].astype(float), series=name) for rows, column, name in series]
    together = pd.concat(long, ignore_index=True)[["month", "hours", "series"]]
    return together.assign(hours_text=[reads.value(hours) for hours in together["hours"]])


def mark(
    rows: pd.DataFrame, series: str, *, value: str = "value", said: str | None = None, has_interval: bool = False
) -> pd.DataFrame:
    """One series of `charts.forms.marks`: the figure `value` of every group, with its interval where that is its own.

    Groups that are places keep their codes, by which a click narrows the page.
    """
    nothing = float("nan")
    return pd.DataFrame(
        {
            **{name: rows[name] for name in PLACES if name in rows},
            "label": rows["label"],
            "series": series,
            "value": rows[value].astype(float),
            "low": rows["low"] if has_interval else nothing,
            "high": rows["high"] if has_interval else nothing,
            "value_text": rows[f"{value}_text"],
            "interval_text": rows["interval_text"] if has_interval else "",
            "base_text": rows["base_text"],
            "said": rows[said] if said else "",
        }
    )


def curve(rows: pd.DataFrame, reads: Readable) -> pd.DataFrame:
    """Steps of a duration's curve with texts."""
    words = reads.names.words
    percents = [
        [words.percent(share) if share == share else "–" for share in rows[name].astype(float)]
        for name in ("share", "low", "high")
    ]
    return rows.assign(
        at_text=[reads.value(at) for at in rows["at"].astype(float)],
        share_text=percents[0],
        interval_text=[f"{low} – {high}" for low, high in zip(percents[1], percents[2], strict=True)],
    )
