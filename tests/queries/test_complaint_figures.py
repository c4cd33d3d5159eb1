"""Complaint figures against pandas, lifelines and statsmodels on the same rows."""

import math
import warnings
from collections.abc import Iterator
from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest
from lifelines import AalenJohansenFitter, KaplanMeierFitter
from lifelines.utils import median_survival_times
from sqlalchemy import URL
from statsmodels.stats.proportion import proportion_confint

from tests import complaint_rows
from tests.complaint_rows import BRANCHES, UNTIL
from tests.harness import House
from warehouse import db
from warehouse.metrics import metrics
from warehouse.queries import complaint_lists
from warehouse.queries.figures import FeedAbsent, curve, figure
from warehouse.queries.reader import Reader
from warehouse.scope import Period, Scope

ROWS = complaint_rows.complaints(900, seed=7)
FRAME = complaint_rows.frame(ROWS)
EVER = Scope()
DURATIONS = {"branch", "complaint_duration"}
"""What the times of complaints are told from."""
BUCKET = 0.01
"""A time from log buckets of ratio 1.02 is right to 1 %."""


@pytest.fixture(scope="module")
def reader(server: URL, template: str) -> Iterator[Reader]:
    made = db.embedded(server, "complaint_figures", template=template)
    house = House(made).open()
    house.deliver(branches=BRANCHES, complaints=ROWS, until=UNTIL)
    yield house.reader()
    made.dispose()


@pytest.fixture(scope="module")
def everything(server: URL, template: str) -> Iterator[House]:
    """The same complaints with every other feed that some figure of complaints needs."""
    made = db.embedded(server, "complaint_everything", template=template)
    house = House(made).open()
    house.deliver(branches=BRANCHES, complaints=ROWS, **complaint_rows.company(), until=UNTIL)
    house.grant("south@example.com", region="south")
    yield house
    made.dispose()


def month(number: int) -> Scope:
    return Scope(period=Period(date(2026, number, 1), date(2026, number + 1, 1)))


def opened_in(number: int) -> pd.DataFrame:
    return FRAME[FRAME["opened_at"].dt.month == number]


class TestCount:
    @pytest.mark.parametrize(
        ("dim", "column"),
        [("branch", "branch_id"), ("region", "region_id"), ("category", "category_code"), ("cause", "cause_code")],
    )
    def test_by_dimension(self, reader: Reader, dim: str, column: str) -> None:
        found = figure(reader, "complaint.count", month(2), by=(dim,)).set_index(dim)["value"]
        expected = opened_in(2)[column].value_counts(dropna=False)
        assert {str(key): value for key, value in found.items()} == {str(key): value for key, value in expected.items()}

    def test_by_week_within_a_month_keeps_to_the_month(self, reader: Reader) -> None:
        found = figure(reader, "complaint.count", month(2), by=("week",))
        weeks = opened_in(2)["opened_at"].dt.tz_localize(None).dt.to_period("W").dt.start_time.dt.date.value_counts()
        assert found.set_index("week")["value"].to_dict() == weeks.to_dict()

    def test_filters_narrow(self, reader: Reader) -> None:
        scope = Scope(regions=("north",), filters={"category": ("late", "rude"), "severity": ("high",)})
        expected = FRAME.query("region_id == 'north' and category_code in ('late', 'rude') and severity_code == 'high'")
        assert figure(reader, "complaint.count", scope)["value"].tolist() == [len(expected)]

    def test_nothing_there_is_no_row_and_not_a_zero(self, reader: Reader) -> None:
        assert figure(reader, "complaint.count", Scope(filters={"category": ("unheard of",)})).empty


