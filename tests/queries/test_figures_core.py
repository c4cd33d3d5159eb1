"""The one entry for figures: what it refuses, what it hides, who sees what."""

import math
from collections.abc import Iterator
from datetime import date

import pandas as pd
import pytest
from sqlalchemy import URL, text

from tests.harness import EXECUTIVE, House
from tests.queries.company import UNTIL, Company, company
from warehouse import db
from warehouse.db import Database
from warehouse.metrics import metrics
from warehouse.queries import figures, lists
from warehouse.queries.figures import FeedAbsent, UnknownDimension, UnknownMetric, figure
from warehouse.queries.reader import NothingPublished, Reader
from warehouse.scope import Period, Scope

MINE = [
    code
    for code, about in metrics().items()
    if code.split(".")[0] in {"lead", "order", "return", "five", "customer", "matrix"}
    and set(about.feeds) <= set(Company.__dataclass_fields__)
    and code != "matrix.distributor"  # the company has none
]
DATED = ("lead.conversion_30", "lead.days_to_order", "five.repeat_rate", "matrix.value_tier")


@pytest.fixture(scope="module")
def firm(server: URL, template: str) -> Iterator[House]:
    """A company with two regions, published once for all that only read it."""
    database = db.embedded(server, "core_figures", template=template)
    house = House(database).open()
    house.deliver(until=UNTIL, **company(3).feeds())
    house.grant("head@example.com", region="r1")
    yield house
    database.dispose()


def test_an_unknown_metric_is_named_with_the_nearest(firm: House) -> None:
    with pytest.raises(UnknownMetric, match=r"did you mean lead\.count"):
        figure(firm.reader(), "lead.cuont", Scope())


def test_a_dimension_or_filter_that_the_metric_does_not_know_is_refused(firm: House) -> None:
    with pytest.raises(UnknownDimension, match=r"lead\.count knows no severity; it knows region, branch, source"):
        figure(firm.reader(), "lead.count", Scope(), by=["severity"])
    with pytest.raises(UnknownDimension, match=r"five\.repeat_rate knows no source; it knows nothing"):
        figure(firm.reader(), "five.repeat_rate", Scope(filters={"source": ("radio",)}))


def test_a_feed_that_nobody_delivered_is_named(firm: House, database: Database) -> None:
    with pytest.raises(FeedAbsent, match="not delivered: complaints") as caught:
        figure(firm.reader(), "five.complaint_rate", Scope())
    assert caught.value.feeds == ("complaints",)
    house = House(database, only={"branch"}).open()
    house.deliver(until=UNTIL, branches=[{"branch_id": "b0", "region_id": "r0"}])
    with pytest.raises(FeedAbsent) as caught:
        figure(house.reader(), "five.referral_rate", Scope())
    assert caught.value.feeds == ("orders", "leads")


@pytest.mark.parametrize("person", ["nobody@example.com", ""])
def test_nobody_sees_nothing(firm: House, person: str) -> None:
    for pinned in (None, firm.reader().refresh_id):
        with pytest.raises(NothingPublished):
            figure(Reader(engine=firm.database.reader, person=person, refresh_id=pinned), "lead.count", Scope())


@pytest.mark.parametrize("metric", MINE)
def test_a_branch_head_sees_what_an_executive_sees_of_that_region(firm: House, metric: str) -> None:
    head, executive = firm.reader("head@example.com"), firm.reader(EXECUTIVE)
    for by in ([], ["branch"]):
        of_head = figure(head, metric, Scope(), by=by)
        pd.testing.assert_frame_equal(of_head, figure(executive, metric, Scope(regions=("r1",)), by=by))
        assert len(of_head) > 0
        assert figure(head, metric, Scope(regions=("r0",)), by=by).empty
    for dimension in metrics()[metric].dims:
        assert set(
            figure(head, metric, Scope(), by=["region", dimension] if dimension != "region" else ["region"])["region"]
        ) == {"r1"}


def test_lists_show_a_branch_head_the_own_region_alone(firm: House) -> None:
    head, executive = firm.reader("head@example.com"), firm.reader()
    assert set(lists.branches(head)["branch_id"]) == {"b1", "b3"}
    assert set(lists.branches(executive)["branch_id"]) == {"b0", "b1", "b2", "b3"}
    assert set(lists.sources(executive)["source_code"]) == {"radio", "store", "walk_in"}
    assert set(lists.customers(head, Scope(), matrix="value_tier", cell="lost")["region_id"]) <= {"r1"}
    assert not lists.cuts(head, matrix="portfolio").empty


def test_without_the_policy_a_branch_head_would_see_more(firm: House) -> None:
    before = figure(firm.reader("head@example.com"), "lead.count", Scope()).at[0, "value"]
    with firm.database.loader.begin() as connection:
        connection.execute(text("alter table published.lead_day_sums_edition disable row level security"))
    try:
        assert figure(firm.reader("head@example.com"), "lead.count", Scope()).at[0, "value"] > before
    finally:
        with firm.database.loader.begin() as connection:
            connection.execute(text("alter table published.lead_day_sums_edition enable row level security"))


