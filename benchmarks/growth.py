"""Goal P10: what grows with the company: companies of several sizes, the same measurements of each, the exponents fitted, drawn.

    python -m benchmarks.growth [--customers 1000 3000 9000] [--rows 300] [--kept FOLDER] [--processors] [--draw docs/growth.svg]

Of each company: a full refresh, whose figures are held against what the company knows it has made; then its next deliveries, some of the
same number of rows for every company, of which the median counts, and one of a hundredth of its own rows; the gates of the first two, the
memory of the refresh's process, and every page drawn for an executive with nothing kept from before. `--kept` keeps each size in a file:
one may take hours, and is not measured twice. `--processors` counts the seconds that processors worked for a refresh instead of those
on the clock, for machines that have something else to do. Prints the conditions, the figures by size and the exponents, draws the
curves, and exits with 1 where one grows faster than it may.
"""

import argparse
import json
import statistics
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from benchmarks.measured import curves, truth
from benchmarks.measured.bench import Bench, Took, company, opened, settle
from benchmarks.measured.curves import Curve
from benchmarks.measured.deliveries import Ahead, rows_of
from benchmarks.measured.pages import Drawn, drawn
from benchmarks.measured.told import Limit, conditions, judged, tell

PICTURE = Path(__file__).parents[1] / "docs" / "growth.svg"
DASHBOARDS = "gatehouse"
"""The database that a dashboard looks into."""
MOST_FULL, MOST_INCREMENTAL, MOST_PAGE = 1.05, 0.15, 0.05


class NotTrue(RuntimeError):
    """A published figure is not what was made."""


@dataclass(frozen=True)
class Size:
    """What was measured of one company: its full refresh, refreshes of few rows, one of a hundredth, and pages by name."""

    full: Took
    few: Sequence[Took]
    hundredth: Took
    pages: Mapping[str, Drawn]

    @classmethod
    def read(cls, path: Path) -> "Size":
        """What `write` wrote there."""
        told = json.loads(path.read_text("utf-8"))
        pages = {name: Drawn(**page) for name, page in told["pages"].items()}
        return cls(Took(**told["full"]), [Took(**each) for each in told["few"]], Took(**told["hundredth"]), pages)

    def write(self, path: Path) -> None:
        """Keep it as JSON."""
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(asdict(self), indent=1), "utf-8")

    def of_few(self, name: str) -> float:
        """The median of a figure over the refreshes of few rows."""
        return statistics.median(getattr(took, name) for took in self.few)


def main() -> int:
    """Measure, tell and draw; 1 where something grows faster than it may."""
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("--customers", type=int, nargs="+", default=[1_000, 3_000, 9_000])
    asked.add_argument("--rows", type=int, default=300, help="rows of the delivery that each company gets")
    asked.add_argument("--rounds", type=int, default=3)
    asked.add_argument("--place", type=Path, help="folder for companies and servers; default: the system's")
    asked.add_argument("--kept", type=Path, help="folder of sizes that were measured before, and of those that are now")
    asked.add_argument("--processors", action="store_true")
    asked.add_argument("--draw", type=Path, default=PICTURE, help="where the curves are drawn")
    given = asked.parse_args()
    clock = "seconds of processors" if given.processors else "seconds on the clock"
    sized = ", ".join(f"{size:,}" for size in given.customers)
    conditions(f"companies of {sized} customers", f"{given.rounds} rounds", f"refreshes in {clock}")
    sizes = {customers: _size(customers, given) for customers in sorted(given.customers)}
    found = grown(sizes, "all_cpu" if given.processors else "seconds")
    about = f"one machine, refreshes in {clock}, a delivery of {given.rows:,} rows, every page once"
    curves.draw(found, given.draw, about=about)
    return told(found)


