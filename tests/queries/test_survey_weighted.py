"""Whom satisfaction speaks for: strata and weights by hand, and against a calculation customer by customer."""

import math
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pandas as pd
import pytest
from sqlalchemy import URL

from tests.harness import House
from tests.survey_rows import BRANCHES, TABLES, UNTIL, firm
from warehouse import db
from warehouse.db import Database
from warehouse.queries.figures import FeedAbsent, figure
from warehouse.queries.reader import Reader
from warehouse.queries.solved.csat_weighted import Stratum, merged
from warehouse.scope import Period, Scope

FEEDS = firm(11)
REGION = {"N1": "north", "N2": "north", "S1": "south"}
REMEMBERED = timedelta(hours=180 * 24)
ACTIVE = ("loyal", "opportunity", "edge")


@pytest.fixture(scope="module")
def house(server: URL, template: str) -> Iterator[House]:
    made = db.embedded(server, "survey_weighted", template=template)
    house = House(made, only=TABLES).open()
    house.deliver(until=UNTIL, **FEEDS)
    yield house
    made.dispose()


@pytest.fixture(scope="module")
def reader(house: House) -> Reader:
    return house.reader()


def stratum(key: str, population: float, scores: list[float]) -> Stratum:
    squares = sum(score**2 for score in scores)
    return Stratum(tuple(key.split()), population, len(scores), sum(scores), squares)


class TestMerging:
    def test_those_that_stand_by_themselves_are_left_alone(self) -> None:
        strata = [stratum("n loyal none", 9, [1] * 5), stratum("n loyal other", 1, [0] * 6)]
        assert merged(strata) == strata

    def test_outcomes_first_then_tiers_then_regions(self) -> None:
        strata = [
            stratum("n edge none", 40, [1] * 9),
            stratum("n loyal none", 30, [1] * 20),
            stratum("n loyal other", 2, [0] * 3),
            stratum("n loyal resolved", 3, [0] * 2),  # with `other` 5 answers: enough
            stratum("s edge none", 10, [1] * 2),  # alone in its tier and short: joins the region's smallest
            stratum("s loyal none", 20, [1] * 7),
            stratum("s opportunity none", 20, [1] * 8),
            stratum("w loyal none", 5, [0]),  # alone in its region and short: joins the company's smallest
        ]
        left = {part.key: (part.population, part.n) for part in merged(strata)}
        assert left == {
            (): (10, 6),
            ("n", "edge", "none"): (40, 9),
            ("n", "loyal", "none"): (30, 20),
            ("s",): (30, 9),
            ("s", "opportunity", "none"): (20, 8),
        }

    def test_answers_that_stand_for_nobody_are_merged(self) -> None:
        strata = [stratum("n loyal none", 9, [1] * 5), stratum("n loyal other", 0, [0] * 50)]
        assert [(part.population, part.n) for part in merged(strata)] == [(9, 55)]

    def test_too_few_altogether_are_one(self) -> None:
        strata = [stratum("n loyal none", 9, [1]), stratum("s loyal none", 3, [0])]
        assert [(part.population, part.n) for part in merged(strata)] == [(12, 2)]


def test_weights_by_hand(database: Database) -> None:
    """North has 30 customers and south 10; south answers more, and less kindly.

    North: 10 answers, 5 of 100 and 5 of 75 points: mean 87.5, s² = 173.61. South: 20 answers, 10 of 50 and 10 of 25: mean 37.5, s² = 164.47.
    Weighted 0.75 × 87.5 + 0.25 × 37.5 = 75, variance 0.75² × 17.361 + 0.25² × 8.2237 = 10.2796. Unweighted 1625 / 30 = 54.17.
    """
    at = datetime(2026, 2, 10, tzinfo=UTC)
    people = [(f"n{n}", "N1") for n in range(30)] + [(f"s{n}", "S1") for n in range(10)]
    sent = [(f"n{n}", "N1", 5 if n < 5 else 4) for n in range(10)]
    sent += [(f"s{n % 10}", "S1", 3 if n < 10 else 2) for n in range(20)]
    house = House(database, only=TABLES).open()
    house.deliver(
        branches=BRANCHES,
        orders=[
            {"order_id": f"o{who}", "customer_id": who, "branch_id": branch, "ordered_at": at - timedelta(days=60)}
            for who, branch in people
        ],
        surveys=[
            {"invite_id": f"i{n}", "branch_id": branch, "method_code": "phone", "sent_at": at, "customer_id": who}
            for n, (who, branch, _) in enumerate(sent)
        ],
        survey_answers=[
            {"invite_id": f"i{n}", "question_code": "overall", "score": score, "scale_min": 1, "scale_max": 5}
            for n, (_, _, score) in enumerate(sent)
        ],
        until=UNTIL,
    )
    row = figure(house.reader(), "csat.weighted", Scope()).iloc[0]
    width = 1.959963984540054 * math.sqrt(0.75**2 * 173.6111111 / 10 + 0.25**2 * 164.4736842 / 20)
    assert row[["value", "low", "high"]].tolist() == pytest.approx([75, 75 - width, 75 + width])
    assert row[["n", "strata", "left_out"]].tolist() == [30, 2, 0]
    assert row["unweighted"] == pytest.approx(1625 / 30)
    top2 = figure(house.reader(), "csat.weighted_top2", Scope()).iloc[0]
    assert top2[["value", "unweighted"]].tolist() == pytest.approx([0.75, 1 / 3])


