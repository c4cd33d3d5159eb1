"""What the house promises and wants: how long a complaint may take, when leads are called, what a figure should be."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

import yaml

from warehouse.metrics import Words, cuts, metrics, phrase

CATALOGUE = Path(__file__).parent / "catalogue"


@dataclass(frozen=True)
class Target:
    """What a figure should be from a day on: `value` in the unit of the figure, who set it, and why."""

    value: float
    since: date
    owner: str
    why: Words

    @property
    def owner_label(self) -> Words:
        """Who set it."""
        return phrase("owners", self.owner)


def target(metric: str, day: date) -> Target | None:
    """The target of `metric` in force on `day`; None where there is none."""
    in_force = [each for each in targets().get(metric, ()) if each.since <= day]
    return max(in_force, key=lambda each: each.since, default=None)


@cache
def targets() -> Mapping[str, Sequence[Target]]:
    """Every target by metric, as `catalogue/targets.yaml` declares them."""
    declared = yaml.safe_load((CATALOGUE / "targets.yaml").read_text("utf-8"))["figures"]
    return {metric: tuple(Target(**each) for each in each_of) for metric, each_of in declared.items()}


@cache
def targeted() -> list[str]:
    """Codes of what a target may be of: figures, and the axes of the matrices, which may be cut at one."""
    declared = json.loads(cuts())
    cut = {matrix: about["axes"] for matrix, about in declared.items() if isinstance(about, dict) and "axes" in about}
    axes = (f"matrix.{matrix}.{axis}" for matrix, named in cut.items() for axis in named)
    return [*metrics(), *axes]


@cache
def complaint_targets() -> str:
    """Calendar hours to answer and to resolve by severity, as the JSON text that `curated/fct_complaint.sql` is bound with."""
    return json.dumps(yaml.safe_load((CATALOGUE / "targets.yaml").read_text("utf-8"))["complaints"])


@cache
def six_calls() -> str:
    """When leads are called (`catalogue/calls.yaml`): `windows`, days after the call before, by purpose in their order;
    `screening_days`, by group of sources where the source names none. As the JSON text that SQL files are bound with.
    """
    declared = yaml.safe_load((CATALOGUE / "calls.yaml").read_text("utf-8"))
    return json.dumps({name: declared[name] for name in ("windows", "screening_days")})
