"""The heat table: what it tints is more than chance explains, however many figures stand in it, and its sentence says no more."""

import math
import re
from collections.abc import Mapping
from html import unescape
from typing import Any
from urllib.parse import parse_qs

import numpy as np
import pandas as pd
import pytest

from pages.shared import cached, scorecard
from pages.shared.cached import Answer
from pages.shared.names import Names
from pages.shared.readable import Readable
from pages.shared.text import Words
from tests.pages.conftest import Open, said
from tests.pages.taken import taken_from

WORDS = Words("en")
GOOD_UP, GOOD_DOWN, COUNT = "csat.top2", "five.churn_rate", "complaint.backlog"
WIDE = 0.049
"""1.96 standard errors of a share of one half of 400."""


def figures(metric: str, values: Mapping[str, float], *, half: float = WIDE) -> dict[str, dict[str, Any]]:
    lines = [
        {"branch": name, "value": value, "low": value - half, "high": value + half, "denominator": 400.0, "n": 400.0}
        for name, value in values.items()
    ]
    frame = pd.DataFrame(lines).assign(suppressed=None, numerator=0.0)
    reads = Readable.of(metric, Names(words=WORDS), "CNY")
    rows = reads.rows(Answer(metric=metric, by=("branch",), rows=frame)).set_index("branch")
    return {str(group): row.to_dict() for group, row in rows.iterrows()}


def looked(
    metric: str, values: Mapping[str, float], whole: float, *, half: float = WIDE
) -> tuple[int, scorecard.Found]:
    rows = {metric: figures(metric, values, half=half)}
    return scorecard.looked(rows, {metric: pd.Series({"value": whole})}, [*values])


def test_one_look_is_the_interval_and_many_looks_ask_for_more() -> None:
    beyond = 0.50 + WIDE * 1.05
    alone = looked(GOOD_UP, {"a": beyond}, 0.50)
    assert (alone[0], [*alone[1]]) == (1, [("a", GOOD_UP)])
    among = looked(GOOD_UP, {"a": beyond} | {f"b{number}": 0.50 for number in range(19)}, 0.50)
    assert (among[0], [*among[1]]) == (20, [])


@pytest.mark.parametrize(
    ("metric", "value", "is_above", "is_good"),
    [
        (GOOD_UP, 0.7, True, True),
        (GOOD_UP, 0.3, False, False),
        (GOOD_DOWN, 0.7, True, False),
        (GOOD_DOWN, 0.3, False, True),
    ],
)
def test_better_and_worse_follow_the_direction_of_the_figure(
    metric: str, value: float, *, is_above: bool, is_good: bool
) -> None:
    _, found = looked(metric, {"a": value, "b": 0.5}, 0.5)
    assert found == {("a", metric): scorecard.Signal(is_above=is_above, is_good=is_good, is_strong=True)}
    shown = scorecard.cell(figures(metric, {"a": value})["a"], found["a", metric])
    assert shown.mood == ("good" if is_good else "bad")
    assert shown.said.startswith("▲▲ " if is_above else "▼▼ ")
    assert shown.is_strong


def test_the_least_like_chance_comes_first() -> None:
    _, found = looked(GOOD_UP, {"a": 0.60, "b": 0.2, "c": 0.9}, 0.5)
    assert [group for group, _ in found] == ["c", "b", "a"]


def test_counts_and_what_has_no_direction_or_interval_is_not_looked_at() -> None:
    assert looked(COUNT, {"a": 900.0}, 1000.0, half=math.nan) == (0, {})
    assert looked("complaint.count", {"a": 0.9}, 0.5) == (0, {})
    assert looked(GOOD_UP, {"a": math.nan}, 0.5) == (0, {})
    assert looked(GOOD_UP, {"a": 0.9}, math.nan) == (0, {})


