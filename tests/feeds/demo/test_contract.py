"""A clean delivery follows the contract to the letter."""

import re

import pandas as pd
import pytest

from warehouse.feeds.contract import Column, feeds
from warehouse.feeds.demo import Company

READABLE = {
    "id": r"[A-Z]+\d+",
    "code": r"[A-Za-z0-9_.\-]+",
    "text": r"[\s\S]+",
    "instant": r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\+08:00",
    "date": r"\d{4}-\d\d-\d\d( 00:00:00)?",
    "time": r"\d\d:\d\d:\d\d",
    "amount": r"\d+(\.\d{1,2})?",
    "number": r"\d+(\.\d+)?",
    "integer": r"\d+",
    "boolean": r"true|false",
}


def columns() -> list[tuple[str, Column]]:
    return [(feed.code, column) for feed in feeds().values() for column in feed.columns]


@pytest.mark.parametrize("feed", feeds())
def test_every_feed_is_there_with_the_columns_of_the_contract(feed: str, rows: dict[str, pd.DataFrame]) -> None:
    assert list(rows[feed].columns) == [column.name for column in feeds()[feed].columns]
    assert len(rows[feed]) > 10


@pytest.mark.parametrize(("feed", "column"), columns(), ids=lambda value: getattr(value, "name", value))
def test_every_value_fits_its_column(feed: str, column: Column, rows: dict[str, pd.DataFrame]) -> None:
    values = rows[feed][column.name]
    given = values.dropna()
    if column.required:
        assert len(given) == len(values)
    assert given.str.fullmatch(READABLE[column.type]).all()
    if column.codes:
        assert set(given) <= set(column.codes)
    if column.pattern:
        assert given.map(lambda value: re.search(column.pattern or "", value) is not None).all()
    if column.low is not None:
        assert given.astype(float).min() >= column.low
    if column.high is not None:
        assert given.astype(float).max() <= column.high


@pytest.mark.parametrize(("feed", "column"), columns(), ids=lambda value: getattr(value, "name", value))
def test_only_what_has_no_end_yet_is_never_given(feed: str, column: Column, rows: dict[str, pd.DataFrame]) -> None:
    never = rows[feed][column.name].isna().all()
    assert never == ((feed, column.name) == ("branches", "closed_on"))


@pytest.mark.parametrize("feed", feeds())
def test_keys_are_there_once(feed: str, rows: dict[str, pd.DataFrame]) -> None:
    assert not rows[feed].duplicated(list(feeds()[feed].key)).any()


@pytest.mark.parametrize(
    ("feed", "column"), [(f, c) for f, c in columns() if c.references], ids=lambda value: getattr(value, "name", value)
)
def test_references_are_known(feed: str, column: Column, rows: dict[str, pd.DataFrame]) -> None:
    assert column.references
    known = rows[column.references][feeds()[column.references].key[0]]
    assert set(rows[feed][column.name].dropna()) <= set(known)


@pytest.mark.parametrize("feed", [feed.code for feed in feeds().values() if feed.one_of])
def test_exactly_one_person_is_named(feed: str, rows: dict[str, pd.DataFrame]) -> None:
    assert (rows[feed][list(feeds()[feed].one_of)].notna().sum(axis=1) == 1).all()


def test_a_row_belongs_to_the_branch_of_its_customer(rows: dict[str, pd.DataFrame]) -> None:
    home = rows["customers"].set_index("customer_id")["branch_id"]
    for feed in ("orders", "surveys", "returns"):
        assert (rows[feed]["customer_id"].map(home) == rows[feed]["branch_id"]).all()
    converts = rows["leads"].dropna(subset=["customer_id"])
    assert (converts["customer_id"].map(home) == converts["branch_id"]).all()


def test_staff_work_in_the_branch_they_act_for(rows: dict[str, pd.DataFrame]) -> None:
    place = rows["staff"].set_index("staff_id")["branch_id"]
    for feed, column in (("contacts", "staff_id"), ("orders", "staff_id"), ("complaints", "handler_staff_id")):
        assert (rows[feed][column].map(place) == rows[feed]["branch_id"]).all()


def test_the_truth_counts_the_rows(company: Company, rows: dict[str, pd.DataFrame]) -> None:
    assert company.truth["rows"] == {feed: len(table) for feed, table in rows.items()}
    assert company.truth["rows"]["customers"] == 2_000
