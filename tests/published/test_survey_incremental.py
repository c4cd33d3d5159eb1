"""Satisfaction: any sequence of deliveries, corrections and discards ends in the same rows as making everything anew."""

import numpy as np
import pandas as pd
import pytest

from tests.harness import House
from tests.survey_rows import UNTIL, Row, firm
from warehouse.db import Database

TABLES = ("servqual_day", "survey_moment", "survey_stratum", "survey_population", "survey_handling")
FACTS = ("customers", "orders", "leads", "complaints", "surveys", "survey_answers")


def deliveries(feeds: dict[str, list[Row]], rng: np.random.Generator) -> list[dict[str, list[Row]]]:
    """Every fact in a random one of five deliveries, not in order of time; some come twice, changed."""
    batches: list[dict[str, list[Row]]] = [{} for _ in range(5)]
    batches[0] = {"branches": feeds["branches"]}
    for feed in FACTS:
        for row in feeds[feed]:
            first = int(rng.integers(5))
            batches[first].setdefault(feed, []).append(row)
            if first < 4 and rng.random() < 0.15:
                donor = feeds[feed][int(rng.integers(len(feeds[feed])))]
                batches[int(rng.integers(first + 1, 5))].setdefault(feed, []).append(_changed(row, donor))
    return batches


def _changed(row: Row, donor: Row) -> Row:
    """The same key with what another row says."""
    kept = {"order_id", "lead_id", "invite_id", "question_code", "complaint_id", "scale_min", "scale_max", "score"}
    if "order_id" not in row and "collected_at" not in row and "opened_at" not in row and "sent_at" not in row:
        kept.add("customer_id")
    mine = {name: value for name, value in row.items() if name in kept}
    if "sent_at" in row:
        mine["complaint_id"] = donor["complaint_id"]
    if "score" in row:
        mine["score"] = int(str(row["scale_min"]))
    return {**donor, **mine}


@pytest.mark.parametrize("seed", range(3))
def test_deliveries_in_any_order_end_where_a_rebuild_ends(database: Database, seed: int) -> None:
    rng = np.random.default_rng(seed)
    house = House(database, only=TABLES).open()
    made = firm(seed, customers=30, orders=90, complaints=40, surveys=120)
    loads = [house.deliver(until=UNTIL, **batch) for batch in deliveries(made, rng)]
    house.discard(loads[int(rng.integers(1, 5))])
    house.deliver(branches=[{**made["branches"][1], "region_id": "east", "region_name": "East"}])
    found = {table: house.published(table) for table in TABLES}
    house.rebuild()
    for table in TABLES:
        assert len(found[table]) > 0
        pd.testing.assert_frame_equal(found[table], house.published(table), obj=table)


@pytest.mark.parametrize("feed", ["orders", "leads", "complaints", "customers"])
def test_what_comes_late_reaches_the_surveys_it_concerns(database: Database, feed: str) -> None:
    """No survey comes with it, so that nothing else makes their months anew."""
    house = House(database, only=TABLES).open()
    made = firm(2, customers=30, orders=90, complaints=40, surveys=200)
    late = made[feed][::3]
    house.deliver(until=UNTIL, **{**made, feed: [row for row in made[feed] if row not in late]})
    without = {table: house.published(table) for table in TABLES}
    house.deliver(until=UNTIL, **{feed: late})
    found = {table: house.published(table) for table in TABLES}
    house.rebuild()
    for table in TABLES:
        pd.testing.assert_frame_equal(found[table], house.published(table), obj=table)
    concerned = {"leads": "survey_handling"}.get(feed, "survey_stratum")
    assert not found[concerned].equals(without[concerned])


def test_an_order_touches_what_it_can_change_and_no_more(database: Database) -> None:
    house = House(database, only=TABLES).open()
    made = firm(1, customers=30, orders=90, complaints=40, surveys=120)
    house.deliver(until=UNTIL, **made)
    before = slices(house)
    house.deliver(orders=[{**made["orders"][1], "order_id": "late", "customer_id": "stranger"}])
    after = slices(house)
    changed = {
        table: sorted(on for on, edition in after[table].items() if before[table].get(on) != edition)
        for table in TABLES
    }
    month = made["orders"][1]["ordered_at"].date().replace(day=1)
    assert changed["survey_population"] == [on for on in sorted(after["survey_population"]) if on >= month]
    assert all(changed[table] == [] for table in TABLES if table != "survey_population")


def slices(house: House) -> dict[str, dict[object, int]]:
    """Which edition each slice of each table shows now."""
    rows = house.rows("select m.* from published.manifest as m inner join published.current as c using (refresh_id)")
    return {
        table: dict(zip(mine["slice_on"], mine["edition_id"], strict=True))
        for table in TABLES
        for mine in [rows[rows["table_name"] == table]]
    }