def test_an_end_beyond_the_data_is_no_reason_to_say_anything_towards_it() -> None:
    slow = figures("complaint.resolution", {"a": 40.0})
    slow["a"] |= {"value": 40.0, "low": 38.0, "high": math.nan}
    below, above = (
        scorecard.looked({"complaint.resolution": slow}, {"complaint.resolution": pd.Series({"value": whole})}, ["a"])[
            1
        ]
        for whole in (30.0, 4000.0)
    )
    assert below["a", "complaint.resolution"].is_above
    assert above == {}


def test_of_tables_in_which_nothing_differs_one_in_twenty_shows_a_tint() -> None:
    """Forty branches, four hundred answers each, all of one company: with an interval a branch, most tables would show one."""
    rng = np.random.default_rng(5)
    tables, tinted, naive = 300, 0, 0
    for _ in range(tables):
        values = {f"b{number}": share for number, share in enumerate(rng.binomial(400, 0.5, 40) / 400)}
        half = 1.96 * math.sqrt(0.25 / 400)
        tinted += bool(looked(GOOD_UP, values, 0.5, half=half)[1])
        naive += any(abs(value - 0.5) > half for value in values.values())
    assert tinted / tables == pytest.approx(0.05, abs=0.04)
    assert naive / tables > 0.7


@pytest.mark.parametrize(
    ("looks", "found", "worse", "said"),
    [
        (0, 0, [], "No figure here has an interval to hold against the whole."),
        (40, 0, [], "Of 40 figures none differs from the whole by more than chance explains, given so many looks."),
        (40, 2, [], "2 of 40 figures differ from the whole by more than chance explains, given so many looks."),
        (
            40,
            2,
            ["East (Churn 9%)"],
            "2 of 40 figures differ from the whole by more than chance explains, given so many looks. Worse: East (Churn 9%).",
        ),
        (
            40,
            9,
            ["A", "B", "C", "D", "E"],
            "9 of 40 figures differ from the whole by more than chance explains, given so many looks. Worse: A, B, C and 2 more.",
        ),
    ],
)
def test_the_sentence_counts_what_is_tinted_and_names_the_worse(
    looks: int, found: int, worse: list[str], said: str
) -> None:
    assert scorecard.tell(WORDS, looks, found, worse) == said


def test_the_name_of_a_group_leads_to_the_page_narrowed_to_it(open_page: Open) -> None:
    text = said(open_page("overview", period="90d", compare="year"))
    leads = re.findall(r'<td class=""[^>]*><a href="([^"]*)" target="_self">([^<]*)</a></td>', text)
    assert [name for _, name in leads] == ["East", "North", "South"]
    for address, name in leads:
        asked = parse_qs(unescape(address).removeprefix("?"))
        assert (asked["region"], asked["period"], asked["compare"]) == ([name.lower()], ["90d"], ["year"])


def test_whoever_looks_as_somebody_else_is_not_led_away(open_page: Open) -> None:
    app = open_page("overview")
    assert 'target="_self"' in said(app)
    app.session_state["looking_as"] = ("executive@demo", "steward@demo")
    assert 'target="_self"' not in said(app.run())


def test_of_many_groups_all_are_looked_at_and_the_first_listed(
    open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    title, sheets = "Branches side by side", []
    for most in (scorecard.GROUPS_SHOWN, 2):
        cached.everything.clear()
        monkeypatch.setattr(scorecard, "GROUPS_SHOWN", most)
        app, page = taken_from(open_page, monkeypatch, "complaints", "executive")
        sheets.append(next(sheet for sheet in page.shown if sheet.title == title))
        assert ("The first 2 of 9 are listed." in said(app)) == (most == 2)
    whole, cut = sheets
    assert cut.tells == whole.tells
    assert cut.rows.equals(whole.rows)
    assert len(cut.rows) == 10


def test_groups_with_signals_are_listed_before_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scorecard, "GROUPS_SHOWN", 3)
    values = {"a": 0.5, "b": 0.6, "c": 0.5, "d": 0.9}
    _, found = looked(GOOD_UP, values, 0.5)
    assert scorecard.listed([*values], found) == ["d", "b", "a"]
    assert scorecard.listed(["a", "b", "c"], found) == ["a", "b", "c"]
