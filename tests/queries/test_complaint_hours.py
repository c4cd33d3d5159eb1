"""Complaints by weekday and hour of receipt, as the company's own clocks show them: rows typed by hand."""

from collections.abc import Sequence
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from tests.complaint_rows import BRANCHES
from tests.harness import House
from warehouse.db import Database
from warehouse.queries.figures import figure
from warehouse.queries.reader import Reader
from warehouse.scope import Scope

TABLES = ("complaint_cohort",)
SHANGHAI = ZoneInfo("Asia/Shanghai")
EVER = Scope()
Cells = dict[tuple[str | None, str | None], float]


def complaint(number: int, at: str, *, branch: str = "N1", zone: ZoneInfo = SHANGHAI) -> dict[str, object]:
    return {
        "complaint_id": f"c{number}",
        "branch_id": branch,
        "category_code": "late",
        "opened_at": datetime.fromisoformat(at).replace(tzinfo=zone).astimezone(UTC),
    }


def delivered(database: Database, *moments: str | tuple[str, str]) -> House:
    house = House(database, zone="Asia/Shanghai", only=TABLES).open()
    told = [(moment, "N1") if isinstance(moment, str) else moment for moment in moments]
    rows = [complaint(number, at, branch=branch) for number, (at, branch) in enumerate(told)]
    house.deliver(branches=BRANCHES, complaints=rows, until=datetime(2026, 4, 1, tzinfo=UTC))
    return house


def cells(reader: Reader, scope: Scope = EVER, by: Sequence[str] = ("weekday", "hour")) -> Cells:
    rows = figure(reader, "complaint.count", scope, by=by)
    return {
        (row["weekday"], row["hour"]): row["value"]
        for row in rows.astype(object).where(rows.notna(), None).to_dict("records")
    }


@pytest.mark.parametrize(
    ("at", "cell"),
    [
        ("2026-03-02T09:00:00", ("1", "09")),  # a Monday
        ("2026-03-02T09:59:59", ("1", "09")),
        ("2026-03-02T10:00:00", ("1", "10")),
        ("2026-03-08T23:59:59", ("7", "23")),  # a Sunday
        ("2026-03-09T00:00:01", ("1", "00")),
        ("2026-03-09T00:00:00", ("1", None)),  # midnight on the dot: the day alone is known
        ("2026-03-09T08:00:00", ("1", "08")),  # midnight in Greenwich is an hour like any other
        ("2026-03-09T06:30:00", ("1", "06")),  # still Sunday in Greenwich
    ],
)
def test_a_complaint_counts_at_the_hour_that_the_company_saw(
    database: Database, at: str, cell: tuple[str, str | None]
) -> None:
    assert cells(delivered(database, at).reader()) == {cell: 1}


def test_hours_add_to_the_day_and_every_filter_holds(database: Database) -> None:
    moments = ["2026-03-02T09:10:00", "2026-03-02T09:50:00", "2026-03-09T09:30:00", "2026-03-10T00:00:00"]
    house = delivered(database, *moments, ("2026-03-02T09:20:00", "S1"))
    assert cells(house.reader()) == {("1", "09"): 4, ("2", None): 1}
    assert cells(house.reader(), Scope(regions=("south",))) == {("1", "09"): 1}
    assert figure(house.reader(), "complaint.count", Scope()).at[0, "value"] == 5


def test_a_head_sees_the_hours_of_the_branch_alone(database: Database) -> None:
    house = delivered(database, "2026-03-02T09:10:00", ("2026-03-03T14:20:00", "S1"))
    house.grant("head@example.com", branch="S1")
    assert cells(house.reader("head@example.com")) == {("2", "14"): 1}


def test_a_corrected_time_moves_the_complaint(database: Database) -> None:
    house = delivered(database, "2026-03-02T09:10:00", "2026-03-03T11:00:00")
    house.deliver(complaints=[complaint(0, "2026-03-04T16:45:00")], until=datetime(2026, 4, 2, tzinfo=UTC))
    assert cells(house.reader()) == {("2", "11"): 1, ("3", "16"): 1}
