"""Every figure of the catalogue against an oracle that works from the accepted rows and knows nothing of our SQL."""

from collections.abc import Callable, Sequence

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from tests.oracle import (
    answers,
    calls,
    care,
    complaints,
    costs,
    events,
    five,
    ladder,
    leads,
    leads_more,
    matrix_engine,
    orders,
    retention,
    satisfaction,
    sides,
    strata,
)
from tests.oracle.agree import disagreements, hiding
from tests.oracle.company import EXAMPLES, KINDS, Company
from tests.oracle.registry import ORACLES
from tests.oracle.scopes import VALUES, asked, plain
from warehouse.metrics import Metric, metrics
from warehouse.queries.figures import FeedAbsent, figure
from warehouse.scope import Scope

AREAS = (
    answers,
    calls,
    care,
    complaints,
    costs,
    events,
    five,
    ladder,
    leads,
    leads_more,
    matrix_engine,
    orders,
    retention,
    satisfaction,
    sides,
    strata,
)
"""The modules whose functions are oracles: importing them registers them."""
NOT_YET: frozenset[str] = frozenset()
"""Metrics without an oracle: it only ever shrinks, and in the end it is empty."""


@pytest.fixture(params=[kind.name for kind in KINDS], scope="session")
def company(request: pytest.FixtureRequest, company_of: Callable[[str], Company]) -> Company:
    return company_of(request.param)


def test_every_metric_has_an_oracle() -> None:
    assert set(metrics()) - set(ORACLES) == NOT_YET


def test_every_filter_is_drawn() -> None:
    assert {name for about in metrics().values() for name in about.filters} - set(VALUES) == set()


@pytest.mark.parametrize("code", sorted(ORACLES))
def test_what_is_always_asked(company: Company, code: str) -> None:
    about = metrics()[code]
    if not company.has(*about.feeds):
        with pytest.raises(FeedAbsent):
            figure(company.reader, code, Scope())
        return
    for scope, by in plain(about):
        compare(company, about, scope, by)


@pytest.mark.parametrize("code", sorted(ORACLES))
def test_whatever_is_asked(company: Company, code: str) -> None:
    about = metrics()[code]
    if not company.has(*about.feeds):
        return

    @seed(company.kind.seed)
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(st.data())
    def ask(data: st.DataObject) -> None:
        scope, by = data.draw(asked(about, company))
        compare(company, about, scope, by)

    ask()


def compare(company: Company, about: Metric, scope: Scope, by: Sequence[str]) -> None:
    """Ask the product and the oracle, and fail with every difference."""
    shown = figure(company.reader, about.code, scope, by=by)
    truth = ORACLES[about.code](company, scope, by)
    found = [*disagreements(about, shown, truth, by), *hiding(company, about, shown, by)]
    assert not found, "\n".join([f"{about.code} of {company.kind.name} by {list(by)} in {scope}", *found[:20]])
