"""The made-up company as deliveries: one with all its history, then a day or a week at a time as it goes on."""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from warehouse.feeds.contract import feeds
from warehouse.feeds.demo.chunk import make_chunk
from warehouse.feeds.demo.columns import DAY, FOREVER, Ints, Table
from warehouse.feeds.demo.effects import ALL, NONE, Effects
from warehouse.feeds.demo.files import Delivery
from warehouse.feeds.demo.frame import AHEAD, CHUNK, Frame, frame
from warehouse.feeds.demo.office import office_tables
from warehouse.feeds.demo.truth import Tally

Progress = Callable[[int, int], None]
TRUTH = "truth.json"
CHUNKS_A_PART = 20
BEFORE_EVERYTHING = -1


@dataclass(frozen=True)
class Company:
    """A company that was written to `out`. `truth` holds its effects, what was made, and rows by feed."""

    out: Path
    customers: int
    seed: int
    until: date
    effects: Effects
    truth: dict[str, Any]

    @cached_property
    def frame(self) -> Frame:
        """What all its chunks share."""
        return frame(customers=self.customers, seed=self.seed, until=self.until, effects=self.effects)


def write_company(
    out: Path,
    *,
    customers: int = 20_000,
    seed: int = 1,
    until: date = date(2026, 3, 31),
    effects: Effects = ALL,
    days: int = 0,
    progress: Progress | None = None,
) -> Company:
    """Write `out/delivery_000` with three years up to `until`, a delivery for each of `days` after it, and truth.json.

    `progress` is told customers done and customers in all. Memory does not grow with `customers`. Raises ValueError
    for impossible numbers, FileExistsError where a delivery folder is not empty.
    """
    shared = frame(customers=customers, seed=seed, until=until, effects=effects)
    if not 0 <= days <= AHEAD:
        raise ValueError(f"the company goes on for {AHEAD} days after its last, not for {days}")
    deliveries = [Delivery(out / f"delivery_{number:03d}") for number in range(days + 1)]
    tally = Tally(shared)
    with ExitStack() as files:
        for delivery in deliveries:
            files.enter_context(delivery)
        _write_all(shared, deliveries, tally, progress)
    truth = _as_json(
        {
            "customers": customers,
            "seed": seed,
            "until": until.isoformat(),
            "effects_on": effects != effects.without(),
            "effects": effects.dated(until),
            "base": effects.base,
            "made": tally.made(),
            "rows": {feed: deliveries[0].rows.get(feed, 0) for feed in feeds()},
        }
    )
    (out / TRUTH).write_text(json.dumps(truth, ensure_ascii=False, indent=1), "utf-8")
    return Company(out=out, customers=customers, seed=seed, until=until, effects=effects, truth=truth)


def _as_json(truth: dict[str, Any]) -> dict[str, Any]:
    """The same as it will be read back."""
    read_back: dict[str, Any] = json.loads(json.dumps(truth))
    return read_back


def _write_all(shared: Frame, deliveries: Sequence[Delivery], tally: Tally, progress: Progress | None) -> None:
    """Write the history to the first delivery, and one later day to each of the others."""
    cuts = [BEFORE_EVERYTHING, *(shared.end + day * DAY for day in range(len(deliveries)))]

    def add(tables: Iterable[Table], *, ends_part: bool) -> None:
        for table in tables:
            for delivery, (after, cut) in zip(deliveries, pairwise(cuts), strict=True):
                delivery.add(table.feed, table.delivered(after, cut))
        if ends_part:
            for delivery in deliveries:
                delivery.next_part()

    with ThreadPoolExecutor(max_workers=1) as pool:  # one chunk is written while the next is made
        writing = pool.submit(add, office_tables(shared), ends_part=False)
        for number in range(shared.chunks):
            chunk = make_chunk(shared, number)
            tally.add(chunk)
            writing.result()
            writing = pool.submit(add, chunk.tables, ends_part=(number + 1) % CHUNKS_A_PART == 0)
            if progress:
                progress(min((number + 1) * CHUNK, shared.customers), shared.customers)
        writing.result()


def read_company(out: Path) -> Company:
    """The company written to `out`, with the declared effects or with none. FileNotFoundError where there is none."""
    truth = json.loads((out / TRUTH).read_text("utf-8"))
    return Company(
        out=out,
        customers=truth["customers"],
        seed=truth["seed"],
        until=date.fromisoformat(truth["until"]),
        effects=ALL if truth["effects_on"] else NONE,
        truth=truth,
    )


def write_week(company: Company, out: Path, week: int = 1) -> Path:
    """Write the week after the company's last day (or a later one) as one delivery; returns its folder.

    Raises ValueError for a week beyond those the company goes on for, FileExistsError where the folder is not empty.
    """
    parts = week_of(company, week)
    with Delivery(out / f"delivery_week_{week:02d}") as delivery:
        for feed, rows in parts:
            delivery.add(feed, rows)
    return delivery.folder


def week_of(company: Company, week: int) -> Iterator[tuple[str, pa.Table]]:
    """Rows by feed that come or change in a week, counted from 1; a feed comes once for each chunk."""
    if not 1 <= week <= AHEAD // 7:
        raise ValueError(f"the company goes on for {AHEAD // 7} weeks, so there is no week {week}")
    after = company.frame.end + (week - 1) * 7 * DAY
    return rows_between(company, after, after + 7 * DAY)


def rows_between(company: Company, after: int, cut: int) -> Iterator[tuple[str, pa.Table]]:
    """Rows by feed that came or changed between two instants, as they stood at the second."""
    for table in _tables(company.frame):
        rows = table.delivered(after, cut)
        if rows.num_rows:
            yield table.feed, rows


def touches(company: Company, after: int) -> Ints:
    """The instants after `after` at which rows come or first change again, in order: one for each row."""
    found = (table.next_touch(after) for table in _tables(company.frame))
    return np.sort(np.concatenate([instants[instants < FOREVER] for instants in found]))


def _tables(shared: Frame) -> Iterator[Table]:
    yield from office_tables(shared)
    for number in range(shared.chunks):
        yield from make_chunk(shared, number).tables
