"""Whether a figure is the oracle's: counts, money to the cent, rates exactly, durations within 1 %, and what is hidden and why."""

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

import numpy as np
import pandas as pd

from tests.oracle.company import Company
from tests.oracle.measures import reached
from warehouse.metrics import TIMES, Metric
from warehouse.queries.figures import LENGTHS, SHAPES
from warehouse.queries.rules import TOO_SMALL

UNCHECKED = {
    "duration": ("median_low", "median_high", "within_target_low", "within_target_high"),
}
"""Columns that no oracle gives, by kind or by code of metric."""
ROUGH = {
    "matrix.pareto": {
        "revenue": 0.05,
        "share": 0.05,
        "share_so_far": 0.01,
    },
    "matrix.pareto_top20": {"value": 0.01, "numerator": 0.01},
    "matrix.gini": {"value": 0.005, "low": 0.01, "high": 0.01},
}
"""How far a figure that is added from log buckets may be from the true one, by metric and column."""
INNER = {"matrix.product_age": {"orders_a_year": "value", "satisfaction": "answers"}}
"""Columns that are hidden by a base of their own, by metric: the column, and its base."""
Place = Callable[["pd.Series[str]"], "pd.Series[str]"]
CENT = 0.005
LEVELS = {"median": 0.5, "p75": 0.75, "p90": 0.9}
WITHIN, PLACES_CHANGED = 1.0101, 0.002
NOTHING = "(none)"


def disagreements(about: Metric, shown: pd.DataFrame, truth: pd.DataFrame, by: Sequence[str]) -> list[str]:
    """What differs, one sentence each; nothing where they agree. Hidden cells are judged by `hiding`."""
    key = [*by, *(["part"] if SHAPES[about.kind].part else [])]
    shown_rows, true_rows = _by_key(shown, key), _by_key(truth, key)
    found = [f"no oracle for column {name}" for name in _untold(about, key, shown, truth)] if len(truth) else []
    for cell in sorted(shown_rows.keys() | true_rows.keys()):
        here, there = shown_rows.get(cell, {}), true_rows.get(cell, {})
        if not here or not there:
            found += _alone(cell, here or there, "shown only" if here else "not shown")
        else:
            found += _differences(about, cell, here, there)
    return found


def hiding(company: Company, about: Metric, shown: pd.DataFrame, by: Sequence[str]) -> list[str]:
    """What is hidden without need, or shown though it is too small or gives a hidden cell away (rule 3).

    A cell is given away by the total of those beside it, and of those that lie in the same region, source group, week or month.
    """
    shape = SHAPES[about.kind]
    if shape.base is None or shown.empty:
        return [f"hidden: {row}" for row in shown[shown["suppressed"].notna()].to_dict("records")]
    if about.kind == "parts":
        return _wholes(company, about, shown, by, str(shape.base))
    apart = [shape.part] if shape.part else []
    smallest = about.smallest_base
    lines = [[*(name for name in by if name != along), *apart] for along in by]
    outer = {f"in_{name}": (along, place) for along in by for name, place in lying(company, about, along, by).items()}
    lines += [[*(name for name in by if name != along), *apart, name] for name, (along, _) in outer.items()]
    table = shown.assign(**{name: place(shown[along]) for name, (along, place) in outer.items()})
    wrong = _wrongly(table, shown["suppressed"].eq(TOO_SMALL), shape.base, lines, smallest)
    for name, base in INNER.get(about.code, {}).items():
        if shown["suppressed"].isna().all():
            wrong += [f"{name} {what}" for what in _wrongly(table, shown[name].isna(), base, lines, smallest)]
        elif (shown[name].notna() & (shown[base] < smallest)).any():
            wrong.append(f"{name} shown of too few")
    return wrong


