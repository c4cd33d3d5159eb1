"""From handling to satisfaction, repurchase and referral: bands and moments by hand, and against pandas."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pandas as pd
import pytest
from sqlalchemy import URL

from tests.harness import House
from tests.survey_rows import BRANCHES, TABLES, UNTIL, firm
from warehouse import db
from warehouse.db import Database
from warehouse.queries.figures import FeedAbsent, figure
from warehouse.queries.reader import Reader
from warehouse.scope import Scope

AT = datetime(2025, 3, 3, 9, tzinfo=UTC)
BANDS = ["0-8 h", "8-24 h", "1-3 d", "3-7 d", "over 7 d"]
HALF_A_YEAR = timedelta(hours=180 * 24)
NONE = {"from_on": None, "until_on": None, "regions": [], "branches": [], "by": [], "method": []}


def handled(database: Database, hours: float, **after: timedelta) -> pd.Series:
    """The only row where one complaint was resolved after `hours`, and `order` and `referral` came so long after that."""
    resolved_at = AT + timedelta(hours=hours)
    house = House(database, only=TABLES).open()
    about = {"customer_id": "c", "branch_id": "N1"}
    orders = [{"order_id": "o", **about, "ordered_at": resolved_at + after["order"], "amount": 1}]
    lead = {"lead_id": "l", "branch_id": "N1", "source_code": "s", "referrer_customer_id": "c", "is_genuine": True}
    house.deliver(
        branches=BRANCHES,
        complaints=[{"complaint_id": "x", **about, "opened_at": AT, "category_code": "k", "resolved_at": resolved_at}],
        surveys=[
            {
                "invite_id": "i",
                "branch_id": "N1",
                "method_code": "phone",
                "sent_at": resolved_at + timedelta(days=2),
                "complaint_id": "x",
            }
        ],
        survey_answers=[{"invite_id": "i", "question_code": "overall", "score": 4, "scale_min": 1, "scale_max": 5}],
        orders=orders,
        leads=[{**lead, "collected_at": resolved_at + after["referral"]}],
        until=UNTIL,
    )
    asked = {**NONE, "by": ["band"], "mature_days": 180, "smallest_base": 1}
    return house.reader().frame("csat_by_handling", **asked).iloc[0]


@pytest.mark.parametrize(
    ("hours", "band"),
    [(0, "0-8 h"), (7.99, "0-8 h"), (8, "8-24 h"), (24, "1-3 d"), (71.9, "1-3 d"), (72, "3-7 d"), (168, "over 7 d")],
)
def test_a_band_begins_at_its_hour(database: Database, hours: float, band: str) -> None:
    row = handled(database, hours, order=timedelta(days=1), referral=timedelta(days=1))
    assert row[["band", "n", "value", "top2", "repurchase", "referral"]].tolist() == [band, 1, 75, 1, 1, 1]


@pytest.mark.parametrize(
    ("order", "referral", "repurchase", "referred"),
    [
        (HALF_A_YEAR, HALF_A_YEAR, 1, 1),
        (HALF_A_YEAR + timedelta(seconds=1), HALF_A_YEAR + timedelta(seconds=1), 0, 0),
        (timedelta(seconds=-1), timedelta(seconds=1), 0, 1),
    ],
)
def test_what_follows_counts_within_180_days(
    database: Database, order: timedelta, referral: timedelta, repurchase: int, referred: int
) -> None:
    row = handled(database, 5, order=order, referral=referral)
    assert row[["repurchase", "referral", "repurchase_n"]].tolist() == [repurchase, referred, 1]


@pytest.mark.parametrize(
    ("until", "mature"), [(AT.replace(hour=0) + timedelta(days=181), 1), (AT + timedelta(days=180), 0)]
)
def test_a_resolution_needs_its_time(database: Database, until: datetime, mature: int) -> None:
    """Resolved on 3 March: the 180 whole days after it are over when 31 August begins."""
    house = House(database, only=TABLES).open()
    house.deliver(
        branches=BRANCHES,
        complaints=[
            {
                "complaint_id": "x",
                "customer_id": "c",
                "branch_id": "N1",
                "opened_at": AT,
                "category_code": "k",
                "resolved_at": AT + timedelta(hours=2),
            }
        ],
        surveys=[{"invite_id": "i", "branch_id": "N1", "method_code": "phone", "sent_at": AT, "complaint_id": "x"}],
        survey_answers=[{"invite_id": "i", "question_code": "overall", "score": 4, "scale_min": 1, "scale_max": 5}],
        orders=[{"order_id": "o", "customer_id": "d", "branch_id": "N1", "ordered_at": AT, "amount": 1}],
        until=until,
    )
    row = house.reader().frame("csat_by_handling", **NONE, mature_days=180, smallest_base=1).iloc[0]
    assert row["repurchase_n"] == mature
    assert [row["repurchase"]] == ([0] if mature else [None])
    assert pd.isna(row["referral"])  # leads were never delivered: unknown, not none


FEEDS = firm(4, complaints=250, surveys=900)


@pytest.fixture(scope="module")
def reader(server: URL, template: str) -> Iterator[Reader]:
    made = db.embedded(server, "survey_handling", template=template)
    house = House(made, only=TABLES).open()
    house.deliver(until=UNTIL, **FEEDS)
    yield house.reader()
    made.dispose()


def chain() -> pd.DataFrame:
    """One row an answer about a resolved complaint of a known customer."""
    overall = {
        row["invite_id"]: 25.0 * (row["score"] - 1)
        for row in FEEDS["survey_answers"]
        if row["question_code"] == "overall"
    }
    complaints = {row["complaint_id"]: row for row in FEEDS["complaints"]}
    rows = []
    for invite in FEEDS["surveys"]:
        about = complaints.get(str(invite["complaint_id"]))
        who = about and (invite["customer_id"] or about["customer_id"])
        if not who or invite["invite_id"] not in overall or about["resolved_at"] is None:
            continue
        if about["outcome_code"] in ("withdrawn", "transferred"):
            continue
        resolved_at = about["resolved_at"]
        hours = (resolved_at - about["opened_at"]).total_seconds() / 3600
        rows.append(
            {
                "band": BANDS[sum(hours >= start for start in (8, 24, 72, 168))],
                "points": overall[invite["invite_id"]],
                "is_mature": resolved_at.date() + timedelta(days=180) < UNTIL.date(),
                "ordered": any(
                    o["customer_id"] == who and resolved_at < o["ordered_at"] <= resolved_at + HALF_A_YEAR
                    for o in FEEDS["orders"]
                ),
                "referred": any(
                    lead["referrer_customer_id"] == who
                    and lead["is_genuine"]
                    and resolved_at < lead["collected_at"] <= resolved_at + HALF_A_YEAR
                    for lead in FEEDS["leads"]
                ),
            }
        )
    return pd.DataFrame(rows)


def test_the_chain_agrees_with_pandas(reader: Reader) -> None:
    rows = chain()
    found = figure(reader, "csat.by_handling", Scope(), by=["band"]).set_index("band")
    assert list(found.index) == BANDS
    shown = [band for band in BANDS if (rows["band"] == band).sum() >= 20]
    assert len(shown) >= 3
    for band in shown:
        mine = rows[rows["band"] == band]
        mature = mine[mine["is_mature"]]
        row = found.loc[band]
        assert row[["n", "value"]].tolist() == pytest.approx([len(mine), mine["points"].mean()])
        assert row["top2"] == pytest.approx((mine["points"] >= 75).mean())
        assert row["repurchase_n"] == len(mature)
        if len(mature) >= 20:
            assert row["repurchase"] == pytest.approx(mature["ordered"].mean())
            assert row["referral"] == pytest.approx(mature["referred"].mean())
            assert row["repurchase_low"] < row["repurchase"] < row["repurchase_high"]
        else:
            assert row[["repurchase", "referral"]].isna().all()


def test_without_complaints_there_is_no_chain(database: Database) -> None:
    house = House(database, only=TABLES).open()
    house.deliver(branches=BRANCHES, surveys=FEEDS["surveys"], survey_answers=FEEDS["survey_answers"], until=UNTIL)
    with pytest.raises(FeedAbsent, match="complaints"):
        figure(house.reader(), "csat.by_handling", Scope())