class TestResolution:
    @pytest.mark.parametrize("category", ["late", "rude", "broken"])
    def test_quantiles_are_those_of_the_cumulative_incidence(self, reader: Reader, category: str) -> None:
        rows = FRAME[FRAME["category_code"] == category]
        found = figure(reader, "complaint.resolution", Scope(filters={"category": (category,)})).iloc[0]
        incidence = aalen_johansen(rows)
        assert (found["n"], found["open"]) == (len(rows), (rows["outcome"] == "censored").sum())
        for name, share in (("median", 0.5), ("p75", 0.75), ("p90", 0.9)):
            assert_quantile(found[name], incidence, share, n=len(rows))

    def test_without_competition_it_is_kaplan_meier(self, database: db.Database) -> None:
        rows = [{**row, "outcome_code": None} for row in ROWS]
        house = House(database, only=DURATIONS).open()
        house.deliver(branches=BRANCHES, complaints=rows, until=UNTIL)
        made = complaint_rows.frame(rows)
        fitted = KaplanMeierFitter().fit(made["hours"], made["outcome"] == "event")
        limits = median_survival_times(fitted.confidence_interval_).iloc[0]
        found = figure(house.reader(), "complaint.resolution", EVER).iloc[0]
        incidence = 1 - fitted.survival_function_.iloc[:, 0]
        for name, share in (("median", 0.5), ("p75", 0.75), ("p90", 0.9)):
            assert_quantile(found[name], incidence, share, n=len(made))
        assert found["median_low"] == pytest.approx(limits.iloc[0], rel=2 * BUCKET)
        assert found["median_high"] == pytest.approx(limits.iloc[1], rel=2 * BUCKET)

    def test_the_curve_is_the_cumulative_incidence(self, reader: Reader) -> None:
        steps = curve(reader, "complaint.resolution", EVER)
        expected = aalen_johansen(FRAME)
        at_bucket_end = [expected[expected.index <= at * 1.02**0.5].iloc[-1] for at in steps["at"]]
        assert steps["share"].tolist() == pytest.approx(at_bucket_end, abs=0.003)
        assert steps["share"].is_monotonic_increasing
        assert ((steps["low"] <= steps["share"]) & (steps["share"] <= steps["high"])).all()

    def test_share_in_time_is_the_curve_of_time_taken_over_time_promised(self, reader: Reader) -> None:
        promise = promised_hours()
        rows = FRAME.assign(hours=FRAME["hours"] / promise)[promise.notna()]
        incidence = aalen_johansen(rows)
        found = figure(reader, "complaint.resolution", EVER).iloc[0]
        assert found["within_target"] == pytest.approx(incidence[incidence.index <= 1].iloc[-1], abs=0.003)
        assert found["within_target_low"] < found["within_target"] < found["within_target_high"]

    def test_share_in_time_is_unknown_where_nobody_was_followed_to_the_deadline(self, database: db.Database) -> None:
        opened_at = UNTIL - timedelta(hours=10)
        ended = [opened_at + timedelta(hours=number) if number < 5 else None for number in range(30)]
        rows = [
            {
                "complaint_id": f"c{number}",
                "branch_id": "N1",
                "category_code": "late",
                "opened_at": opened_at,
                "resolved_at": resolved_at,
                "due_at": opened_at + timedelta(hours=48),
            }
            for number, resolved_at in enumerate(ended)
        ]
        house = House(database, only=DURATIONS).open()
        house.deliver(branches=BRANCHES, complaints=rows, until=UNTIL)
        found = figure(house.reader(), "complaint.resolution", EVER).iloc[0]
        assert (found["n"], found["open"]) == (30, 25)
        assert math.isnan(found["within_target"])

    def test_by_month_adds_up_to_all(self, reader: Reader) -> None:
        found = figure(reader, "complaint.resolution", EVER, by=("month",))
        assert found["n"].sum() == len(FRAME)
        alone = figure(reader, "complaint.resolution", month(2)).iloc[0]
        assert found.set_index("month").loc[date(2026, 2, 1), "median"] == alone["median"]

    def test_closed_only_is_the_plain_quantile_and_says_what_it_leaves_out(self, reader: Reader) -> None:
        found = figure(reader, "complaint.resolution_closed_only", EVER, by=("category",)).set_index("category")
        for category, rows in FRAME.groupby("category_code"):
            closed = rows.loc[rows["outcome"] != "censored", "hours"]
            assert found.loc[category, "n"] == len(closed)
            assert found.loc[category, "open"] == len(rows) - len(closed)
            assert found.loc[category, "median"] == pytest.approx(closed.median(), rel=BUCKET)
            assert found.loc[category, "p90"] == pytest.approx(closed.quantile(0.9), rel=BUCKET)

    def test_closed_only_is_within_one_percent_at_the_edge_of_a_bucket(self, database: db.Database) -> None:
        edge = 1.02**400 * 1.0001
        rows = [
            {
                "complaint_id": f"c{number}",
                "branch_id": "N1",
                "category_code": "late",
                "opened_at": pd.Timestamp("2026-03-02", tz="UTC"),
                "resolved_at": pd.Timestamp("2026-03-02", tz="UTC") + pd.Timedelta(seconds=edge),
            }
            for number in range(40)
        ]
        house = House(database, only=DURATIONS).open()
        house.deliver(branches=BRANCHES, complaints=rows, until=UNTIL)
        for metric in ("complaint.resolution_closed_only", "complaint.resolution"):
            found = figure(house.reader(), metric, EVER).iloc[0]
            assert found["p90"] == pytest.approx(edge / 3600, rel=BUCKET)

    def test_a_small_group_keeps_its_figures_to_itself(self, reader: Reader) -> None:
        narrow = Scope(
            branches=("S1",), filters={"category": ("broken",), "severity": ("critical",), "channel": ("web",)}
        )
        found = figure(reader, "complaint.resolution", narrow).iloc[0]
        assert 0 < found["n"] < metrics()["complaint.resolution"].smallest_base
        assert found["suppressed"] == "n too small"
        assert math.isnan(found["median"])


