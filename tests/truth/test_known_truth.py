"""Every effect that effects.yaml declares is read off the figures, where it is and nowhere else."""

from collections.abc import Callable
from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest
from statsmodels.stats.proportion import proportion_confint

from tests.oracle.company import UNTIL
from tests.truth.company import Company
from warehouse.feeds.demo import ALL
from warehouse.feeds.demo.calendar import holidays
from warehouse.queries.figures import figure
from warehouse.queries.signals import Difference, Estimate, Signal, difference, signals
from warehouse.scope import Period, Scope

END = UNTIL + timedelta(days=1)
WHOLE = Period(start=END.replace(year=END.year - 3), end=END)
STRICT = 0.002
"""Chance of an interval to miss: small, where many sources are looked at together."""


@pytest.fixture(scope="module")
def company(company_of: Callable[[str], Company]) -> Company:
    return company_of("everything")


def ask(company: Company, metric: str, *by: str, period: Period = WHOLE, **filters: tuple[str, ...]) -> pd.DataFrame:
    return figure(company.reader, metric, Scope(period=period, filters=filters), by=by)


def charted(rows: pd.DataFrame, over: str, value: str = "value") -> list[tuple[date, Signal]]:
    """The signals of a control chart, with the day that their week or month begins on."""
    rows = rows.sort_values(over, ignore_index=True)
    begins = pd.to_datetime(rows[over]).dt.date
    return [(begins[one.index], one) for one in signals(rows[value].tolist())]


def change(later: pd.Series, earlier: pd.Series, *, alpha: float) -> Difference:
    """The difference of two rates, with intervals that miss with chance `alpha`."""

    def estimate(row: pd.Series) -> Estimate:
        low, high = proportion_confint(row["numerator"], row["denominator"], alpha=alpha, method="wilson")
        return Estimate(row["value"], low, high)

    return difference(estimate(later), estimate(earlier))


class TestDecayingSource:
    EFFECT = ALL.source_decay
    SINCE = EFFECT.since(UNTIL)
    YEAR_BEFORE = Period(start=SINCE.replace(year=SINCE.year - 1), end=SINCE)

    @pytest.mark.parametrize("metric", ["lead.conversion_90", "lead.conversion_180"])
    def test_it_alone_converts_worse_than_the_year_before(self, company: Company, metric: str) -> None:
        before = ask(company, metric, "source", period=self.YEAR_BEFORE).set_index("source")
        later = ask(company, metric, "source", period=Period(self.SINCE, END)).set_index("source")
        found = change(later.loc[self.EFFECT.source_code], before.loc[self.EFFECT.source_code], alpha=0.05)
        expected = (self.EFFECT.order_factor - 1) * float(before["value"][self.EFFECT.source_code])
        assert found.low < expected < found.high < 0
        others = before.index.drop(self.EFFECT.source_code)
        strictly = {name: change(later.loc[name], before.loc[name], alpha=STRICT) for name in others}
        assert not [name for name, one in strictly.items() if one.is_clear]

    def test_its_control_chart_says_since_when(self, company: Company) -> None:
        """Eight months on the lower side end seven months after the first; chance may put a month or two before them."""
        rows = ask(company, "lead.conversion_30", "month", source=(self.EFFECT.source_code,))
        falls = [(month, one) for month, one in charted(rows, "month") if not one.is_above]
        assert all(month >= self.SINCE for month, _ in falls)
        month, _ = next(fall for fall in falls if fall[1].rule == "eight on one side")
        began = (month.year - self.SINCE.year) * 12 + month.month - 7 - self.SINCE.month
        assert -2 <= began <= 1


