"""Reading deliveries back as text."""

from collections.abc import Callable
from pathlib import Path

import pandas as pd

from warehouse.feeds.contract import feeds

Reader = Callable[[Path, str], pd.DataFrame]


def read_feed(folder: Path, feed: str) -> pd.DataFrame:
    """All rows of a feed in a delivery as text, in the order of its files; None where a cell is empty."""
    parts = [_read_file(path) for path in sorted(folder.glob(f"{feed}_[0-9]*"))]
    columns = [column.name for column in feeds()[feed].columns]
    rows = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=columns, dtype="str")
    return rows.astype(object).where(rows.notna(), None)


def _read_file(path: Path) -> pd.DataFrame:
    if path.suffix == ".xlsx":
        return pd.read_excel(path, dtype="str")
    return pd.read_csv(path, dtype="str", encoding="gb18030" if path.name.startswith("staff") else "utf-8")
