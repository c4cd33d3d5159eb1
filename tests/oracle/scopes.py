"""What to ask for: scopes and `by` drawn at random, from what the metric offers and the company has."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta

from hypothesis import strategies as st

from tests.oracle.company import UNTIL, Company
from warehouse.metrics import PLACES, TIMES, Metric
from warehouse.scope import Period, Scope

FIRST = date(2023, 3, 1)
HISTORY = (UNTIL - FIRST).days
Asked = tuple[Scope, tuple[str, ...]]


def _seen(feed: str, column: str) -> Callable[[Company], list[str]]:
    return lambda company: sorted(company.rows(feed)[column].dropna().unique())


def _given(*codes: str) -> Callable[[Company], list[str]]:
    return lambda company: list(codes)


VALUES: Mapping[str, Callable[[Company], list[str]]] = {
    "category": _seen("complaints", "category_code"),
    "cause": _seen("complaints", "cause_code"),
    "channel": _seen("complaints", "channel_code"),
    "clock": _given("calendar", "working"),
    "customer_kind": _seen("customers", "customer_kind"),
    "event_kind": _seen("events", "event_kind"),
    "from_cell": _given("star", "dog", "loyal", "new", "profit"),
    "gap": _given("knowledge", "standards", "delivery", "communication", "experience"),
    "group_kind": _given("region", "tier", "channel", "complaint_outcome"),
    "marks": _given("0", "1", "2", "3", "4"),
    "matrix": _given("portfolio", "value_tier", "distributor", "apostle"),
    "method": _seen("surveys", "method_code"),
    "model": _given("first_touch", "last_touch", "linear", "position"),
    "owner": _given("first", "second", "third"),
    "product_line": _seen("orders", "product_line"),
    "product_satisfied": _given("yes", "no"),
    "purpose": _given("screening", "invitation", "confirmation", "reminder", "thanks", "follow_up"),
    "question": _given("overall", "product", "service", "recommend", "staff"),
    "service_satisfied": _given("yes", "no"),
    "severity": _seen("complaints", "severity_code"),
    "source": _seen("lead_sources", "source_code"),
    "source_group": _seen("lead_sources", "source_group"),
    "to_cell": _given("star", "dog", "loyal", "gone", "profit"),
    "usage": _seen("customers", "usage_code"),
    "wave": _seen("surveys", "wave_code"),
}
"""Values that a filter can take. A filter that is not named here is left alone by `asked`, and the test of this fails."""
ONE_AT_A_TIME = ("clock", "model", "group_kind", "question")
"""Filters of which more than one value would put the same case twice, or things together that do not belong together."""


def periods() -> st.SearchStrategy[Period | None]:
    """All time, any run of days, or whole months."""
    start = st.integers(0, HISTORY).map(lambda days: FIRST + timedelta(days=days))
    runs = st.builds(
        lambda first, days: Period(start=first, end=first + timedelta(days=days)), start, st.integers(1, 900)
    )
    return st.one_of(st.none(), runs, st.builds(_months, st.integers(0, 35), st.integers(1, 14)))


def _months(first: int, count: int) -> Period:
    def month(number: int) -> date:
        return date(2023 + (3 + number) // 12, (3 + number) % 12 + 1, 1)

    return Period(start=month(first), end=month(first + count))


def asked(about: Metric, company: Company) -> st.SearchStrategy[Asked]:
    """A scope that the metric can be asked for, and up to three dimensions to tell it by, at most one of them a time."""
    return st.builds(
        lambda period, place, filters, by: (Scope(period=_shorter(period, by), **place, filters=filters), by),
        periods(),
        _places(company),
        _filters(about, company),
        _by(about),
    )


def _shorter(period: Period | None, by: Sequence[str]) -> Period | None:
    """The period, or as much of it as makes a table of some hundred rows where days or weeks are crossed with something."""
    most = {"day": 40, "week": 200}.get(next((name for name in by if name in ("day", "week")), ""))
    if most is None or len(by) == 1:
        return period
    start = period.start if period else date(2025, 6, 1)
    return Period(start=start, end=min(period.end if period else UNTIL, start + timedelta(days=most)))


def plain(about: Metric) -> list[Asked]:
    """What is asked in any case: all time, by nothing and by each dimension; times over the last months alone."""
    ever, lately = Scope(), Scope(period=Period(start=date(2025, 12, 10), end=date(2026, 4, 1)))
    told = [(lately if name in ("day", "week") else ever, (name,)) for name in about.dims]
    return [(ever, ()), (lately, ()), *told, *([(lately, PLACES)] if set(PLACES) <= set(about.dims) else [])]


def _places(company: Company) -> st.SearchStrategy[dict[str, tuple[str, ...]]]:
    home = company.home()
    regions, branches = sorted(home["region"].unique()), sorted(home["branch"])
    return st.one_of(
        st.just({}),
        st.just({}),
        st.lists(st.sampled_from(regions), min_size=1, max_size=3, unique=True).map(
            lambda some: {"regions": tuple(some)}
        ),
        st.lists(st.sampled_from(branches), min_size=1, max_size=8, unique=True).map(
            lambda some: {"branches": tuple(some)}
        ),
    )


def _filters(about: Metric, company: Company) -> st.SearchStrategy[dict[str, tuple[str, ...]]]:
    offered = {name: VALUES[name](company) for name in about.filters if name in VALUES}
    if not offered:
        return st.just({})

    def values(name: str) -> st.SearchStrategy[tuple[str, ...]]:
        most = 1 if name in ONE_AT_A_TIME else 3
        return st.lists(st.sampled_from(offered[name]), min_size=1, max_size=most, unique=True).map(tuple)

    names = st.lists(st.sampled_from(sorted(offered)), max_size=2, unique=True)
    return names.flatmap(lambda some: st.fixed_dictionaries({name: values(name) for name in some}))


def _by(about: Metric) -> st.SearchStrategy[tuple[str, ...]]:
    def at_most_one_time(some: Sequence[str]) -> bool:
        return len(set(some) & set(TIMES)) <= 1

    dims = st.lists(st.sampled_from(about.dims), max_size=3, unique=True)
    return dims.filter(at_most_one_time).map(tuple)
