"""The oracle of the value ladder: who bought, and of these who was satisfied, bought again, referred somebody."""

from collections.abc import Sequence
from functools import cache

import pandas as pd

from tests.oracle.company import Company
from tests.oracle.five import YEAR, buyers, delivered, each_month, standing
from tests.oracle.measures import figures
from tests.oracle.registry import oracle
from tests.oracle.satisfaction import answers
from warehouse.scope import Scope


@cache
def climbers(company: Company) -> pd.DataFrame:
    """One row a month and customer active at its end, with the newest answer to `overall` of the 12 months: satisfied, or nothing."""
    overall = answers(company)[answers(company)["question"] == "overall"].dropna(subset=["customer_id"])
    told_at = overall["answered_at"].fillna(overall["sent_at"])
    told = overall.assign(
        on=told_at.dt.tz_localize(None).dt.normalize(), told_at=told_at, satisfied=overall["middle"] > 0.6
    )
    lately = each_month(company, told, "on", YEAR).sort_values(["told_at", "invite_id"])
    newest = lately.drop_duplicates(["month", "customer_id"], keep="last")[["month", "customer_id", "satisfied"]]
    active = buyers(company)[buyers(company)["days"] > 0]
    return active.merge(newest, on=["month", "customer_id"], how="left")


@oracle("five.ladder")
def ladder(company: Company, scope: Scope, by: Sequence[str]) -> pd.DataFrame:
    def one(rows: pd.DataFrame) -> list[dict[str, object]]:
        due = rows[rows["month"] >= delivered(company, YEAR)]
        judged = due["satisfied"].notna()
        steps = {
            "bought": (len(due), len(due)),
            "satisfied": (int(due.loc[judged, "satisfied"].sum()), int(judged.sum())),
            "bought_again": (int((due["days"] >= 2).sum()), len(due)),
            "referred": (int((due["referred"] > 0).sum()), len(due)),
        }
        return [
            {
                "part": part,
                "value": value,
                "denominator": whole,
                "share": value / whole if whole else float("nan"),
                "pending": len(rows) - len(due),
            }
            for part, (value, whole) in steps.items()
        ]

    return figures(standing(climbers(company), company, scope, by), by, one)
