"""Figures that SQL adds up and Python solves: the sums of a family's rows in, figures out."""

from collections.abc import Callable, Mapping, Sequence

import pandas as pd

from warehouse.metrics import Metric

Solver = Callable[[pd.DataFrame, Metric, Sequence[str]], pd.DataFrame]
"""Rows as the family's SQL returns them, the metric, and the dimensions asked for → rows of the metric's kind."""

SOLVERS: Mapping[str, Solver] = {}
"""By family. What is not here comes from SQL as it is."""
