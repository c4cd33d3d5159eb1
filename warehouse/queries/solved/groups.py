"""Rows apart by the dimensions asked for."""

from collections.abc import Iterator, Sequence
from typing import Any

import pandas as pd


def groups(rows: pd.DataFrame, by: Sequence[str]) -> Iterator[tuple[dict[str, object], pd.DataFrame]]:
    """Each combination of `by` that has rows, in the order of the rows, with its rows; all of them where `by` is empty."""
    if rows.empty:
        return
    if not by:
        yield {}, rows
        return
    for keys, group in rows.groupby(list(by), dropna=False, sort=False):
        named: dict[str, Any] = dict(zip(by, keys, strict=True))
        yield {name: None if pd.isna(key) else key for name, key in named.items()}, group