class TestFirstResponse:
    def test_median_by_channel(self, reader: Reader) -> None:
        found = figure(reader, "complaint.first_response", EVER, by=("channel",)).set_index("channel")
        for channel, rows in responses().groupby("channel_code"):
            assert found.loc[channel, "n"] == len(rows)
            assert_quantile(found.loc[channel, "median"], aalen_johansen(rows), 0.5, n=len(rows))

    def test_a_source_that_never_notes_answers_says_nothing_about_them(self, database: db.Database) -> None:
        house = House(database, only=DURATIONS).open()
        house.deliver(branches=BRANCHES, complaints=[{**row, "first_response_at": None} for row in ROWS], until=UNTIL)
        assert figure(house.reader(), "complaint.first_response", EVER).empty
        assert not figure(house.reader(), "complaint.resolution", EVER).empty


class TestPromise:
    def test_four_parts_add_to_all_in_scope(self, reader: Reader) -> None:
        found = figure(reader, "complaint.sla", EVER).set_index("part")["value"]
        assert found.to_dict() == judged().value_counts().to_dict()

    @pytest.mark.parametrize("dim", ["month", "branch", "severity"])
    def test_parts_add_over_any_dimension(self, reader: Reader, dim: str) -> None:
        whole = figure(reader, "complaint.sla", EVER).set_index("part")["value"]
        for part, rows in figure(reader, "complaint.sla", EVER, by=(dim,)).groupby("part"):
            assert rows["value"].sum() == whole[part]

    def test_rate_is_met_among_the_decided_with_wilson(self, reader: Reader) -> None:
        found = figure(reader, "complaint.sla_rate", month(3)).iloc[0]
        parts = judged()[opened_in(3).index.intersection(judged().index)].value_counts()
        decided = parts.sum() - parts["running"]
        low, high = proportion_confint(parts["met"], decided, method="wilson")
        assert (found["numerator"], found["denominator"], found["pending"]) == (parts["met"], decided, parts["running"])
        assert (found["value"], found["low"], found["high"]) == pytest.approx((parts["met"] / decided, low, high))


