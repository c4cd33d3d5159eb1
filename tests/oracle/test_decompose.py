"""Why a figure changed: rate and mix of the groups, worked out again from the oracles' figures (Kitagawa 1955)."""

from collections.abc import Callable
from datetime import date
from itertools import pairwise

import pandas as pd
import pytest

from tests.oracle import answers, care, complaints, five, leads, orders, satisfaction, strata
from tests.oracle.company import KINDS, Company
from tests.oracle.registry import ORACLES
from warehouse.metrics import metrics
from warehouse.queries.decompose import NotDecomposable, decompose
from warehouse.queries.figures import figure
from warehouse.scope import Period, Scope

AREAS = (answers, care, complaints, five, leads, orders, satisfaction, strata)
"""The modules of the oracles asked here: importing them registers them."""
BASE = {"rate": "denominator", "ratio": "denominator", "money_rate": "denominator", "score": "n"}
YEARS = [Scope(period=Period(start=date(year, 4, 1), end=date(year + 1, 4, 1))) for year in (2023, 2024, 2025)]
ASKED = [
    ("csat.top2", "method"),
    ("csat.top2", "branch"),
    ("csat.mean", "region"),
    ("csat.by_handling", "band"),
    ("nps", "branch"),
    ("survey.response_rate", "method"),
    ("complaint.sla_rate", "severity"),
    ("complaint.per_100_orders", "region"),
    ("complaint.per_100_customers", "branch"),
    ("complaint.first_contact_rate", "category"),
    ("complaint.recovery", "region"),
    ("lead.genuine_rate", "source"),
    ("five.churn_rate", "branch"),
]


@pytest.fixture(params=[kind.name for kind in KINDS], scope="session")
def company(request: pytest.FixtureRequest, company_of: Callable[[str], Company]) -> Company:
    return company_of(request.param)


@pytest.mark.parametrize(("metric", "by"), ASKED)
def test_the_effects_are_those_of_the_groups(company: Company, metric: str, by: str) -> None:
    for before, after in pairwise(YEARS):
        if not all(is_told(company, metric, scope) for scope in (before, after)):
            with pytest.raises(NotDecomposable):
                decompose(company.reader, metric, before, after, by=by)
            continue
        shown = decompose(company.reader, metric, before, after, by=by)
        true = effects(company, metric, (before, after), by)
        both = shown.set_index(by)[true.columns].astype(float).sort_index()
        pd.testing.assert_frame_equal(both, true.sort_index(), check_names=False, rtol=1e-6, atol=1e-9)
        assert shown[["rate_effect", "mix_effect"]].to_numpy().sum() == pytest.approx(shown.attrs["change"])


def test_what_is_no_mean_of_its_groups_is_not_told_apart(company: Company) -> None:
    for metric, by in (("csat.weighted", "region"), ("complaint.count", "branch"), ("csat.distribution", "method")):
        with pytest.raises(NotDecomposable):
            decompose(company.reader, metric, *YEARS[:2], by=by)


def is_told(company: Company, metric: str, scope: Scope) -> bool:
    """Whether the whole has a figure, and one that may be shown."""
    return bool(figure(company.reader, metric, scope)["value"].notna().any())


def effects(company: Company, metric: str, scopes: tuple[Scope, Scope], by: str) -> pd.DataFrame:
    """By group: what its figure did, and what its share of the base did. Groups hidden in either period are `other`."""
    base = BASE[metrics()[metric].kind]
    tables = [ORACLES[metric](company, scope, (by,)) for scope in scopes]
    hidden = set()
    for scope in scopes:
        told = figure(company.reader, metric, scope, by=(by,))
        hidden |= set(told.loc[told["suppressed"].notna(), by])
    sides = []
    for table in tables:
        group = table[by].where(~table[by].isin(hidden), "other")
        weighed = (
            pd.DataFrame({"base": table[base], "sum": (table["value"] * table[base]).fillna(0)}).groupby(group).sum()
        )
        sides.append(weighed[weighed["base"] > 0])
    first, last = (side["sum"] / side["base"] for side in sides)
    share, then = (side["base"] / side["base"].sum() for side in sides)
    middle = float(((first * share).sum() + (last * then).sum()) / 2)
    groups = first.index.union(last.index)
    share, then = share.reindex(groups, fill_value=0.0), then.reindex(groups, fill_value=0.0)
    first, last = first.reindex(groups), last.reindex(groups)
    one, other = first.fillna(last), last.fillna(first)
    found = {
        "rate_effect": (share + then) / 2 * (other - one),
        "mix_effect": (then - share) * ((one + other) / 2 - middle),
    }
    return pd.DataFrame({**found, "effect": found["rate_effect"] + found["mix_effect"]})
