"""What a tile says: figure, interval, n, the change if it is clear, the history with its natural limits."""

from collections.abc import Sequence
from datetime import timedelta

import pandas as pd

from pages.shared import distances, markup, readable, sentences
from pages.shared.downloads import Sheet
from pages.shared.inquiry import Inquiry
from pages.shared.markup import Tile
from warehouse.metrics import Metric, metrics
from warehouse.queries import signals
from warehouse.scope import Scope


def tile(inquiry: Inquiry, code: str) -> Tile:
    """The tile of one metric, or one that says why there is nothing to say."""
    words, about = inquiry.viewer.words, metrics()[code]
    answer, label = inquiry.ask(code), words.label(about.label)
    if missing := inquiry.missing(answer):
        _, title, why = missing
        return Tile(label=label, figure="", small=(title,), described=words.sentences(f"{label}: {title}.", why))
    now = inquiry.readable(answer).iloc[0]
    past, errors = _past(inquiry, code)
    held_against = distances.badge(inquiry, code, now)
    is_judged = held_against is not None and inquiry.scope.comparison == "target"
    badges = (
        None if is_judged else sentences.alarm(words, about, now["value"]),
        held_against or change(inquiry, code, now),
        sentences.newest_signal(words, past, errors),
        _late(inquiry, about),
    )
    small = sentences.certainty(words, now)
    if inquiry.scope.period is not None and answer.rows.attrs.get("period", inquiry.scope.period) is None:
        small.append(words.say("all time: its dates are unknown"))
    small += [line for line in (distances.target_line(inquiry, code), distances.company_line(inquiry, code)) if line]
    return Tile(
        label=label,
        figure=now["value_text"],
        small=small,
        badges=[badge for badge in badges if badge],
        history=past,
        errors=errors,
        described=f"{label}: {now['value_text']}. {' · '.join(small)}",
    )


def sheet(inquiry: Inquiry, codes: Sequence[str]) -> Sheet:
    """The tiles as rows of one sheet: figure, interval, n, unit, target, or why there is no figure."""
    say, label = inquiry.viewer.words.say, inquiry.viewer.words.label
    lines = [{say("Tile"): label(metrics()[code].label), say("Code"): code, **_row(inquiry, code)} for code in codes]
    return Sheet(say("Tiles"), say("The figures at the head of the page."), pd.DataFrame(lines), figures=tuple(codes))


def past_table(inquiry: Inquiry, code: str) -> pd.DataFrame | None:
    """The history behind a tile as a table; None where there is none."""
    history = inquiry.history(code) if "month" in metrics()[code].dims else None
    if history is None or history.absent:
        return None
    return readable.table(inquiry.readable(history), inquiry.names, ("month",))


def change(inquiry: Inquiry, code: str, now: pd.Series) -> str | None:
    """The badge of a change whose interval excludes zero; none while the period still runs."""
    before, period = inquiry.scope.compared(), inquiry.scope.period
    if before is None or period is None or period.end > inquiry.last_day + timedelta(days=1):
        return None
    earlier = inquiry.ask(code, scope=before)
    if earlier.absent or earlier.rows.empty or not _reaches_back(inquiry, code, before):
        return None
    about = metrics()[code]
    then = readable.estimate(inquiry.readable(earlier).iloc[0], about.kind)
    today = readable.estimate(now, about.kind)
    if then is None or today is None:
        return None
    difference = signals.difference(today, then)
    if not difference.is_clear:
        return None
    is_up = difference.value > 0
    is_good = None if about.direction == "none" else is_up == (about.direction == "up")
    said = inquiry.reads(code).change(difference.value)
    return markup.change(inquiry.viewer.words, is_up=is_up, said=said, is_good=is_good)


def _late(inquiry: Inquiry, about: Metric) -> str | None:
    """The badge of a figure behind which a feed is late."""
    late = [inquiry.names.feed(feed) for feed in inquiry.viewer.late(about.feeds)]
    words = inquiry.viewer.words
    return markup.badge("caution", words.say("late: {feeds}", feeds=words.listed(late))) if late else None


def _reaches_back(inquiry: Inquiry, code: str, before: Scope) -> bool:
    """Whether there is anything in the first month of the period compared with; else it was longer than the data."""
    if before.period is None or "month" not in metrics()[code].dims:
        return True
    first = before.period.start.replace(day=1)
    known = inquiry.long_scope if inquiry.long_scope.period.start <= first else before
    months = inquiry.ask(code, ("month",), known).rows
    return not months.empty and months["month"].min() <= first


def _row(inquiry: Inquiry, code: str) -> dict[str, object]:
    say, answer = inquiry.viewer.words.say, inquiry.ask(code)
    if missing := inquiry.missing(answer):
        return {say("Remark"): missing[1]}
    row = readable.values(inquiry.readable(answer), inquiry.names, ()).iloc[0].to_dict()
    wanted = distances.target(inquiry, code)
    return {
        **row,
        say("Unit"): inquiry.viewer.words.label(metrics()[code].unit_label),
        **({say("Target"): wanted.value} if wanted else {}),
    }


def _past(inquiry: Inquiry, code: str) -> tuple[list[float], list[float] | None]:
    """The figure month by month, and its standard errors where months share data with their neighbours."""
    if "month" not in metrics()[code].dims:
        return [], None
    history = inquiry.history(code)
    if history.absent:
        return [], None
    rows = inquiry.readable(history)
    return [float(value) for value in rows["value"]], readable.errors(rows, metrics()[code])