def placed() -> pd.DataFrame:
    """Each invitation with home region, tier at the end of the month before, outcome and points, found one by one."""
    answers = {
        row["invite_id"]: 25.0 * (row["score"] - 1)
        for row in FEEDS["survey_answers"]
        if row["question_code"] == "overall"
    }
    answered = {row["invite_id"] for row in FEEDS["survey_answers"]}
    rows = []
    for invite in FEEDS["surveys"]:
        sent_at, who = invite["sent_at"], invite["customer_id"]
        month = sent_at.date().replace(day=1)
        rows.append(
            {
                "month": month,
                "sent_on": sent_at.date(),
                "method": invite["method_code"],
                "branch": home(who) or invite["branch_id"],
                "tier": tier(who, month) if who else "unknown",
                "outcome": outcome(who, sent_at),
                "answered": bool(invite["answered_at"]) or invite["invite_id"] in answered,
                "points": answers.get(invite["invite_id"], math.nan),
            }
        )
    made = pd.DataFrame(rows)
    return made.assign(region=made["branch"].map(REGION))


def home(who: str | None) -> str | None:
    on_file = [row["branch_id"] for row in FEEDS["customers"] if row["customer_id"] == who]
    first = sorted((row["ordered_at"], row["branch_id"]) for row in FEEDS["orders"] if row["customer_id"] == who)
    return (on_file or [branch for _, branch in first] or [None])[0]


def months_between(earlier: date, later: date) -> int:
    return 12 * (later.year - earlier.year) + later.month - earlier.month


def tier(who: str, before: date) -> str:
    """Of the orders until the month that begins with `before`: recency in months, and the third-last day of ordering."""
    days = sorted({o["ordered_at"].date() for o in FEEDS["orders"] if o["customer_id"] == who})
    days = [day for day in days if day < before]
    if not days:
        return "new"
    ago = months_between(days[-1], before) - 1
    if ago < 6 and len(days) >= 3 and months_between(days[-3], before) - 1 < 12:
        return "loyal"
    return "opportunity" if ago < 6 else "edge" if ago < 12 else "lost"


def outcome(who: str | None, at: datetime) -> str:
    about = [c for c in FEEDS["complaints"] if who and c["customer_id"] == who]
    about = [c for c in about if c["opened_at"] <= at < c["opened_at"] + REMEMBERED]
    if not about:
        return "none"
    latest = max(about, key=lambda complaint: complaint["opened_at"])
    is_over = latest["resolved_at"] is not None and latest["resolved_at"] <= at
    return "resolved" if is_over and latest["outcome_code"] == "resolved" else "other"


def population(month: date) -> pd.Series:
    """Active customers at the end of the month before `month`, by region, tier and outcome."""
    end = datetime(month.year, month.month, 1, tzinfo=UTC)
    who = sorted({order["customer_id"] for order in FEEDS["orders"]})
    rows = pd.DataFrame([(REGION[home(each)], tier(each, month), outcome(each, end)) for each in who])
    rows = rows[rows[1].isin(ACTIVE)]
    return rows.groupby([0, 1, 2]).size()


def test_who_was_asked_is_placed_as_one_by_one(house: House) -> None:
    found = house.published("survey_stratum")
    keys = ["branch", "tier", "outcome", "sent_on", "method"]
    grouped = placed().groupby(keys)
    found = found.rename(columns={"branch_id": "branch", "complaint_outcome": "outcome", "method_code": "method"})
    found = found.set_index(keys).sort_index()
    assert set(found.index.get_level_values("tier")) == {*ACTIVE, "lost", "new", "unknown"}
    assert set(found.index.get_level_values("outcome")) == {"none", "resolved", "other"}
    assert found["sent"].to_dict() == grouped.size().to_dict()
    assert found["answered"].to_dict() == grouped["answered"].sum().to_dict()
    assert found["total"].to_dict() == pytest.approx(grouped["points"].sum().to_dict())


def test_the_population_is_that_of_each_month_end(house: House) -> None:
    found = (
        house.published("survey_population")
        .groupby(["slice_on", "region_id", "tier", "complaint_outcome"])["customers"]
        .sum()
    )
    months = sorted(set(found.index.get_level_values("slice_on")))
    first = min(order["ordered_at"] for order in FEEDS["orders"])
    assert (months[0], months[-1]) == (first.date().replace(day=1), date(2026, 3, 1))
    for month in months:
        after = (pd.Timestamp(month) + pd.offsets.MonthBegin()).date()
        assert found.loc[month].to_dict() == population(after).to_dict(), month


