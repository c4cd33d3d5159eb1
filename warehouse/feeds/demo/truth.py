"""What was really made, counted while it is made: the figures the dashboards must come back to."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from warehouse.feeds.demo.calendar import day_number
from warehouse.feeds.demo.chunk import Chunk
from warehouse.feeds.demo.columns import DAY, FOREVER, Bools, Floats, Ints
from warehouse.feeds.demo.frame import Frame, places

MATURE = 180 * DAY
RATIO = 1.02  # durations are counted in log buckets, so medians are right to 1 %
BUCKETS = 800


class Tally:
    """Sums over all chunks, as the systems stood at the end of the last day."""

    def __init__(self, frame: Frame) -> None:
        """`frame` is the company that the chunks belong to."""
        self._frame = frame
        self._sums: dict[str, Floats] = {}

    def add(self, chunk: Chunk) -> None:
        """Count one chunk."""
        self._leads(chunk)
        self._events(chunk)
        self._orders(chunk)
        self._complaints(chunk)
        self._surveys(chunk)

    def made(self) -> dict[str, Any]:
        """Counts and rates by source, kind of event, month, severity, region and method, ready for JSON."""
        frame = self._frame
        sources, kinds, severities, methods = frame.sources, frame.event_kinds, frame.severities, frame.methods
        regions = tuple(places()["regions"])
        return {
            "leads": self._rows(sources.names, "lead", ("count", "reconfirmed", "genuine", "mature", "ordered_180")),
            "decaying_source": self._rows(("before", "since"), "decay", ("mature", "ordered_180")),
            "events": self._rows(kinds.names, "event", ("attended", "ordered")),
            "orders": self._rows(self._months(), "order", ("count", "amount")),
            "complaints": self._rows(severities.names, "complaint", ("opened", "resolved", "open"))
            | {"median_hours_closed": self._medians(severities.names, "hours")},
            "slipping_branch": {"median_hours_closed": self._medians(("before", "since"), "slip")},
            "surveys_by_region": self._rows(
                regions,
                "region",
                [of + what for of in ("asked", "answered") for what in ("", "_top2", "_points", "_complained")],
            ),
            "surveys_by_method": self._rows(methods.names, "method", ("sent", "answered")),
        }

    def _count(self, name: str, where: Ints, chosen: Bools, size: int, weights: Floats | None = None) -> None:
        counted = np.bincount(
            where[chosen], weights=None if weights is None else weights[chosen], minlength=size
        ).astype(np.float64)
        self._sums[name] = self._sums[name] + counted if name in self._sums else counted

    def _leads(self, chunk: Chunk) -> None:
        leads, end, size = chunk.leads, self._frame.end, len(self._frame.sources)
        here = leads.collected <= end
        known = leads.reconfirmed <= end
        mature = leads.collected <= end + 1 - MATURE
        quick = mature & (leads.ordered <= end) & (leads.ordered - leads.collected <= MATURE)
        for name, chosen in {
            "count": here,
            "reconfirmed": known,
            "genuine": known & leads.genuine,
            "mature": mature,
            "ordered_180": quick,
        }.items():
            self._count(f"lead.{name}", leads.source, chosen, size)
        decay = self._frame.effects.source_decay
        late = (leads.collected // DAY >= day_number(decay.since(self._frame.until))).astype(np.int64)
        decaying = leads.source == self._frame.sources.names.index(decay.source_code)
        self._count("decay.mature", late, decaying & mature, 2)
        self._count("decay.ordered_180", late, decaying & quick, 2)

    def _events(self, chunk: Chunk) -> None:
        leads, events = chunk.leads, self._frame.events
        held = events.day[leads.event] * DAY
        kind = events.kind[leads.event]
        there = leads.attended & (held + 18 * 3600 <= self._frame.end)
        bought = (
            there & (leads.ordered >= held) & (leads.ordered < held + 31 * DAY) & (leads.ordered <= self._frame.end)
        )
        self._count("event.attended", kind, there, len(self._frame.event_kinds))
        self._count("event.ordered", kind, bought, len(self._frame.event_kinds))

    def _orders(self, chunk: Chunk) -> None:
        orders = chunk.orders
        here = orders.at <= self._frame.end
        month = np.clip(_month(orders.at) - self._first_month(), 0, len(self._months()) - 1)
        self._count("order.count", month, here, len(self._months()))
        self._count("order.amount", month, here, len(self._months()), orders.amount / 100)

    def _complaints(self, chunk: Chunk) -> None:
        complaints, end, size = chunk.complaints, self._frame.end, len(self._frame.severities)
        here = complaints.opened <= end
        reopened = (complaints.reopened <= end) & (complaints.resolved_again > end)
        first = np.minimum(complaints.resolved, complaints.closed)
        running = here & ((first > end) | reopened)
        done = here & (complaints.resolved <= end) & ~reopened
        self._count("complaint.opened", complaints.severity, here, size)
        self._count("complaint.resolved", complaints.severity, done, size)
        self._count("complaint.open", complaints.severity, running, size)
        self._durations("hours", complaints.severity, complaints.hours, done, size)
        since = day_number(self._frame.effects.branch_slip.since(self._frame.until))
        late = (complaints.opened // DAY >= since).astype(np.int64)
        slipping = complaints.branch == self._frame.slipping_branch
        self._durations("slip", late, complaints.hours, done & slipping, 2)

    def _durations(self, name: str, where: Ints, hours: Floats, chosen: Bools, size: int) -> None:
        bucket = np.log(np.clip(hours * 3600, 1, 1e12)) / np.log(RATIO)
        flat = where * BUCKETS + np.minimum(bucket, BUCKETS - 1).astype(np.int64)
        self._count(f"{name}.buckets", flat, chosen, size * BUCKETS)

    def _surveys(self, chunk: Chunk) -> None:
        surveys, end = chunk.surveys, self._frame.end
        region, regions = self._frame.branches.region[surveys.branch], len(places()["regions"])
        sent, answered = surveys.sent <= end, surveys.answered <= end
        # The truth is what active customers think: all whom no complaint brought the invitation, silent or not.
        asked = sent & (surveys.complaint < 0) & _active(chunk)
        points = 25 * (surveys.overall - 1).astype(np.float64)
        for name, chosen in {"asked": asked, "answered": asked & answered}.items():
            self._count(f"region.{name}", region, chosen, regions)
            self._count(f"region.{name}_top2", region, chosen & (surveys.overall >= 4), regions)
            self._count(f"region.{name}_points", region, chosen, regions, points)
            self._count(f"region.{name}_complained", region, chosen & surveys.complained, regions)
        self._count("method.sent", surveys.method, sent, len(self._frame.methods))
        self._count("method.answered", surveys.method, answered, len(self._frame.methods))

    def _rows(self, names: Sequence[str], family: str, columns: Sequence[str]) -> dict[str, Any]:
        return {
            name: {column: round(float(self._sums[f"{family}.{column}"][position]), 2) for column in columns}
            for position, name in enumerate(names)
        }

    def _medians(self, names: Sequence[str], family: str) -> dict[str, float | None]:
        counted = self._sums[f"{family}.buckets"].reshape(len(names), BUCKETS)
        return {name: _median(row) for name, row in zip(names, counted, strict=True)}

    def _first_month(self) -> int:
        return int(_month(np.array(self._frame.first * DAY)))

    def _months(self) -> tuple[str, ...]:
        first, last = self._first_month(), int(_month(np.array(self._frame.last * DAY)))
        return tuple(str(np.datetime64(month, "M")) for month in range(first, last + 1))


def _month(instant: Ints) -> Ints:
    """Months since 1970."""
    return (instant // DAY).astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)


def _active(chunk: Chunk) -> Bools:
    """Who of those invited had ordered in the twelve months before the month of the invitation."""
    surveys, orders = chunk.surveys, chunk.orders
    ordered = np.sort(orders.customer * FOREVER + _month(orders.at))
    month = _month(surveys.sent)
    latest = np.searchsorted(ordered, surveys.customer * FOREVER + month) - 1
    return (latest >= 0) & (ordered[np.maximum(latest, 0)] >= surveys.customer * FOREVER + month - 12)


def _median(buckets: Floats) -> float | None:
    """Median in hours of durations counted in log buckets; None without any."""
    total = buckets.sum()
    if not total:
        return None
    middle = int(np.searchsorted(np.cumsum(buckets), total / 2))
    return float(round(RATIO ** (middle + 0.5) / 3600, 2))
