"""Which questions move `overall`: standardised regression coefficients from sums of products."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from warehouse.metrics import Metric
from warehouse.queries.signals import STANDARD_ERRORS
from warehouse.queries.solved.groups import groups
from warehouse.surveys import drivers

OVERALL = "overall"
NOTHING = 1e-9
"""Below this share of its size a spread is none, and an eigenvalue of the correlations says that questions repeat each other."""

Numbers = npt.NDArray[np.float64]


def solve(rows: pd.DataFrame, about: Metric, by: Sequence[str]) -> pd.DataFrame:
    """Rows of coefficients from the sums of `csat_drivers.sql`: for each question value, low and high; r2 and n of the whole.

    Ordinary least squares of `overall` on the questions, every variable in standard deviations: β = R⁻¹r, with the
    95 % t interval from SE² = (1 − R²) / (n − p − 1) · diag(R⁻¹) (Cohen, Cohen, West and Aiken 2003, 3.6). Complete cases alone:
    questions answered least often are left out until `smallest_base` respondents have answered all that remain. What
    cannot be told (too few, always the same answer, questions that repeat each other) is not a number.
    """
    made = [{**key, **row} for key, group in groups(rows, by) for row in _rows(group, about.smallest_base)]
    return pd.DataFrame(made, columns=[*by, "part", "value", "low", "high", "n", "r2"])


def t_quantile(freedom: float) -> float:
    """The 97.5 % point of Student's t by its Cornish-Fisher expansion (Abramowitz and Stegun 26.7.5); from ten degrees on right to 1e-4."""
    z = STANDARD_ERRORS
    terms = (
        (z**3 + z) / 4,
        (5 * z**5 + 16 * z**3 + 3 * z) / 96,
        (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384,
        (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / 92160,
    )
    return float(z + sum(term / freedom ** (power + 1) for power, term in enumerate(terms)))


def _rows(group: pd.DataFrame, smallest_base: int) -> list[dict[str, object]]:
    asked = group.assign(answered=group["answered_set"].str.split(",").map(frozenset))
    cases = asked.drop_duplicates("answered_set").set_index("answered")
    at_all = {question: _complete(cases, {question}) for question in drivers()}
    offered = [question for question in drivers() if at_all[question] > 0]
    chosen = list(offered)
    while chosen and _complete(cases, set(chosen)) < smallest_base:
        chosen.remove(min(reversed(chosen), key=lambda question: at_all[question]))
    n = _complete(cases, set(chosen)) if chosen else 0
    estimates, r2 = _estimates(asked, chosen, n) if chosen else ({}, np.nan)
    nothing = (np.nan, np.nan, np.nan)
    return [
        {
            "part": question,
            **dict(zip(("value", "low", "high"), estimates.get(question, nothing), strict=True)),
            "n": n if question in chosen else _complete(cases, {question, *chosen}),
            "r2": r2 if question in estimates else np.nan,
        }
        for question in offered
    ]


def _complete(cases: pd.DataFrame, questions: set[str]) -> float:
    """Respondents who answered all of `questions`."""
    answered = zip(cases.index, cases["respondents"], strict=True)
    return float(sum(n for those, n in answered if questions <= those))


def _estimates(
    asked: pd.DataFrame, chosen: Sequence[str], n: float
) -> tuple[dict[str, tuple[float, float, float]], float]:
    """Coefficient, low and high of each question that varies, and the share of the spread explained; none where there is no solution."""
    spread = _spread(asked, [OVERALL, *chosen], n)
    size = np.diag(spread)
    varying = [place for place, own in enumerate(size.tolist()) if place and own > NOTHING * n]
    freedom = n - len(varying) - 1
    if size[0] <= NOTHING * n or not varying or freedom <= 0:
        return {}, np.nan
    scale = np.sqrt(size)
    correlation = spread[np.ix_(varying, varying)] / np.outer(scale[varying], scale[varying])
    if np.linalg.eigvalsh(correlation)[0] < NOTHING:
        return {}, np.nan
    towards = spread[varying, 0] / (scale[varying] * scale[0])
    inverse = np.linalg.inv(correlation)
    beta = inverse @ towards
    r2 = float(towards @ beta)
    reach = t_quantile(freedom) * np.sqrt(max(0.0, 1 - r2) / freedom * np.diag(inverse))
    questions = [chosen[place - 1] for place in varying]
    lines = np.column_stack([beta, beta - reach, beta + reach]).tolist()
    return {question: (value, low, high) for question, (value, low, high) in zip(questions, lines, strict=True)}, r2


def _spread(asked: pd.DataFrame, names: Sequence[str], n: float) -> Numbers:
    """Sums of squares and products about the means, over respondents who answered every one of `names`."""
    complete = asked[asked["answered"].map(frozenset(names[1:]).issubset)]
    inside = complete[complete["question_code"].isin(names) & complete["other_code"].isin(names)]
    products = inside.groupby(["question_code", "other_code"])["products"].sum().astype(float)
    own = inside[inside["question_code"] == inside["other_code"]]
    totals = own.groupby("question_code")["total"].sum().astype(float).reindex(list(names)).to_numpy()
    matrix = np.empty((len(names), len(names)))
    for row, question in enumerate(names):
        for column, other in enumerate(names[row:], row):
            matrix[row, column] = matrix[column, row] = products[question, other]
    return np.asarray(matrix - np.outer(totals, totals) / n, dtype=np.float64)
