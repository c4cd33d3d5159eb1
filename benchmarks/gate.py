"""Goal P8: the delivery gate against the same questions in hand-written SQL, in turns (A B A B), after one run of each.

    python -m benchmarks.gate [--rows 1000000] [--rounds 5]

Complaints of a made-up company are staged on an embedded server of their own. Both ways read the same views of what waits
and of what is known, since those say which rows are meant; by hand the counts come from one pass. Prints the conditions, each round, the
medians and their ratio; exits with 1 where the ratio is above the budget of 2.5.
"""

import argparse
import platform
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import text

from checks.gate import run_gate
from warehouse import db

BUDGET = 2.5

STAGED = """
insert into staging.stg_{feed} (load_id, file_id, row_number, {columns})
select 1, 1, i, {values} from generate_series(1, {rows}) as i
"""
COMPLAINT = {
    "complaint_id": "'C' || i",
    "branch_id": "'B' || i % 40",
    "opened_at": "timestamptz '2023-01-01 08:00+00' + i % 1100 * interval '1 day'",
    "category_code": "'category ' || i % 12",
    "customer_id": "'K' || i % 20000",
    "channel_code": "'phone'",
    "severity_code": "(array['low', 'normal', 'high', 'critical'])[i % 4 + 1]",
    "handler_staff_id": "'S' || i % 500",
    "due_at": "timestamptz '2023-01-04 08:00+00' + i % 1100 * interval '1 day'",
    "first_response_at": "timestamptz '2023-01-01 11:00+00' + i % 1100 * interval '1 day'",
    "resolved_at": "case when i % 9 > 0 then timestamptz '2023-01-03 08:00+00' + i % 1100 * interval '1 day' end",
    "closed_at": "case when i % 9 > 0 then timestamptz '2023-01-03 09:00+00' + i % 1100 * interval '1 day' end",
    "outcome_code": "case when i % 9 > 0 then 'resolved' end",
}
BRANCH = {"branch_id": "'B' || (i - 1)", "branch_name": "'Branch ' || i", "region_id": "'R'", "region_name": "'North'"}
CUSTOMER = {
    "customer_id": "'K' || (i - 1)",
    "branch_id": "'B' || i % 40",
    "customer_kind": "'person'",
    "created_on": "date '2022-01-01'",
}

BY_HAND = (
    """
    select
        count(*),
        count(*) filter (where complaint_id is null),
        count(*) filter (where branch_id is null),
        count(*) filter (where opened_at is null),
        count(*) filter (where category_code is null),
        count(*) filter (where handler_staff_id is null),
        count(*) filter (where severity_code not in ('low', 'normal', 'high', 'critical')),
        count(*) filter (where outcome_code not in ('resolved', 'withdrawn', 'transferred', 'rejected')),
        count(*) filter (where compensation_amount < 0),
        count(*) filter (where opened_at > now() + interval '1 day'),
        count(*) filter (where resolved_at < opened_at),
        count(*) filter (where closed_at < opened_at),
        count(*) filter (where first_response_at < opened_at),
        count(*) filter (where due_at < opened_at),
        count(*) filter (where closed_at < resolved_at),
        count(*) filter (where b.known_id is null),
        count(*) filter (where customer_id is not null and k.known_id is null),
        count(*) filter (where handler_staff_id is not null and s.known_id is null and exists (select from gate.known_staff)),
        count(*) filter (where order_id is not null and o.known_id is null and exists (select from gate.known_orders)),
        max(opened_at)
    from gate.delivery_complaints as c
    left join (select distinct known_id from gate.known_branches) as b on c.branch_id = b.known_id
    left join (select distinct known_id from gate.known_customers) as k on c.customer_id = k.known_id
    left join (select distinct known_id from gate.known_staff) as s on c.handler_staff_id = s.known_id
    left join (select distinct known_id from gate.known_orders) as o on c.order_id = o.known_id
    """,
    """
    select count(*)
    from (
        select day_on - lag(day_on) over (order by day_on) as days
        from (select distinct opened_at::date as day_on from gate.delivery_complaints) as seen
    ) as gaps
    where days > 14
    """,
    "select delivered = accepted + superseded + quarantined from published.load_feed where load_id = 1",
)


def main() -> int:
    """Measure and tell; 1 where the gate costs more than it may."""
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("--rows", type=int, default=1_000_000)
    asked.add_argument("--rounds", type=int, default=5)
    given = asked.parse_args()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as home:
        Path(home).chmod(0o755)
        database = db.embedded(db.start(Path(home) / "postgres"), "bench")
        db.migrate(database.loader)
        stage(database, rows=given.rows)
        return compare(database, rows=given.rows, rounds=given.rounds)


def stage(database: db.Database, *, rows: int) -> None:
    """One waiting load of branches, customers and `rows` complaints, with statistics."""
    feeds = (("branches", BRANCH, 40), ("customers", CUSTOMER, 20_000), ("complaints", COMPLAINT, rows))
    with database.loader.begin() as connection:
        connection.execute(text("insert into published.refresh (started_by) values ('benchmark')"))
        connection.execute(text("insert into published.load (refresh_id, source) values (1, 'benchmark')"))
        for feed, columns, count in feeds:
            filled = STAGED.format(
                feed=feed, columns=", ".join(columns), values=", ".join(columns.values()), rows=count
            )
            connection.execute(text(filled))
            sums = (
                "insert into published.load_feed (load_id, feed, delivered, accepted) values (1, :feed, :rows, :rows)"
            )
            connection.execute(text(sums), {"feed": feed, "rows": count})
    with database.loader.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("vacuum analyze"))


def compare(database: db.Database, *, rows: int, rounds: int) -> int:
    """Both ways in turns, the first round left out as warming up."""
    ways: dict[str, Callable[[], None]] = {"by hand": lambda: by_hand(database), "gate": lambda: by_gate(database)}
    taken: dict[str, list[float]] = {name: [] for name in ways}
    for number in range(rounds + 1):
        for name, way in ways.items():
            started = time.perf_counter()
            way()
            if number:
                taken[name].append(time.perf_counter() - started)
    medians = {name: statistics.median(seconds) for name, seconds in taken.items()}
    ratio = medians["gate"] / medians["by hand"]
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    tell(f"{rows:,} complaints, {rounds} rounds in turns, Python {platform.python_version()}, {platform.machine()}")
    for name, seconds in taken.items():
        tell(f"{name:8} median {medians[name]:.3f} s  ({', '.join(f'{each:.3f}' for each in seconds)})")
    tell(f"ratio {ratio:.2f} (budget {BUDGET}), memory {memory:.0f} MB")
    return int(ratio > BUDGET)


def by_hand(database: db.Database) -> None:
    """The same questions as somebody would write them for this one table."""
    with database.loader.begin() as connection:
        for statement in BY_HAND:
            connection.execute(text(statement)).all()


def by_gate(database: db.Database) -> None:
    """The gate itself, its results written; a verdict that does not pass would measure something else."""
    verdict = run_gate(database, gate="delivery", tables=["complaints"], refresh_id=1)
    if not verdict.passed:
        raise RuntimeError(f"the made-up complaints do not pass: {verdict.blocked}")


def tell(line: str) -> None:
    """One line on standard output."""
    sys.stdout.write(f"{line}\n")


if __name__ == "__main__":
    sys.exit(main())