class TestBacklog:
    def test_each_day_is_what_was_open_at_its_end(self, reader: Reader) -> None:
        found = figure(reader, "complaint.backlog", month(2), by=("day",)).set_index("day")["value"]
        assert list(found.index) == [stamp.date() for stamp in pd.date_range("2026-02-01", "2026-02-28")]
        assert found.to_dict() == {day: open_at_end_of(day) for day in found.index}

    @pytest.mark.parametrize("dim", ["week", "month"])
    def test_longer_periods_show_their_last_day(self, reader: Reader, dim: str) -> None:
        days = figure(reader, "complaint.backlog", month(2), by=("day",)).set_index("day")["value"]
        starts = pd.Series(
            days.index.map(lambda day: pd.Timestamp(day).to_period(dim[0].upper()).start_time.date()), index=days.index
        )
        expected = days.groupby(starts).last()
        assert (
            figure(reader, "complaint.backlog", month(2), by=(dim,)).set_index(dim)["value"].to_dict()
            == expected.to_dict()
        )

    def test_a_period_shows_its_last_day_and_no_day_after_the_data_date(self, reader: Reader) -> None:
        assert figure(reader, "complaint.backlog", month(2))["value"].tolist() == [open_at_end_of(date(2026, 2, 28))]
        beyond = figure(
            reader, "complaint.backlog", Scope(period=Period(date(2026, 3, 30), date(2026, 5, 1))), by=("day",)
        )
        assert beyond["day"].max() == UNTIL.date()

    def test_adds_over_branches(self, reader: Reader) -> None:
        by_branch = figure(reader, "complaint.backlog", month(3), by=("branch", "day")).groupby("day")["value"].sum()
        whole = figure(reader, "complaint.backlog", month(3), by=("day",)).set_index("day")["value"]
        assert by_branch.to_dict() == whole.to_dict()

    def test_ages_add_to_the_backlog(self, reader: Reader) -> None:
        waiting = FRAME[FRAME["outcome"] == "censored"]
        bands = pd.cut(
            np.floor(waiting["hours"] / 24),
            [-1, 1, 3, 7, 14, 30, math.inf],
            labels=["0-1", "2-3", "4-7", "8-14", "15-30", "30+"],
        )
        found = figure(reader, "complaint.backlog_age", month(1)).set_index("part")["value"]
        assert found.to_dict() == bands.value_counts().to_dict()
        assert list(found.index) == list(bands.cat.categories)

    def test_what_is_due_and_when(self, reader: Reader) -> None:
        left = (due_at() - pd.Timestamp(UNTIL)).dt.total_seconds() / 3600
        left = left[FRAME["outcome"] == "censored"]
        expected = {
            "overdue": (left < 0).sum(),
            "within_24h": ((left >= 0) & (left < 24)).sum(),
            "within_72h": ((left >= 24) & (left < 72)).sum(),
            "later": (left >= 72).sum(),
            "no_deadline": left.isna().sum(),
        }
        assert figure(reader, "complaint.backlog_due", EVER).set_index("part")["value"].to_dict() == expected


class TestLists:
    def test_overdue_cases_the_longest_overdue_first(self, reader: Reader) -> None:
        waiting = FRAME.assign(due=due_at()).query("outcome == 'censored'")
        expected = waiting[waiting["due"] < pd.Timestamp(UNTIL)].sort_values("due")["complaint_id"]
        found = complaint_lists.overdue(reader, EVER)
        assert found["complaint_id"].tolist() == expected.tolist()
        assert (found["hours_left"] < 0).all()

    def test_soon_due_cases_in_the_scope_asked(self, reader: Reader) -> None:
        found = complaint_lists.soon_due(reader, Scope(regions=("north",), filters={"channel": ("web",)}), hours=48)
        due = FRAME.assign(left=(due_at() - pd.Timestamp(UNTIL)).dt.total_seconds() / 3600)
        expected = due.query(
            "outcome == 'censored' and 0 <= left < 48 and region_id == 'north' and channel_code == 'web'"
        )
        assert found["complaint_id"].tolist() == expected.sort_values("left")["complaint_id"].tolist()
        assert len(found) > 0

    def test_no_more_than_asked(self, reader: Reader) -> None:
        assert len(complaint_lists.overdue(reader, EVER, most=3)) == 3


EVERY = pytest.mark.parametrize("code", [code for code in metrics() if code.startswith("complaint.")])
OF_THE_COMPANY = ["centre", "low_998", "low_95", "high_95", "high_998", "is_outside_998"]


