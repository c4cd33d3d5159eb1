"""What figures should be, as the company delivered it (feed `targets`); where it did not, `catalogue/targets.yaml` says."""

from collections.abc import Callable, Sequence
from datetime import date

import pandas as pd

from warehouse import targets
from warehouse.queries.reader import Reader
from warehouse.scope import Scope
from warehouse.targets import Target

OWNER = "delivered targets"
Place = tuple[str, str | None]
"""A kind of scope and which one: ("branch", "B03"); ("company", None)."""
Ask = Callable[[str, str], pd.DataFrame]
"""How delivered targets are asked for: `delivered` of somebody, or what is kept of that."""


def delivered(reader: Reader, region: str, branch: str) -> pd.DataFrame:
    """Targets delivered for the company, for a region and for a branch ("": none) that the person may see, at the pinned refresh:
    metric_code, scope_kind, scope_id, period_on (in force from that day on), target_value."""
    return reader.frame("targets", region=region, branch=branch).astype({"target_value": float})


def places(regions: Sequence[str], branches: Sequence[str]) -> list[Place]:
    """Whose targets a scope is held against, the nearest first: of its only branch, its only region, the company."""
    branch: list[Place] = [("branch", branches[0])] if len(branches) == 1 else []
    region: list[Place] = [("region", regions[0])] if len(regions) == 1 else []
    return [*branch, *region, ("company", None)]


def of_scope(seen: pd.DataFrame, scope: Scope, metric: str, day: date, ask: Ask) -> Target | None:
    """The target of `metric` in force on `day` for that part of the branches `seen` which lies in `scope`."""
    chosen = [
        (branch, region)
        for branch, region in zip(seen["branch_id"], seen["region_id"], strict=True)
        if (not scope.branches or branch in scope.branches) and (not scope.regions or region in scope.regions)
    ]
    regions = dict.fromkeys(region for _, region in chosen if isinstance(region, str))
    held_against = places([*regions], [branch for branch, _ in chosen])
    named = {kind: which or "" for kind, which in held_against}
    return target(ask(named.get("region", ""), named.get("branch", "")), metric, day, held_against)


def target(found: pd.DataFrame, metric: str, day: date, held_against: Sequence[Place]) -> Target | None:
    """The target of `metric` in force on `day`: delivered for the nearest place that has one, else the house's own."""
    told = [found[name] for name in ("metric_code", "scope_kind", "scope_id", "period_on", "target_value")]
    known = [(*place, since, value) for code, *place, since, value in zip(*told, strict=True) if code == metric]
    for kind, scope in held_against:
        mine = [
            (since, value)
            for held, which, since, value in known
            if held == kind and scope in (None, which) and since <= day
        ]
        if mine:
            since, value = max(mine, key=lambda each: each[0])
            return Target(value, since, OWNER, _why(kind, scope))
    return targets.target(metric, day)


def _why(kind: str, scope: str | None) -> dict[str, str]:
    """For whom the target was delivered."""
    named = {"company": ("the whole company", "全公司"), "region": ("region", "分部"), "branch": ("branch", "网点")}
    en, zh = named[kind]
    return {
        "en": f"Delivered as the target of {en if scope is None else f'{en} {scope}'}.",
        "zh_CN": f"作为{zh if scope is None else f'{zh} {scope} '}的目标交付。",
    }