def _wholes(company: Company, about: Metric, shown: pd.DataFrame, by: Sequence[str], base: str) -> list[str]:
    """Parts of a whole give each other away, so all of them are hidden or none: judged as one cell with their smallest base."""
    number = shown.groupby(list(by), dropna=False, sort=False).ngroup() if by else pd.Series(0, index=shown.index)
    cells = shown.assign(number=number, **{base: shown[base].fillna(0)}).groupby("number")
    torn = cells["suppressed"].agg(lambda some: 0 < some.notna().sum() < len(some))
    smallest = cells[base].min()
    whole = cells.head(1).set_index("number").assign(**{base: smallest})
    again = replace(about, kind="rate")
    wrong = hiding(company, again, whole.rename(columns={base: "denominator"}).reset_index(drop=True), by)
    wrong += [f"a part alone is hidden: {row}" for row in whole[torn].to_dict("records")]
    if by or shown["suppressed"].notna().any():
        return wrong
    return wrong + [
        f"{name} shown of too few"
        for name, inner in INNER.get(about.code, {}).items()
        if (shown[name].notna() & (shown[inner] < about.smallest_base)).any()
    ]


def lying(company: Company, about: Metric, along: str, by: Sequence[str]) -> dict[str, Place]:
    """What the values of a dimension lie in, if the metric can be told by it and is not: by name, how to find it."""
    homes = company.home().set_index("branch")["region"]
    groups = company.rows("lead_sources").set_index("source_code")["source_group"]
    known: dict[str, dict[str, Place]] = {
        "branch": {"region": lambda some: some.map(homes)},
        "source": {"source_group": lambda some: some.map(groups)},
        "day": {"week": partial(_span, kind="W"), "month": partial(_span, kind="M")},
    }
    return {name: find for name, find in known.get(along, {}).items() if name in about.dims and name not in by}


def _span(days: "pd.Series[str]", kind: str) -> "pd.Series[str]":
    return pd.to_datetime(days).dt.to_period(kind).astype(str)


def _wrongly(
    shown: pd.DataFrame, hidden: "pd.Series[bool]", base: str, lines: Sequence[Sequence[str]], smallest: int
) -> list[str]:
    """`hiding` of one column with its base; `lines` name what is the same all along a line of cells."""
    table = shown.assign(base=shown[base].fillna(0), hidden=hidden, all=0)
    judged = [_line(table, line or ["all"], smallest) for line in lines]
    small, needless = ~table["hidden"] & (table["base"] < smallest), table["hidden"] & (table["base"] >= smallest)
    told = pd.Series(data=False, index=table.index)
    for exposed, needed in judged:
        told |= exposed
        needless &= ~needed
    if any(
        name.startswith("in_") for line in lines for name in line
    ):  # a whole hidden elsewhere may ask for a row here
        needless &= False
    wrong = {"too small to show": small, "told by subtraction": told, "hidden without need": needless}
    return [f"{what}: {row}" for what, rows in wrong.items() for row in table[rows].to_dict("records")]


def _line(table: pd.DataFrame, within: Sequence[str], smallest: int) -> tuple["pd.Series[bool]", "pd.Series[bool]"]:
    """Along one line of cells: which hidden ones can be told by subtraction, and which had to be hidden for smaller ones."""
    line = table.groupby(list(within), dropna=False, sort=False).ngroup().to_numpy()
    base, hidden = table["base"].to_numpy(), table["hidden"].to_numpy()
    secret, exposed, needed = hidden & (base > 0), np.zeros(len(table), dtype=bool), np.zeros(len(table), dtype=bool)
    beside = set(line[~hidden & (base > 0)])
    for number in set(line[secret]):
        places = np.flatnonzero(secret & (line == number))
        bases = base[places]
        exposed[places] = number in beside and (len(bases) < 2 or bases.sum() < smallest)
        for place, own in zip(places, bases, strict=True):
            fewer, others = bases[bases < own], len(bases) - 1
            is_hidden_for_smaller = (bases <= own).sum() > 1 and (len(fewer) < 2 or fewer.sum() < smallest)
            is_company = others > 0 and (others < 2 or bases.sum() - own < smallest)  # one hidden along another line
            needed[place] = is_hidden_for_smaller or is_company
    return pd.Series(exposed, index=table.index), pd.Series(needed, index=table.index)