class TestEveryMetric:
    @EVERY
    def test_answers_by_every_dimension_and_filter(self, everything: House, code: str) -> None:
        about = metrics()[code]
        for dim in about.dims:
            assert dim in figure(everything.reader(), code, EVER, by=(dim,)).columns
        if about.filters:
            nothing = dict.fromkeys(about.filters, ("no such code",))
            found = figure(everything.reader(), code, Scope(period=month(1).period, filters=nothing))
            assert (found["numerator"] == 0).all() if about.kind == "ratio" else found.empty

    @EVERY
    def test_a_branch_head_sees_the_own_region_and_nobody_else_sees_anything(
        self, everything: House, code: str
    ) -> None:
        own = figure(everything.reader("south@example.com"), code, EVER)
        narrowed = figure(everything.reader(), code, Scope(regions=("south",)))
        if code == "complaint.branch":  # only two branches are left: the company's figures would give them away
            assert own[OF_THE_COMPANY].isna().all().all()
            own, narrowed = own.drop(columns=OF_THE_COMPANY), narrowed.drop(columns=OF_THE_COMPANY)
        pd.testing.assert_frame_equal(own, narrowed)

    def test_without_working_hours_the_working_clock_is_absent(self, reader: Reader) -> None:
        for code in ("complaint.resolution", "complaint.first_response", "complaint.resolution_closed_only"):
            with pytest.raises(FeedAbsent, match="working_hours"):
                figure(reader, code, Scope(filters={"clock": ("working",)}))

    def test_without_complaints_the_feed_is_absent(self, database: db.Database) -> None:
        house = House(database, only={"branch"}).open()
        house.deliver(branches=BRANCHES, until=UNTIL)
        with pytest.raises(FeedAbsent, match="complaints"):
            figure(house.reader(), "complaint.count", EVER)


def aalen_johansen(rows: pd.DataFrame) -> pd.Series:
    """Cumulative incidence of the event by hours, from lifelines."""
    codes = rows["outcome"].map({"censored": 0, "event": 1, "withdrawn": 2, "transferred": 2})
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        fitted = AalenJohansenFitter(calculate_variance=False, seed=1).fit(rows["hours"], codes, event_of_interest=1)
    return fitted.cumulative_density_.iloc[:, 0]


def assert_quantile(found: float, incidence: pd.Series, share: float, *, n: int) -> None:
    """Right to 1 %, but for the one neighbour that may count as earlier or later when both fall into one bucket."""
    early, late = (first_time(incidence, share + step) for step in (-1 / n, 1 / n))
    assert math.isnan(found) if math.isnan(early) else found >= early * (1 - BUCKET)
    assert math.isnan(late) or found <= late * (1 + BUCKET)


def first_time(incidence: pd.Series, share: float) -> float:
    """The first time by which the incidence is `share`; NaN if it never is."""
    reached = incidence[incidence >= share]
    return float(reached.index[0]) if len(reached) else math.nan


def due_at() -> pd.Series:
    """The deadline of every complaint: its own, or the promise by its severity."""
    hours = FRAME["severity_code"].map({"critical": 8, "high": 24, "normal": 72, "low": 168})
    return FRAME["due_at"].fillna(FRAME["opened_at"] + pd.to_timedelta(hours, unit="h"))


def promised_hours() -> pd.Series:
    return (due_at() - FRAME["opened_at"]).dt.total_seconds() / 3600


def responses() -> pd.DataFrame:
    """The rows that tell something about first responses, with hours and outcome of those."""
    answered = FRAME["first_response_at"].notna()
    rows = FRAME[answered | FRAME["outcome"].isin(["censored", "withdrawn", "transferred"])].copy()
    hours = (rows["first_response_at"] - rows["opened_at"]).dt.total_seconds() / 3600
    rows["outcome"] = rows["outcome"].where(rows["first_response_at"].isna(), "event")
    rows["hours"] = hours.fillna(rows["hours"])
    return rows


def judged() -> pd.Series:
    """Which part of the promise each complaint in scope stands in, by the definition."""
    due, ended = due_at(), FRAME["ended_at"]
    part = pd.Series(None, index=FRAME.index, dtype=object)
    part[ended > due] = "breached_closed"
    part[(ended <= due) & (FRAME["outcome"] == "event")] = "met"
    part[ended.isna() & (due < pd.Timestamp(UNTIL))] = "breached_open"
    part[ended.isna() & (due >= pd.Timestamp(UNTIL))] = "running"
    return part.dropna()


def open_at_end_of(day: date) -> int:
    end = pd.Timestamp(day, tz="UTC") + pd.Timedelta(days=1)
    return int(((FRAME["opened_at"] < end) & ~(FRAME["ended_at"] < end)).sum())
