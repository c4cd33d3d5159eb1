"""Oracles of whom the answers speak for: who was asked and who answered, and the score weighed by active customers."""

import math
from collections.abc import Callable, Sequence
from functools import cache

import numpy as np
import pandas as pd

from tests.oracle.answers import HALF_YEAR, overall, settings
from tests.oracle.company import Company
from tests.oracle.complaints import complaints, open_spells
from tests.oracle.five import buyers, customers, month_ends
from tests.oracle.matrix_engine import value_tiers
from tests.oracle.measures import Figures, Z, figures, mean, narrowed, rate
from tests.oracle.registry import oracle
from tests.oracle.satisfaction import surveys
from warehouse.scope import Scope

Score = Callable[[pd.DataFrame], "pd.Series[float]"]


@cache
def complained(company: Company) -> pd.DataFrame:
    """One row a complaint of a known customer: customer_id, opened_at, complaint_id, and whether it was not turned away."""
    found = complaints(company).dropna(subset="customer_id").sort_values("opened_at")
    heard = found["outcome_code"].isna() | (found["outcome_code"] == "resolved")
    return found[["customer_id", "opened_at", "complaint_id"]].assign(heard=heard)


def latest(company: Company, rows: pd.DataFrame, at: str) -> pd.Series:
    """How the customer's latest complaint of the 180 days before `at` stood then: resolved, other; none where there was none."""
    left = rows[["customer_id", at]].reset_index().dropna().sort_values(at)
    found = pd.merge_asof(
        left,
        complained(company),
        left_on=at,
        right_on="opened_at",
        by="customer_id",
        tolerance=HALF_YEAR,
        allow_exact_matches=False,
    )
    spells = found.reset_index(names="row").merge(
        open_spells(company)[["complaint_id", "since", "till"]], on="complaint_id"
    )
    is_open = (spells["since"] <= spells[at]) & ~(spells["till"] <= spells[at])
    done = found["heard"].eq(other=True) & ~found.index.isin(spells.loc[is_open, "row"])
    became = np.where(found["complaint_id"].isna(), "none", np.where(done, "resolved", "other"))
    return pd.Series(became, index=found["index"]).reindex(rows.index).fillna("none")


@cache
def population(company: Company) -> pd.DataFrame:
    """Everybody active at a month's end: month (its first day), customer_id, home, tier, complaint_outcome."""
    found = buyers(company)[buyers(company)["days"] > 0]
    tiers = value_tiers(company)[["month", "customer_id", "part"]].rename(columns={"part": "tier"})
    found = found.merge(tiers, on=["month", "customer_id"], how="left").reset_index(drop=True)
    found["end"] = (found["month"] + pd.offsets.MonthBegin(1)).dt.tz_localize(company.until().tz)
    return found.assign(complaint_outcome=latest(company, found, "end"))


@cache
def invited(company: Company) -> pd.DataFrame:
    """One row an invitation: home of the customer (of nobody: where it was sent from), tier at the end of the month before, complaints."""
    found = surveys(company).rename(columns={"branch": "sender", "region": "from"})
    found = found.merge(customers(company)[["customer_id", "branch", "region"]], on="customer_id", how="left")
    found = found.assign(branch=found["branch"].fillna(found["sender"]), region=found["region"].fillna(found["from"]))
    found["month"] = found["on"].dt.to_period("M").dt.to_timestamp()
    tiers = value_tiers(company)[["month", "customer_id", "part"]].rename(columns={"part": "tier"})
    tiers["month"] += pd.offsets.MonthBegin(1)
    found = found.merge(tiers, on=["month", "customer_id"], how="left")
    found["tier"] = found["tier"].fillna("new").where(found["customer_id"].notna(), "unknown")
    return found.assign(complaint_outcome=latest(company, found, "sent_at"))


GROUPS = {"region": "region", "tier": "tier", "channel": "method", "complaint_outcome": "complaint_outcome"}


@oracle("survey.bias")
def bias(company: Company, scope: Scope, by: Sequence[str]) -> pd.DataFrame:
    place = Scope(regions=scope.regions, branches=scope.branches)
    ends = month_ends(company)
    if scope.period is not None:
        ends = ends[ends + pd.offsets.MonthBegin(1) <= pd.Timestamp(scope.period.end)]
    people = population(company)
    people = people[people["month"].isin(ends if "month" in by else ends[-1:])]
    asked = invited(company).assign(is_answered=invited(company)["answered_at"].notna())
    asked = narrowed(asked, Scope(period=scope.period, regions=scope.regions, branches=scope.branches))
    people = narrowed(people, place)
    kinds = scope.filters.get("group_kind") or (tuple(GROUPS) if "group_kind" in by else ("tier",))
    rows = []
    for kind in kinds:
        part = GROUPS[kind]
        both = pd.concat([asked.assign(part=asked[part]), people.assign(part=people.get(part))]).assign(group_kind=kind)
        rows.append(both.assign(is_asked=both["invite_id"].notna()))
    return figures(pd.concat(rows), by, represented)