@pytest.mark.parametrize("period", [None, Period(date(2025, 9, 12), date(2026, 3, 5))], ids=str)
def test_the_weighted_mean_counts_customers_not_answers(reader: Reader, period: Period | None) -> None:
    rows = placed()
    if period:
        rows = rows[(rows["sent_on"] >= period.start) & (rows["sent_on"] < period.end)]
    kept = rows[rows["points"].notna()]
    counted = kept[kept["tier"].isin(ACTIVE)]
    weights = pd.concat([population(month) for month in sorted(set(kept["month"]))]).groupby(level=[0, 1, 2]).sum()
    by_stratum = counted.groupby(["region", "tier", "outcome"])["points"]
    strata = [
        Stratum(key, int(weights.get(key, 0)), len(points), points.sum(), (points**2).sum())
        for key, points in by_stratum
    ]
    strata += [Stratum(key, int(n), 0, 0, 0) for key, n in weights.items() if key not in by_stratum.groups]
    parts = merged(strata)
    expected = sum(part.population * part.total / part.n for part in parts) / weights.sum()
    row = figure(reader, "csat.weighted", Scope(period=period)).iloc[0]
    assert row["value"] == pytest.approx(expected)
    assert row["unweighted"] == pytest.approx(counted["points"].mean())
    assert row[["n", "left_out", "strata"]].tolist() == [len(counted), len(kept) - len(counted), len(parts)]
    assert len(parts) > 3


class TestBias:
    @pytest.mark.parametrize(
        ("kind", "column"),
        [("tier", "tier"), ("region", "region"), ("channel", "method"), ("complaint_outcome", "outcome")],
    )
    def test_each_group_beside_its_customers(self, reader: Reader, kind: str, column: str) -> None:
        period = Period(date(2025, 6, 1), date(2026, 2, 20))
        rows = placed()
        rows = rows[(rows["sent_on"] >= period.start) & (rows["sent_on"] < period.end)]
        found = figure(reader, "survey.bias", Scope(period=period, filters={"group_kind": (kind,)})).set_index("part")
        answered = rows.groupby(column)["answered"].sum()
        assert found["value"].to_dict() == answered.to_dict()
        assert found["denominator"].tolist() == [answered.sum()] * len(found)
        assert found["asked"].to_dict() == rows.groupby(column).size().to_dict()
        assert found["asked_share"].sum() == pytest.approx(1)
        assert found["response_rate"].to_dict() == pytest.approx(rows.groupby(column)["answered"].mean().to_dict())
        level = {"region": 0, "tier": 1, "complaint_outcome": 2}.get(kind)
        customers = found["population"].dropna().to_dict()
        standing = population(date(2026, 2, 1))  # the last month that had ended on 20 February is January
        assert customers == ({} if level is None else standing.groupby(level=level).sum().to_dict())
        assert found["population_share"].sum() == pytest.approx(0 if level is None else 1)

    def test_tiers_unless_another_kind_is_asked_and_every_kind_side_by_side(self, reader: Reader) -> None:
        plain = figure(reader, "survey.bias", Scope())
        every = figure(reader, "survey.bias", Scope(), by=["group_kind"])
        assert set(plain["part"]) == {*ACTIVE, "lost", "new", "unknown"}
        assert set(every["group_kind"]) == {"region", "tier", "channel", "complaint_outcome"}
        assert every.groupby("group_kind")["value"].sum().nunique() == 1

    def test_without_complaints_nobody_is_said_not_to_have_complained(self, database: Database) -> None:
        house = House(database, only=TABLES).open()
        feeds = {name: rows for name, rows in FEEDS.items() if name != "complaints"}
        house.deliver(until=UNTIL, **feeds)
        reader = house.reader()
        with pytest.raises(FeedAbsent, match="complaints"):
            figure(reader, "survey.bias", Scope(filters={"group_kind": ("complaint_outcome",)}))
        assert "complaint_outcome" not in set(figure(reader, "survey.bias", Scope(), by=["group_kind"])["group_kind"])
        assert figure(reader, "csat.weighted", Scope()).at[0, "value"] > 0


def test_without_orders_nobody_can_be_weighted(database: Database) -> None:
    house = House(database, only=TABLES).open()
    house.deliver(branches=BRANCHES, surveys=FEEDS["surveys"], survey_answers=FEEDS["survey_answers"], until=UNTIL)
    for metric in ("csat.weighted", "csat.weighted_top2", "survey.bias"):
        with pytest.raises(FeedAbsent, match="orders"):
            figure(house.reader(), metric, Scope())
