"""The two matrices against a calculation of their own, customer by customer, in pandas."""

from collections.abc import Iterator
from datetime import date

import pandas as pd
import pytest
from sqlalchemy import URL

from tests.harness import House
from tests.queries.company import UNTIL, Company, company
from tests.queries.test_order_figures import after, home_of, months_back, orders_of
from warehouse import db
from warehouse.metrics import cells, cuts
from warehouse.queries import lists
from warehouse.queries.figures import figure
from warehouse.queries.reader import Reader
from warehouse.scope import Scope

SAMPLE = [date(2024, 2, 1), date(2025, 2, 1), date(2025, 9, 1), date(2026, 1, 1), date(2026, 5, 1)]


@pytest.fixture(scope="module")
def firm(server: URL, template: str) -> Iterator[tuple[Company, Reader]]:
    """The company, published once for all that only read it."""
    database, made = db.embedded(server, "segment_figures", template=template), company(13)
    house = House(database).open()
    house.deliver(until=UNTIL, **made.feeds())
    yield made, house.reader()
    database.dispose()


def tiers(made: Company, month: date) -> pd.Series:
    """The tier of every customer who ever ordered, by the words of the definition."""
    orders = orders_of(made)
    orders = orders[orders["on"] < after(month)]
    year, half = orders[orders["on"] >= months_back(month, 11)], orders[orders["on"] >= months_back(month, 5)]
    often = set(year.groupby("customer_id")["on"].nunique().loc[lambda count: count >= 3].index)
    recent, lately = set(half["customer_id"]), set(year["customer_id"])
    return pd.Series(
        {
            person: "loyal"
            if person in recent & often
            else "opportunity"
            if person in recent
            else "edge"
            if person in lately
            else "lost"
            for person in orders["customer_id"].unique()
        }
    )


def portfolio(made: Company, month: date) -> pd.DataFrame:
    """The cell of every customer with an order in the 12 months, or on file and with a wallet in them."""
    orders, wallets = orders_of(made), made.frame("wallets")
    year = orders[(orders["on"] >= months_back(month, 11)) & (orders["on"] < after(month))]
    purse = wallets[(wallets["period_on"] >= months_back(month, 11)) & (wallets["period_on"] < after(month))]
    frame = pd.DataFrame(
        {
            "spend": year.groupby("customer_id")["amount"].sum(),
            "orders": year.groupby("customer_id")["on"].nunique(),
            "wallet": purse.groupby("customer_id")["category_spend_amount"].sum(),
        }
    )
    on_file = [row["customer_id"] for row in made.customers]
    frame = frame[(frame["orders"] > 0) | frame.index.isin(on_file)].copy()
    if len(purse):
        x, y, across, up = (
            frame["wallet"],
            frame["spend"].fillna(0) / frame["wallet"],
            frame["wallet"].quantile(0.5),
            0.5,
        )
    else:
        kind = (
            pd.Series({row["customer_id"]: row["customer_kind"] for row in made.customers})
            .reindex(frame.index)
            .fillna("")
        )
        x = frame["spend"] / frame.groupby(kind)["spend"].transform("median")
        y, across, up = frame["orders"] / frame.groupby(kind)["orders"].transform("median"), 1, 1
    frame["cell"] = "dog"
    frame.loc[(x >= across) & (y >= up), "cell"] = "star"
    frame.loc[(x >= across) & ~(y >= up), "cell"] = "question"
    frame.loc[~(x >= across) & (y >= up), "cell"] = "cash_cow"
    frame.loc[x.isna() | y.isna(), "cell"] = "unknown"
    return frame


def visits(made: Company, month: date) -> pd.Series:
    """Visits that reached a customer in the three months that end with `month`."""
    contacts = made.frame("contacts")
    on = contacts["started_at"].dt.date
    is_visit = (contacts["purpose_code"] == "visit") & (contacts["outcome_code"] == "answered")
    return contacts[is_visit & (on >= months_back(month, 2)) & (on < after(month))]["customer_id"].value_counts()


