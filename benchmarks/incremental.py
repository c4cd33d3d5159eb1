"""Goal P9: what a delivery of few new rows costs beside a full refresh, in turns.

    python -m benchmarks.incremental [--customers 5000] [--rounds 3]

The made-up company is published; then come the rows of its next days: one in a hundred of what it has, and one in ten thousand
(but ten at least). Each round takes the company in anew, then each of the deliveries into a copy of what was published, every
refresh in a process of its own. Prints the conditions, each round, processors' seconds and the steps; exits with 1 where a delivery
costs more than it may. What readers feel of refreshes, and how long publishing takes, says `benchmarks.publish`.
"""

import argparse
import statistics
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from benchmarks.measured.bench import EMPTY, Bench, Took, company, opened, settle
from benchmarks.measured.deliveries import Ahead, rows_of
from benchmarks.measured.told import Limit, conditions, judged, seconds, tell
from benchmarks.measured.turns import in_turns

SHARES = {"1 %": 0.01, "0.01 %": 0.0001}
FEWEST = 10
MOST_OF_HUNDREDTH, MOST_SHARE, MOST_CONSTANT = 5.0, 0.01, 3.0


def main() -> int:
    """Measure and tell; 1 where a delivery costs more than it may."""
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("--customers", type=int, default=5_000)
    asked.add_argument("--rounds", type=int, default=3)
    asked.add_argument("--place", type=Path, help="folder for the company and the server; default: the system's")
    given = asked.parse_args()
    conditions(f"{given.customers:,} customers, {given.rounds} rounds in turns")
    with opened(given.place) as bench:
        made = company(bench, customers=given.customers)
        settle(bench, "settled", made)
        ways = {"full": _refreshing(bench, EMPTY, made.out / "delivery_000")}
        for name, share in SHARES.items():
            wanted = max(FEWEST, round(share * rows_of(made)))
            folder = bench.folder / f"next_{wanted}"
            rows = Ahead(made).write(folder, rows=wanted)
            tell(f"{name}: {rows:,} rows beside {rows_of(made):,}, {100 * rows / rows_of(made):.3f} %")
            ways[name] = _refreshing(bench, "settled", folder)
        found = in_turns(ways, rounds=given.rounds)
    return told(found)


def _refreshing(bench: Bench, before: str, delivery: Path) -> Callable[[], Took]:
    def way() -> Took:
        bench.copy("refreshed", of=before)
        return bench.refresh("refreshed", delivery)

    return way


def told(found: Mapping[str, Sequence[Took]]) -> int:
    """Print what was found; 1 where it is more than may be."""
    for name, rounds in found.items():
        seconds(name, [took.seconds for took in rounds])
        cpu = statistics.median(took.all_cpu for took in rounds)
        steps = {step: statistics.median(took.steps[step] for took in rounds) for step in rounds[0].steps}
        tell(f"{'':24} processors {cpu:.2f} s; {', '.join(f'{step} {taken:.2f}' for step, taken in steps.items())}")
    full, hundredth, few = (statistics.median(took.seconds for took in rounds) for rounds in found.values())
    return judged(
        Limit("1 % of new rows, of the full refresh", 100 * hundredth / full, MOST_OF_HUNDREDTH, " %"),
        Limit("0.01 % of new rows, beyond 1 % of the full refresh", few - MOST_SHARE * full, MOST_CONSTANT, " s"),
    )


if __name__ == "__main__":
    sys.exit(main())
