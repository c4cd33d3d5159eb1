"""Small deliveries by our own contract: two branches, a few hundred complaints, written as a company would send them."""

import csv
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from pathlib import Path

from warehouse.receive import Delivery

BRANCHES = [
    {"branch_id": "B1", "branch_name": "Harbour", "region_id": "N", "region_name": "North"},
    {"branch_id": "B2", "branch_name": "Meadow", "region_id": "S", "region_name": "South"},
]
START = datetime(2026, 1, 5, 9, 0)


def complaints(
    count: int = 300, *, first: int = 0, hours: float = 5.0, branches: tuple[str, ...] = ("B1", "B2")
) -> list[dict[str, str]]:
    """`count` complaints, a quarter of an hour apart, each resolved after `hours`; every tenth still open."""
    rows = []
    for number in range(first, first + count):
        opened = START + timedelta(minutes=15 * number)
        rows.append(
            {
                "complaint_id": f"C{number:05d}",
                "branch_id": branches[number % len(branches)],
                "opened_at": opened.isoformat(sep=" "),
                "category_code": ("quality", "delay")[number % 3 == 0],
                "severity_code": "normal",
                "resolved_at": "" if number % 10 == 0 else (opened + timedelta(hours=hours)).isoformat(sep=" "),
            }
        )
    return rows


def write(folder: Path, **feeds: Iterable[Mapping[str, str]]) -> Path:
    """Write each feed as `<feed>.csv` into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    for feed, rows in feeds.items():
        listed = list(rows)
        with (folder / f"{feed}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, listed[0])
            writer.writeheader()
            writer.writerows(listed)
    return folder


def delivered(folder: Path, **feeds: Iterable[Mapping[str, str]]) -> list[Delivery]:
    """The feeds, written to `folder`, as what a refresh takes."""
    return [Delivery.by_contract(write(folder, **feeds))]
