"""Lead figures against a calculation of their own, lead by lead, in pandas and lifelines."""

import math
from collections.abc import Iterator
from datetime import UTC, date, timedelta

import pandas as pd
import pytest
from lifelines import KaplanMeierFitter
from sqlalchemy import URL

from tests.harness import House
from tests.queries.company import UNTIL, Company, company
from warehouse import db
from warehouse.db import Database
from warehouse.queries.figures import curve, figure
from warehouse.queries.reader import Reader
from warehouse.scope import Period, Scope

TABLES = ("lead_day", "lead_source", "lead_wait")
STAGES = ["collected", "genuine", "reached", "invited", "attended", "ordered", "ordered_again", "referred"]
PERIODS = [
    None,
    Period(start=date(2024, 5, 10), end=date(2025, 11, 3)),
    Period(start=date(2026, 1, 1), end=date(2026, 7, 1)),
]


@pytest.fixture(scope="module")
def firm(server: URL, template: str) -> Iterator[tuple[Company, Reader]]:
    """The company, published once for all that only read it."""
    database, made = db.embedded(server, "lead_figures", template=template), company(7)
    house = House(database, only=TABLES).open()
    house.deliver(until=UNTIL, **made.feeds())
    yield made, house.reader()
    database.dispose()


def outcomes(made: Company) -> pd.DataFrame:
    """One row per lead with its stage and wait, found by looking at every order, contact and attendance in turn."""
    held = {row["event_id"]: row["held_on"] for row in made.events}
    rows = []
    for lead in made.leads:
        at = lead["collected_at"]

        def is_about(row: dict, lead: dict = lead) -> bool:
            return row["lead_id"] == lead["lead_id"] or (
                row["lead_id"] is None and row["customer_id"] == lead["customer_id"]
            )

        def by_name(row: dict, lead: dict = lead) -> bool:
            return row["lead_id"] == lead["lead_id"]

        orders = sorted(
            o["ordered_at"] for o in made.orders if is_about(o) and (by_name(o) or not at or o["ordered_at"] >= at)
        )
        contacts = [
            c
            for c in made.contacts
            if is_about(c) and c["outcome_code"] == "answered" and (by_name(c) or not at or c["started_at"] >= at)
        ]
        guests = [
            a for a in made.attendances if is_about(a) and (by_name(a) or not at or held[a["event_id"]] >= at.date())
        ]
        referred = lead["customer_id"] and any(
            other["is_genuine"] and other["referrer_customer_id"] == lead["customer_id"] for other in made.leads
        )
        signs = [
            True,
            bool(lead["is_genuine"]),
            bool(contacts),
            bool(guests) or any(c["purpose_code"] == "invitation" for c in contacts),
            any(a["is_attended"] for a in guests),
            bool(orders),
            len({moment.date() for moment in orders}) > 1,
            bool(referred),
        ]
        wait = max(0.0, (orders[0] - at).total_seconds()) if orders and at else math.nan
        rows.append(
            {
                **lead,
                "on": at.date() if at else None,
                "stage": max(number for number, sign in enumerate(signs) if sign),
                "ordered": bool(orders),
                "wait": wait,
            }
        )
    return pd.DataFrame(rows)


def within(frame: pd.DataFrame, period: Period | None) -> pd.DataFrame:
    if period is None:
        return frame
    return frame[[on is not None and not pd.isna(on) and period.start <= on < period.end for on in frame["on"]]]


@pytest.mark.parametrize("period", PERIODS, ids=str)
def test_counts_and_genuine_rate(firm: tuple[Company, Reader], period: Period | None) -> None:
    made, reader = firm
    leads, scope = within(outcomes(made), period), Scope(period=period)
    assert figure(reader, "lead.count", scope).at[0, "value"] == len(leads)
    row = figure(reader, "lead.genuine_rate", scope).iloc[0]
    known = leads[leads["is_genuine"].notna()]
    assert (row.numerator, row.denominator) == (known["is_genuine"].astype(bool).sum(), len(known))
    assert row.unknown == len(leads) - len(known)
    assert row.unknown_share == pytest.approx(1 - len(known) / len(leads))
    assert row.low < row.value < row.high


@pytest.mark.parametrize("period", PERIODS, ids=str)
def test_the_funnel_counts_each_lead_up_to_its_furthest_stage(
    firm: tuple[Company, Reader], period: Period | None
) -> None:
    made, reader = firm
    leads = within(outcomes(made), period)
    funnel = figure(reader, "lead.stage_rate", Scope(period=period))
    expected = [int((leads["stage"] >= number).sum()) for number in range(8)]
    assert list(funnel["part"]) == STAGES
    assert list(funnel["numerator"].fillna(-1)) == [
        number if before >= 20 else -1 for number, before in zip(expected, [expected[0], *expected], strict=False)
    ]
    assert list(funnel["denominator"]) == [expected[0], *expected[:-1]]
    assert funnel["numerator"].dropna().is_monotonic_decreasing