def represented(rows: pd.DataFrame) -> list[Figures]:
    """By part: answered, asked and population, with the share of each; nothing where nobody was asked."""
    found: list[Figures] = []
    if not rows["is_asked"].any():
        return found
    for part in sorted(rows["part"].dropna().unique()):
        here = rows[rows["part"] == part]
        asked, answered = int(here["is_asked"].sum()), int(here["is_answered"].eq(other=True).sum())
        stands = part not in ("lost", "new", "unknown") and rows["group_kind"].iloc[0] != "channel"
        people, everybody = int((~here["is_asked"]).sum()), int((~rows["is_asked"] & rows["part"].notna()).sum())
        whole = int(rows["is_answered"].eq(other=True).sum())
        response = rate(answered, asked)
        found.append(
            {
                "part": part,
                "value": answered,
                "denominator": whole,
                "share": answered / whole if whole else math.nan,
                "asked": asked,
                "asked_share": asked / int(rows["is_asked"].sum()),
                "population": people if stands else math.nan,
                "population_share": people / everybody if stands and everybody else math.nan,
                "response_rate": response["value"],
                "response_low": response["low"],
                "response_high": response["high"],
            }
        )
    return found


@oracle("csat.weighted")
def weighted(company: Company, scope: Scope, by: Sequence[str]) -> pd.DataFrame:
    return post_stratified(company, scope, by, lambda rows: rows["points"])


@oracle("csat.weighted_top2")
def weighted_top2(company: Company, scope: Scope, by: Sequence[str]) -> pd.DataFrame:
    return post_stratified(company, scope, by, lambda rows: (rows["middle"] > 0.6).astype(float))


STRATUM = ["region", "tier", "complaint_outcome"]
Sums = np.ndarray
"""Of a stratum: customers, answers, their sum and the sum of their squares."""


def post_stratified(company: Company, scope: Scope, by: Sequence[str], score: Score) -> pd.DataFrame:
    """The mean of `score` with the strata weighing as much as they have active customers (Holt and Smith 1979)."""
    said = overall(company)[["invite_id", "points", "middle"]]
    cases = invited(company).merge(said, on="invite_id").assign(people=0.0)
    cases = narrowed(cases.assign(score=score(cases)), scope)
    places = list(dict.fromkeys(["month", "region", "branch", *STRATUM]))
    people = population(company).groupby(places).size().rename("people").reset_index()
    people["on"] = people["month"] + pd.offsets.MonthBegin(1)
    people = narrowed(people, Scope(regions=scope.regions, branches=scope.branches))
    needed = list(dict.fromkeys([*by, *STRATUM, "month", "score", "people"]))
    found = figures(pd.concat([cases, people])[needed], by, by_strata)
    return found[found["n"] > 0] if len(found) else found


def by_strata(rows: pd.DataFrame) -> Figures:
    """Of one group of answers and of customers: weighted and unweighted."""
    every = rows[rows["score"].notna()]
    said = every[every["tier"].isin(["loyal", "opportunity", "edge"])]
    if said.empty:
        return {"n": 0}
    plain = mean(said["score"])
    cells = strata(said, rows[rows["score"].isna() & rows["month"].isin(every["month"])])
    people, n, total, squares = np.array(cells).T
    weight, average = people / people.sum(), total / n
    with np.errstate(divide="ignore", invalid="ignore"):
        variance = np.maximum(squares - n * average**2, 0) / (n - 1)
    width = Z * math.sqrt(float((weight**2 * variance / n).sum()))
    value, most = float((weight * average).sum()), 100.0 if said["score"].max() > 1 else 1.0
    found = {"value": value, "low": value - width, "high": value + width}
    found |= {f"unweighted{name}": plain[of] for name, of in (("", "value"), ("_low", "low"), ("_high", "high"))}
    inside = {name: float(np.clip(each, 0, most)) for name, each in found.items()}
    return {"n": plain["n"], **inside, "strata": len(cells), "left_out": len(every) - len(said)}


def strata(said: pd.DataFrame, people: pd.DataFrame) -> list[Sums]:
    """The strata that are large enough."""
    told = said.assign(n=1.0, sum=said["score"], squares=said["score"] ** 2)
    sums = pd.concat([told, people]).groupby(STRATUM)[["people", "n", "sum", "squares"]].sum()
    cells = dict(zip(sums.index, sums.to_numpy(), strict=True))
    for level in (2, 1, 0):
        groups: dict[tuple[str, ...], list[Sums]] = {}
        for key, some in cells.items():
            groups.setdefault(key[:level], []).append(some)
        flat = [(key, number, each) for key, some in groups.items() for number, each in enumerate(pooled(some))]
        cells = {(*key, str(number)): each for key, number, each in flat}
    return list(cells.values())


def pooled(cells: list[Sums]) -> list[Sums]:
    """The cells, those too small put together; and with the one of fewest answers where they still are."""

    def is_small(cell: Sums) -> bool:
        return bool(cell[1] < settings()["smallest_stratum"] or cell[0] <= 0)

    while len(cells) > 1 and any(is_small(cell) for cell in cells):
        rest = sorted((cell for cell in cells if not is_small(cell)), key=lambda cell: float(cell[1]))
        small = [cell for cell in cells if is_small(cell)]
        together = sum(small) if len(small) > 1 else small[0]
        if len(small) == 1 or is_small(together):
            together, rest = together + rest[0] if rest else together, rest[1:]
        cells = [together, *rest]
    return cells
