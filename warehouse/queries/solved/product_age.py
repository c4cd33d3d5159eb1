"""How often customers of each age of product order, and how satisfied they are."""

from collections.abc import Sequence

import pandas as pd

from warehouse.metrics import Metric
from warehouse.queries import rules


def product_age(rows: pd.DataFrame, about: Metric, by: Sequence[str]) -> pd.DataFrame:
    """The rows with `orders_a_year` (orders a customer in 12 months) and `satisfaction` (mean of 0 to 100) for the sums.

    Each mean has a base of its own, customers or answers, and is NaN where that is too small to show.
    """
    made = rows.drop(columns=["orders", "points"])
    for name, total, base in [("orders_a_year", "orders", "value"), ("satisfaction", "points", "answers")]:
        bases = rows[base].astype(float)
        hidden = rules.hidden(rows, by=by, base=base, smallest=about.smallest_base, apart=["part"])
        made[name] = (rows[total].astype(float) / bases).where(~hidden & (bases > 0))
    return made
