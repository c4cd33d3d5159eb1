"""The metric catalogue: what every figure is called and means, in both languages, read from `catalogue/*.yaml`."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Literal

import yaml

CATALOGUE = Path(__file__).parent / "catalogue"
TIMES = ("day", "week", "month")
PLACES = ("region", "branch")

Kind = Literal["rate", "ratio", "money_rate", "count", "money", "duration", "score", "parts", "funnel", "coefficients"]
Direction = Literal["up", "down", "none"]
Words = Mapping[str, str]


@dataclass(frozen=True)
class Cell:
    """One cell of a segment matrix: what it is called, and the action due."""

    code: str
    label: Words
    action: Words


@dataclass(frozen=True)
class Change:
    """What changed in the definition of a figure, and on which day."""

    on: date
    said: Words


FIRST = Change(on=date(2026, 11, 22), said={"en": "First defined.", "zh_CN": "首次定义。"})


@dataclass(frozen=True)
class Metric:
    """One figure. `direction` is the good one; `dims` are what it may be grouped, `filters` what it may be narrowed by.

    `needs` are columns (`leads.collected_at`) without which it cannot be told, `dated_by` the one that puts its rows in
    time, `mature_days` the age at which a row has had its time. `window_months` is over how many months each month looks back:
    neighbours of more than one share data, so their moving range says nothing of chance. `same_as` names the metric whose figures it shows.
    `also` are further figures of its rows, hidden with them. `alarm` holds the trade's limits (`good_above`, `bad_above`),
    in the unit of the figure. `filter_feeds` names further feeds that one value of a filter (`clock=working`) needs.
    `changes` are those of the definition, the newest last.
    """

    code: str
    family: str
    kind: Kind
    unit: str
    direction: Direction
    smallest_base: int
    owner: str
    feeds: tuple[str, ...]
    dims: tuple[str, ...]
    dated_by: str
    label: Words
    meaning: Words
    how_to_read: Words
    not_conclude: Words
    formula: Words
    source: str
    filters: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
    mature_days: int | None = None
    window_months: int = 1
    same_as: str | None = None
    alarm: Mapping[str, float] = field(default_factory=dict)
    filter_feeds: Mapping[str, Sequence[str]] = field(default_factory=dict)
    changes: tuple[Change, ...] = (FIRST,)

    @property
    def owner_label(self) -> Words:
        """Who answers for the figure."""
        return phrase("owners", self.owner)

    @property
    def unit_label(self) -> Words:
        """What it is counted in."""
        return phrase("units", self.unit)

    @property
    def source_label(self) -> Words:
        """Where the definition and the method are from."""
        parts = [phrase("sources", part) for part in self.source.split("; ")]
        return {"en": self.source, "zh_CN": "；".join(part["zh_CN"] for part in parts)}

    @property
    def asked_as(self) -> str:
        """The code under which the family's SQL knows it."""
        return self.same_as or self.code


@cache
def metrics() -> dict[str, Metric]:
    """Every metric by code, in the order of the catalogue. Raises ValueError where two files declare the same code."""
    declared: dict[str, dict[str, Any]] = {}
    for path in sorted(CATALOGUE.glob("*.yaml")):
        file = yaml.load(path.read_text("utf-8"), Loader=yaml.CSafeLoader)
        for code, about in file.get("metrics", {}).items():
            if code in declared:
                raise ValueError(f"{path.name} declares {code} again")
            declared[code] = about if "same_as" in about else {**file.get("defaults", {}), **about}
    return {code: _metric(code, {**declared[about.get("same_as", code)], **about}) for code, about in declared.items()}


@cache
def filters_of(family: str) -> tuple[str, ...]:
    """Every filter that some metric of `family` knows: the arrays that its SQL is bound with."""
    return tuple(sorted({name for metric in metrics().values() if metric.family == family for name in metric.filters}))


@cache
def phrases() -> Mapping[str, Mapping[str, str]]:
    """The Chinese of short phrases, by kind (units, owners, sources) and English phrase: `catalogue/words.yaml`."""
    declared: Mapping[str, Mapping[str, str]] = _read("words")
    return declared


def phrase(kind: str, english: str) -> Words:
    """A short phrase in both languages; in English where nobody has translated it."""
    return {"en": english, "zh_CN": phrases()[kind].get(english, english)}


@cache
def cuts() -> str:
    """The cuts of the segment matrices, `catalogue/cuts.yaml`, as the JSON text that published SQL is bound with."""
    return json.dumps(_read("cuts"), ensure_ascii=False)


@cache
def cells(matrix: str) -> dict[str, Cell]:
    """The cells of a matrix (`portfolio`, `service_type` …) by code, the best first; KeyError for any other matrix."""
    declared = {name: each for file in map(_read, ("cuts", "sides")) for name, each in file["cells"].items()}[matrix]
    return {code: Cell(code=code, **about) for code, about in declared.items()}


@cache
def _read(name: str) -> Any:
    """What a file of the catalogue declares."""
    return yaml.load((CATALOGUE / f"{name}.yaml").read_text("utf-8"), Loader=yaml.CSafeLoader)


def _metric(code: str, about: dict[str, Any]) -> Metric:
    lists = {name: tuple(about.get(name, ())) for name in ("feeds", "dims", "filters", "needs", "also")}
    changes = (FIRST, *(Change(on=change["on"], said=change["said"]) for change in about.get("changes", ())))
    return Metric(code=code, **{**about, **lists, "changes": changes})