class TestSlippingBranch:
    EFFECT = ALL.branch_slip
    SINCE = EFFECT.since(UNTIL)

    def test_it_alone_lies_outside_the_funnel_since(self, company: Company) -> None:
        rows = ask(company, "complaint.branch", "branch", period=Period(self.SINCE, END))
        outside = rows[rows["is_outside_998"] == 1]
        assert outside["branch"].tolist() == [self.EFFECT.branch_id]
        assert (outside["value"] > outside["high_998"]).all()
        assert rows["value"].notna().sum() > 15

    def test_nobody_lies_outside_before(self, company: Company) -> None:
        before = Period(self.SINCE - timedelta(weeks=52), self.SINCE)
        rows = ask(company, "complaint.branch", "branch", period=before)
        assert not (rows["is_outside_998"] == 1).any()

    @pytest.mark.parametrize(
        ("metric", "value"), [("complaint.resolution", "within_target"), ("complaint.sla_rate", "value")]
    )
    def test_its_control_chart_says_since_when(
        self, company_of: Callable[[str], Company], metric: str, value: str
    ) -> None:
        """Below the limits in the very week, and the eighth week in a row on the lower side is about the eighth since then.

        Weeks of public holidays, when every office is closed, fall below the limits by right; the first bad week is one of
        them, so that it is the run that proves the slip. Before it no other week falls.
        """
        weeks = Period(self.SINCE - timedelta(weeks=26), self.SINCE + timedelta(weeks=26))
        scope = Scope(period=weeks, branches=(self.EFFECT.branch_id,))
        rows = figure(company_of("large_branch").reader, metric, scope, by=["week"])
        assert rows[value].notna().all()
        falls = [(week, one.rule) for week, one in charted(rows, "week", value) if not one.is_above]
        usual = [week for week, _ in falls if not any(week + timedelta(days=day) in holidays().off for day in range(5))]
        assert all(week >= self.SINCE for week in usual)
        assert (self.SINCE, "beyond limits") in falls
        eighth = next(week for week, rule in falls if rule == "eight on one side")
        assert abs(eighth - timedelta(weeks=7) - self.SINCE) <= timedelta(weeks=1)


class TestBiasedSurvey:
    """What active customers think is known of all who were asked at random, silent or not."""

    REGION = ALL.survey_bias.region_id

    @pytest.fixture(scope="class", params=[("csat.weighted", "points"), ("csat.weighted_top2", "top2")])
    def scores(self, company: Company, request: pytest.FixtureRequest) -> pd.DataFrame:
        metric, counted = request.param
        rows = ask(company, metric, "region").set_index("region")
        regions = company.made["surveys_by_region"]
        truth = {name: asked[f"asked_{counted}"] / asked["asked"] for name, asked in regions.items()}
        return rows.assign(truth=pd.Series(truth))

    def test_the_plain_score_is_too_high_there(self, scores: pd.DataFrame) -> None:
        there = scores.loc[self.REGION]
        assert there["unweighted_low"] > there["truth"]

    def test_elsewhere_it_is_too_low_because_complaints_bring_invitations(self, scores: pd.DataFrame) -> None:
        elsewhere = scores.drop(self.REGION)
        assert (elsewhere["unweighted_high"] < elsewhere["truth"]).all()

    def test_the_weighted_score_is_nearer_the_truth_everywhere(self, scores: pd.DataFrame) -> None:
        weighted, plain = (abs(scores[name] - scores["truth"]) for name in ("value", "unweighted"))
        assert (weighted < plain).all()
        assert ((scores["low"] < scores["truth"]) & (scores["truth"] < scores["high"])).sum() >= len(scores) - 1

    def test_who_fell_silent_is_seen_by_complaint_outcome(self, company: Company) -> None:
        rows = ask(company, "survey.bias", "region", group_kind=("complaint_outcome",))
        complained = rows[rows["part"] != "none"].groupby("region")[["asked", "value"]].sum()
        others = rows[rows["part"] == "none"].set_index("region")
        ratio = (complained["value"] / complained["asked"]) / (others["value"] / others["asked"])
        assert ratio[self.REGION] == pytest.approx(ALL.survey_bias.answer_factor, abs=0.05)
        assert ratio.drop(self.REGION).between(0.8, 1.2).all()


