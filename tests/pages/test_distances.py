"""What a figure is held against: its target and the whole company. Nothing is called met, missed or different that may be chance."""

import math
import re
from collections.abc import Iterator
from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from pages.shared import cached, distances
from pages.shared.names import Names
from pages.shared.readable import Readable
from pages.shared.text import Words
from warehouse import targets
from warehouse.metrics import metrics
from warehouse.queries.targets import delivered, of_scope, places
from warehouse.queries.targets import target as nearest
from warehouse.scope import Comparison, Period, Scope
from warehouse.targets import Target, target

WORDS = Words("en")
PLACES = pd.DataFrame({"branch_id": ["a", "b", "c"], "region_id": ["n", "n", "s"]})
DELIVERED = pd.DataFrame(columns=["metric_code", "scope_kind", "scope_id", "period_on", "target_value"])
BARELY = 1e-9
"""Nearer than this an end of an interval lies on either side, as the machine rounds."""
MARCH = Period(date(2026, 3, 1), date(2026, 4, 1))
EVERY_TARGET = [(code, each) for code, found in targets.targets().items() for each in found]


def _inquiry(comparison: Comparison, scope: Scope | None = None) -> Any:
    """Of one person, who may know that the whole company's figure is 0.5."""
    asked = scope or Scope(period=MARCH, branches=("a",), comparison=comparison)
    return SimpleNamespace(
        viewer=SimpleNamespace(words=WORDS, asker=cached.Asker(((), ()), None), branches=PLACES),
        scope=asked,
        last_day=date(2026, 3, 31),
        reads=lambda code: Readable.of(code, Names(words=WORDS), "CNY"),
        known_scope=lambda code: asked,
    )


@pytest.fixture(scope="module", autouse=True)
def half() -> Iterator[None]:
    """The whole company does 0.5, and nobody has delivered a target."""
    whole = pd.DataFrame({"value": [0.5], "low": [0.5], "high": [0.5]})
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cached, "rows", lambda _, question, *asked: DELIVERED if question is delivered else whole)
        yield


def _now(value: float, low: float, high: float) -> pd.Series:
    return pd.Series({"value": value, "low": low, "high": high})


@pytest.mark.parametrize(("code", "wanted"), EVERY_TARGET, ids=[code for code, _ in EVERY_TARGET])
def test_a_target_is_of_a_figure_that_has_a_good_direction_and_an_interval(code: str, wanted: Target) -> None:
    about = metrics()[code]
    assert about.direction != "none"
    assert about.kind in {"rate", "duration", "score", "ratio"}
    assert set(wanted.why) == set(wanted.owner_label) == {"en", "zh_CN"}
    assert re.search(r"[\u4e00-\u9fff]", wanted.why["zh_CN"] + wanted.owner_label["zh_CN"])
    assert re.search(r"[\u4e00-\u9fff]", wanted.owner_label["zh_CN"])
    assert not (about.kind == "rate" and not 0 < wanted.value < 1)


def test_the_target_of_the_day_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    both = [Target(value, since, "sales", {}) for value, since in ((0.2, date(2026, 3, 1)), (0.1, date(2025, 1, 1)))]
    monkeypatch.setattr(targets, "targets", lambda: {"nps": both})
    found = [target("nps", day) for day in (date(2024, 12, 31), date(2026, 2, 28), date(2026, 3, 1))]
    assert [each and each.value for each in found] == [None, 0.1, 0.2]
    assert target("csat.top2", date(2026, 3, 1)) is None


def test_a_delivered_target_of_the_nearest_place_comes_before_the_house_s_own() -> None:
    def wanted(day: date, regions: list[str], branches: list[str], metric: str = "nps") -> float | None:
        told = nearest(rows, metric, day, places(regions, branches))
        return told and told.value

    rows = pd.DataFrame(
        [
            ["nps", "company", None, date(2026, 1, 1), 40.0],
            ["nps", "company", None, date(2026, 3, 1), 42.0],
            ["nps", "region", "n", date(2026, 2, 1), 44.0],
            ["nps", "branch", "a", date(2026, 2, 1), 46.0],
        ],
        columns=DELIVERED.columns,
    )
    march, february = date(2026, 3, 31), date(2026, 2, 28)
    assert wanted(march, ["n"], ["a"]) == 46.0
    assert wanted(march, ["n"], ["b"]) == 44.0
    assert wanted(march, ["n"], ["a", "b"]) == 44.0
    assert wanted(march, ["n", "s"], ["a", "b", "c"]) == 42.0
    assert wanted(february, ["s"], ["c"]) == 40.0
    assert wanted(date(2025, 12, 31), ["n"], ["a"]) == getattr(target("nps", march), "value", None)
    assert wanted(march, ["n"], ["a"], "csat.top2") == getattr(target("csat.top2", march), "value", None)
    told = nearest(rows, "nps", march, places(["n"], ["a"]))
    assert told is not None
    assert (told.owner_label["zh_CN"], told.since) == ("交付的目标", date(2026, 2, 1))
    assert "branch a" in told.why["en"]


