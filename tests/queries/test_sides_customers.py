"""Age of the product and concentration of revenue, on a handful of customers typed by hand."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest

from tests.harness import House
from warehouse.db import Database
from warehouse.queries.figures import FeedAbsent, figure
from warehouse.queries.reader import Reader
from warehouse.scope import Period, Scope

TABLES = ("pareto", "product_age")
BRANCHES = [{"branch_id": "n", "region_id": "north"}, {"branch_id": "s", "region_id": "south"}]
UNTIL = datetime(2026, 4, 2, tzinfo=UTC)
"""March 2026 has ended, April has not."""
EVER = Scope()
Row = dict[str, object]


def customer(name: str, *, branch: str = "n", usage: str | None = None, since: date | None = None) -> Row:
    return {
        "customer_id": name,
        "branch_id": branch,
        "customer_kind": "person",
        "created_on": date(2020, 1, 1),
        "usage_code": usage,
        "product_owned_since_on": since,
    }


def order(number: int, name: str, on: date, amount: float | None = 100, *, branch: str = "n") -> Row:
    at = datetime(on.year, on.month, on.day, 12, tzinfo=UTC)
    return {"order_id": f"o{number}", "customer_id": name, "branch_id": branch, "ordered_at": at, "amount": amount}


def answered(name: str, on: date, score: int, *, most: int = 5) -> tuple[Row, Row]:
    invite = f"{name}-{on}"
    at = datetime(on.year, on.month, on.day, 9, tzinfo=UTC)
    asked = {"invite_id": invite, "branch_id": "s", "method_code": "phone", "sent_at": at, "customer_id": name}
    scale = {"scale_min": 1, "scale_max": most}
    return asked, {"invite_id": invite, "question_code": "overall", "score": score, **scale}


def reader_of(database: Database, **feeds: list[Row]) -> Reader:
    house = House(database, only=TABLES).open()
    house.deliver(until=UNTIL, branches=BRANCHES, **feeds)
    return house.reader()


def parts(reader: Reader, metric: str, scope: Scope = EVER) -> pd.DataFrame:
    return figure(reader, metric, scope).set_index("part")


def month_of(year: int, month: int) -> Scope:
    return Scope(period=Period(start=date(year, month, 1), end=date(year + month // 12, month % 12 + 1, 1)))


class TestProductAge:
    @pytest.fixture
    def crowd(self) -> dict[str, list[Row]]:
        """Twenty-five customers of one age, of whom twenty answer, so that means have their base."""
        people = [f"c{number}" for number in range(25)]
        surveys, answers = zip(*(answered(name, date(2026, 1, 5), 4) for name in people[:20]), strict=True)
        return {
            "customers": [customer(name, usage="private", since=date(2024, 3, 31)) for name in people],
            "orders": [order(number, name, date(2025, 6, 10)) for number, name in enumerate(people)],
            "surveys": list(surveys),
            "survey_answers": list(answers),
        }

    @pytest.mark.parametrize(
        ("since", "band"),
        [
            (date(2026, 4, 1), "unknown"),  # not owned yet at the end of March
            (date(2026, 3, 31), "up_to_2"),
            (date(2024, 3, 31), "up_to_2"),  # exactly two years
            (date(2024, 3, 30), "2_to_5"),
            (date(2021, 3, 31), "2_to_5"),  # exactly five
            (date(2021, 3, 30), "over_5"),
            (None, "unknown"),
        ],
    )
    def test_a_band_goes_up_to_its_last_day(self, database: Database, since: date | None, band: str) -> None:
        feeds = {"customers": [customer("c", since=since)], "orders": [order(1, "c", date(2026, 2, 1))]}
        reader = reader_of(database, **feeds)
        rows = figure(reader, "matrix.product_age", Scope(), by=["month"])
        assert rows[rows["month"] == date(2026, 3, 1)]["part"].tolist() == [band]

    def test_counts_orders_a_year_and_satisfaction(self, database: Database, crowd: dict[str, list[Row]]) -> None:
        crowd["orders"] += [order(100 + number, "c0", date(2025, 12, 1)) for number in range(25)]
        row = parts(reader_of(database, **crowd), "matrix.product_age").loc["up_to_2"]
        # 25 customers with one order each, and 25 more of one of them: 50 / 25. A four on one to five is 75 of 100.
        assert (row["value"], row["share"], row["denominator"]) == (25, 1, 25)
        assert (row["orders_a_year"], row["satisfaction"], row["answers"]) == (2, 75, 20)

    def test_a_mean_of_nineteen_answers_is_hidden(self, database: Database, crowd: dict[str, list[Row]]) -> None:
        crowd["survey_answers"].pop()
        row = parts(reader_of(database, **crowd), "matrix.product_age").loc["up_to_2"]
        assert (row["value"], row["orders_a_year"], row["answers"]) == (25, 1, 19)
        assert np.isnan(row["satisfaction"])

    def test_whoever_stopped_ordering_takes_the_answers_along(
        self, database: Database, crowd: dict[str, list[Row]]
    ) -> None:
        for row in crowd["orders"][:5]:  # these five ordered thirteen months before the end of March
            row["ordered_at"] = datetime(2025, 3, 1, tzinfo=UTC)
        reader = reader_of(database, **crowd)
        march, february = (parts(reader, "matrix.product_age", month_of(2026, month)) for month in (3, 2))
        assert (march["value"].sum(), march["answers"].sum()) == (20, 15)
        assert (february["value"].sum(), february["answers"].sum()) == (25, 20)

    def test_usage_groups_and_narrows(self, database: Database, crowd: dict[str, list[Row]]) -> None:
        for row in crowd["customers"][:21]:
            row["usage_code"] = "company"
        reader = reader_of(database, **crowd)
        found = figure(reader, "matrix.product_age", Scope(filters={"usage": ("company",)}), by=["usage"])
        assert found[["usage", "part", "value"]].to_numpy().tolist() == [["company", "up_to_2", 21]]

    def test_without_the_file_of_customers_it_is_absent(self, database: Database) -> None:
        reader = reader_of(database, orders=[order(1, "c", date(2026, 2, 1))])
        with pytest.raises(FeedAbsent, match="customers"):
            figure(reader, "matrix.product_age", Scope())


def spenders(amounts: list[float], *, branch: str = "n") -> dict[str, list[Row]]:
    names = [f"{branch}{number}" for number in range(len(amounts))]
    return {
        "customers": [customer(name, branch=branch) for name in names],
        "orders": [
            order(number, name, date(2025, 10, 3), amount, branch=branch) | {"order_id": f"o{name}"}
            for number, (name, amount) in enumerate(zip(names, amounts, strict=True))
        ],
    }


class TestPareto:
    def test_tenths_of_twenty_customers(self, database: Database) -> None:
        feeds = spenders([400.0] * 4 + [25.0] * 16 + [0.0] * 7)
        rows = parts(reader_of(database, **feeds), "matrix.pareto")
        # 20 customers, 2000 in all; each tenth is two customers: 800, 800, then eight times 50.
        assert rows.index.tolist() == [str(number) for number in range(1, 11)]
        assert rows["value"].tolist() == [2] * 10
        assert rows["revenue"].tolist() == [800, 800] + [50] * 8
        assert rows["share"].tolist() == pytest.approx([0.4, 0.4] + [0.025] * 8)
        assert rows["share_so_far"].tolist()[1] == pytest.approx(0.8)
        assert set(rows["denominator"]) == {20}

    def test_a_tenth_ends_at_the_nearest_customer(self, database: Database) -> None:
        rows = parts(reader_of(database, **spenders([10.0] * 24)), "matrix.pareto")
        # 2.4, 4.8, 7.2, 9.6, 12, 14.4, 16.8, 19.2, 21.6, 24 → 2, 5, 7, 10, 12, 14, 17, 19, 22, 24
        assert rows["value"].tolist() == [2, 3, 2, 3, 2, 2, 3, 2, 3, 2]
        assert rows["revenue"].tolist() == [20, 30, 20, 30, 20, 20, 30, 20, 30, 20]

    def test_the_top_fifth_and_gini(self, database: Database) -> None:
        reader = reader_of(database, **spenders([400.0] * 4 + [25.0] * 16))
        top = figure(reader, "matrix.pareto_top20", Scope()).iloc[0]
        assert (top["numerator"], top["denominator"], top["n"], top["value"]) == (1600, 2000, 20, 0.8)
        # sixteen of 25 hold ranks ½ … 15½ (mean 8), four of 400 ranks 16½ … 19½ (mean 18):
        # 2 × (400 × 8 + 1600 × 18) / (20 × 2000) − 1 = 64000 / 40000 − 1 = 0.6
        gini = figure(reader, "matrix.gini", Scope()).iloc[0]
        assert (gini["n"], gini["value"]) == (20, pytest.approx(0.6))
        assert 0 < gini["low"] < 0.6 < gini["high"] < 1

    def test_all_alike_have_no_gini_and_no_spread(self, database: Database) -> None:
        gini = figure(reader_of(database, **spenders([10.0] * 24)), "matrix.gini", Scope()).iloc[0]
        assert (gini["value"], gini["low"], gini["high"]) == pytest.approx((0, 0, 0))

    def test_branches_add_and_buckets_cost_less_than_one_per_cent(self, database: Database) -> None:
        rng = np.random.default_rng(5)
        north, south = rng.lognormal(4, 1.2, 300).round(2), rng.lognormal(5, 0.6, 200).round(2)
        feeds = spenders(north.tolist())
        for feed, rows in spenders(south.tolist(), branch="s").items():
            feeds[feed] += rows
        reader = reader_of(database, **feeds)
        for scope, spent in [
            (Scope(), np.concatenate([north, south])),
            (Scope(branches=("n",)), north),
            (Scope(regions=("south",)), south),
        ]:
            ranked = np.sort(spent)[::-1]
            top, gini = (figure(reader, f"matrix.{code}", scope).iloc[0] for code in ("pareto_top20", "gini"))
            assert top["denominator"] == pytest.approx(spent.sum())
            assert top["value"] == pytest.approx(ranked[: round(len(spent) / 5)].sum() / spent.sum(), rel=0.005)
            assert gini["value"] == pytest.approx(_gini(spent), rel=0.005)
            shares = parts(reader, "matrix.pareto", scope)["share"].to_numpy(dtype=float)
            assert shares.sum() == pytest.approx(1)
            ends = [0, *(round(len(spent) * tenth / 10) for tenth in range(1, 11))]
            expected = [ranked[start:end].sum() / spent.sum() for start, end in pairwise(ends)]
            assert shares == pytest.approx(expected, rel=0.01)

    def test_the_interval_is_that_of_drawing_again(self, database: Database) -> None:
        rng = np.random.default_rng(8)
        spent = rng.lognormal(4, 0.8, 400).round(2)
        row = figure(reader_of(database, **spenders(spent.tolist())), "matrix.gini", Scope()).iloc[0]
        drawn = [_gini(rng.choice(spent, len(spent))) for _ in range(2000)]
        assert (row["high"] - row["low"]) / 2 == pytest.approx(1.96 * np.std(drawn), rel=0.08)

    def test_revenue_counts_for_twelve_months(self, database: Database) -> None:
        feeds = spenders([10.0] * 20)
        feeds["orders"] += [order(500 + number, f"n{number}", date(2025, 4, 1), 5) for number in range(20)]
        reader = reader_of(database, **feeds)
        found = figure(reader, "matrix.pareto_top20", Scope(), by=["month"]).set_index("month")["denominator"]
        assert found.to_dict() == (
            {date(2025, month, 1): 100.0 for month in range(4, 10)}
            | {date(2025, month, 1): 300.0 for month in (10, 11, 12)}
            | {date(2026, month, 1): 300.0 for month in (1, 2, 3)}
        )
        period = Period(start=date(2025, 5, 10), end=date(2025, 9, 15))  # the last month that ends in it is August
        assert figure(reader, "matrix.pareto_top20", Scope(period=period)).at[0, "denominator"] == 100

    def test_nineteen_customers_are_too_few(self, database: Database) -> None:
        reader = reader_of(database, **spenders([10.0] * 19))
        for metric in ("matrix.pareto", "matrix.pareto_top20", "matrix.gini"):
            rows = figure(reader, metric, Scope())
            assert set(rows["suppressed"]) == {"n too small"}
            assert rows["value"].isna().all()
        assert figure(reader, "matrix.pareto", Scope())[["revenue", "share", "share_so_far"]].isna().all(axis=None)


def _gini(spent: np.ndarray) -> float:
    """Half the mean difference between any two, over the mean."""
    return float(np.abs(np.subtract.outer(spent, spent)).mean() / (2 * spent.mean()))


def test_one_second_is_a_day_of_the_reporting_zone(database: Database) -> None:
    house = House(database, zone="Asia/Shanghai", only=TABLES).open()
    at = datetime(2026, 2, 28, 16, tzinfo=UTC) - timedelta(seconds=1)  # one second before March begins in Shanghai
    rows = [{**order(number, f"n{number}", date(2026, 2, 1)), "ordered_at": at} for number in range(20)]
    house.deliver(until=UNTIL, branches=BRANCHES, orders=rows)
    found = figure(house.reader(), "matrix.pareto_top20", Scope(), by=["month"])
    assert found["month"].tolist() == [date(2026, 2, 1), date(2026, 3, 1)]
