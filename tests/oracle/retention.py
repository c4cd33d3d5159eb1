"""The oracle of retention: every customer in every quarter after that of the first order."""

from collections.abc import Sequence
from functools import cache

import pandas as pd

from tests.oracle.company import Company
from tests.oracle.five import customers
from tests.oracle.measures import DAY, figures, narrowed, rate
from tests.oracle.orders import orders
from tests.oracle.registry import oracle
from warehouse.scope import Scope


@cache
def returning(company: Company) -> pd.DataFrame:
    """One row a customer and quarter after that of the first order, up to the running one: age, over, newest, came, and where home is."""
    bought = orders(company).dropna(subset=["customer_id", "on"])
    bought = bought.assign(quarter=bought["on"].dt.to_period("Q"))[["customer_id", "quarter"]].drop_duplicates()
    running = (company.until("orders").tz_localize(None) + DAY).to_period("Q")
    first = bought.groupby("customer_id")["quarter"].min().rename("won").reset_index()
    later = pd.DataFrame({"quarter": pd.period_range(first["won"].min(), running, freq="Q")})
    pairs = first.merge(later, how="cross").query("quarter > won")
    found = pairs.merge(bought.assign(came=True), on=["customer_id", "quarter"], how="left")
    found["came"] = found["came"].eq(other=True)
    found["age"] = [(quarter - won).n for quarter, won in zip(found["quarter"], found["won"], strict=True)]
    found["over"] = found["quarter"] < running
    found["newest"] = found["quarter"].eq(running - 1) | (found["quarter"].eq(running) & found["age"].eq(1))
    found["cohort"] = found["won"].dt.strftime("%Y-Q%q")
    return found.merge(customers(company), on="customer_id", how="left")


@oracle("retention.cohort")
def cohort(company: Company, scope: Scope, by: Sequence[str]) -> pd.DataFrame:
    found = returning(company) if "age" in by else returning(company).query("newest")
    if scope.period is not None:
        starts, ends = found["won"].dt.start_time, (found["won"] + 1).dt.start_time
        touches = (starts < pd.Timestamp(scope.period.end)) & (ends > pd.Timestamp(scope.period.start))
        found = found[touches]

    def one(rows: pd.DataFrame) -> dict[str, object]:
        counted = rate(int((rows["over"] & rows["came"]).sum()), int(rows["over"].sum()))
        return {**counted, "pending": int((~rows["over"]).sum())}

    return figures(narrowed(found, Scope(regions=scope.regions, branches=scope.branches)), by, one)