def test_one_kind_of_event_wins(company: Company) -> None:
    rows = ask(company, "event.yield", "event_kind").set_index("event_kind")
    winner = rows.loc[ALL.winning_event.event_kind]
    others = rows.drop(ALL.winning_event.event_kind)
    assert (winner["low"] > others["high"]).all()


def test_satisfaction_falls_with_the_time_that_handling_takes(company: Company) -> None:
    bands = ask(company, "csat.by_handling", "band").set_index("band")
    assert len(bands) == 5
    assert bands["value"][["0-8 h", "8-24 h"]].min() > bands["value"]["1-3 d"] > bands["value"]["over 7 d"]
    assert bands["high"].iloc[-1] < bands["low"].iloc[0]
    assert bands["top2_high"].iloc[-1] < bands["top2_low"].iloc[0]


def test_satisfied_customers_come_back(company: Company) -> None:
    bands = ask(company, "matrix.repurchase", "product_satisfied", "service_satisfied")
    found = bands.set_index(["product_satisfied", "service_satisfied"])
    both, neither = found.loc[("yes", "yes")], found.loc[("no", "no")]
    assert both["low"] > neither["high"]


def test_what_moves_the_overall_score(company: Company) -> None:
    drivers = ask(company, "csat.drivers").set_index("part")
    assert (drivers["low"] > 0).all()
    assert {"product", "service"} < set(drivers.index)


class TestSeasons:
    """Chinese New Year: a rush in the three weeks before, hardly anything for two weeks from three days before."""

    EFFECT = ALL.seasons
    NEW_YEARS = tuple(day for day in holidays().new_year if WHOLE.start < day < WHOLE.end)

    @pytest.mark.parametrize("metric", ["order.count", "lead.count"])
    def test_weekly_signals_round_new_year(self, company: Company, metric: str) -> None:
        weeks = Period(start=date(2023, 4, 3), end=date(2026, 3, 30))
        found = charted(ask(company, metric, "week", period=weeks), "week")
        assert len(self.NEW_YEARS) == 3
        for day in self.NEW_YEARS:
            peak = [one for week, one in found if 7 <= (day - week).days <= 24 and one.is_above]
            dip = [one for week, one in found if -9 <= (day - week).days <= 3 and not one.is_above]
            assert peak, day
            assert "beyond limits" in {one.rule for one in dip}, day

    @pytest.mark.parametrize("metric", ["order.count", "lead.count"])
    def test_days_round_new_year(self, company: Company, metric: str) -> None:
        days = ask(company, metric, "day")
        day = pd.to_datetime(days["day"])
        usual = days["value"][(day.dt.month == 11) | (day.dt.month == 12)].mean()
        for span in (self.EFFECT.before_new_year, self.EFFECT.new_year):
            away = [(day - pd.Timestamp(new_year)).dt.days for new_year in self.NEW_YEARS]
            inside = np.any([one.between(span.first_day, span.last_day) for one in away], axis=0)
            assert days["value"][inside].mean() / usual == pytest.approx(span.factor, rel=0.25)

    @pytest.mark.parametrize(("metric", "declared"), [("order.count", "orders"), ("lead.count", "leads")])
    def test_weekdays(self, company: Company, metric: str, declared: str) -> None:
        days = ask(company, metric, "day", period=Period(date(2023, 4, 3), date(2026, 3, 30)))
        shares = days["value"].groupby(pd.to_datetime(days["day"]).dt.weekday).sum()
        expected = np.array(getattr(self.EFFECT, f"{declared}_by_weekday"))
        assert np.allclose(shares / shares.mean(), expected / expected.mean(), atol=0.06)

    def test_months(self, company: Company) -> None:
        """July and August are the quietest of the months that New Year does not touch."""
        months = ask(company, "lead.count", "month")
        starts = pd.to_datetime(months["month"])
        mean = (months["value"] / starts.dt.days_in_month).groupby(starts.dt.month).mean()
        assert set(mean.drop([1, 2]).nsmallest(2).index) == {7, 8}