def test_small_cells_show_their_n_and_nothing_else(firm: House) -> None:
    scope = Scope(period=Period(start=date(2025, 1, 1), end=date(2026, 1, 1)))
    found = figure(firm.reader(), "lead.conversion_ever", scope, by=["source"]).set_index("source")
    small = found.loc["walk_in"]
    assert 0 < small["denominator"] < 20
    assert small["suppressed"] == figures.rules.TOO_SMALL
    assert small[["value", "low", "high", "numerator"]].isna().all()
    assert (found["suppressed"].notna()).sum() == 2
    assert found.loc[found["suppressed"].isna(), "value"].notna().all()


def test_rows_as_plain_values(firm: House) -> None:
    period = Period(start=date(2026, 3, 1), end=date(2026, 4, 1))
    frame = figure(firm.reader(), "lead.count", Scope(period=period), by=["month", "region"])
    rows = figures.records(frame, by=["month", "region"])
    assert [row["by"] for row in rows] == [
        {"month": "2026-03-01", "region": "r0"},
        {"month": "2026-03-01", "region": "r1"},
    ]
    assert all(isinstance(row["value"], int) and "suppressed" not in row for row in rows)
    year = Scope(period=Period(start=date(2025, 1, 1), end=date(2026, 1, 1)))
    small = figures.records(figure(firm.reader(), "lead.conversion_ever", year, by=["source"]), by=["source"])
    assert {"suppressed": figures.rules.TOO_SMALL, "value": None}.items() <= next(
        row for row in small if row["by"] == {"source": "walk_in"}
    ).items()


def test_leads_and_orders_without_any_dates(database: Database) -> None:
    """As a file without dates is mapped: one order for each converted lead, nothing known of when."""
    house = House(database).open()
    leads = [
        {"lead_id": f"l{n}", "customer_id": f"l{n}", "branch_id": "b0", "source_code": "google" if n % 3 else "chat"}
        for n in range(90)
    ]
    orders = [{"order_id": f"o{n}", "customer_id": f"l{n}", "branch_id": "b0"} for n in range(0, 90, 2)]
    house.deliver(branches=[{"branch_id": "b0", "region_id": "r0"}], leads=leads, orders=orders)
    reader = house.reader()
    with house.database.loader.begin() as connection:
        connection.execute(
            text("update published.feed_status set unknown_columns = '{collected_at}' where feed = 'leads'")
        )
        connection.execute(
            text("update published.feed_status set unknown_columns = '{ordered_at,amount}' where feed = 'orders'")
        )
    scope = Scope(period=Period(start=date(2026, 1, 1), end=date(2026, 2, 1)))
    found = figure(reader, "lead.conversion_ever", scope, by=["source"]).set_index("source")
    assert found[["numerator", "denominator"]].to_dict("index") == {
        "chat": {"numerator": 15, "denominator": 30},
        "google": {"numerator": 30, "denominator": 60},
    }
    assert found.attrs["period"] is None
    assert figure(reader, "order.count", scope).at[0, "value"] == 45
    for metric in DATED:
        with pytest.raises(FeedAbsent) as caught:
            figure(reader, metric, scope)
        assert all(feed.endswith("_at") for feed in caught.value.feeds)
    with pytest.raises(FeedAbsent, match=r"leads\.collected_at"):
        figure(reader, "lead.count", scope, by=["month"])
    with pytest.raises(FeedAbsent, match=r"orders\.amount"):
        figure(reader, "order.amount", scope)


def test_a_curve_ends_where_the_summary_says(firm: House) -> None:
    row = figure(firm.reader(), "lead.days_to_order", Scope()).iloc[0]
    steps = figures.curve(firm.reader(), "lead.days_to_order", Scope())
    first = steps[steps["share"] >= 0.5]["at"]
    assert (first.empty and math.isnan(row["median"])) or first.iloc[0] == pytest.approx(row["median"], rel=0.011)
    with pytest.raises(UnknownMetric, match=r"lead\.count has no curve"):
        figures.curve(firm.reader(), "lead.count", Scope())


def test_a_curve_too_small_to_show_is_not_drawn(firm: House) -> None:
    scope = Scope(period=Period(start=date(2026, 3, 1), end=date(2026, 3, 18)))
    assert 0 < figure(firm.reader(), "lead.days_to_order", scope).at[0, "n"] < 20
    assert figures.curve(firm.reader(), "lead.days_to_order", scope).empty


def test_visits_are_unknown_without_the_feed_of_contacts(database: Database) -> None:
    made: Company = company(5)
    house = House(database).open()
    house.deliver(until=UNTIL, branches=made.branches, orders=made.orders)
    for matrix in ("matrix.portfolio", "matrix.value_tier"):
        found = figure(house.reader(), matrix, Scope())
        assert found[["visits_got", "visits_due", "coverage"]].isna().all(axis=None)
        assert found["value"].sum() > 0
    assert set(figure(house.reader(), "matrix.portfolio", Scope())["by_wallets"]) == {0}
