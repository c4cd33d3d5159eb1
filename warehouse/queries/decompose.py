"""Why a figure changed: the same groups doing better or worse, or a different mix of groups."""

import math
from collections.abc import Hashable

import pandas as pd

from warehouse.queries.figures import figure, known
from warehouse.queries.reader import Reader
from warehouse.queries.solved import SOLVERS
from warehouse.scope import Scope

OTHER = "other"
WEIGHTS = {"rate": "denominator", "ratio": "denominator", "money_rate": "denominator", "score": "n"}
COLUMNS = ["share_before", "share_after", "value_before", "value_after", "rate_effect", "mix_effect", "effect"]


class NotDecomposable(ValueError):
    """The figure is not the mean of its groups' figures, or there is nothing to compare."""


def decompose(reader: Reader, metric: str, before: Scope, after: Scope, *, by: str) -> pd.DataFrame:
    """The change of `metric` from `before` to `after`, told apart by the groups of dimension `by`; the greatest effect first.

    Columns: `by`, share_before and share_after (of the base, 0 to 1), value_before, value_after, rate_effect (the group's figure
    changed), mix_effect (its share of the base changed) and effect, their sum. Effects add up to the change exactly.
    attrs: before, after and change, in the metric's unit. Weights are averaged over both periods (Kitagawa 1955); the
    mix is measured from the mean of both totals, so that a group that grows helps only if it is better than the whole.
    Groups too small to show in either period are together as `other`. A group absent from one period changed the mix alone.
    Raises NotDecomposable, and as `figure`.
    """
    about = known(metric)
    if about.kind not in WEIGHTS or about.family in SOLVERS:
        raise NotDecomposable(f"{metric} is not a mean over groups, so its change cannot be told apart by {by}")
    pinned = reader if reader.refresh_id is not None else reader.pinned()
    weight = WEIGHTS[about.kind]
    totals = [_total(pinned, metric, scope, weight) for scope in (before, after)]
    shown = [figure(pinned, metric, scope, by=(by,)).set_index(by) for scope in (before, after)]
    groups = _groups(shown, totals, weight)
    for whole, (value, base) in zip(("before", "after"), totals, strict=True):
        groups[f"share_{whole}"] = groups[f"base_{whole}"] / base
        missed = abs(float((groups[f"share_{whole}"] * groups[f"value_{whole}"].fillna(0)).sum()) - value)
        if missed > 1e-6 * max(1.0, abs(value)):
            raise NotDecomposable(f"the figures of {metric} by {by} do not add up to its total")
    effects = _effects(groups, middle=(totals[0][0] + totals[1][0]) / 2)
    found = effects.rename_axis(by).reset_index()[[by, *COLUMNS]]
    found.attrs = {"before": totals[0][0], "after": totals[1][0], "change": totals[1][0] - totals[0][0]}
    return found


def _total(reader: Reader, metric: str, scope: Scope, weight: str) -> tuple[float, float]:
    """The whole's figure and its base."""
    rows = figure(reader, metric, scope)
    if rows["value"].isna().all():
        raise NotDecomposable(f"{metric} has no figure in one of the two periods, or one too small to show")
    return float(rows["value"].sum()), float(rows[weight].sum())


def _groups(shown: list[pd.DataFrame], totals: list[tuple[float, float]], weight: str) -> pd.DataFrame:
    """Base and value of each group, before and after, by group; what is hidden in either is the rest of the whole."""
    hidden: set[Hashable] = {group for frame in shown for group in frame.index[frame["suppressed"].notna()]}
    sides = []
    for name, frame, (value, base) in zip(("before", "after"), shown, totals, strict=True):
        if frame[weight].notna().all() and not math.isclose(frame[weight].sum(), base, rel_tol=1e-9):
            raise NotDecomposable("the bases of the groups do not add up to that of the whole")
        kept = frame.loc[~frame.index.isin(hidden), [weight, "value"]]
        if hidden:
            rest = base - kept[weight].sum()
            left = value * base - (kept[weight] * kept["value"]).sum()
            kept = pd.concat([kept, pd.DataFrame({weight: rest, "value": left / rest if rest else math.nan}, [OTHER])])
        sides.append(kept.rename(columns={weight: f"base_{name}", "value": f"value_{name}"}))
    joined = sides[0].join(sides[1], how="outer")
    joined[["base_before", "base_after"]] = joined[["base_before", "base_after"]].fillna(0)
    return joined


def _effects(groups: pd.DataFrame, *, middle: float) -> pd.DataFrame:
    """Rate and mix effect of each group, in the metric's unit, the greatest effect first."""
    first = groups["value_before"].fillna(groups["value_after"])
    last = groups["value_after"].fillna(groups["value_before"])
    made = groups.assign(
        rate_effect=(groups["share_before"] + groups["share_after"]) / 2 * (last - first),
        mix_effect=(groups["share_after"] - groups["share_before"]) * ((first + last) / 2 - middle),
    )
    made[["rate_effect", "mix_effect"]] = made[["rate_effect", "mix_effect"]].fillna(0)
    made["effect"] = made["rate_effect"] + made["mix_effect"]
    return made.sort_values("effect", key=abs, ascending=False, kind="stable")
