"""How much of a machine a company takes, by its customers: disk, memory, time. Measured, and written down as a table.

    python -m benchmarks.capacity [--customers 1000 5000 20000] [--write docs/capacity.md]

Of each company: all of its three years refreshed at once, the database after that, a day's delivery into it, and a dashboard's
process that has drawn every page. The table says what was measured, and what each further customer takes by the two largest.
"""

import argparse
import os
import platform
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from pathlib import Path

from sqlalchemy import text

from benchmarks.measured.bench import Bench, Took, company, opened, peak_mb, settle
from benchmarks.measured.deliveries import Ahead, rows_of
from benchmarks.measured.pages import drawn
from benchmarks.measured.told import conditions, tell
from warehouse import db

TABLE = Path(__file__).parents[1] / "docs" / "capacity.md"
DASHBOARDS = "gatehouse"
"""The database that a dashboard looks into."""
DAYS = 3 * 365
MB = 1_000_000
STAGES = ("landing", "staging", "curated", "published")
DISK = text(
    "select n.nspname, sum(pg_total_relation_size(c.oid)) from pg_class as c"
    " inner join pg_namespace as n on c.relnamespace = n.oid where c.relkind in ('r', 'm') group by n.nspname"
    " union all select 'all', pg_database_size(current_database())"
)
HEAD = """# Capacity

What the made-up company takes, by its customers: three years of all feeds at once, then one day of them; memory at most, of a dashboard in a
process that has drawn every page. In brackets: seconds of one core, the server's and the refresh's own. Measured by `python -m benchmarks.capacity`
on {machine}.

| customers | rows | full refresh | a day's delivery | memory of a refresh | of a dashboard | database | landing | staging | curated | published |
|---|---|---|---|---|---|---|---|---|---|---|
"""
FOOT = """
Each further customer takes about {kilobytes:.0f} kB of disk and {milliseconds:.1f} ms of a full refresh. While it runs, the server's log of changes takes up to
`max_wal_size` beside it, and a backup about what its own newest one took. Of landing, the newest 30 loads are kept, of editions those of 30
refreshes (`purge`): a day's delivery adds its own months once more.
"""


@dataclass(frozen=True)
class Taken:
    """What one company took: bytes by schema and in `all`, megabytes of a dashboard's process."""

    rows: int
    full: Took
    day: Took
    dashboard_mb: float
    disk: Mapping[str, int]


def main() -> None:
    """Measure, and write the table."""
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("--customers", type=int, nargs="+", default=[1_000, 5_000, 20_000])
    asked.add_argument("--place", type=Path, help="folder for companies and servers; default: the system's")
    asked.add_argument("--write", type=Path, default=TABLE, help="where the table is written")
    given = asked.parse_args()
    conditions(f"companies of {', '.join(f'{size:,}' for size in given.customers)} customers")
    found: dict[int, Taken] = {}
    for customers in sorted(given.customers):
        with opened(given.place) as bench:
            found[customers] = taken(bench, customers)
        tell(line(customers, found[customers]))
    given.write.write_text(table(found), "utf-8")


def taken(bench: Bench, customers: int) -> Taken:
    """All that is measured of one company."""
    made = company(bench, customers=customers)
    full = settle(bench, DASHBOARDS, made)
    on_disk = disk(bench)
    with bench.beside() as alone:
        drawn(replace(bench, beside=lambda: nullcontext(alone)), rounds=1)
        dashboard_mb = alone.submit(peak_mb).result()
    folder = bench.folder / "day"
    Ahead(made).write(folder, rows=rows_of(made) // DAYS)
    return Taken(rows_of(made), full, bench.refresh(DASHBOARDS, folder), dashboard_mb, on_disk)


def table(found: Mapping[int, Taken]) -> str:
    """The page of the manual: what was measured, and the slope between the two largest companies."""
    machine = f"{os.cpu_count()} cores of {platform.machine()}, the server on the same machine"
    lines = "".join(f"{line(size, each)}\n" for size, each in found.items())
    return HEAD.format(machine=machine) + lines + (FOOT.format(**slope(found)) if len(found) > 1 else "")


def line(customers: int, one: Taken) -> str:
    """One company's line."""
    cells: Sequence[str] = (
        f"{customers:,}",
        f"{one.rows:,}",
        f"{one.full.seconds:.0f} s ({one.full.all_cpu:.0f})",
        f"{one.day.seconds:.1f} s ({one.day.all_cpu:.1f})",
        f"{max(one.full.peak_mb, one.day.peak_mb):.0f} MB",
        f"{one.dashboard_mb:.0f} MB",
        *(f"{one.disk.get(name, 0) / MB:,.0f} MB" for name in ("all", *STAGES)),
    )
    return f"| {' | '.join(cells)} |"


def slope(found: Mapping[int, Taken]) -> dict[str, float]:
    """What each further customer takes, by the two largest companies."""
    (fewer, less), (more, most) = list(found.items())[-2:]
    return {
        "kilobytes": (most.disk["all"] - less.disk["all"]) / (more - fewer) / 1_000,
        "milliseconds": (most.full.seconds - less.full.seconds) / (more - fewer) * 1_000,
    }


def disk(bench: Bench) -> dict[str, int]:
    """Bytes of the tables of each schema with their indexes, and of the whole database in `all`."""
    database = db.connect(bench.settings(DASHBOARDS))
    with database.loader.connect() as connection:
        found = {name: int(taken) for name, taken in connection.execute(DISK)}
    database.dispose()
    return found


if __name__ == "__main__":
    main()
