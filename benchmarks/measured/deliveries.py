"""What the made-up company delivers next: as much as is asked, by time. A morning, a day, a fortnight, as its rows come."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import pyarrow as pa

from warehouse.feeds.demo import Company
from warehouse.feeds.demo.company import rows_between
from warehouse.feeds.demo.files import Delivery

HOUR = 3_600
OPENING = 9 * HOUR
"""What comes next begins on the next morning: at night nothing happens anywhere."""
HISTORY = 3 * 365 * 24 * HOUR
CLOSE, TRIES = 0.05, 4


def rows_of(company: Company) -> int:
    """Rows of the company's history, in all feeds."""
    return sum(company.truth["rows"].values())


def write_next(company: Company, folder: Path, *, rows: int) -> int:
    """Write a delivery of about so many new and changed rows; how many it has. Each try makes the company anew."""
    seconds = HISTORY * rows // rows_of(company)
    tried: dict[int, int] = {}
    while len(tried) < TRIES and seconds not in tried:
        tried[seconds] = sum(part.num_rows for _, part in _next(company, seconds))
        if abs(tried[seconds] - rows) <= CLOSE * rows:
            break
        seconds = _between(tried, rows)
    nearest = min(tried, key=lambda each: abs(tried[each] - rows))
    with Delivery(folder) as delivery:
        for feed, part in _next(company, nearest):
            delivery.add(feed, part)
    return sum(delivery.rows.values())


def _next(company: Company, seconds: int) -> Iterator[tuple[str, pa.Table]]:
    began = company.frame.end + OPENING
    return rows_between(company, began, began + seconds)


def _between(tried: Mapping[int, int], rows: int) -> int:
    """A stretch of time that may have so many rows, by what was tried: on the line between too few and too many."""
    few, fewer = max(((each, count) for each, count in tried.items() if count < rows), default=(0, 0))
    many, more = min(((each, count) for each, count in tried.items() if count > rows), default=(2 * few, 2 * fewer))
    return few + (many - few) * (rows - fewer) // max(1, more - fewer)
