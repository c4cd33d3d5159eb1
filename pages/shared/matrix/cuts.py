"""Where the cuts of the matrices lie, which are the company's and the same for everybody, and how they are said."""

import json
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from pages.shared.charts.matrices import Axis
from pages.shared.inquiry import Inquiry
from pages.shared.matrix.choice import Opened
from warehouse.metrics import cuts
from warehouse.queries import lists
from warehouse.queries.reader import Reader
from warehouse.sides import sides

HALF = 0.5
"""Between two whole numbers: where the line of a cut lies that whole numbers cross."""


@dataclass(frozen=True)
class Scale:
    """One axis as it is drawn and said: its title, and how its values are written."""

    axis: Axis
    write: Callable[[float], str]


@dataclass(frozen=True)
class Lines:
    """The cuts of one matrix along its two axes, with a second line where there is a corner or another step; NaN: none."""

    x: float
    y: float
    x_corner: float = math.nan
    y_corner: float = math.nan
    measured_by: str = ""


def moved_by() -> float:
    """The share by which a cut is moved to see who would change cell."""
    return float(_declared()["moved_by"])


def tier_cuts() -> dict[str, int]:
    """The cuts of the value tiers: orders within months, and the months since the last order."""
    about = _declared()["value_tier"]
    names = {"orders": "loyal_orders", "months": "loyal_months", "recent": "recent_months", "edge": "edge_months"}
    return {name: int(about[declared]) for name, declared in names.items()}


def service_cuts() -> tuple[float, float]:
    """From which mean score on the procedure, and the personal side, is high."""
    about = json.loads(sides())["service_type"]
    return float(about["procedure"]["at"]), float(about["personal"]["at"])


def asked(reader: Reader, matrix: Opened) -> pd.DataFrame:
    """The company's cuts at each month's end, as `lists.cuts` returns them."""
    return lists.cuts(reader, matrix=matrix)


def lines(rows: pd.DataFrame, matrix: Opened, month_on: object) -> Lines:
    """The cuts at the end of one month, from the rows of `asked`."""
    if matrix == "value_tier":
        tiers = tier_cuts()
        steps = {name: number - HALF for name, number in tiers.items()}
        return Lines(x=steps["recent"], y=steps["orders"], x_corner=steps["edge"])
    first, second = _declared()[matrix]["axes"]
    now = rows[rows["month_on"] == month_on].set_index("axis").astype({"cut_at": float, "corner_at": float})
    if not {first, second} <= set(now.index):
        return Lines(x=math.nan, y=math.nan)
    return Lines(
        x=now.loc[first, "cut_at"],
        y=now.loc[second, "cut_at"],
        x_corner=now.loc[first, "corner_at"],
        y_corner=now.loc[second, "corner_at"],
        measured_by=str(now["measured_by"].iloc[0]),
    )


def scales(inquiry: Inquiry, matrix: Opened, measured_by: str) -> tuple[Scale, Scale]:
    """How the two axes of a matrix are drawn and written."""
    words, say, currency = inquiry.viewer.words, inquiry.viewer.words.say, inquiry.viewer.standing.currency

    def number(value: float) -> str:
        return words.number(value, 0 if float(value).is_integer() else 1)

    def whole(value: float) -> str:
        return words.number(math.ceil(value))

    def money(value: float) -> str:
        return words.money(value, currency)

    def percent(value: float) -> str:
        return words.percent(value, 0)

    orders_in_year = Scale(Axis(say("Days with an order in 12 months"), spread="root"), whole)
    made: Mapping[tuple[str, str], tuple[Scale, Scale]] = {
        ("portfolio", "wallets"): (
            Scale(
                Axis(say("Bought in the category in 12 months ({currency})", currency=currency), spread="ratios"), money
            ),
            Scale(Axis(say("Our share of it"), form="share"), percent),
        ),
        ("portfolio", "spend"): (
            Scale(Axis(say("Spend over the median of the same kind"), spread="ratios"), number),
            Scale(Axis(say("Orders over the median of the same kind")), number),
        ),
        ("distributor", "orders"): (
            Scale(Axis(say("Sales in 12 months ({currency})", currency=currency), spread="ratios"), money),
            Scale(Axis(say("Months with an order, of 12")), whole),
        ),
        ("apostle", "orders"): (Scale(Axis(say("Satisfaction (0–100)")), number), orders_in_year),
        ("apostle", "intention"): (
            Scale(Axis(say("Satisfaction (0–100)")), number),
            Scale(Axis(say("Would buy again (0–100)")), number),
        ),
        ("value_tier", ""): (Scale(Axis(say("Months since the last order")), whole), orders_in_year),
    }
    fallback = {"portfolio": "spend", "distributor": "orders", "apostle": "orders", "value_tier": ""}
    return made.get((matrix, measured_by)) or made[matrix, fallback[matrix]]


def told(inquiry: Inquiry, matrix: Opened, drawn: Lines) -> str:
    """Where the cuts lie, in words."""
    words, say = inquiry.viewer.words, inquiry.viewer.words.say
    if matrix == "value_tier":
        return say(
            "Cuts, the same for everybody: loyal from {orders} orders in {months} months, the last within {recent};"
            " edge until {edge} months, then lost.",
            **tier_cuts(),
        )
    if math.isnan(drawn.x) or math.isnan(drawn.y):
        return say("Where the cuts lie is not known.")
    first, second = scales(inquiry, matrix, drawn.measured_by)
    said = [
        say("{axis} from {cut}", axis=scale.axis.title, cut=scale.write(cut))
        for scale, cut in ((first, drawn.x), (second, drawn.y))
    ]
    cut = say("Cuts of the whole company, the same for everybody: {cuts}.", cuts=words.listed(said))
    if math.isnan(drawn.x_corner) or math.isnan(drawn.y_corner):
        return cut
    corner = say(
        "Apostles from {across} and {up} on.", across=first.write(drawn.x_corner), up=second.write(drawn.y_corner)
    )
    return words.sentences(cut, corner)


def _declared() -> dict[str, Any]:
    declared: dict[str, Any] = json.loads(cuts())
    return declared
