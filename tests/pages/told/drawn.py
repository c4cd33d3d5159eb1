"""What to open: pages, people, periods, places and filters drawn by lot, the same ones on every run."""

from datetime import timedelta
from random import Random

from pages import complaints, overview
from pages.shared import calls_cards, case_cards
from pages.shared.matrix import choice
from tests.oracle.company import EXECUTIVE, HEAD, STEWARD, UNTIL, Company
from tests.oracle.scopes import VALUES
from tests.pages.told.real import SCOPED, UNTIMED, Opening, months_before
from warehouse.metrics import cells
from warehouse.scope import Comparison, Period, Scope

PEOPLE = (EXECUTIVE, EXECUTIVE, EXECUTIVE, STEWARD, HEAD, HEAD)
COMPARISONS: tuple[Comparison, ...] = ("before", "before", "year", "target", "company", "none")
FILTERS = {
    "lead_sources": ("source_group", "source"),
    "calls_events": ("event_kind",),
    "complaints": complaints.FILTERS,
    "satisfaction": ("method", "wave"),
    "segments": ("customer_kind",),
}
VIEWS = {
    "overview": overview.MONTHLY_FIVE,
    "calls_events": calls_cards.SIDES,
    "complaints": case_cards.PROMISES,
    "segments": choice.VIEWS,
    "retention": tuple(f"value_tier.{cell}" for cell in cells("value_tier")),
}


def openings(company: Company, count: int, *, seed: int) -> list[Opening]:
    """So many openings, every page as often as any other."""
    chance = Random(seed)
    return [_opening(company, chance, SCOPED[number % len(SCOPED)]) for number in range(count)]


def _opening(company: Company, chance: Random, screen: str) -> Opening:
    person = chance.choice(PEOPLE)
    home = company.home()
    if person == HEAD:
        home = home[home["region"] == "R1"]
    place = chance.choice(("all", "all", "regions", "branches"))
    regions = chance.sample(sorted(home["region"].unique()), 1) if place == "regions" else []
    branches = (
        chance.sample(sorted(home["branch"]), min(len(home), chance.randint(1, 4))) if place == "branches" else []
    )
    views = VIEWS.get(screen, ())
    scope = Scope(
        period=None if screen in UNTIMED else _period(chance),
        regions=tuple(regions),
        branches=tuple(branches),
        filters=_filters(company, chance, screen) if person != HEAD else {},
        comparison=chance.choice(COMPARISONS),
    )
    language = "zh_CN" if chance.random() < 0.3 else "en"
    return Opening(screen, person, scope, language, chance.choice(views) if views else "")


def _period(chance: Random) -> Period | None:
    kind = chance.choice(("months", "months", "days", "all"))
    after = UNTIL + timedelta(days=1)
    if kind == "all":
        return None
    if kind == "days":
        start = UNTIL - timedelta(days=chance.randint(30, 900))
        return Period(start=start, end=min(after, start + timedelta(days=chance.randint(5, 500))))
    end = months_before(after, chance.choice((0, 0, 0, 1, 5, 14)))
    return Period(start=months_before(end, chance.choice((1, 3, 12, 24))), end=end)


def _filters(company: Company, chance: Random, screen: str) -> dict[str, tuple[str, ...]]:
    names = FILTERS.get(screen, ())
    if not names or chance.random() < 0.5:
        return {}
    name = chance.choice(names)
    values = VALUES[name](company)
    return {name: tuple(chance.sample(values, min(len(values), chance.randint(1, 3))))}
