"""The week after the company's last day, broken in one known way, and the same rows clean: to try the gates with.

Beside the files of a dirty delivery lies broken.json: kind, feed, file, column, how many rows, the keys of those rows.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from warehouse.feeds.contract import feeds
from warehouse.feeds.demo.columns import Bools
from warehouse.feeds.demo.company import BEFORE_EVERYTHING, Company, rows_between, week_of
from warehouse.feeds.demo.files import OLD_ENCODING, Delivery, as_csv

Week = Mapping[str, pa.Table]
BROKEN = "broken.json"
YEARS_AHEAD = 36  # a multiple of four, so that every day exists


@dataclass(frozen=True)
class Broken:
    """What a dirty delivery broke. `keys` are the values of the feed's key columns; `file` lies beside broken.json."""

    kind: str
    feed: str
    file: str
    column: str | None
    rows: int
    keys: tuple[tuple[str, ...], ...]
    why: str


@dataclass(frozen=True)
class _Dirt:
    feed: str
    column: str | None
    why: str
    write: Callable[[Delivery, "_Dirt", pa.Table], pa.Table]


def write_dirty(company: Company, out: Path, kind: str) -> Path:
    """Write the company's first later week with one kind of dirt, and broken.json beside it; returns the folder.

    Raises ValueError for an unknown kind, FileExistsError where the folder is not empty.
    """
    dirt = _dirt(kind)
    week = _whole_week(company, kind)
    with Delivery(out / f"delivery_week_01_{kind}") as delivery:
        for feed, rows in week.items():
            if feed != dirt.feed:
                delivery.add(feed, rows)
        broken = dirt.write(delivery, dirt, week[dirt.feed])
        path = delivery.path(dirt.feed)
    described = Broken(
        kind=kind,
        feed=dirt.feed,
        file=_only_file(path).name,
        column=dirt.column,
        rows=broken.num_rows,
        keys=keys_of(dirt.feed, broken),
        why=dirt.why,
    )
    if kind == "half_a_file":
        path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    (delivery.folder / BROKEN).write_text(json.dumps(asdict(described), ensure_ascii=False, indent=1), "utf-8")
    return delivery.folder


def write_correction(company: Company, out: Path, kind: str) -> Path:
    """Write the same rows as `write_dirty` would break, clean; returns the folder. Errors as there."""
    _dirt(kind)
    with Delivery(out / f"delivery_week_01_{kind}_corrected") as delivery:
        for feed, rows in _whole_week(company, kind).items():
            delivery.add(feed, rows)
    return delivery.folder


def keys_of(feed: str, rows: pa.Table) -> tuple[tuple[str, ...], ...]:
    """The key of every row, as text."""
    columns = [rows[name].cast(pa.string()).to_pylist() for name in feeds()[feed].key]
    return tuple(zip(*columns, strict=True))


def _dirt(kind: str) -> _Dirt:
    if kind not in DIRT:
        raise ValueError(f"no kind of dirt is called {kind}; there are {', '.join(DIRT)}")
    return DIRT[kind]


def _whole_week(company: Company, kind: str) -> dict[str, pa.Table]:
    """Rows of the first later week by feed; for `restated_year` the orders of the last whole year come once more."""
    week = _gathered(week_of(company, 1))
    if kind == "restated_year":
        history = _gathered(rows_between(company, BEFORE_EVERYTHING, company.frame.end))["orders"]
        year = company.until.year - 1
        told_again = pc.equal(pc.utf8_slice_codeunits(history["ordered_at"], 0, 4), str(year))
        week["orders"] = pa.concat_tables([history.filter(told_again), week["orders"]])
    return week


def _gathered(parts: Iterator[tuple[str, pa.Table]]) -> dict[str, pa.Table]:
    by_feed: dict[str, list[pa.Table]] = {}
    for feed, rows in parts:
        by_feed.setdefault(feed, []).append(rows)
    return {feed: pa.concat_tables(tables) for feed, tables in by_feed.items()}


def _only_file(path: Path) -> Path:
    """The path, or the plain CSV written in its place."""
    return path if path.exists() else path.with_suffix("")


def _some(rows: pa.Table, share: float) -> Bools:
    """The same rows each time: about `share` of them, spread evenly."""
    steps = np.floor(np.arange(rows.num_rows + 1) * share)
    chosen: Bools = steps[1:] != steps[:-1]
    return chosen


def _with(rows: pa.Table, column: str, chosen: Bools, changed: pa.Array) -> pa.Table:
    values = pc.if_else(pa.array(chosen), changed, rows[column])
    return rows.set_column(rows.column_names.index(column), column, values)


def _missing_day(delivery: Delivery, dirt: _Dirt, rows: pa.Table) -> pa.Table:
    """The fullest day but the last: without its last day a delivery is one that came early."""
    day = pc.utf8_slice_codeunits(rows[dirt.column], 0, 10)
    fullest = [counted for counted in pc.value_counts(day).to_pylist() if counted["values"] != pc.max(day).as_py()]
    lost = max(fullest, key=lambda counted: (counted["counts"], counted["values"]))["values"]
    delivery.add(dirt.feed, rows.filter(pc.not_equal(day, lost)))
    return rows.filter(pc.equal(day, lost))


