"""Branches against the company: limits as scipy has them, the same centre for everybody, and nothing given away."""

import math
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pandas as pd
import pytest
from scipy.stats import binom
from sqlalchemy import URL

from tests.harness import House
from warehouse import db
from warehouse.queries.figures import figure
from warehouse.queries.solved.complaint_branch import LIMITS, limits
from warehouse.scope import Period, Scope

UNTIL = datetime(2026, 6, 1, tzinfo=UTC)
BROKEN = {"A": (60, 6), "B": (60, 5), "C": (60, 30), "D": (60, 7), "E": (10, 9)}
"""Complaints of each branch whose promise is decided, and how many of them broke it."""


def complaint(branch: str, number: int, *, is_late: bool, month: int, category: str) -> dict[str, object]:
    opened = datetime(2026, month, 2, tzinfo=UTC) + timedelta(hours=number)
    return {
        "complaint_id": f"{branch}{month}{number}",
        "branch_id": branch,
        "category_code": category,
        "opened_at": opened,
        "due_at": opened + timedelta(hours=24),
        "resolved_at": opened + timedelta(hours=48 if is_late else 12),
    }


@pytest.fixture(scope="module")
def house(server: URL, template: str) -> Iterator[House]:
    """March as in `BROKEN`; in April every branch kept all promises; two of May still run, one of them late."""
    made = db.embedded(server, "complaint_branch", template=template)
    house = House(made).open()
    march = [
        complaint(branch, number, is_late=number < late, month=3, category="late" if number % 2 else "rude")
        for branch, (n, late) in BROKEN.items()
        for number in range(n)
    ]
    april = [complaint(branch, n, is_late=False, month=4, category="late") for branch in BROKEN for n in range(30)]
    running = [
        {**april[0], "complaint_id": "open", "opened_at": UNTIL, "due_at": UNTIL + timedelta(1), "resolved_at": None},
        {**april[0], "complaint_id": "gone", "opened_at": UNTIL, "due_at": UNTIL - timedelta(1), "resolved_at": None},
    ]
    branches = [{"branch_id": name, "branch_name": name, "region_id": "r", "region_name": "r"} for name in BROKEN]
    house.deliver(branches=branches, complaints=[*march, *april, *running], until=UNTIL)
    house.grant("a@example.com", branch="A")
    yield house
    made.dispose()


MARCH = Scope(period=Period(date(2026, 3, 1), date(2026, 4, 1)))
SPRING = Scope(period=Period(date(2026, 3, 1), date(2026, 5, 1)))


def test_each_branch_stands_beside_what_the_whole_company_did(house: House) -> None:
    found = figure(house.reader(), "complaint.branch", MARCH, by=("branch",)).set_index("branch")
    shown = found[found["suppressed"].isna()]
    centre = sum(late for _, late in BROKEN.values()) / sum(n for n, _ in BROKEN.values())  # 57 / 250
    assert shown["centre"].tolist() == pytest.approx([centre] * len(shown))
    for branch, row in shown.iterrows():
        n, late = BROKEN[str(branch)]
        assert (row["numerator"], row["denominator"], row["value"]) == (late, n, late / n)
    # Around 0.228 at n = 60 the 99.8 limits are about 0.08 and 0.41: C, half of whose promises were broken, lies outside.
    assert shown["is_outside_998"].to_dict() == {branch: float(branch == "C") for branch in shown.index}
    assert math.isnan(found.loc["E", "centre"]) and found.loc["E", "suppressed"] == "n too small"


def test_the_centre_is_of_the_same_period_and_filters(house: House) -> None:
    by_month = figure(house.reader(), "complaint.branch", SPRING, by=("month",)).set_index("month")
    assert by_month.loc[date(2026, 3, 1), "centre"] == by_month.loc[date(2026, 3, 1), "value"]
    assert by_month.loc[date(2026, 4, 1), ["centre", "high_998", "is_outside_998"]].tolist() == [0, 0, 0]
    rude = figure(house.reader(), "complaint.branch", Scope(branches=("A",), filters={"category": ("rude",)})).iloc[0]
    broken = sum((late + 1) // 2 for _, late in BROKEN.values())
    assert rude["centre"] == pytest.approx(broken / sum(n // 2 for n, _ in BROKEN.values()))
    assert (rude["numerator"], rude["denominator"]) == (3, 30)


def test_what_runs_is_pending_and_what_is_late_is_broken(house: House) -> None:
    may = Scope(period=Period(date(2026, 6, 1), date(2026, 7, 1)), branches=("A",))
    row = figure(house.reader(), "complaint.branch", may).iloc[0]
    assert (row["denominator"], row["pending"]) == (1, 1)


def test_a_branch_head_is_compared_with_the_same_company(house: House) -> None:
    own = figure(house.reader("a@example.com"), "complaint.branch", MARCH, by=("branch",))
    assert own["branch"].tolist() == ["A"]
    narrowed = figure(house.reader(), "complaint.branch", Scope(period=MARCH.period, branches=("A",)), by=("branch",))
    pd.testing.assert_frame_equal(own, narrowed)
    assert own.at[0, "centre"] == pytest.approx(57 / 250)


def test_who_could_take_the_own_figures_off_sees_no_centre(house: House) -> None:
    for branch in ("A", "B", "C"):
        house.grant("most@example.com", branch=branch)
    found = figure(house.reader("most@example.com"), "complaint.branch", MARCH, by=("branch",))
    assert found["branch"].tolist() == ["A", "B", "C"]
    assert found["value"].notna().all()
    assert found[["centre", *LIMITS, "is_outside_998"]].isna().all().all()


@pytest.mark.parametrize("n", [1, 20, 137, 5000])
@pytest.mark.parametrize("centre", [0.003, 0.2, 0.5, 0.97])
def test_limits_lie_between_the_quantiles_of_the_binomial(n: int, centre: float) -> None:
    found = limits(n=n, centre=centre)
    for name, share in LIMITS.items():
        quantile = binom.ppf(share, n, centre)
        assert quantile - 1 - 1e-6 <= found[name] * n <= quantile + 1e-6
    assert 0 <= found["low_998"] <= found["low_95"] <= found["high_95"] <= found["high_998"] <= 1


@pytest.mark.parametrize("centre", [0.0, 1.0])
def test_where_nobody_differs_the_limits_are_the_centre(centre: float) -> None:
    assert set(limits(n=30, centre=centre).values()) == {centre}
