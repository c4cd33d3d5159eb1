"""Calls, marks and owners against a calculation of their own, lead by lead and assignment by assignment, in Python."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pandas as pd
import pytest
from sqlalchemy import URL

from tests.harness import House
from tests.queries.called import CALLS, MARKS, WINDOWS, called
from tests.queries.company import UNTIL, Row
from warehouse import db
from warehouse.metrics import metrics
from warehouse.queries.figures import figure
from warehouse.queries.reader import Reader
from warehouse.scope import Scope

TABLES = ("branch", "call_day", "call_duration", "lead_call", "lead_day", "lead_mark", "lead_owner", "lead_source")
EVER = Scope()
DAY = timedelta(days=1)
SCREENING_DAYS = {"radio": 1, "store": 3, "walk_in": 4}
Feeds = dict[str, list[Row]]
Firm = tuple[Feeds, Reader]


@pytest.fixture(scope="module")
def firm(server: URL, template: str) -> Iterator[Firm]:
    """The company, published once for all that only read it."""
    database, feeds = db.embedded(server, "call_figures", template=template), called(11)
    house = House(database, only=TABLES).open()
    house.deliver(until=UNTIL, **feeds)
    yield feeds, house.reader()
    database.dispose()


def is_over(at: datetime, days: int) -> bool:
    return at.date() + timedelta(days=days) < UNTIL.date()


def contacts_of(lead: Row, feeds: Feeds) -> list[Row]:
    def is_about(row: Row) -> bool:
        if row["lead_id"] is not None:
            return row["lead_id"] == lead["lead_id"]
        return row["customer_id"] == lead["customer_id"] and row["started_at"] >= lead["collected_at"]

    return sorted((row for row in feeds["contacts"] if is_about(row)), key=lambda row: row["started_at"])


def first_order(lead: Row, feeds: Feeds) -> datetime | None:
    """The first order that names the lead, or is of its customer and came after it."""
    moments = [
        row["ordered_at"]
        for row in feeds["orders"]
        if row["lead_id"] == lead["lead_id"]
        or (
            row["lead_id"] is None
            and row["customer_id"] == lead["customer_id"]
            and (lead["collected_at"] is None or row["ordered_at"] >= lead["collected_at"])
        )
    ]
    return min(moments, default=None)


def calls_got(lead: Row, contacts: list[Row]) -> int:
    at = lead["collected_at"]
    for number, purpose in enumerate(CALLS):
        latest = at + WINDOWS[purpose] * DAY
        found = [row["started_at"] for row in contacts if row["purpose_code"] == purpose and row["started_at"] >= at]
        if not found or found[0] > latest:
            return number
        at = found[0]
    return len(CALLS)


def assignments(feeds: Feeds) -> pd.DataFrame:
    """One row per assignment: owner, whether it is due and done, pending, and won."""
    leads = {lead["lead_id"]: lead for lead in feeds["leads"]}
    times: dict[object, list[datetime]] = {}
    for row in feeds["lead_assignments"]:
        times.setdefault(row["lead_id"], []).append(row["assigned_at"])
    rows = []
    for name, given in times.items():
        ordered = first_order(leads[name], feeds)
        for number, at in enumerate(given):
            following = given[number + 1] if number + 1 < len(given) else None
            is_due = (
                leads[name]["is_genuine"] is not False
                and (ordered is None or ordered > at + 90 * DAY)
                and (following is None or following >= at + 90 * DAY)
            )
            rows.append(
                {
                    "owner": ["first", "second", "third", "third"][number],
                    "due": is_due and is_over(at, 97),
                    "done": is_due and is_over(at, 97) and following is not None and following <= at + 97 * DAY,
                    "waits": is_due and not is_over(at, 97) and following is None,
                    "chance": (ordered is None or ordered >= at) and is_over(at, 90),
                    "won": ordered is not None
                    and at <= ordered <= at + 90 * DAY
                    and (following is None or ordered < following)
                    and is_over(at, 90),
                }
            )
    return pd.DataFrame(rows)


def test_the_six_calls(firm: Firm) -> None:
    feeds, reader = firm
    dated = [lead for lead in feeds["leads"] if lead["collected_at"]]
    got = [calls_got(lead, contacts_of(lead, feeds)) for lead in dated]
    expected = [sum(calls >= number for calls in got) for number in range(7)]
    rows = figure(reader, "call.step_rate", EVER)
    assert list(rows["part"]) == CALLS
    assert list(rows["numerator"]) == expected[1:]
    assert list(rows["denominator"]) == expected[:-1]
    assert set(rows["collected"]) == {len(dated)}
    assert rows["share"].tolist() == pytest.approx([number / len(dated) for number in expected[1:]])
    assert expected[6] > 5


def test_screened_on_time_by_source(firm: Firm) -> None:
    feeds, reader = firm
    rows = []
    for lead in (lead for lead in feeds["leads"] if lead["collected_at"]):
        days = SCREENING_DAYS[str(lead["source_code"])]
        first = [row["started_at"] for row in contacts_of(lead, feeds) if row["purpose_code"] == "screening"][:1]
        in_time = bool(first) and first[0] <= lead["collected_at"] + days * DAY
        rows.append((lead["source_code"], in_time, is_over(lead["collected_at"], days)))
    made = pd.DataFrame(rows, columns=["source", "in_time", "due"])
    expected = made[made["due"]].groupby("source")["in_time"].agg(["sum", "size"])
    found = figure(reader, "lead.screened_on_time_rate", EVER, by=["source"]).set_index("source")
    assert found["denominator"].to_dict() == expected["size"].to_dict()
    shown = found[found["suppressed"].isna()]
    assert len(shown) >= 2
    assert shown["numerator"].to_dict().items() <= expected["sum"].to_dict().items()
    assert figure(reader, "lead.screened_on_time_rate", EVER).at[0, "pending"] == (~made["due"]).sum()


def test_owners(firm: Firm) -> None:
    feeds, reader = firm
    made = assignments(feeds)
    recycled = figure(reader, "lead.recycled_on_time_rate", EVER, by=["owner"]).set_index("owner")
    converted = figure(reader, "lead.owner_conversion", EVER, by=["owner"]).set_index("owner")
    expected = made.groupby("owner")[["done", "due", "waits"]].sum()
    assert recycled[["numerator", "denominator", "pending"]].to_numpy().tolist() == expected.to_numpy().tolist()
    expected = made.groupby("owner")[["won", "chance"]].sum()
    assert converted[["numerator", "denominator"]].to_numpy().tolist() == expected.to_numpy().tolist()
    assert (expected["won"] > 5).all()


def test_marks(firm: Firm) -> None:
    feeds, reader = firm
    rows = figure(reader, "lead.four_marks", EVER).set_index("part")
    for mark in MARKS:
        known = [lead[mark] for lead in feeds["leads"] if lead[mark] is not None]
        assert (rows.at[mark, "value"], rows.at[mark, "denominator"]) == (sum(map(bool, known)), len(known))
        assert rows.at[mark, "unknown"] == len(feeds["leads"]) - len(known)
    due = [lead for lead in feeds["leads"] if lead["collected_at"] and is_over(lead["collected_at"], 90)]
    made = pd.DataFrame(
        {
            "marks": "unknown" if any(lead[mark] is None for mark in MARKS) else str(sum(bool(lead[m]) for m in MARKS)),
            "won": (at := first_order(lead, feeds)) is not None and at <= lead["collected_at"] + 90 * DAY,
        }
        for lead in due
    )
    expected = made.groupby("marks")["won"].agg(["sum", "size"])
    found = figure(reader, "lead.marks_conversion", EVER, by=["marks"])
    found = found.set_index(found["marks"].fillna("unknown"))
    assert found["denominator"].to_dict() == expected["size"].to_dict()
    shown = found[found["suppressed"].isna()]
    assert len(shown) >= 4
    assert shown["numerator"].to_dict().items() <= expected["sum"].to_dict().items()
    assert figure(reader, "lead.marks_conversion", EVER).at[0, "numerator"] == made["won"].sum()


def test_calls_by_purpose(firm: Firm) -> None:
    feeds, reader = firm
    made = pd.DataFrame(feeds["contacts"])
    made = made[made["purpose_code"].isin(CALLS)]
    outcomes = figure(reader, "call.outcomes", EVER, by=["purpose"])
    found = {(row["purpose"], row["part"]): row["value"] for _, row in outcomes.iterrows()}
    assert found == made.groupby(["purpose_code", "outcome_code"]).size().to_dict()
    objections = figure(reader, "call.objections", EVER)
    assert (
        dict(zip(objections["part"], objections["value"], strict=True))
        == made["objection_code"].value_counts().to_dict()
    )
    lengths = figure(reader, "call.duration", EVER, by=["purpose"]).set_index("purpose")
    timed = made[made["duration_seconds"] > 0].groupby("purpose_code")["duration_seconds"]
    assert lengths["n"].to_dict() == timed.size().to_dict()
    expected = timed.quantile(0.5, interpolation="lower").clip(lower=1) / 60
    assert (lengths["median"] / expected).between(0.985, 1.015).all()


@pytest.mark.parametrize(
    ("metric", "measure"),
    [
        ("lead.screened_on_time_rate", "denominator"),
        ("lead.recycled_on_time_rate", "denominator"),
        ("lead.owner_conversion", "denominator"),
        ("lead.marks_conversion", "denominator"),
        ("lead.four_marks", "denominator"),
        ("call.step_rate", "collected"),
        ("call.outcomes", "denominator"),
        ("call.objections", "denominator"),
        ("call.duration", "n"),
    ],
)
def test_parts_add_up_to_the_whole(firm: Firm, metric: str, measure: str) -> None:
    _, reader = firm

    def total(rows: pd.DataFrame, by: list[str]) -> float:
        if "part" in rows and metric != "lead.four_marks":
            rows = rows.drop_duplicates(by) if by else rows.head(1)
        return float(rows[measure].sum())

    whole = total(figure(reader, metric, EVER), [])
    assert whole > 100
    for dimension in metrics()[metric].dims:
        rows = figure(reader, metric, EVER, by=[dimension])
        assert total(rows, [dimension]) == whole
    north = figure(reader, metric, Scope(regions=("r0",)), by=["branch"])
    assert set(north["branch"]) == {"b0", "b2"}
    assert 0 < total(north, ["branch"]) < whole
