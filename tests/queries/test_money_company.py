"""Costs, credit, events and the ladder of a random company, against a calculation of its own, row by row."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from sqlalchemy import URL

from tests.harness import House
from tests.money_company import rate_on, spending
from tests.queries.company import UNTIL, Row
from warehouse import db
from warehouse.queries.figures import figure
from warehouse.queries.reader import Reader
from warehouse.scope import Period, Scope

TABLES = (
    "attribution_day",
    "branch",
    "compensation_month",
    "cost_month",
    "event_day",
    "first_touch_month",
    "five_month",
    "lead_day",
    "lead_source",
    "order_day",
    "satisfied_month",
)
MODELS = ("first_touch", "last_touch", "linear", "position")
Feeds = dict[str, list[Row]]


@pytest.fixture(scope="module")
def firm(server: URL, template: str) -> Iterator[tuple[Feeds, Reader, House]]:
    """The company with money in it, published once for all that only read it."""
    database, feeds = (
        db.embedded(server, "money_figures", template=template),
        spending(5, customers=250, leads=1000, orders=900),
    )
    house = House(database, only=TABLES).open()
    house.deliver(until=UNTIL, **feeds)
    yield feeds, house.reader(), house
    database.dispose()


def in_yuan(amount: float | None, currency: str | None, day: date) -> Fraction | None:
    rate = 1 if currency in (None, "CNY") else rate_on(day)
    return None if amount is None or rate is None else Fraction(amount) * rate


def before_all(row: Row) -> tuple[bool, datetime, str]:
    return (row["collected_at"] is not None, row["collected_at"] or UNTIL, row["lead_id"])


def touches(feeds: Feeds, placed: Row) -> list[Row]:
    found = {
        row["lead_id"]: row
        for row in feeds["leads"]
        if row["lead_id"] == placed["lead_id"]
        or (
            row["customer_id"] == placed["customer_id"]
            and (row["collected_at"] is None or row["collected_at"] <= placed["ordered_at"])
        )
    }
    return sorted(found.values(), key=before_all)


def weights(model: str, n: int) -> list[Fraction]:
    if model in ("first_touch", "last_touch"):
        return [Fraction(place == (0 if model == "first_touch" else n - 1)) for place in range(n)]
    if model == "linear" or n <= 2:
        return [Fraction(1, n)] * n
    return [Fraction(2, 5), *[Fraction(1, 5 * (n - 2))] * (n - 2), Fraction(2, 5)]


@pytest.mark.parametrize("model", MODELS)
def test_credit_of_every_order(firm: tuple[Feeds, Reader, House], model: str) -> None:
    feeds, reader, _ = firm
    period = Period(start=date(2024, 9, 10), end=date(2026, 2, 3))
    orders: dict[str, Fraction] = defaultdict(Fraction)
    money: dict[str, Fraction] = defaultdict(Fraction)
    lengths = set()
    for placed in feeds["orders"]:
        if not period.start <= placed["ordered_at"].date() < period.end:
            continue
        path = [row["source_code"] for row in touches(feeds, placed)] or ["unattributed"]
        lengths.add(len(path))
        for source, weight in zip(path, weights(model, len(path)), strict=True):
            orders[source] += weight
            money[source] += weight * Fraction(placed["amount"])
    assert len(lengths) >= 4
    scope = Scope(period=period, filters={"model": (model,)})
    found = figure(reader, "lead.attribution", scope).set_index("part")
    assert found["value"].to_dict() == pytest.approx({source: float(value) for source, value in orders.items()})
    assert found["revenue"].to_dict() == pytest.approx({source: float(value) for source, value in money.items()})


@pytest.mark.parametrize("by", [[], ["month"], ["branch"], ["region", "product_line"]], ids=str)
def test_every_model_adds_up_to_the_ledger_of_orders(firm: tuple[Feeds, Reader, House], by: list[str]) -> None:
    _, reader, house = firm
    scope = Scope(regions=("r1",)) if by == ["branch"] else Scope()
    counted = figure(reader, "order.count", scope, by=by)["value"].sum()
    sold = figure(reader, "order.amount", scope, by=by)["value"].sum()
    for model in MODELS:
        found = figure(reader, "lead.attribution", Scope(regions=scope.regions, filters={"model": (model,)}), by=by)
        shown = found[found["suppressed"].isna()]
        if by == ["month"]:
            assert found.drop_duplicates("month")["denominator"].sum() == counted
        else:
            assert shown["value"].sum() == pytest.approx(counted, rel=1e-12)
            assert shown["revenue"].sum() == pytest.approx(sold, rel=1e-12)
    rows = house.published("attribution_day")
    kept = rows[[name for name in rows if name.endswith("_orders")]].sum()
    assert set(kept) == {Decimal(len(firm[0]["orders"]))}


def ledger(feeds: Feeds) -> dict[tuple[date, str, str], dict[str, Fraction]]:
    """Month, branch, source → cost for new, existing, booked and nobody."""
    book: dict[tuple[date, str, str], dict[str, Fraction]] = defaultdict(lambda: defaultdict(Fraction))
    of_lead = {row["lead_id"]: row for row in feeds["leads"]}
    for row in feeds["lead_costs"]:
        cost = in_yuan(row["cost_amount"], row["currency"], row["month_on"])
        if cost is not None:
            book[row["month_on"], row["branch_id"], row["source_code"]]["source"] += cost
    for held in feeds["events"]:
        cost = in_yuan(held["cost_amount"], held["currency"], held["held_on"])
        if cost is None:
            continue
        month = held["held_on"].replace(day=1)
        came = [row for row in feeds["attendances"] if row["event_id"] == held["event_id"] and row["is_attended"]]
        for row in came:
            if row["lead_id"]:
                source = of_lead[row["lead_id"]]["source_code"]
            else:
                own = sorted(
                    (one for one in feeds["leads"] if one["customer_id"] == row["customer_id"]), key=before_all
                )
                source = own[0]["source_code"] if own else "unattributed"
            kind = "existing" if row["is_existing_customer"] else "new"
            book[month, held["branch_id"], source][kind] += cost / len(came)
        if not came:
            book[month, held["branch_id"], "unattributed"]["nobody"] += cost
    return book


def test_costs_of_every_source(firm: tuple[Feeds, Reader, House]) -> None:
    feeds, reader, house = firm
    book = ledger(feeds)
    by_source: dict[str, Fraction] = defaultdict(Fraction)
    for (_, _, source), parts in book.items():
        by_source[source] += sum(parts.values())
    assert {kind for parts in book.values() for kind in parts} == {"source", "new", "existing", "nobody"}
    found = figure(reader, "lead.cost", Scope(), by=["source"]).set_index("source")["value"]
    assert found.to_dict() == pytest.approx({source: float(cost) for source, cost in by_source.items()})
    rows = house.published("cost_month")
    published = rows[["source_amount", "new_amount", "existing_amount", "unattended_amount"]].sum().sum()
    assert Fraction(published) == sum(by_source.values())


def test_revenue_of_every_source(firm: tuple[Feeds, Reader, House]) -> None:
    feeds, reader, _ = firm
    revenue: dict[str, Fraction] = defaultdict(Fraction)
    leads: dict[str, int] = defaultdict(int)
    first = date(2024, 6, 1)
    for row in feeds["leads"]:
        leads[row["source_code"]] += bool(row["collected_at"] and row["collected_at"].date() >= first)
    for placed in feeds["orders"]:
        path = touches(feeds, placed)
        if path and path[0]["collected_at"] and path[0]["collected_at"].date() >= first:
            revenue[path[0]["source_code"]] += Fraction(placed["amount"])
    scope = Scope(period=Period(start=first, end=date(2026, 7, 1)))
    found = figure(reader, "lead.revenue_per_lead", scope, by=["source"]).set_index("source")
    assert found["n"].to_dict() == leads
    for source in revenue:
        alone = replace(scope, filters={"source": (source,)})
        row = figure(reader, "lead.revenue_per_lead", alone).iloc[0]
        assert row.numerator == pytest.approx(float(revenue[source])) or leads[source] < 20
    assert figure(reader, "lead.revenue_per_lead", scope).at[0, "numerator"] == pytest.approx(
        float(sum(revenue.values()))
    )


def test_events_of_every_kind(firm: tuple[Feeds, Reader, House]) -> None:
    feeds, reader, _ = firm
    held = {row["event_id"]: row for row in feeds["events"]}
    of_lead = {row["lead_id"]: row["customer_id"] for row in feeds["leads"]}
    came: dict[str, list[Row]] = defaultdict(list)
    for row in feeds["attendances"]:
        if row["is_attended"]:
            came[row["event_id"]].append(row | {"person": row["customer_id"] or of_lead[row["lead_id"]]})
    brought: dict[str, int] = defaultdict(int)
    contested = 0
    for placed in feeds["orders"]:
        claims = [
            (about["held_on"], name)
            for name, about in held.items()
            if 0 <= (placed["ordered_at"].date() - about["held_on"]).days <= 30
            and any(
                row["person"] == placed["customer_id"] or (row["lead_id"] and row["lead_id"] == placed["lead_id"])
                for row in came[name]
            )
            and placed["event_id"] in (None, name)
        ]
        if claims:
            brought[max(claims)[1]] += 1
            contested += len(claims) > 1
    assert contested
    found = figure(reader, "event.yield", Scope(), by=["event_kind"]).set_index("event_kind")
    for kind in ("talk", "gathering", "tour"):
        due = [
            name
            for name, about in held.items()
            if about["event_kind"] == kind and about["held_on"] + timedelta(days=30) < UNTIL.date()
        ]
        row = found.loc[kind]
        assert (row.events, row.attended) == (len(due), sum(len(came[name]) for name in due))
        assert row.numerator == sum(brought[name] for name in due) > 0


def test_cost_to_win_and_ladder_by_month(firm: tuple[Feeds, Reader, House]) -> None:
    feeds, reader, _ = firm
    book = ledger(feeds)
    first: dict[str, date] = {}
    for row in feeds["orders"]:
        day = row["ordered_at"].date()
        first[row["customer_id"]] = min(first.get(row["customer_id"], day), day)
    win = figure(reader, "five.cost_to_win", Scope(), by=["month"]).set_index("month")
    ladder = figure(reader, "five.ladder", Scope(), by=["month"]).set_index(["month", "part"])
    scores = {row["invite_id"]: row["score"] for row in feeds["survey_answers"] if row["question_code"] == "overall"}
    for month in (date(2025, 1, 1), date(2025, 3, 1)):
        start = month.replace(year=month.year - 1, month=month.month + 1)
        end = month.replace(month=month.month + 1)
        cost = sum(parts["source"] + parts["new"] for (when, _, _), parts in book.items() if start <= when < end)
        won = sum(start <= day < end for day in first.values())
        assert (win.at[month, "n"], win.at[month, "numerator"]) == (won, pytest.approx(float(cost)))
        active = {row["customer_id"] for row in feeds["orders"] if start <= row["ordered_at"].date() < end}
        newest: dict[str, tuple[datetime, str]] = {}
        for row in feeds["surveys"]:
            when = row.get("answered_at") or row["sent_at"]
            if row["invite_id"] in scores and row["customer_id"] in active and start <= when.date() < end:
                newest[row["customer_id"]] = max(
                    newest.get(row["customer_id"], (when, row["invite_id"])), (when, row["invite_id"])
                )
        satisfied = sum(scores[invite] >= 4 for _, invite in newest.values())
        assert len(newest) >= 20
        assert ladder.at[(month, "bought"), "value"] == len(active)
        assert (ladder.at[(month, "satisfied"), "value"], ladder.at[(month, "satisfied"), "denominator"]) == (
            satisfied,
            len(newest),
        )
