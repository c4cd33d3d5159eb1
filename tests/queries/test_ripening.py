"""A cohort has had its time once the feed that brings its outcome was heard of for long enough."""

from datetime import datetime

import pytest
from sqlalchemy import text

from tests.harness import House
from tests.queries.lead_rows import BRANCHES, DAY, UNTIL, call, lead, order
from warehouse.db import Database
from warehouse.metrics import metrics
from warehouse.queries.figures import figure
from warehouse.queries.reader import Reader
from warehouse.scope import Scope

EVER = Scope()
CALLS, RETURNS = (metrics()[code].mature_days or 0 for code in ("call.step_rate", "five.return_rate"))


@pytest.fixture
def house(database: Database) -> House:
    return House(database, only=("lead_call", "lead_source", "order_day")).open()


def arrived(house: House, load_id: int, at: datetime) -> None:
    """As if a load had come at another time; what is published next is told so."""
    with house.database.loader.begin() as connection:
        connection.execute(
            text("update published.load_feed set received_at = :at where load_id = :load_id"),
            {"at": at, "load_id": load_id},
        )
    house.deliver(branches=BRANCHES)


def young(reader: Reader) -> int:
    """Leads that have not had the time of all six calls."""
    return int(figure(reader, "call.step_rate", EVER)["young"].iloc[0])


def pending(house: House) -> int:
    """Orders that may still come back."""
    return int(figure(house.reader(), "five.return_rate", EVER)["pending"].iloc[0])


def test_contacts_three_days_late_keep_the_leads_of_three_days_from_ripening(house: House) -> None:
    ages = [lead(f"l{days}", UNTIL - (CALLS + days) * DAY) for days in range(6)]
    calls = [call(1, UNTIL - 4 * DAY, lead="l5")]
    first = house.deliver(until=UNTIL - 3 * DAY, branches=BRANCHES, leads=ages, contacts=calls)
    arrived(house, first, UNTIL - 3 * DAY)
    house.deliver(until=UNTIL, leads=[lead("new", UNTIL)])
    before = house.reader()
    assert young(before) == 1 + 4, "the new lead, and those of whose last days nobody has told the calls"
    house.deliver(until=UNTIL, contacts=[call(2, UNTIL, lead="l5")])
    assert young(house.reader()) == 1 + 1
    assert young(before) == 1 + 4, "an earlier refresh knows what it knew"


def test_a_feed_with_little_to_tell_is_heard_of_by_its_deliveries(house: House) -> None:
    orders = [order(f"o{days}", UNTIL - (RETURNS + days) * DAY) for days in range(6)]
    back = {"return_id": "r", "order_id": "o5", "branch_id": "b", "returned_at": UNTIL - RETURNS * DAY, "amount": 1.0}
    first = house.deliver(until=UNTIL - RETURNS * DAY, branches=BRANCHES, returns=[back])
    second = house.deliver(until=UNTIL, orders=orders)
    arrived(house, first, UNTIL - RETURNS * DAY)
    assert pending(house) == 6, "no return was heard of since"
    nothing = house.deliver(until=UNTIL, returns=[])
    arrived(house, nothing, UNTIL - 2 * DAY)
    assert pending(house) == 3
    arrived(house, nothing, UNTIL + 9 * DAY)
    arrived(house, second, UNTIL + 9 * DAY)
    assert pending(house) == 1, "never more than the newest record of all its feeds allows"
