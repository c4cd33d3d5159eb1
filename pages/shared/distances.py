"""How far a figure is from what it should be, and from what the whole company does. Coloured only where its interval is."""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial

import pandas as pd

from pages.shared import cached, markup, readable
from pages.shared.inquiry import Inquiry
from pages.shared.viewer import Viewer
from warehouse.metrics import Direction, metrics
from warehouse.queries import company, signals, targets
from warehouse.queries.signals import Difference
from warehouse.scope import Scope
from warehouse.targets import Target


@dataclass(frozen=True)
class Distance:
    """A figure minus what it is held against, and whether more of it is good."""

    difference: Difference
    direction: Direction

    @property
    def is_good(self) -> bool | None:
        """Whether it lies on the good side; None where neither side is, or where chance alone may have put it there."""
        if self.direction == "none" or not self.difference.is_clear:
            return None
        return (self.difference.value > 0) == (self.direction == "up")


def target(inquiry: Inquiry, code: str) -> Target | None:
    """The target of `code` in force on the last day that the page shows, for the region or branch looked at."""
    return target_for(inquiry.viewer, inquiry.scope, code, last_day(inquiry.scope, inquiry.last_day))


def target_for(viewer: Viewer, scope: Scope, code: str, day: date) -> Target | None:
    """The target of `code` in force on `day` for what `viewer` sees of `scope`."""
    ask = partial(cached.rows, viewer.asker, targets.delivered)
    return targets.of_scope(viewer.branches, scope, code, day, ask)


def last_day(scope: Scope, newest: date) -> date:
    """The last day of the period that has data."""
    return newest if scope.period is None else min(newest, scope.period.end - timedelta(days=1))


def target_line(inquiry: Inquiry, code: str) -> str:
    """`target: at least 90%`, below the figure; empty where none is set."""
    found = target(inquiry, code)
    if found is None:
        return ""
    say, said = inquiry.viewer.words.say, inquiry.reads(code).value(found.value)
    if metrics()[code].direction == "down":
        return say("target: at most {value}", value=said)
    return say("target: at least {value}", value=said)


def company_line(inquiry: Inquiry, code: str) -> str:
    """`whole company: 87.4%`, below the figure, where that is asked for and may be known; else empty."""
    whole = _whole(inquiry, code)
    if whole is None:
        return ""
    return inquiry.viewer.words.say("whole company: {value}", value=inquiry.reads(code).value(whole))


def badge(inquiry: Inquiry, code: str, now: pd.Series) -> str | None:
    """The badge of the distance that is asked for; none where there is nothing to hold the figure against."""
    match inquiry.scope.comparison:
        case "target":
            return _to_target(inquiry, code, now)
        case "company":
            return _to_company(inquiry, code, now)
        case _:
            return None


def _to_target(inquiry: Inquiry, code: str, now: pd.Series) -> str | None:
    found, say = target(inquiry, code), inquiry.viewer.words.say
    far = None if found is None else _distance(code, now, found.value)
    if far is None:
        return None
    said = inquiry.reads(code).change(far.difference.value)
    if far.is_good is None:
        return markup.badge("quiet", say("{distance} to target, may be chance", distance=said))
    if far.is_good:
        return markup.badge("good", say("target met, {distance}", distance=said))
    return markup.badge("bad", say("target missed, {distance}", distance=said))


def _to_company(inquiry: Inquiry, code: str, now: pd.Series) -> str | None:
    whole = _whole(inquiry, code)
    far = None if whole is None else _distance(code, now, whole)
    if far is None or not far.difference.is_clear:
        return None
    say, said = inquiry.viewer.words.say, inquiry.reads(code).change(far.difference.value)
    if far.is_good is None:
        return markup.badge("quiet", say("{distance} against the company", distance=said))
    if far.is_good:
        return markup.badge("good", say("{distance}, better than the company", distance=said))
    return markup.badge("bad", say("{distance}, worse than the company", distance=said))


def _whole(inquiry: Inquiry, code: str) -> float | None:
    """The figure of the whole company, where it is asked for and may be known."""
    if inquiry.scope.comparison != "company":
        return None
    rows = cached.rows(inquiry.viewer.asker, company.whole, code, inquiry.known_scope(code))
    return None if rows.empty else float(rows["value"].iloc[0])


def _distance(code: str, now: pd.Series, held_against: float) -> Distance | None:
    """From a fixed value, so that only the figure's own interval counts; None where it has none.

    Against the whole company, of which it is a part, that errs on the side of silence: the two move together.
    """
    about = metrics()[code]
    figure = readable.estimate(now, about.kind)
    if figure is None:
        return None
    return Distance(signals.difference(figure, signals.fixed(held_against)), about.direction)
