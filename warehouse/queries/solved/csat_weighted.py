"""Post-stratified mean: answers of each stratum count as much as the customers whom it stands for."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import groupby

import pandas as pd

from warehouse.metrics import Metric
from warehouse.queries.signals import STANDARD_ERRORS
from warehouse.queries.solved.groups import groups
from warehouse.surveys import smallest_stratum

STRATUM = ["stratum_region", "stratum_tier", "stratum_outcome"]
SUMS = ["population", "n", "total", "squares"]


@dataclass(frozen=True)
class Stratum:
    """`n` answers, their sum and sum of squares, for a population of customers. `key`: region, tier and outcome, or fewer once merged."""

    key: tuple[str, ...]
    population: float
    n: float
    total: float
    squares: float

    @property
    def is_short(self) -> bool:
        """Whether it cannot stand by itself: too few answers, or nobody whom they would stand for."""
        return self.n < smallest_stratum() or self.population == 0

    @property
    def variance(self) -> float:
        """Of the stratum's mean; not a number below two answers."""
        if self.n < 2:
            return math.nan
        return max(0.0, self.squares - self.total**2 / self.n) / (self.n - 1) / self.n

    def with_(self, other: "Stratum", key: tuple[str, ...]) -> "Stratum":
        """Both as one."""
        return Stratum(
            key=key,
            population=self.population + other.population,
            n=self.n + other.n,
            total=self.total + other.total,
            squares=self.squares + other.squares,
        )


def solve(rows: pd.DataFrame, about: Metric, by: Sequence[str]) -> pd.DataFrame:
    """Rows of a score from the sums of `csat_weighted.sql`: value with its interval, and the plain mean of the same answers.

    Stratified mean Σ Wₕ·ȳₕ with Var = Σ Wₕ²·sₕ²/nₕ, Wₕ the stratum's share of the population (Holt and Smith 1979;
    Lohr, Sampling: Design and Analysis, 4.4). `strata` is how many were left after merging, `left_out` the answers of
    people who belong to none.
    """
    made = [{**key, **_row(group)} for key, group in groups(rows, by) if group["n"].sum() > 0]
    most = 1 if about.unit == "share" else 100
    measures = ["value", "low", "high", "n", "unweighted", "unweighted_low", "unweighted_high", "strata", "left_out"]
    frame = pd.DataFrame(made, columns=[*by, *measures])
    limits = ["low", "high", "unweighted_low", "unweighted_high"]
    frame[limits] = frame[limits].clip(0, most)
    return frame


def merged(strata: Iterable[Stratum]) -> list[Stratum]:
    """The strata with short ones merged: over complaint outcomes first, then over tiers, then over regions."""
    left = list(strata)
    for depth in (2, 1, 0):
        ordered = sorted(left, key=lambda stratum: stratum.key)
        parents = groupby(ordered, key=partial(_above, depth))
        left = [stratum for parent, inside in parents for stratum in _pooled(parent, list(inside))]
    return left


def _above(depth: int, stratum: Stratum) -> tuple[str, ...]:
    return stratum.key[:depth]


def _pooled(parent: tuple[str, ...], strata: list[Stratum]) -> list[Stratum]:
    """The short ones as one; the smallest of the others joins until it stands by itself, or is alone."""
    short = [stratum for stratum in strata if stratum.is_short]
    if not short:
        return strata
    pool = Stratum(key=parent, population=0, n=0, total=0, squares=0)
    for stratum in short:
        pool = pool.with_(stratum, parent)
    whole = sorted((stratum for stratum in strata if not stratum.is_short), key=lambda stratum: stratum.n)
    while pool.is_short and whole:
        pool = pool.with_(whole.pop(0), parent)
    return [*whole, pool]


def _row(group: pd.DataFrame) -> dict[str, float]:
    kept = group[(group["population"] > 0) | (group["n"] > 0)]
    strata = [
        Stratum(tuple(keys), *map(float, sums))
        for keys, sums in zip(
            kept[STRATUM].itertuples(index=False, name=None),
            kept[SUMS].itertuples(index=False, name=None),
            strict=True,
        )
    ]
    parts, everybody = merged(strata), _everybody(strata)
    value = math.nan
    width = math.nan
    if everybody.population > 0:
        weighted = [(part.population / everybody.population, part) for part in parts]
        value = sum(weight * part.total / part.n for weight, part in weighted)
        width = STANDARD_ERRORS * math.sqrt(sum(weight**2 * part.variance for weight, part in weighted))
    plain, plain_width = everybody.total / everybody.n, STANDARD_ERRORS * math.sqrt(everybody.variance)
    return {
        "value": value,
        "low": value - width,
        "high": value + width,
        "n": everybody.n,
        "unweighted": plain,
        "unweighted_low": plain - plain_width,
        "unweighted_high": plain + plain_width,
        "strata": len(parts),
        "left_out": float(group["left_out"].sum()),
    }


def _everybody(strata: Sequence[Stratum]) -> Stratum:
    return Stratum(
        key=(),
        population=sum(stratum.population for stratum in strata),
        n=sum(stratum.n for stratum in strata),
        total=sum(stratum.total for stratum in strata),
        squares=sum(stratum.squares for stratum in strata),
    )
