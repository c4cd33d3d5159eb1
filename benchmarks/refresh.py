"""Goals P7, P8 and P12: a full refresh against its own SQL, run by psql, and against the same SQL as a dbt project, in turns.

    python -m benchmarks.refresh [--customers 5000] [--rounds 3] [--without-dbt]

The refresh is the whole of it, landing to published, both gates, in a process of its own. What it sends is taken down once, and run
again by psql, over one connection: the landing by bare COPY (personal cells in clear), then every statement that writes and every
question of the gates, without what a script does not need (looking up what is touched, locks, Great Expectations). dbt-core builds
the same statements as models and asks the same rules as tests, two at a time, after the same COPY. All must have come to as many
rows in every table. Prints the conditions, each round, processors' seconds, and the steps; exits with 1 where a ratio, the gates'
share or the memory is above what it may be.
"""

import argparse
import statistics
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from sqlalchemy import text

from benchmarks.bare import dbt, script
from benchmarks.bare.agreed import agree
from benchmarks.bare.recorded import Recording, record
from benchmarks.measured.bench import EMPTY, Bench, Took, company, opened
from benchmarks.measured.told import Limit, conditions, judged, seconds, tell
from benchmarks.measured.turns import in_turns
from warehouse import db

MOST_OF_PSQL, MOST_OF_DBT, MOST_GATES, MOST_MB = 1.5, 0.6, 20.0, 500.0
MADE_IN = {"refresh": "refreshed", "psql": "bare", "dbt": "built"}
"""The database that each way fills."""
UNPUBLISHED = "unpublished"
"""The database in which dbt builds: all worked out, the gates open, nothing published yet, nothing landed."""


def main() -> int:
    """Measure and tell; 1 where something costs more than it may."""
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("--customers", type=int, default=5_000)
    asked.add_argument("--rounds", type=int, default=3)
    asked.add_argument("--without-dbt", action="store_true", help="leave out dbt, which is fetched from PyPI")
    asked.add_argument("--place", type=Path, help="folder for the company and the server; default: the system's")
    given = asked.parse_args()
    conditions(f"{given.customers:,} customers, {given.rounds} rounds in turns after one left out")
    with opened(given.place) as bench:
        made = company(bench, customers=given.customers)
        delivery = made.out / "delivery_000"
        recording = record(bench.copy("recorded", of=EMPTY), delivery)
        bench.drop("recorded")
        steps: list[Mapping[str, float]] = []
        ways = {"refresh": refreshed(bench, delivery), "psql": by_psql(bench, recording, steps)}
        if not given.without_dbt:
            ways["dbt"] = by_dbt(bench, recording)
        found = in_turns(ways, rounds=given.rounds, warm=1)
        agree(bench, {way: MADE_IN[way] for way in ways}, as_models="dbt")
    return told(found, steps[1:])


def refreshed(bench: Bench, delivery: Path) -> Callable[[], Took]:
    """A full refresh into an empty warehouse."""

    def way() -> Took:
        bench.copy(MADE_IN["refresh"], of=EMPTY)
        return bench.refresh(MADE_IN["refresh"], delivery)

    return way


def by_psql(bench: Bench, recording: Recording, steps: list[Mapping[str, float]]) -> Callable[[], Took]:
    """The same by psql alone; each run adds its seconds by step to `steps`."""
    scripts = script.written(recording, bench.folder / "scripts")

    def work() -> float:
        cpu, taken = script.played(bench, MADE_IN["psql"], scripts.landing, scripts.rest)
        steps.append(taken)
        return cpu

    def way() -> Took:
        bench.copy(MADE_IN["psql"], of=EMPTY)
        return bench.timed(work)

    return way


def by_dbt(bench: Bench, recording: Recording) -> Callable[[], Took]:
    """The same landing, then the same statements as models and the same rules as tests."""
    scripts = script.written(recording, bench.folder / "scripts_until", until="publish")
    settings = bench.copy(UNPUBLISHED, of=EMPTY)
    script.played(bench, UNPUBLISHED, scripts.landing, scripts.rest)
    made = dbt.project(bench, UNPUBLISHED, recording, bench.folder / "dbt", builds_in=MADE_IN["dbt"])
    database = db.connect(settings)
    with database.loader.begin() as connection:
        for file in recording.files:
            connection.execute(text(f"drop table landing.file_{file.file_id}"))
    database.dispose()
    tell(
        f"dbt: {made.models} models, {made.tests} tests; {made.not_asked} rules that no test of dbt's says are left out"
    )

    def work() -> float:
        return script.played(bench, MADE_IN["dbt"], scripts.landing)[0] + dbt.build(made)

    def way() -> Took:
        bench.copy(MADE_IN["dbt"], of=UNPUBLISHED)
        return bench.timed(work)

    return way


def told(found: Mapping[str, Sequence[Took]], steps: Sequence[Mapping[str, float]]) -> int:
    """Print what was found; 1 where it is more than may be."""
    medians = {name: statistics.median(took.seconds for took in rounds) for name, rounds in found.items()}
    worked = _median(found["refresh"], "all_cpu")
    for name, rounds in found.items():
        seconds(name, [took.seconds for took in rounds])
        cpu, servers = _median(rounds, "all_cpu"), _median(rounds, "server_cpu")
        tell(
            f"{'':24} processors {cpu:.2f} s, of which the server's {servers:.2f}; the refresh's are {worked / cpu:.2f} ×"
        )
    tell_steps(found["refresh"], steps)
    gates = statistics.median(100 * took.gates / took.seconds for took in found["refresh"])
    limits = [
        Limit("refresh / psql", medians["refresh"] / medians["psql"], MOST_OF_PSQL, " ×"),
        *([Limit("refresh / dbt", medians["refresh"] / medians["dbt"], MOST_OF_DBT, " ×")] if "dbt" in medians else []),
        Limit("gates' share of the refresh", gates, MOST_GATES, " %"),
        Limit("memory of the refresh's process", max(took.peak_mb for took in found["refresh"]), MOST_MB, " MB"),
    ]
    return judged(*limits)


def tell_steps(rounds: Sequence[Took], bare: Sequence[Mapping[str, float]]) -> None:
    """Seconds by step, of the refresh and of psql; what psql lands first the refresh lands as it receives."""
    for step in ("landing", *rounds[0].steps):
        ours = statistics.median(took.steps.get(step, 0.0) for took in rounds)
        theirs = statistics.median(taken.get(step, 0.0) for taken in bare)
        tell(f"  {step:10} refresh {ours:8.2f} s   psql {theirs:8.2f} s")


def _median(rounds: Sequence[Took], name: str) -> float:
    return statistics.median(getattr(took, name) for took in rounds)


if __name__ == "__main__":
    sys.exit(main())
