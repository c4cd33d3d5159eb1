"""Values that stand in another file of the delivery: found whatever the files' names, and refused where they are not."""

import textwrap
from collections.abc import Mapping
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import text

from warehouse import db, ledger
from warehouse.receive import Delivery, Received, receive
from warehouse.settings import Keys

KEYS = Keys(hashing=b"a secret of the tests", vault=Fernet.generate_key())
MAPPING = """
source: shop
ignore: ["*.txt"]
files:
  - pattern: "a_answers*.csv"
    feeds:
      surveys:
        columns:
          invite_id: Id
          branch_id:
            column: Sale
            lookup:
              - {file: "b_sales*.csv", key: Sale, take: Buyer}
              - {file: "c_buyers*.csv", key: Buyer, take: Town}
            values: {Xian: "Xi'an"}
          customer_id:
            column: Sale
            lookup: {file: "b_sales*.csv", key: Sale, take: Buyer}
            otherwise_nothing: stranger
          method_code: {constant: online}
          sent_at: Day
  - pattern: "b_sales*.csv"
    feeds:
      orders:
        columns:
          order_id: Sale
          customer_id: {column: Buyer, otherwise_unknown: sold over the counter}
          branch_id: {column: Buyer, whole: true, lookup: {file: "c_buyers*.csv", key: Buyer, take: Town}, otherwise_nothing: counter}
          ordered_at: Day
          amount: Amount
  - pattern: "c_buyers*.csv"
    feeds:
      branches:
        columns: {branch_id: Town, branch_name: Town, region_id: Town, region_name: Town}
"""
BUYERS = "Buyer,Town\n7,Wuhan\n8,Nanjing\n8,Xian\n"
SALES = "Sale,Buyer,Day,Amount\nS1,7,2026-03-01,10\nS2,8,2026-03-02,20\nS3,,2026-03-03,5\n"
ANSWERS = "Id,Sale,Day\nI1,S1,2026-03-05\nI2,S2,2026-03-05\nI3,S9,2026-03-06\n"


class Desk:
    """Takes in what lies in a folder."""

    def __init__(self, database: db.Database, folder: Path) -> None:
        self.database, self.folder = database, folder
        (folder / "mapping").mkdir()
        (folder / "mapping" / "shop.yaml").write_text(MAPPING, "utf-8")

    def receive(self, files: Mapping[str, str]) -> Received:
        for name, content in files.items():
            (self.folder / name).write_text(textwrap.dedent(content), "utf-8")
        delivery = Delivery.of(self.folder / "mapping" / "shop.yaml", self.folder)
        refresh_id = ledger.begin(self.database.loader, by="tests")
        return receive(self.database, KEYS, delivery, refresh_id=refresh_id)

    def rows(self, question: str) -> list[tuple[object, ...]]:
        with self.database.loader.begin() as connection:
            return [tuple(row) for row in connection.execute(text(question))]


@pytest.fixture
def desk(database: db.Database, tmp_path: Path) -> Desk:
    return Desk(database, tmp_path)


def test_a_value_is_found_in_a_file_whose_name_comes_later(desk: Desk) -> None:
    """Over two files; of a key that stands there twice the last row counts; the dictionary is for what was found."""
    received = desk.receive({"a_answers.csv": ANSWERS, "b_sales.csv": SALES, "c_buyers.csv": BUYERS})
    assert received.refused == []
    assert desk.rows("select invite_id, branch_id, customer_id from staging.stg_surveys order by 1") == [
        ("I1", "Wuhan", "7"),
        ("I2", "Xi'an", "8"),
    ]


def test_what_is_not_found_is_quarantined_with_the_key_as_delivered(desk: Desk) -> None:
    received = desk.receive({"a_answers.csv": ANSWERS, "b_sales.csv": SALES, "c_buyers.csv": BUYERS})
    sums = {feed.feed: feed for feed in received.feeds}
    assert (sums["surveys"].delivered, sums["surveys"].accepted, sums["surveys"].quarantined) == (3, 2, 1)
    assert desk.rows("select feed, row_number, column_name, reason_code, value from published.quarantine") == [
        ("surveys", 3, "branch_id", "not_found", "S9")
    ]


def test_a_required_column_may_be_unknown_in_some_rows_if_the_mapping_says_why(desk: Desk) -> None:
    desk.receive({"b_sales.csv": SALES, "c_buyers.csv": BUYERS})
    kept = desk.rows("select order_id, customer_id, branch_id from staging.stg_orders order by 1")
    assert kept[2] == ("S3", None, "counter")
    assert desk.rows("select feed, column_name, reason from published.unknown_column") == [
        ("orders", "customer_id", "sold over the counter")
    ]


def test_a_file_that_was_loaded_before_is_still_looked_in(desk: Desk) -> None:
    desk.receive({"b_sales.csv": SALES, "c_buyers.csv": BUYERS})
    received = desk.receive({"b_sales_2.csv": "Sale,Buyer,Day,Amount\nS4,7,2026-04-01,9\n"})
    assert received.skipped == ["c_buyers.csv", "b_sales.csv"]
    assert desk.rows("select branch_id from staging.stg_orders where order_id = 'S4'") == [("Wuhan",)]


@pytest.mark.parametrize(
    ("files", "why"),
    [
        ({"b_sales.csv": SALES}, "“c_buyers*.csv”, and none has come"),
        ({"b_sales.csv": SALES, "c_buyers.csv": "Purchaser,Town\n7,Wuhan\n"}, "“Buyer”"),
    ],
)
def test_a_file_that_cannot_look_things_up_is_refused_and_the_others_are_read(
    desk: Desk, files: dict[str, str], why: str
) -> None:
    received = desk.receive(files)
    assert [refused.file_name for refused in received.refused] == ["b_sales.csv"]
    assert why in received.refused[0].why
    assert desk.rows("select count(*) from staging.stg_orders") == [(0,)]


def test_files_left_aside_on_purpose_are_no_trouble(desk: Desk) -> None:
    received = desk.receive({"notes.txt": "hello", "other.csv": "a\n1\n", "c_buyers.csv": BUYERS})
    assert (received.refused, received.unknown) == ([], ["other.csv"])
