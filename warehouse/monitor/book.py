"""What the book says of refreshes, feeds, jobs and letters, as metrics: read whenever somebody asks, so true after any restart."""

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

import pandas as pd
from prometheus_client import Metric
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector, CollectorRegistry
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from warehouse import db
from warehouse.access.grants import owner_view
from warehouse.queries import health, state
from warehouse.queries.reader import Reader
from warehouse.trace import in_short

Kind = type[GaugeMetricFamily] | type[CounterMetricFamily]


@dataclass(frozen=True)
class Figure:
    """One metric: what it tells, and the rows that it is told from, `labels` first and the value last."""

    name: str
    tells: str
    rows: str
    labels: Sequence[str] = ()
    kind: Kind = GaugeMetricFamily


FIGURES = (
    Figure(
        "gatehouse_refreshes",
        "Refreshes that have ended, by what they came to.",
        "select s.state, count(r.refresh_id)"
        " from unnest(cast('{passed,held,failed,unchanged,tried}' as text[])) as s (state)"
        " left join published.refresh as r on s.state = r.state group by s.state",
        labels=("state",),
        kind=CounterMetricFamily,
    ),
    Figure(
        "gatehouse_refresh_ended_timestamp_seconds",
        "When a refresh last came to this.",
        "select state, extract(epoch from max(finished_at)) from published.refresh"
        " where finished_at is not null group by state",
        labels=("state",),
    ),
    Figure(
        "gatehouse_refresh_step_seconds",
        "Seconds that each step of the newest refresh took which took something in and has ended.",
        "select t.step, cast(t.seconds as float) from published.refresh as r"
        " cross join jsonb_each_text(r.timings) as t (step, seconds) where r.refresh_id ="
        " (select max(refresh_id) from published.refresh where state in ('passed', 'held', 'failed'))",
        labels=("step",),
    ),
    Figure(
        "gatehouse_refresh_running_seconds",
        "For how long a refresh has been under way; 0 where none is.",
        "select coalesce(max(extract(epoch from clock_timestamp() - started_at)), 0) from published.refresh"
        " where state = 'running' and (select access.is_under_way('gatehouse.refresh'))",
    ),
    Figure(
        "gatehouse_refresh_cut_off",
        "Refreshes that were cut off, and which the next one has not cleared up yet.",
        "select count(*) from published.refresh"
        " where state = 'running' and not (select access.is_under_way('gatehouse.refresh'))",
    ),
    Figure(
        "gatehouse_published_refresh",
        "The number of the refresh that readers see.",
        "select refresh_id from published.current",
    ),
    Figure(
        "gatehouse_published_timestamp_seconds",
        "When the refresh that readers see was published.",
        "select extract(epoch from r.published_at) from published.current as c"
        " inner join published.refresh as r on c.refresh_id = r.refresh_id",
    ),
    Figure(
        "gatehouse_checks",
        "Checks of the newest refresh that ran any, by gate, level and outcome.",
        "select gate, level, outcome, count(*) from published.check_result"
        " where refresh_id = (select max(refresh_id) from published.check_result) group by gate, level, outcome",
        labels=("gate", "level", "outcome"),
    ),
    Figure(
        "gatehouse_feed_rows",
        "Rows delivered and not discarded, by what became of them.",
        "select f.feed, fate.fate, sum(fate.counted) from published.load_feed as f cross join lateral"
        " (values ('accepted', f.accepted), ('superseded', f.superseded), ('quarantined', f.quarantined))"
        " as fate (fate, counted) where f.state <> 'discarded' group by f.feed, fate.fate",
        labels=("feed", "fate"),
    ),
    Figure(
        "gatehouse_feed_held_loads",
        "Loads that a check holds.",
        "select feed, count(*) filter (where state = 'held') from published.load_feed group by feed",
        labels=("feed",),
    ),
    Figure(
        "gatehouse_worker_up",
        "Whether somebody does what stewards ask for.",
        "select cast(access.is_under_way('gatehouse.worker') as int)",
    ),
    Figure(
        "gatehouse_jobs",
        "What stewards have asked for, by how it stands.",
        "select s.state, count(j.job_id) from unnest(cast('{waiting,running,done,refused,failed}' as text[])) as s (state)"
        " left join published.job as j on s.state = j.state group by s.state",
        labels=("state",),
    ),
    Figure(
        "gatehouse_letters",
        "Letters, by how they stand.",
        "select s.state, count(l.letter_id)"
        " from unnest(cast('{waiting,sending,sent,failed,withdrawn}' as text[])) as s (state)"
        " left join ops.letter as l on s.state = l.state group by s.state",
        labels=("state",),
    ),
    Figure(
        "gatehouse_alerts",
        "Alerts of subscribers that are open.",
        "select s.state, count(a.alert_id) from unnest(cast('{pending,firing}' as text[])) as s (state)"
        " left join ops.alert as a on s.state = a.state group by s.state",
        labels=("state",),
    ),
    Figure(
        "gatehouse_backup_timestamp_seconds",
        "The moment whose state the newest backup holds.",
        "select extract(epoch from taken_at) from ops.backup order by taken_at desc limit 1",
    ),
    Figure(
        "gatehouse_database_bytes",
        "What the warehouse's database takes on the disk.",
        "select pg_database_size(current_database())",
    ),
)

FEED_FIGURES = {
    "data_until": ("gatehouse_feed_data_timestamp_seconds", "The newest record of the feed."),
    "arrived_at": ("gatehouse_feed_arrived_timestamp_seconds", "When the feed last delivered."),
    "due_at": ("gatehouse_feed_due_timestamp_seconds", "When its next delivery is due, where one is expected."),
    "is_late": ("gatehouse_feed_late", "Whether it is late: overdue, or too far behind the other feeds."),
}
UP = "gatehouse_warehouse_up"


@dataclass(frozen=True)
class Book(Collector):
    """The book of one warehouse. Where it cannot be read, that is all that is told."""

    database: db.Database

    def collect(self) -> Iterator[Metric]:
        """Everything, as it stands now."""
        try:
            told = [*self._figures(), *self._feeds()]
        except SQLAlchemyError as error:
            logging.error("the book could not be read: %s", in_short(error))
            told = []
        yield GaugeMetricFamily(UP, "Whether the book could be read.", value=int(bool(told)))
        yield from told

    def _figures(self) -> Iterator[Metric]:
        person = owner_view(self.database.loader)
        with self.database.loader.begin() as connection:
            connection.execute(text("select set_config('app.person', :person, true)"), {"person": person})
            for figure in FIGURES:
                family = figure.kind(figure.name, figure.tells, labels=figure.labels)
                for *labels, value in connection.execute(text(figure.rows)):
                    family.add_metric(labels, float(value))
                yield family

    def _feeds(self) -> Iterator[Metric]:
        """How fresh each feed is, as the pages tell it."""
        reader = Reader(self.database.reader, owner_view(self.database.loader))
        stands = state.standing(reader)
        if stands.refresh_id is None:
            return
        feeds = health.lateness(state.freshness(reader.pinned()), zone=stands.zone)
        for column, (name, tells) in FEED_FIGURES.items():
            family = GaugeMetricFamily(name, tells, labels=("feed",))
            for feed, value in zip(feeds["feed"], feeds[column], strict=True):
                if pd.notna(value):
                    family.add_metric([feed], value.timestamp() if isinstance(value, datetime) else float(value))
            yield family


def registry(database: db.Database) -> CollectorRegistry:
    """The book of a warehouse, to be asked for."""
    made = CollectorRegistry()
    made.register(Book(database))
    return made