def _doubled_file(delivery: Delivery, dirt: _Dirt, rows: pa.Table) -> pa.Table:
    delivery.add(dirt.feed, rows)
    delivery.next_part()
    delivery.add(dirt.feed, rows.take(pa.array(np.arange(rows.num_rows)[::-1])))
    return rows


def _shifted_columns(delivery: Delivery, dirt: _Dirt, rows: pa.Table) -> pa.Table:
    chosen = np.arange(rows.num_rows) >= rows.num_rows // 2
    texts = rows.cast(pa.schema([(name, pa.string()) for name in rows.column_names]))
    names = rows.column_names[rows.column_names.index(dirt.column) :]
    shifted = texts
    for name, following in zip(names, [*names[1:], None], strict=True):
        moved = texts[following] if following else pa.nulls(rows.num_rows, pa.string())
        shifted = _with(shifted, name, chosen, moved)
    delivery.add(dirt.feed, shifted)
    return rows.filter(pa.array(chosen))


def _changed_closed_list(delivery: Delivery, dirt: _Dirt, rows: pa.Table) -> pa.Table:
    chosen = np.asarray(pc.equal(rows[dirt.column], "normal"))
    delivery.add(dirt.feed, _with(rows, str(dirt.column), chosen, pa.scalar("medium")))
    return rows.filter(pa.array(chosen))


def _sudden_nulls(delivery: Delivery, dirt: _Dirt, rows: pa.Table) -> pa.Table:
    chosen = _some(rows, 0.7)
    delivery.add(dirt.feed, _with(rows, str(dirt.column), chosen, pa.scalar(None, pa.string())))
    return rows.filter(pa.array(chosen))


def _unit_times_100(delivery: Delivery, dirt: _Dirt, rows: pa.Table) -> pa.Table:
    delivery.add(dirt.feed, _with(rows, str(dirt.column), np.ones(rows.num_rows, np.bool_), _times(rows, dirt, 100)))
    return rows


def _restated_year(delivery: Delivery, dirt: _Dirt, rows: pa.Table) -> pa.Table:
    newest = pc.max(rows["ordered_at"]).as_py()[:4]
    chosen = np.asarray(pc.not_equal(pc.utf8_slice_codeunits(rows["ordered_at"], 0, 4), newest))
    delivery.add(dirt.feed, _with(rows, str(dirt.column), chosen, _times(rows, dirt, 0.8)))
    return rows.filter(pa.array(chosen))


def _times(rows: pa.Table, dirt: _Dirt, factor: float) -> pa.Array:
    return pc.round(pc.multiply(rows[dirt.column], float(factor)), 2)


def _wrong_encoding(delivery: Delivery, dirt: _Dirt, rows: pa.Table) -> pa.Table:
    half = rows.num_rows // 2
    broken = rows.slice(half)
    name = delivery.path(dirt.feed).with_suffix("")
    second = as_csv(dirt.feed, broken).decode().split("\n", 1)[1]
    name.write_bytes(as_csv(dirt.feed, rows.slice(0, half)) + second.encode(OLD_ENCODING))
    return broken


def _future_dates(delivery: Delivery, dirt: _Dirt, rows: pa.Table) -> pa.Table:
    chosen = _some(rows, 0.2)
    years = [f"{int(text[:4]) + YEARS_AHEAD}{text[4:]}" for text in rows[dirt.column].to_pylist()]
    delivery.add(dirt.feed, _with(rows, str(dirt.column), chosen, pa.array(years)))
    return rows.filter(pa.array(chosen))


def _orphan_keys(delivery: Delivery, dirt: _Dirt, rows: pa.Table) -> pa.Table:
    chosen = _some(rows, 0.15)
    orphans = pc.replace_substring(rows[dirt.column], "B", "B9")
    delivery.add(dirt.feed, _with(rows, str(dirt.column), chosen, orphans))
    return rows.filter(pa.array(chosen))


def _as_it_is(delivery: Delivery, dirt: _Dirt, rows: pa.Table) -> pa.Table:
    delivery.add(dirt.feed, rows)
    return rows


DIRT: dict[str, _Dirt] = {
    "missing_day": _Dirt("contacts", "started_at", "every contact of one day is missing", _missing_day),
    "doubled_file": _Dirt("contacts", None, "a file came twice, the second in another order", _doubled_file),
    "shifted_columns": _Dirt(
        "orders", "branch_id", "a cell is lost, all behind it moved to the left", _shifted_columns
    ),
    "changed_closed_list": _Dirt(
        "complaints", "severity_code", "`normal` is suddenly called `medium`", _changed_closed_list
    ),
    "sudden_nulls": _Dirt("complaints", "handler_staff_id", "a column always filled is mostly empty", _sudden_nulls),
    "unit_times_100": _Dirt("orders", "amount", "amounts in fen where yuan are meant", _unit_times_100),
    "wrong_encoding": _Dirt(
        "complaints", "text", "UTF-8 first, GB18030 from the middle of the file on", _wrong_encoding
    ),
    "future_dates": _Dirt("orders", "ordered_at", "the digits of the year are swapped: 2062 for 2026", _future_dates),
    "orphan_keys": _Dirt("orders", "branch_id", "branches that nobody knows", _orphan_keys),
    "restated_year": _Dirt("orders", "amount", "last year's orders come again, a fifth lower", _restated_year),
    "half_a_file": _Dirt("contacts", None, "the file ends in its middle", _as_it_is),
}
DIRTY_KINDS = tuple(DIRT)
