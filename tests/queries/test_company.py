"""What the whole company does, for those who may know it: everybody who sees it all, and others where totals are published."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import URL

from tests.harness import House
from warehouse import db
from warehouse.queries import company
from warehouse.queries.figures import UnknownMetric
from warehouse.scope import Scope

UNTIL = datetime(2026, 6, 1, tzinfo=UTC)
LATE = {"A": 6, "B": 12, "C": 18, "D": 24, "E": 30}
"""Of 60 complaints of each branch, how many broke their promise: 90 of 300."""
KEPT = 1 - 90 / 300


@pytest.fixture(scope="module")
def house(server: URL, template: str) -> Iterator[House]:
    made = db.embedded(server, "company_totals", template=template)
    house = House(made).open()
    opened = datetime(2026, 3, 2, tzinfo=UTC)
    complaints = [
        {
            "complaint_id": f"{branch}{number}",
            "branch_id": branch,
            "opened_at": opened,
            "due_at": opened + timedelta(hours=24),
            "resolved_at": opened + timedelta(hours=48 if number < late else 12),
        }
        for branch, late in LATE.items()
        for number in range(60)
    ]
    branches = [{"branch_id": name, "branch_name": name, "region_id": "r", "region_name": "r"} for name in LATE]
    house.deliver(branches=branches, complaints=complaints, until=UNTIL)
    house.grant("head@example.com", branch="A")
    for branch in ("A", "B", "C"):
        house.grant("most@example.com", branch=branch)
    yield house
    made.dispose()


def _value(house: House, metric: str, scope: Scope, person: str | None = None) -> float | None:
    reader = house.reader(person) if person else house.reader()
    rows = company.whole(reader, metric, scope)
    return None if rows.empty else float(rows["value"].iloc[0])


def test_who_sees_it_all_holds_a_part_against_it(house: House) -> None:
    part = Scope(branches=("A",))
    assert _value(house, "complaint.sla_rate", part) == pytest.approx(KEPT)
    assert _value(house, "complaint.resolution", part) == pytest.approx(12, rel=0.02)


def test_the_whole_is_not_held_against_itself(house: House) -> None:
    assert _value(house, "complaint.sla_rate", Scope()) is None


def test_counts_are_not_held_against_the_company(house: House) -> None:
    assert _value(house, "complaint.count", Scope(branches=("A",))) is None


def test_a_head_knows_what_is_published_of_the_company_and_nothing_else(house: House) -> None:
    assert not company.sees_all(house.reader("head@example.com"))
    assert _value(house, "complaint.sla_rate", Scope(), "head@example.com") == pytest.approx(KEPT)
    assert _value(house, "complaint.resolution", Scope(), "head@example.com") is None
    assert _value(house, "complaint.resolution", Scope(branches=("A",)), "head@example.com") is None


def test_who_could_take_the_own_figures_off_is_told_nothing(house: House) -> None:
    assert _value(house, "complaint.sla_rate", Scope(), "most@example.com") is None
    assert _value(house, "complaint.sla_rate", Scope(branches=("A",)), "most@example.com") is None


def test_an_unknown_figure_is_named(house: House) -> None:
    with pytest.raises(UnknownMetric):
        company.whole(house.reader(), "complaint.nothing", Scope())