@pytest.mark.parametrize("month", SAMPLE, ids=str)
def test_value_tiers(firm: tuple[Company, Reader], month: date) -> None:
    made, reader = firm
    expected, orders = tiers(made, month), orders_of(made)
    year = orders[(orders["on"] >= months_back(month, 11)) & (orders["on"] < after(month))]
    revenue = year.groupby(year["customer_id"].map(expected))["amount"].sum()
    seen = visits(made, month).groupby(expected).sum()
    found = figure(reader, "matrix.value_tier", Scope(), by=["month"])
    found = found[found["month"] == month].set_index("part")
    assert found["value"].to_dict() == expected.value_counts().to_dict()
    assert found["revenue"].to_dict() == pytest.approx(revenue.reindex(found.index, fill_value=0).to_dict())
    assert found["visits_got"].to_dict() == seen.reindex(found.index, fill_value=0).to_dict()
    assert found["share"].sum() == pytest.approx(1)


@pytest.mark.parametrize("month", SAMPLE, ids=str)
def test_portfolio(firm: tuple[Company, Reader], month: date) -> None:
    made, reader = firm
    expected = portfolio(made, month)
    found = figure(reader, "matrix.portfolio", Scope(), by=["month"])
    found = found[found["month"] == month].set_index("part")
    assert found["value"].to_dict() == expected["cell"].value_counts().to_dict()
    assert found["revenue"].to_dict() == pytest.approx(expected.groupby("cell")["spend"].sum().to_dict())
    assert set(found["by_wallets"]) == {float(month >= date(2025, 3, 1) and month < date(2026, 9, 1))}
    norms = {"star": 3, "question": 3, "cash_cow": 1, "dog": 0.25, "unknown": 0}
    assert found["visits_due"].to_dict() == {cell: norms[cell] * row.value for cell, row in found.iterrows()}
    seen = visits(made, month).groupby(expected["cell"]).sum()
    assert found["visits_got"].to_dict() == seen.reindex(found.index, fill_value=0).to_dict()


def test_each_cell_opens_to_its_customers(firm: tuple[Company, Reader]) -> None:
    made, reader = firm
    month, home = SAMPLE[-1], home_of(made)
    for matrix, expected in [("portfolio", portfolio(made, month)["cell"]), ("value_tier", tiers(made, month))]:
        for cell in cells(matrix):
            found = lists.customers(reader, Scope(), matrix=matrix, cell=cell)
            assert set(found["customer_code"]) == set(expected[expected == cell].index)
            assert [home[person] for person in found["customer_code"]] == found["branch_id"].tolist()
            assert (found["as_of_on"] == date(2026, 5, 31)).all()
            assert found["spend"].is_monotonic_decreasing


def test_every_viewer_sees_the_cuts_of_the_company(firm: tuple[Company, Reader]) -> None:
    made, reader = firm
    lines = lists.portfolio_cuts(reader)
    lines = lines[lines["month_on"] == SAMPLE[-1]].set_index("axis")["cut_at"].to_dict()
    assert lines == {
        "attractiveness": pytest.approx(portfolio(made, SAMPLE[-1])["wallet"].quantile(0.5)),
        "support": 0.5,
    }


def test_a_customer_is_in_one_tier_at_a_time(server: URL, template: str, firm: tuple[Company, Reader]) -> None:
    database = db.embedded(server, "segment_figures", template=template)
    overlapping = House(database).rows(
        "with spell as (select *, lead(from_on) over (partition by customer_id order by from_on) as next_from_on"
        " from curated.tier_spell(cast(:cuts as jsonb))) select * from spell where next_from_on is distinct from"
        " case when until_on < 'infinity' then until_on end",
        cuts=cuts(),
    )
    database.dispose()
    assert overlapping.empty