def _size(customers: int, given: argparse.Namespace) -> Size:
    """What is known of a size, or is measured now."""
    kept = given.kept and given.kept / f"{customers}.json"
    if kept and kept.exists():
        tell(f"{customers:,} customers: as measured before, {kept}")
        size = Size.read(kept)
    else:
        with opened(given.place) as bench:
            size = measured(bench, customers, rows=given.rows, rounds=given.rounds)
        if kept:
            size.write(kept)
    _tell_size(customers, size)
    return size


def measured(bench: Bench, customers: int, *, rows: int, rounds: int) -> Size:
    """All that is measured of one company. Raises NotTrue."""
    made = company(bench, customers=customers)
    full = settle(bench, DASHBOARDS, made)
    tell(f"{customers:,} customers: {rows_of(made):,} rows published in {full.seconds:.1f} s")
    figures, otherwise = truth.compared(bench, DASHBOARDS, made)
    if otherwise:
        raise NotTrue("; ".join(otherwise[:10]))
    tell(f"{customers:,} customers: {figures} published figures are what was made")
    pages, ahead = drawn(bench, rounds=rounds), Ahead(made)
    few = [more(bench, ahead, rows, name=f"few_{number}") for number in range(rounds)]
    return Size(full, few, more(bench, ahead, rows_of(made) // 100, name="hundredth"), pages)


def more(bench: Bench, ahead: Ahead, rows: int, *, name: str) -> Took:
    """What the company's next `rows` take."""
    ahead.write(bench.folder / name, rows=rows)
    return bench.refresh(DASHBOARDS, bench.folder / name)


def grown(sizes: Mapping[int, Size], clock: str) -> list[Curve]:
    """The curves, those first of which something is promised; `clock` is the figure of a refresh that is drawn."""
    return [
        Curve("Full refresh", "s", {size: getattr(one.full, clock) for size, one in sizes.items()}, MOST_FULL),
        Curve("Refresh of few rows", "s", {size: one.of_few(clock) for size, one in sizes.items()}, MOST_INCREMENTAL),
        Curve("SQL of all pages", "s", {size: _pages(one, "sql") for size, one in sizes.items()}, MOST_PAGE),
        Curve("All pages drawn", "s", {size: _pages(one, "whole") for size, one in sizes.items()}, MOST_PAGE),
        Curve("Refresh of 1 % more", "s", {size: getattr(one.hundredth, clock) for size, one in sizes.items()}),
        Curve("Gates of a full refresh", "s", {size: one.full.gates for size, one in sizes.items()}),
        Curve("Gates of a refresh of few rows", "s", {size: one.of_few("gates") for size, one in sizes.items()}),
        Curve("Memory of the refresh's process", "MB", {size: one.full.peak_mb for size, one in sizes.items()}),
    ]


def told(found: Sequence[Curve]) -> int:
    """Print every curve; 1 where an exponent is above what it may be."""
    for curve in found:
        figures = ", ".join(f"{size:,}: {figure:.4g}" for size, figure in curve.figures.items())
        tell(f"{curve.title}  [{figures}]")
    return judged(
        *(Limit(f"exponent of {each.name}", each.exponent, each.most) for each in found if each.most is not None)
    )


def _tell_size(customers: int, size: Size) -> None:
    pages = ", ".join(f"{name} {1000 * each.sql:.0f}/{1000 * each.whole:.0f}" for name, each in size.pages.items())
    tell(
        f"{customers:,} customers: full {_both(size.full)}, 1 % more {_both(size.hundredth)} which is"
        f" {100 * size.hundredth.all_cpu / size.full.all_cpu:.1f} % of it, few rows {size.of_few('seconds'):.1f} s (processors"
        f" {size.of_few('all_cpu'):.1f} s), pages SQL/all ms: {pages}"
    )


def _both(took: Took) -> str:
    return f"{took.seconds:.1f} s (processors {took.all_cpu:.1f} s)"


def _pages(size: Size, name: str) -> float:
    return sum(getattr(page, name) for page in size.pages.values())


if __name__ == "__main__":
    sys.exit(main())
