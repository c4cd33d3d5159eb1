"""The segment matrices by the words of their definition, customer by customer, in pandas: what the SQL must agree with."""

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from tests.queries.company import FIRST, UNTIL, Company, Row
from tests.queries.test_order_figures import after, months_back, orders_of

Cut = tuple[float, float | None]
CELLS = {
    "portfolio": ("star", "question", "cash_cow", "dog"),
    "distributor": ("profit", "relation", "support", "risk"),
    "apostle": ("loyalist", "mercenary", "hostage", "defector"),
}


@dataclass(frozen=True)
class Month:
    """Everybody measured at a month's end: `axes` has x and y by customer; each axis has its cut and corner."""

    axes: pd.DataFrame
    cuts: dict[str, Cut]


def surveys_of(made: Company, seed: int) -> tuple[list[Row], list[Row]]:
    """Random invitations to the company's customers, strangers and nobody, and answers to some of them."""
    rng = np.random.default_rng(seed)
    people = [row["customer_id"] for row in made.customers] + ["stranger", None]
    invites = [
        {
            "invite_id": f"i{number}",
            "branch_id": f"b{rng.integers(4)}",
            "method_code": "phone",
            "customer_id": people[int(rng.integers(len(people)))],
            "sent_at": FIRST + (UNTIL - FIRST) * float(rng.random()),
        }
        for number in range(400)
    ]
    answers = [
        {
            "invite_id": invite["invite_id"],
            "question_code": question,
            "score": int(rng.integers(low, high + 1)),
            "scale_min": low,
            "scale_max": high,
        }
        for invite in invites
        for question, low, high in [("overall", 1, 5), ("overall", 0, 10), ("repurchase", 1, 5)][int(rng.integers(2)) :]
        if rng.random() < 0.6
    ]
    return invites, list({(row["invite_id"], row["question_code"]): row for row in answers}.values())


def year_of(made: Company, month: date) -> pd.DataFrame:
    """Orders of the 12 months that end with `month`."""
    orders = orders_of(made)
    return orders[(orders["on"] >= months_back(month, 11)) & (orders["on"] < after(month))]


def portfolio(made: Company, month: date) -> Month:
    """Every customer with an order in the 12 months, or on file and with a wallet in them."""
    year, wallets = year_of(made, month), made.frame("wallets")
    purse = wallets[(wallets["period_on"] >= months_back(month, 11)) & (wallets["period_on"] < after(month))]
    frame = pd.DataFrame(
        {
            "spend": year.groupby("customer_id")["amount"].sum(),
            "orders": year.groupby("customer_id")["on"].nunique(),
            "wallet": purse.groupby("customer_id")["category_spend_amount"].sum(),
        }
    )
    kinds = {row["customer_id"]: row["customer_kind"] for row in made.customers}
    frame = frame[(frame["orders"] > 0) | frame.index.isin(list(kinds))].copy()
    if len(purse):
        frame["x"], frame["y"] = frame["wallet"], frame["spend"].fillna(0) / frame["wallet"]
        return Month(frame, {"x": (float(frame["x"].quantile(0.5)), None), "y": (0.5, None)})
    kind = pd.Series(kinds).reindex(frame.index).fillna("")
    frame["x"] = frame["spend"] / frame.groupby(kind)["spend"].transform("median")
    frame["y"] = frame["orders"] / frame.groupby(kind)["orders"].transform("median")
    return Month(frame, {"x": (1, None), "y": (1, None)})


def distributor(made: Company, month: date) -> Month:
    """Every distributor with an order in the 12 months: sales and months with an order."""
    ours = {row["customer_id"] for row in made.customers if row["customer_kind"] == "distributor"}
    year = year_of(made, month)
    by = year[year["customer_id"].isin(ours)].groupby("customer_id")
    frame = pd.DataFrame(
        {"x": by["amount"].sum(), "y": by["month"].nunique().astype(float), "spend": by["amount"].sum()}
    )
    return Month(frame, {"x": (float(frame["x"].quantile(0.5)), None), "y": (5.5, None)})


