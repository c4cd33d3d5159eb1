"""What figures should be, as the company delivered it (feed `targets`); where it did not, `catalogue/targets.yaml` says."""

from collections.abc import Sequence
from datetime import date

import pandas as pd

from warehouse import targets
from warehouse.queries.reader import Reader
from warehouse.targets import Target

OWNER = "delivered targets"
Place = tuple[str, str | None]
"""A kind of scope and which one: ("branch", "B03"); ("company", None)."""


def delivered(reader: Reader, region: str, branch: str) -> pd.DataFrame:
    """Targets delivered for the company, for a region and for a branch ("": none) that the person may see, at the pinned refresh:
    metric_code, scope_kind, scope_id, period_on (in force from that day on), target_value."""
    return reader.frame("targets", region=region, branch=branch).astype({"target_value": float})


def places(regions: Sequence[str], branches: Sequence[str]) -> list[Place]:
    """Whose targets a scope is held against, the nearest first: of its only branch, its only region, the company."""
    branch: list[Place] = [("branch", branches[0])] if len(branches) == 1 else []
    region: list[Place] = [("region", regions[0])] if len(regions) == 1 else []
    return [*branch, *region, ("company", None)]


def target(found: pd.DataFrame, metric: str, day: date, held_against: Sequence[Place]) -> Target | None:
    """The target of `metric` in force on `day`: delivered for the nearest place that has one, else the house's own."""
    known = found.loc[found["metric_code"] == metric].to_dict("records")
    for kind, scope in held_against:
        mine = [
            each
            for each in known
            if each["scope_kind"] == kind and scope in (None, each["scope_id"]) and each["period_on"] <= day
        ]
        if mine:
            newest = max(mine, key=lambda each: each["period_on"])
            return Target(newest["target_value"], newest["period_on"], OWNER, _why(kind, scope))
    return targets.target(metric, day)


def _why(kind: str, scope: str | None) -> dict[str, str]:
    """For whom the target was delivered."""
    named = {"company": ("the whole company", "全公司"), "region": ("region", "分部"), "branch": ("branch", "网点")}
    en, zh = named[kind]
    return {
        "en": f"Delivered as the target of {en if scope is None else f'{en} {scope}'}.",
        "zh_CN": f"作为{zh if scope is None else f'{zh} {scope} '}的目标交付。",
    }