def _differences(about: Metric, cell: object, here: dict[str, object], there: dict[str, object]) -> list[str]:
    shape = SHAPES[about.kind]
    is_hidden = here.get("suppressed") == TOO_SMALL
    found = []
    for name in (here.keys() & there.keys()) - {"suppressed", "part"}:
        secret = is_hidden and (name in shape.figures or name in about.also or name.startswith(("within_", "paused")))
        if name in INNER.get(about.code, {}) and _is_nothing(here[name]):
            continue
        if secret and not _is_nothing(here[name]):
            found.append(f"{cell}: {name} is shown in a hidden row")
        elif not secret and not (
            _same_quantile(name, here[name], there)
            if name in LEVELS and "curve" in there
            else _same(about, name, here[name], there[name])
        ):
            found.append(f"{cell}: {name} is shown as {here[name]}, true is {there[name]}")
    return found


def _same_quantile(name: str, shown: object, truth: dict[str, object]) -> bool:
    """Within 1 % of where the curve passes the level; those who share a bucket may change places, which moves the level a little."""
    curve = truth["curve"]
    if not isinstance(curve, pd.DataFrame):
        return _is_nothing(shown)
    early, late = reached(curve, LEVELS[name] - PLACES_CHANGED), reached(curve, LEVELS[name] + PLACES_CHANGED)
    if _is_nothing(shown):
        return math.isnan(late)
    return early / WITHIN <= float(shown) and (math.isnan(late) or float(shown) <= late * WITHIN)


def _same(about: Metric, name: str, shown: object, true: object) -> bool:
    if _is_nothing(shown) or _is_nothing(true):
        return _is_nothing(shown) and _is_nothing(true)
    one, other = float(shown), float(true)
    if name in ROUGH.get(about.code, {}):
        return math.isclose(one, other, rel_tol=ROUGH[about.code][name])
    if about.kind == "duration" and name in LENGTHS:
        return math.isclose(one, other, rel_tol=WITHIN - 1)
    if name == "within_target":
        return math.isclose(one, other, abs_tol=0.005)
    if about.kind in ("money", "money_rate") or "revenue" in name or "cost" in name:
        return math.isclose(one, other, rel_tol=1e-9, abs_tol=CENT if abs(other) > 1 else 1e-9)
    return math.isclose(one, other, rel_tol=1e-6, abs_tol=1e-9)


def _alone(cell: object, row: dict[str, object], side: str) -> list[str]:
    """A row on one side alone is a difference unless it says nothing but zero."""
    told = [name for name, value in row.items() if isinstance(value, int | float) and not _is_nothing(value) and value]
    counted = [name for name in ("value", "n", "denominator", "numerator", "pending") if name in told]
    only_part = "part" in row and not ({"value", "numerator"} & set(told))
    return [] if not counted or only_part else [f"{cell}: {side}: { {name: row[name] for name in counted} }"]


def _is_nothing(value: object) -> bool:
    return value is None or (isinstance(value, float) and math.isnan(value))


def _untold(about: Metric, key: list[str], shown: pd.DataFrame, truth: pd.DataFrame) -> list[str]:
    excused = {*key, "suppressed", *UNCHECKED.get(about.kind, ()), *UNCHECKED.get(about.code, ())}
    return [name for name in shown.columns if name not in truth.columns and name not in excused]


def _by_key(frame: pd.DataFrame, key: Sequence[str]) -> dict[tuple[str, ...], dict[str, object]]:
    rows: dict[tuple[str, ...], dict[str, object]] = {}
    for row in frame.to_dict("records"):
        cell = tuple(_word(name, row[name]) for name in key)
        assert cell not in rows, f"{cell} stands twice"
        rows[cell] = {name: value for name, value in row.items() if name not in key} | (
            {"part": row["part"]} if "part" in row else {}
        )
    return rows


def _word(name: str, value: object) -> str:
    if value is None or value is pd.NaT or (isinstance(value, float) and math.isnan(value)):
        return NOTHING
    return pd.Timestamp(value).date().isoformat() if name in TIMES else str(value)