def apostle(made: Company, month: date, invites: list[Row], answers: list[Row]) -> Month:
    """Every customer on file who answered `overall` in surveys sent in the 12 months: mean answer and days with an order."""
    ours = {row["customer_id"] for row in made.customers}
    sent = {
        row["invite_id"]: row["customer_id"]
        for row in invites
        if row["customer_id"] in ours and months_back(month, 11) <= row["sent_at"].date() < after(month)
    }
    said: dict[str, list[float]] = {}
    for row in answers:
        if row["question_code"] == "overall" and row["invite_id"] in sent:
            points = 100 * (row["score"] - row["scale_min"]) / (row["scale_max"] - row["scale_min"])
            said.setdefault(sent[row["invite_id"]], []).append(points)
    year = year_of(made, month)
    frame = pd.DataFrame(
        {"x": pd.Series({person: sum(points) / len(points) for person, points in said.items()}, dtype=float)}
    )
    frame["y"] = year.groupby("customer_id")["on"].nunique().reindex(frame.index).fillna(0.0)
    frame["spend"] = year.groupby("customer_id")["amount"].sum().reindex(frame.index)
    return Month(frame, {"x": (65, 90), "y": (1.5, 3.5)})


def placed(matrix: str, months: list[Month]) -> pd.Series:
    """The cell of everybody at the end of the last of `months`, remembering the six before it."""
    return pd.Series(
        {
            person: "unknown"
            if row[["x", "y"]].isna().any()
            else _cell(matrix, *(_side(person, axis, which, months) for axis in "xy" for which in (0, 1)))
            for person, row in months[-1].axes.iterrows()
        },
        dtype=object,
    )


def near(matrix: str, month: Month) -> pd.Series:
    """Whether the plain cell of each customer changes if one cut alone is moved to 0.9 or 1.1 of itself."""

    def plain(row: pd.Series, cuts: dict[str, Cut]) -> str:
        sides = [None if cut is None else row[axis] >= cut for axis in "xy" for cut in cuts[axis]]
        return _cell(matrix, *sides)

    def moves(row: pd.Series) -> bool:
        if row[["x", "y"]].isna().any():
            return False
        moved = [
            {
                **month.cuts,
                axis: tuple(cut * factor if n == which and cut else cut for n, cut in enumerate(month.cuts[axis])),
            }
            for axis in "xy"
            for which in (0, 1)
            for factor in (0.9, 1.1)
        ]
        return any(plain(row, cuts) != plain(row, month.cuts) for cuts in moved)

    return month.axes.apply(moves, axis=1) if len(month.axes) else pd.Series(dtype=bool)


def tiers(made: Company, month: date, *, often: int = 3, year: int = 12, recent: int = 6, edge: int = 12) -> pd.Series:
    """The tier of every customer who ever ordered."""
    orders = orders_of(made)
    orders = orders[orders["on"] < after(month)]
    since = {months: orders[orders["on"] >= months_back(month, months - 1)] for months in {year, recent, edge}}
    days = since[year].groupby("customer_id")["on"].nunique()
    frequent = set(days[days >= often].index)
    lately, seen = set(since[recent]["customer_id"]), set(since[edge]["customer_id"])
    return pd.Series(
        {
            person: ("loyal" if person in frequent else "opportunity")
            if person in lately
            else ("edge" if person in seen else "lost")
            for person in orders["customer_id"].unique()
        },
        dtype=object,
    )


def _cell(matrix: str, x: object, x_corner: object, y: object, y_corner: object) -> str:
    if x and y and x_corner and y_corner:
        return "apostle"
    return CELLS[matrix][2 * (not x) + (not y)]


def _side(person: str, axis: str, which: int, months: list[Month]) -> bool | None:
    """Above or below the cut; within 5 % of it, as at the newest of six months before at which they stood outside."""
    if months[-1].cuts[axis][which] is None:
        return None
    for month in reversed(months[-7:]):
        value = month.axes[axis].get(person, float("nan"))
        cut = month.cuts[axis][which] or 0
        if value >= 1.05 * cut:
            return True
        if value < 0.95 * cut:
            return False
    return bool(months[-1].axes.at[person, axis] >= (months[-1].cuts[axis][which] or 0))
