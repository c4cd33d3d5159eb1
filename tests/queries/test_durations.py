"""Durations that Python solves are those of the statistics functions, number by number."""

import math
from collections.abc import Iterable, Iterator

import numpy as np
import pandas as pd
import pytest
from sqlalchemy import URL, text

from tests.servers import copied
from warehouse.db import Database
from warehouse.metrics import metrics
from warehouse.queries.solved.durations import closed, curve, waits

ABOUT = metrics()["complaint.resolution"]
CURVE = "select bucket, incidence, low, high from published.incidence(:buckets, :events, :competing, :censored)"
QUANTILES = "median, median_low, median_high, p75, p90"
SUMMARY = f"select n, open, {QUANTILES} from published.duration_summary(:buckets, :events, :competing, :censored)"
CLOSED = "select published.closed_quantile(:buckets, :counts, 0.5), published.closed_quantile(:buckets, :counts, 0.9)"


@pytest.fixture(scope="module")
def database(server: URL, template: str) -> Iterator[Database]:
    """One for all: nobody here writes."""
    with copied(server, template) as made:
        yield made


def rows(database: Database, sql: str, **values: list[int]) -> list[list[float]]:
    with database.loader.connect() as connection:
        found = connection.execute(text(sql), values).all()
    return [[math.nan if value is None else float(value) for value in row] for row in found]


@pytest.mark.parametrize("seed", range(12))
def test_the_numbers_are_those_of_the_functions(database: Database, seed: int) -> None:
    rng = np.random.default_rng(seed)
    size = int(rng.integers(1, 400))
    shares = rng.dirichlet([1, 1, 1]) if seed % 3 else [0.0, 1.0, 0.0]
    bucket, ending = rng.integers(0, int(rng.integers(1, 700)), size), rng.choice(3, size, p=shares)
    items = rng.integers(1, 5, size)
    counts = {"buckets": bucket.tolist()}
    counts |= {name: (items * (ending == at)).tolist() for at, name in enumerate(("censored", "events", "competing"))}

    drawn = curve(bucket.astype(float), ending.astype(float), items.astype(float))
    np.testing.assert_array_equal(
        np.column_stack([drawn.place, drawn.share, drawn.low, drawn.high]), rows(database, CURVE, **counts)
    )

    each: dict[str, Iterable[object]] = {
        "bucket": bucket,
        "target_bucket": [None] * size,
        "ending": ending,
        "items": items,
    }
    sums = pd.DataFrame({name: [list(values)] for name, values in each.items()})
    solved = waits(sums, ABOUT, ()).iloc[0]
    np.testing.assert_array_equal(
        solved[["n", "open", *QUANTILES.split(", ")]].astype(float), rows(database, SUMMARY, **counts)[0]
    )
    assert solved[["within_target", "within_target_low", "within_target_high"]].isna().all()

    over = {"buckets": bucket.tolist(), "counts": (items * (ending > 0)).tolist()}
    np.testing.assert_array_equal(
        closed(sums, ABOUT, ()).iloc[0][["median", "p90"]].astype(float), rows(database, CLOSED, **over)[0]
    )
