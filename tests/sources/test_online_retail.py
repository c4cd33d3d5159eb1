"""Invoice lines of a web shop: with every line (as truth.json has them), and without those that are there twice (as we do)."""

from datetime import timedelta

import pandas as pd
import pytest

from tests.sources.loaded import Loaded, whole

PENNY = 0.005


@pytest.fixture(scope="module")
def lines(online_retail: Loaded) -> pd.DataFrame:
    """The file, with each line's worth, month and kind, and whether the same line stands above it."""
    rows = pd.read_csv(online_retail.folder / "online_retail_II_2009_2010.csv.gz", dtype=str, keep_default_na=False)
    quantity, price = rows["Quantity"].astype(int), rows["Price"].astype(float)
    kind = pd.Series("sale", index=rows.index).mask(rows["Invoice"].str.startswith("C"), "return")
    kind = kind.mask(rows["Invoice"].str.startswith("A"), "bad debt").mask(
        (kind == "sale") & (quantity < 0), "written off"
    )
    return rows.assign(
        is_twice=rows.duplicated(), worth=quantity * price, kind=kind, day=pd.to_datetime(rows["InvoiceDate"])
    ).assign(month=lambda made: made["day"].dt.strftime("%Y-%m"))


def test_every_row_is_accounted_for(online_retail: Loaded, lines: pd.DataFrame) -> None:
    sums, truth = online_retail.sums(), online_retail.truth
    assert whole(sums)
    assert sums["orders"]["delivered"] + sums["returns"]["delivered"] == truth["rows"] == len(lines)
    assert sums["orders"]["superseded"] + sums["returns"]["superseded"] == truth["full_duplicate_rows"]
    assert sums["returns"]["delivered"] == int((lines["kind"] == "return").sum())
    assert sums["branches"]["accepted"] == lines["Country"].nunique()


def test_bad_debt_and_write_offs_are_quarantined_as_no_sale(online_retail: Loaded, lines: pd.DataFrame) -> None:
    truth = online_retail.truth
    refused = truth["bad_debt_rows_A"] + truth["negative_qty_not_credit_note"]
    assert online_retail.quarantine() == {("orders", "*", "unclaimed"): refused}
    assert lines[lines["kind"] == "written off"]["worth"].abs().sum() == 0, "they move no sum"


def test_lines_without_a_customer_count_and_are_nobodys(online_retail: Loaded, lines: pd.DataFrame) -> None:
    anonymous = lines[(lines["Customer ID"] == "") & ~lines["is_twice"]]
    kept = online_retail.query(
        "select (select count(*) from curated.fct_order where customer_code is null) as orders,"
        " (select count(*) from staging.stg_returns where customer_id is null) as returns,"
        " (select count(*) from curated.dim_customer) as customers"
    )[0]
    assert kept["orders"] == int((anonymous["kind"] == "sale").sum())
    assert kept["returns"] == int((anonymous["kind"] == "return").sum())
    buyers = lines[(lines["kind"] == "sale") & (lines["Customer ID"] != "")]["Customer ID"].nunique()
    assert kept["customers"] == buyers


def test_sales_and_returns_of_all(online_retail: Loaded, lines: pd.DataFrame) -> None:
    truth = online_retail.truth
    sales, returns = (online_retail.rows(metric)[0]["value"] for metric in ("order.amount", "return.amount"))
    assert sales == pytest.approx(truth["sales_value_after_dropping_full_duplicates"], abs=PENNY)
    assert sales + _twice(lines, "sale").sum() == pytest.approx(truth["sales_value"], abs=PENNY)
    assert returns - _twice(lines, "return").sum() == pytest.approx(-truth["returns_value"], abs=PENNY)
    assert returns / sales == pytest.approx(truth["return_rate_value"], rel=0.005), "the rate hardly moves"


@pytest.mark.parametrize(
    ("dimension", "column", "truth"), [("month", "month", "by_month"), ("branch", "Country", "by_country_top12")]
)
def test_sales_and_returns(online_retail: Loaded, lines: pd.DataFrame, dimension: str, column: str, truth: str) -> None:
    """Ours and the worth of the lines that are there twice make the figures with every line."""
    sales = online_retail.values("order.amount", dimension)
    returns = online_retail.values("return.amount", dimension)
    twice_sold = _twice(lines, "sale").groupby(lines[column]).sum()
    twice_returned = _twice(lines, "return").groupby(lines[column]).sum()
    assert len(online_retail.truth[truth]) >= 12
    for name, row in online_retail.truth[truth].items():
        assert sales[name] + twice_sold.get(name, 0) == pytest.approx(row["sales"], abs=PENNY), name
        assert -returns[name] + twice_returned.get(name, 0) == pytest.approx(row["returns"], abs=PENNY), name


def test_sales_of_every_country(online_retail: Loaded, lines: pd.DataFrame) -> None:
    """Also of those that truth.json does not list."""
    sold = lines[(lines["kind"] == "sale") & ~lines["is_twice"]].groupby("Country")["worth"].sum()
    assert online_retail.values("order.amount", "branch") == pytest.approx(sold.to_dict(), abs=PENNY)


def test_return_rate_by_month_of_what_has_had_its_time(online_retail: Loaded, lines: pd.DataFrame) -> None:
    """Returns whose order is unknown count in their own month; the last 30 days are pending."""
    kept = lines[~lines["is_twice"]]
    last = kept["day"].max().normalize()
    due = kept[kept["day"].dt.normalize() + timedelta(days=30) < last]
    sold = due[due["kind"] == "sale"].groupby("month")["worth"].sum()
    returned = -due[due["kind"] == "return"].groupby("month")["worth"].sum()
    ours = online_retail.by("five.return_rate", "month")
    for month, worth in sold.items():
        assert ours[str(month)]["denominator"] == pytest.approx(worth, abs=PENNY), month
        assert ours[str(month)]["numerator"] == pytest.approx(returned[month], abs=PENNY), month
        assert ours[str(month)]["unknown"] == pytest.approx(returned[month], abs=PENNY), "no return names its order"
    pending = [row["pending"] for name, row in ours.items() if name >= "2010-11"]
    assert sum(pending) == int(((kept["kind"] == "sale") & ~kept.index.isin(due.index)).sum())


def test_what_is_no_article_is_a_product_line_of_its_own(online_retail: Loaded, lines: pd.DataFrame) -> None:
    kept = lines[(lines["kind"] == "sale") & ~lines["is_twice"]]
    postage = kept[kept["StockCode"].isin(["POST", "DOT", "C2", "C3", "PADS"])]["worth"].sum()
    ours = online_retail.values("order.amount", "product_line")
    assert ours["postage"] == pytest.approx(postage, abs=PENNY)
    assert ours["articles"] > 0.9 * sum(ours.values())


def _twice(lines: pd.DataFrame, kind: str) -> "pd.Series[float]":
    return lines["worth"].where(lines["is_twice"] & (lines["kind"] == kind), 0.0)
