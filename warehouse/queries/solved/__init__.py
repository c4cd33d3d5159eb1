"""Figures that SQL adds up and Python solves: the sums of a family's rows in, figures out."""

from collections.abc import Callable, Mapping, Sequence

import pandas as pd

from warehouse.metrics import Metric
from warehouse.queries.solved import csat_drivers, csat_weighted, durations
from warehouse.queries.solved.complaint_branch import against_the_company
from warehouse.queries.solved.product_age import product_age

Solver = Callable[[pd.DataFrame, Metric, Sequence[str]], pd.DataFrame]
"""Rows as the family's SQL returns them, the metric, and the dimensions asked for → rows of the metric's kind."""

SOLVERS: Mapping[str, Solver] = {
    "complaint_branch": against_the_company,
    "complaint_closed": durations.closed,
    "complaint_duration": durations.waits,
    "csat_drivers": csat_drivers.solve,
    "csat_weighted": csat_weighted.solve,
    "product_age": product_age,
}
"""By family. What is not here comes from SQL as it is."""
