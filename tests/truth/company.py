"""Demo companies whose truth is known: made by the real generator, landed, curated and published, once a test session.

The gates are left out, since they take longer than all else and have tests of their own; so are the feeds and published
tables that no test here asks for.
"""

import json
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from tests.oracle.company import EXECUTIVE, KEYS, UNTIL, ZONE
from tests.servers import Shared
from warehouse import db, ledger
from warehouse import refresh as steps
from warehouse.access import grants
from warehouse.access.grants import Grant
from warehouse.feeds.demo import ALL, NONE
from warehouse.feeds.demo.chunk import make_chunk
from warehouse.feeds.demo.files import Delivery as Written
from warehouse.feeds.demo.frame import Frame, frame
from warehouse.feeds.demo.office import office_tables
from warehouse.feeds.demo.truth import Tally
from warehouse.queries.reader import Reader
from warehouse.receive import Delivery, receive

COMPLAINING = ("branches", "complaints", "complaint_events", "working_hours")
FEEDS = (
    *COMPLAINING,
    "attendances",
    "currency_rates",
    "customers",
    "events",
    "lead_sources",
    "leads",
    "orders",
    "survey_answers",
    "surveys",
)
TABLES = {
    "branch",
    "complaint_cohort",
    "complaint_company",
    "complaint_duration",
    "event_day",
    "lead_day",
    "lead_source",
    "order_day",
    "repurchase",
    "survey_cohort",
    "survey_handling",
    "survey_moment",
    "survey_population",
    "survey_score",
    "survey_stratum",
}
BEFORE_EVERYTHING = -1


@dataclass(frozen=True)
class Kind:
    """One of the companies: its frame, and the feeds that are kept of it."""

    name: str
    frame: Frame
    feeds: tuple[str, ...] = FEEDS


@dataclass(frozen=True, eq=False)
class Company:
    """A published company. `reader` asks for its figures; `made` is what was counted while it was made."""

    frame: Frame
    reader: Reader
    made: Mapping[str, Any]


def kinds() -> dict[str, Kind]:
    """The companies by name.

    `everything` has all effects. `nothing` has none, does not grow, and its branches are alike: growth and differences
    between branches belong to the base, are real, and are signals by right. `large_branch` has the effects and nearly all
    its customers in the branch that slips, so that a week there has complaints enough to be shown.
    """
    still = replace(NONE, base=NONE.base | {"growth_per_year": 0.0})
    everything = frame(customers=12_000, seed=1, until=UNTIL, effects=ALL)
    nothing = frame(customers=12_000, seed=2, until=UNTIL, effects=still)
    large = frame(customers=15_000, seed=3, until=UNTIL, effects=ALL)
    found = (
        Kind("everything", everything),
        Kind("nothing", _with_branches_alike(nothing)),
        Kind("large_branch", _with_a_large_branch(large), COMPLAINING),
    )
    return {kind.name: kind for kind in found}


def _with_branches_alike(shared: Frame) -> Frame:
    """A thousandth of the differences is left: the generator divides by their spread."""
    left, branches = 0.001, shared.branches
    quality, pace, selling = branches.quality * left, branches.pace**left, branches.selling**left
    return replace(shared, branches=replace(branches, quality=quality, pace=pace, selling=selling))


def _with_a_large_branch(shared: Frame) -> Frame:
    weight = shared.branches.weight.copy()
    weight[shared.slipping_branch] = 9 * (weight.sum() - weight[shared.slipping_branch])
    return replace(shared, branches=replace(shared.branches, weight=weight / weight.sum()))


def companies(place: Shared) -> Callable[[str], Company]:
    """Companies by name, each made by whichever process of the test run asks first."""
    made = {name: cache(lambda kind=kind: _open(place, kind)) for name, kind in kinds().items()}
    return lambda name: made[name]()


def _open(place: Shared, kind: Kind) -> Company:
    database, truth = db.embedded(place.server, kind.name), place.folder / f"{kind.name}.json"
    with place.making(kind.name) as is_new:
        if is_new:
            made = _write(place.folder / kind.name, kind)
            _publish(database, place.folder / kind.name)
            truth.write_text(json.dumps(made))
    reader = Reader(engine=database.reader, person=EXECUTIVE).pinned()
    return Company(frame=kind.frame, reader=reader, made=json.loads(truth.read_text()))


def _write(folder: Path, kind: Kind) -> dict[str, Any]:
    """Write the company's delivery; what was made."""
    tally = Tally(kind.frame)
    with Written(folder) as delivery:
        tables = list(office_tables(kind.frame))
        for number in range(kind.frame.chunks):
            chunk = make_chunk(kind.frame, number)
            tally.add(chunk)
            tables += chunk.tables
        for table in tables:
            if table.feed in kind.feeds:
                delivery.add(table.feed, table.delivered(BEFORE_EVERYTHING, kind.frame.end))
    return tally.made()


def _publish(database: db.Database, folder: Path) -> None:
    """The steps of a refresh but for its gates."""
    db.migrate(database.loader)
    delivery = Delivery.by_contract(folder, zone=ZONE, currency="CNY")
    with steps.running(database, by="test") as run:
        received = receive(database, KEYS, delivery, refresh_id=run.refresh_id)
        assert not received.refused, received.refused
        with database.loader.begin() as connection:
            run.zone = ledger.settings(connection)["reporting_zone"]
            items = ledger.pending(connection)
            ledger.move(connection, items, to="candidate")
            grants.give(connection, Grant(person=EXECUTIVE, role="executive"), by="test")
        changes = steps.curate_and_touch(run, items)
        steps.write_editions(run, {name: slices for name, slices in changes.items() if name in TABLES})
        assert steps.publish(run).verdict == "published"
    shutil.rmtree(folder)