@pytest.mark.parametrize("days", [30, 90, 180])
def test_conversion_counts_leads_that_had_their_time(firm: tuple[Company, Reader], days: int) -> None:
    made, reader = firm
    leads = outcomes(made)
    dated = leads[leads["on"].notna()]
    due = dated[[on + timedelta(days=days) < UNTIL.date() for on in dated["on"]]]
    row = figure(reader, f"lead.conversion_{days}", Scope()).iloc[0]
    assert row.denominator == len(due)
    assert row.numerator == (due["wait"] <= days * 86400).sum()
    assert row.pending == len(dated) - len(due)
    assert row.value == pytest.approx(row.numerator / row.denominator)


def test_conversion_ever_counts_leads_without_a_date(firm: tuple[Company, Reader]) -> None:
    made, reader = firm
    leads = outcomes(made)
    found = figure(reader, "lead.conversion_ever", Scope(), by=["source_group"])
    groups = leads["source_code"].map({"radio": "media", "store": "store"}).fillna("none")
    expected = leads.groupby(groups)["ordered"].agg(["sum", "size"])
    assert (
        dict(zip(found["source_group"].fillna("none"), found["denominator"], strict=True)) == expected["size"].to_dict()
    )
    shown = found[found["suppressed"].isna()]
    assert len(shown) >= 2
    assert dict(zip(shown["source_group"].fillna("none"), shown["numerator"], strict=True)).items() <= (
        expected["sum"].to_dict().items()
    )


@pytest.mark.parametrize("period", PERIODS, ids=str)
def test_days_to_order_agree_with_lifelines(firm: tuple[Company, Reader], period: Period | None) -> None:
    made, reader = firm
    leads = within(outcomes(made), period)
    dated = leads[leads["on"].notna()]
    waits = dated["wait"].fillna((UNTIL - pd.to_datetime(dated["collected_at"], utc=True)).dt.total_seconds())
    fitted = KaplanMeierFitter().fit(waits / 86400, dated["wait"].notna())
    row = figure(reader, "lead.days_to_order", Scope(period=period)).iloc[0]
    assert (row.n, row.open) == (len(dated), dated["wait"].isna().sum())
    for share, found in [(0.5, row["median"]), (0.75, row["p75"]), (0.9, row["p90"])]:
        low, high = _reached(fitted, share - 0.006), _reached(fitted, share + 0.006)
        assert low * 0.985 <= (math.inf if math.isnan(found) else found) <= high * 1.015
    steps = curve(reader, "lead.days_to_order", Scope(period=period))
    expected = 1 - fitted.survival_function_at_times(steps["at"] * 1.01).to_numpy()
    assert steps["share"].to_numpy() == pytest.approx(expected, abs=0.02)
    assert steps["share"].is_monotonic_increasing


def _reached(fitted: KaplanMeierFitter, share: float) -> float:
    survival = fitted.survival_function_["KM_estimate"]
    below = survival.index[survival <= 1 - share]
    return float(below[0]) if len(below) else math.inf


def test_parts_add_up_to_the_whole(firm: tuple[Company, Reader]) -> None:
    _, reader = firm
    whole = figure(reader, "lead.count", Scope()).at[0, "value"]
    for dimension in ("region", "branch", "source", "source_group", "day", "week", "month"):
        assert figure(reader, "lead.count", Scope(), by=[dimension])["value"].sum() == whole
    narrowed = figure(reader, "lead.count", Scope(regions=("r0",), filters={"source": ("radio",)}), by=["branch"])
    assert set(narrowed["branch"]) == {"b0", "b2"}
    assert narrowed["value"].sum() < whole


def test_days_are_those_of_the_reporting_zone(database: Database) -> None:
    house = House(database, zone="Asia/Shanghai", only=TABLES).open()
    at = pd.Timestamp("2026-01-31T20:00", tz=UTC).to_pydatetime()
    house.deliver(
        until=UNTIL,
        branches=[{"branch_id": "b0", "region_id": "r0"}],
        leads=[{"lead_id": "l", "branch_id": "b0", "source_code": "s", "collected_at": at}],
    )
    found = figure(house.reader(), "lead.count", Scope(), by=["day", "month"])
    assert found.loc[0, ["day", "month"]].tolist() == [date(2026, 2, 1), date(2026, 2, 1)]
