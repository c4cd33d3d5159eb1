"""What the cards of lead sources, calls and events say is true of the figures they were given."""

from typing import Any

import pandas as pd
import pytest

from pages.shared import calls_cards, lead_cards
from pages.shared.cached import Answer
from pages.shared.names import Names
from pages.shared.readable import Readable
from pages.shared.text import Words
from tests.pages.company import Company
from tests.pages.conftest import Drawn, Open, said

WORDS = Words("en")


def _reads(metric: str) -> Readable:
    return Readable.of(metric, Names(words=WORDS), "CNY")


def _readable(metric: str, rows: list[dict[str, Any]], by: tuple[str, ...] = ()) -> pd.DataFrame:
    return _reads(metric).rows(Answer(metric=metric, by=by, rows=pd.DataFrame(rows).assign(suppressed=None)))


def _credits(friend_last: float, radio_last: float) -> pd.DataFrame:
    """100 orders: 60 of no lead; by first touch 30 of friend and 10 of radio, by last touch as given."""
    shares = {
        "first_touch": {"friend": 0.3, "radio": 0.1, "unattributed": 0.6},
        "last_touch": {"friend": friend_last, "radio": radio_last, "unattributed": 1 - friend_last - radio_last},
    }
    rows = [
        {"model": model, "part": part, "value": 100 * share, "share": share, "denominator": 100.0}
        for model, parts in shares.items()
        for part, share in parts.items()
    ]
    return _readable("lead.attribution", rows, ("model",)).assign(label=lambda frame: frame["part_name"])


@pytest.mark.parametrize(
    ("friend_last", "radio_last", "ending"),
    [
        (0.30, 0.10, "All models give every source the same."),
        (0.20, 0.25, "The models differ most on Radio: 10.0% (First touch) to 25.0% (Last touch)."),
    ],
)
def test_models_are_said_to_differ_only_where_they_do(friend_last: float, radio_last: float, ending: str) -> None:
    rows = _credits(friend_last, radio_last)
    known = rows[rows["part"] != "unattributed"]
    told = lead_cards._credited(rows, known, _reads("lead.attribution"))
    assert told == (f"Of 100 orders, 60.0% were touched by no lead. First touch gives most to Friend: 30.0%. {ending}")


def test_a_month_that_still_has_time_shows_no_figure() -> None:
    """January's 90 days are over, February's for some of its leads only, March has too few."""
    rows = _readable(
        "lead.conversion_90",
        [
            {"month": "2026-01-01", "value": 0.2, "low": 0.1, "high": 0.3, "denominator": 90.0, "pending": 0.0},
            {"month": "2026-02-01", "value": 0.3, "low": 0.2, "high": 0.4, "denominator": 50.0, "pending": 40.0},
            {
                "month": "2026-03-01",
                "value": float("nan"),
                "low": float("nan"),
                "high": float("nan"),
                "denominator": 9.0,
            }
            | {"pending": 0.0},
        ],
        ("month",),
    )
    cells = lead_cards._cells(rows, "90", "90 days", set())
    assert list(cells["state"]) == ["known", "young", "few"]
    assert list(cells["said"]) == ["20.0%", "…", "–"]
    so_far = lead_cards._cells(rows, "ever", "So far", {pd.Timestamp("2026-02-01")})
    assert list(so_far["said"]) == ["20.0%", "30.0%", "–"]
    assert list(so_far["state"]) == ["known", "young", "few"]


def test_the_triangle_stands_on_the_page_newest_month_first(open_page: Open, drawn: Drawn) -> None:
    open_page("lead_sources")
    rows = next(rows for rows, _, _ in drawn if "horizon" in rows)
    assert rows["label"].iloc[0] == "Mar 2026"
    assert rows["label"].nunique() == lead_cards.COHORTS_SHOWN
    assert list(dict.fromkeys(rows["horizon"])) == ["30 days", "90 days", "180 days", "So far"]


def test_marks_name_the_leads_of_which_nothing_is_known() -> None:
    rows = _readable(
        "lead.four_marks",
        [
            {"part": "has_means", "value": 30.0, "share": 0.6, "denominator": 50.0, "unknown": 12.0},
            {"part": "has_need", "value": 10.0, "share": 0.2, "denominator": 50.0, "unknown": 12.0},
        ],
    )
    assert lead_cards._marked(rows, _reads("lead.four_marks")) == (
        "Of 50 leads whose marks are known: Can pay 60.0%, Has a need 20.0%. Of 12 more nobody has noted them."
    )


def test_outcomes_keep_their_place_in_every_row_and_the_most_frequent_is_named() -> None:
    shares = {"invitation": {"agreed": 0.9, "refused": 0.1}, "screening": {"no_answer": 0.7, "refused": 0.3}}
    rows = [
        {"purpose": purpose, "part": part, "value": 100 * share, "share": share, "denominator": 100.0}
        for purpose, parts in shares.items()
        for part, share in parts.items()
    ]
    shown = calls_cards._strips(_readable("call.outcomes", rows, ("purpose",)), _reads("call.outcomes"))
    assert list(dict.fromkeys(shown["label"])) == ["Screening", "Invitation"]
    assert shown.groupby("part")["position"].nunique().eq(1).all()
    assert list(shown[shown["share"] < calls_cards.NARROWEST_SAID]["said"]) == [""]
    assert calls_cards._ended(shown, _reads("call.outcomes")) == (
        "The most frequent outcome by purpose: Screening – No answer 70.0%, Invitation – Agreed 90.0%."
    )


def test_the_side_of_the_skill_is_chosen_in_the_address(open_page: Open, company: Company) -> None:
    assert "Skill of the staff · Making contact" in said(open_page("calls_events"))
    assert "Skill of the staff · Informing" in said(open_page("calls_events", view="informing"))


def test_money_for_each_is_money_and_orders_per_hundred_are_counted_once() -> None:
    assert _reads("lead.cost_per_lead").value(740.4) == "CN¥740"
    assert _reads("lead.roi").value(-0.25) == "-25.0%"
    assert _reads("event.yield").value(40.87) == "40.9 per 100"
    assert _reads("five.complaint_rate").value(0.018) == "1.8 per 100"
    assert _reads("call.duration").value(2.24) == "2.2 min"