@pytest.mark.parametrize(
    ("scope", "named", "value"),
    [
        (Scope(), ("", ""), 40.0),
        (Scope(regions=("n",)), ("n", ""), 44.0),
        (Scope(regions=("s",)), ("s", "c"), 40.0),
        (Scope(branches=("a", "b")), ("n", ""), 44.0),
        (Scope(branches=("a",), regions=("n",)), ("n", "a"), 46.0),
        (Scope(branches=("elsewhere",)), ("", ""), 40.0),
    ],
)
def test_the_target_of_a_scope_is_that_of_the_only_place_in_it(
    scope: Scope, named: tuple[str, str], value: float
) -> None:
    """As tiles and alerts ask for it: in one branch or region of those that somebody sees its own, else the company's."""
    rows = [
        ["nps", *of, date(2026, 2, 1), v]
        for *of, v in [("company", None, 40.0), ("region", "n", 44.0), ("branch", "a", 46.0)]
    ]
    asked = []

    def ask(region: str, branch: str) -> pd.DataFrame:
        asked.append((region, branch))
        return pd.DataFrame(rows, columns=DELIVERED.columns)

    told = of_scope(PLACES, scope, "nps", date(2026, 3, 31), ask)
    assert (asked, told and told.value) == ([named], value)


def test_the_last_day_is_that_of_the_period_as_far_as_there_are_data() -> None:
    newest = date(2026, 3, 31)
    assert distances.last_day(Scope(), newest) == newest
    assert distances.last_day(Scope(period=Period(date(2025, 1, 1), date(2025, 2, 1))), newest) == date(2025, 1, 31)
    assert distances.last_day(Scope(period=Period(newest, newest + timedelta(days=9))), newest) == newest


@given(
    st.floats(0, 1),
    st.floats(0.001, 0.3),
    st.floats(0.001, 0.3),
    st.sampled_from(["complaint.sla_rate", "five.churn_rate"]),
)
def test_met_and_missed_are_said_only_where_the_interval_lies_on_one_side(
    value: float, below: float, above: float, code: str
) -> None:
    inquiry, wanted = _inquiry("target"), target(code, date(2026, 3, 31))
    assert wanted is not None
    low, high = value - below, value + above
    assume(min(abs(low - wanted.value), abs(high - wanted.value)) > BARELY)
    told = distances.badge(inquiry, code, _now(value, low, high))
    assert told is not None
    better_above = metrics()[code].direction == "up"
    is_met = low > wanted.value if better_above else high < wanted.value
    is_missed = high < wanted.value if better_above else low > wanted.value
    assert ("is-good" in told, "target met" in told) == (is_met, is_met)
    assert ("is-bad" in told, "target missed" in told) == (is_missed, is_missed)
    assert ("is-quiet" in told, "may be chance" in told) == ((not (is_met or is_missed),) * 2)


@given(st.floats(0, 1), st.floats(0.001, 0.3), st.sampled_from(["complaint.sla_rate", "five.churn_rate"]))
def test_the_company_is_differed_from_only_where_the_interval_excludes_it(value: float, half: float, code: str) -> None:
    assume(min(abs(value - half - 0.5), abs(value + half - 0.5)) > BARELY)
    told = distances.badge(_inquiry("company"), code, _now(value, value - half, value + half))
    if value - half <= 0.5 <= value + half:
        assert told is None
        return
    assert told is not None
    is_better = (value > 0.5) == (metrics()[code].direction == "up")
    assert ("better than the company" in told, "worse than the company" in told) == (is_better, not is_better)
    assert ("is-good" in told, "is-bad" in told) == (is_better, not is_better)


def test_without_an_interval_nothing_is_said_about_the_distance() -> None:
    for comparison in ("target", "company"):
        inquiry = _inquiry(comparison)
        assert distances.badge(inquiry, "complaint.sla_rate", _now(0.9, math.nan, math.nan)) is None
        assert distances.badge(inquiry, "complaint.sla_rate", _now(math.nan, math.nan, math.nan)) is None


def test_what_is_not_asked_for_is_not_said() -> None:
    for comparison in ("before", "year", "none"):
        inquiry = _inquiry(comparison)
        assert distances.badge(inquiry, "complaint.sla_rate", _now(0.1, 0.05, 0.2)) is None
        assert distances.company_line(inquiry, "complaint.sla_rate") == ""
        assert distances.target_line(inquiry, "complaint.sla_rate") == "target: at least 90.0%"
    assert distances.badge(_inquiry("target"), "order.count", _now(9, 8, 10)) is None
