"""The true effects are in the rows with their sizes, and gone when they are switched off."""

from datetime import date
from typing import Any

import numpy as np
import pytest
from statsmodels.stats.proportion import proportion_confint

from warehouse.feeds.demo import ALL, NONE, Effects
from warehouse.feeds.demo.calendar import day_number
from warehouse.feeds.demo.chunk import make_chunk
from warehouse.feeds.demo.frame import frame
from warehouse.feeds.demo.truth import Tally

CUSTOMERS = 20_000
UNTIL = date(2026, 3, 31)


def made(effects: Effects) -> dict[str, Any]:
    shared = frame(customers=CUSTOMERS, seed=3, until=UNTIL, effects=effects)
    tally, orders = Tally(shared), np.zeros(shared.horizon + 1, dtype=np.int64)
    for number in range(shared.chunks):
        chunk = make_chunk(shared, number)
        tally.add(chunk)
        orders += np.bincount(chunk.orders.at // 86_400, minlength=shared.horizon + 1)[: shared.horizon + 1]
    return tally.made() | {"daily_orders": orders}


@pytest.fixture(scope="module")
def with_effects() -> dict[str, Any]:
    return made(ALL)


@pytest.fixture(scope="module")
def without_effects() -> dict[str, Any]:
    return made(NONE)


def ratio_of_rates(after: tuple[float, float], before: tuple[float, float]) -> tuple[float, float]:
    """Lowest and highest ratio of two rates that their 99 % intervals allow."""
    low, high = proportion_confint(*after, alpha=0.01, method="wilson")
    low_before, high_before = proportion_confint(*before, alpha=0.01, method="wilson")
    return low / high_before, high / low_before


def decay(company: dict[str, Any]) -> tuple[float, float]:
    since, before = company["decaying_source"]["since"], company["decaying_source"]["before"]
    return ratio_of_rates((since["ordered_180"], since["mature"]), (before["ordered_180"], before["mature"]))


def test_the_source_decays(with_effects: dict[str, Any], without_effects: dict[str, Any]) -> None:
    low, high = decay(with_effects)
    assert low < ALL.source_decay.order_factor < high < 0.75
    low, high = decay(without_effects)
    assert low < 1 < high


def test_the_branch_slips(with_effects: dict[str, Any], without_effects: dict[str, Any]) -> None:
    slipped = with_effects["slipping_branch"]["median_hours_closed"]
    steady = without_effects["slipping_branch"]["median_hours_closed"]
    assert slipped["since"] > 1.6 * slipped["before"]
    assert steady["since"] < 1.5 * steady["before"]


def inflation(company: dict[str, Any], region: str) -> float:
    """Points by which the answers' top-two share exceeds that of everybody asked."""
    counted = company["surveys_by_region"][region]
    return 100 * (counted["answered_top2"] / counted["answered"] - counted["asked_top2"] / counted["asked"])


def silence(company: dict[str, Any], region: str) -> tuple[float, float]:
    """How much less often those who complained answer: lowest and highest ratio."""
    counted = company["surveys_by_region"][region]
    asked, answered = (
        counted["asked"] - counted["asked_complained"],
        counted["answered"] - counted["answered_complained"],
    )
    return ratio_of_rates((counted["answered_complained"], counted["asked_complained"]), (answered, asked))


def test_one_region_looks_happier_than_it_is(with_effects: dict[str, Any], without_effects: dict[str, Any]) -> None:
    region = ALL.survey_bias.region_id
    low, high = silence(with_effects, region)
    assert low < ALL.survey_bias.answer_factor < high < 0.3
    assert inflation(with_effects, region) > 2.5
    low, high = silence(without_effects, region)
    assert low < 1 < high
    assert abs(inflation(without_effects, region)) < 2.5
    for other in set(with_effects["surveys_by_region"]) - {region}:
        low, high = silence(with_effects, other)
        assert low < 1 < high
        assert abs(inflation(with_effects, other)) < 2.5


def winning(company: dict[str, Any]) -> tuple[float, float]:
    events = company["events"]
    winner = events[ALL.winning_event.event_kind]
    others = [kind for name, kind in events.items() if name != ALL.winning_event.event_kind]
    attended, ordered = (sum(kind[name] for kind in others) for name in ("attended", "ordered"))
    return ratio_of_rates((winner["ordered"], winner["attended"]), (ordered, attended))


def test_one_kind_of_event_wins(with_effects: dict[str, Any], without_effects: dict[str, Any]) -> None:
    low, high = winning(with_effects)
    assert 1.2 < low < ALL.winning_event.order_factor < high
    low, high = winning(without_effects)
    assert low < 1 < high


def a_day(company: dict[str, Any], first: date, last: date) -> float:
    days = company["daily_orders"][day_number(first) : day_number(last) + 1]
    return float(days.mean())


def test_chinese_new_year(with_effects: dict[str, Any], without_effects: dict[str, Any]) -> None:
    usual = (date(2024, 11, 1), date(2024, 12, 31))
    before, during = (date(2025, 1, 6), date(2025, 1, 24)), (date(2025, 1, 27), date(2025, 2, 6))
    assert a_day(with_effects, *before) > 1.4 * a_day(with_effects, *usual)
    assert a_day(with_effects, *during) < 0.45 * a_day(with_effects, *usual)
    assert a_day(without_effects, *during) == pytest.approx(a_day(without_effects, *usual), rel=0.25)


def weekdays(company: dict[str, Any]) -> np.ndarray:
    first = day_number(date(2023, 4, 3))
    weeks = company["daily_orders"][first : first + 150 * 7].reshape(150, 7).sum(axis=0)
    return weeks / weeks.mean()


def test_weekdays(with_effects: dict[str, Any], without_effects: dict[str, Any]) -> None:
    declared = np.array(ALL.seasons.orders_by_weekday)
    assert np.allclose(weekdays(with_effects), declared / declared.mean(), atol=0.05)
    assert np.allclose(weekdays(without_effects), 1, atol=0.05)


def test_the_effects_are_dated() -> None:
    dated = ALL.dated(UNTIL)
    assert dated["source_decay"] == {
        "source_code": "television",
        "months_before": 12,
        "order_factor": 0.45,
        "since": "2025-04-01",
    }
    assert date.fromisoformat(dated["branch_slip"]["since"]).weekday() == 0
    assert ALL.without() == NONE
    assert ALL != NONE


def test_the_company_is_alive(with_effects: dict[str, Any]) -> None:
    leads = with_effects["leads"].values()
    genuine = sum(source["genuine"] for source in leads) / sum(source["reconfirmed"] for source in leads)
    assert 0.68 < genuine < 0.80
    converted = {name: source["ordered_180"] / source["mature"] for name, source in with_effects["leads"].items()}
    assert converted["referral"] > 3 * converted["newspaper"]
    complaints = with_effects["complaints"]
    backlog = sum(complaints[severity]["open"] for severity in ALL.base["severities"])
    assert 10 <= backlog <= 80
    medians = complaints["median_hours_closed"]
    assert medians["critical"] < medians["high"] < medians["normal"] < medians["low"]
    methods = {name: kind["answered"] / kind["sent"] for name, kind in with_effects["surveys_by_method"].items()}
    assert all(0.2 < rate < 0.65 for rate in methods.values())
    regions = with_effects["surveys_by_region"].values()
    assert 0.72 < sum(r["asked_top2"] for r in regions) / sum(r["asked"] for r in regions) < 0.82
