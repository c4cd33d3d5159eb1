"""Oracles of what lies behind satisfaction: expectation, drivers, whom the answers speak for, and what handling does."""

import math
from collections.abc import Mapping, Sequence
from functools import cache

import numpy as np
import pandas as pd
import statsmodels.api as sm
import yaml

from tests.oracle.care import followed, resolved
from tests.oracle.company import Company
from tests.oracle.complaints import HOUR
from tests.oracle.leads import leads
from tests.oracle.measures import DAY, FEWEST, Figures, figures, mean, narrowed, over, parts, rate, tally
from tests.oracle.orders import orders
from tests.oracle.registry import oracle
from tests.oracle.satisfaction import answers, surveys
from warehouse.metrics import CATALOGUE
from warehouse.scope import Scope

STEPS = ("much_less", "less", "equal", "more", "much_more")
HALF_YEAR = 180 * DAY
SMALL = 1e-9


@cache
def settings() -> Mapping[str, object]:
    """The declared steps, bands and strata."""
    return yaml.safe_load((CATALOGUE / "survey_settings.yaml").read_text("utf-8"))


@cache
def overall(company: Company) -> pd.DataFrame:
    """One row an answer to `overall`."""
    return answers(company)[answers(company)["question"] == "overall"]


@cache
def pairs(company: Company) -> pd.DataFrame:
    """One row a question pair that a respondent answered on both sides, in points of five, beside the answer to `overall` (0-100)."""
    found = answers(company)
    found = found.assign(five=1 + found["points"] / 25, split=found["question"].str.split(".", n=1))
    found = found[found["question"].str.match(r"(expectation|perception)\.")]
    found = found.assign(side=found["split"].str[0], item=found["split"].str[1])
    wide = found.pivot_table(index=["invite_id", "item"], columns="side", values="five").dropna().reset_index()
    wide["dimension"] = wide["item"].str.split(".").str[0]
    said = overall(company)[["invite_id", "points"]].rename(columns={"points": "overall"})
    return wide.merge(surveys(company), on="invite_id").merge(said, on="invite_id", how="left")


@oracle("csat.moved")
def moved(company: Company, scope: Scope, by: Sequence[str]) -> pd.DataFrame:
    found = pairs(company)
    found = found.assign(gap=found["perception"] - found["expectation"])
    gap = found.groupby("invite_id")["gap"].mean()
    cuts = [float(cut) for cut in settings()["moved"]]
    low, high = [cut - SMALL for cut in cuts if cut < 0], [cut + SMALL for cut in cuts if cut > 0]
    step = pd.Series(np.digitize(gap, [*low, *high]), index=gap.index).map(dict(enumerate(STEPS))).rename("step")
    cases = surveys(company).merge(step, on="invite_id")
    return figures(narrowed(cases, scope), by, lambda rows: parts(tally(rows["step"], STEPS)))


@oracle("servqual.gap")
def gap(company: Company, scope: Scope, by: Sequence[str]) -> pd.DataFrame:
    def one(rows: pd.DataFrame) -> Figures:
        each = rows.groupby("invite_id")[["expectation", "perception", "overall"]].mean()
        both = each.dropna()
        spread = len(both) >= FEWEST and (both[["perception", "overall"]].std() > SMALL).all()
        return {
            **mean(each["perception"] - each["expectation"]),
            "expectation": each["expectation"].mean(),
            "perception": each["perception"].mean(),
            "importance": both["perception"].corr(both["overall"]) if spread else math.nan,
        }

    return figures(narrowed(pairs(company), scope), by, one)


@oracle("csat.drivers")
def drivers(company: Company, scope: Scope, by: Sequence[str]) -> pd.DataFrame:
    found = answers(company)
    wide = found.pivot_table(index="invite_id", columns="question", values="points").reset_index()
    cases = surveys(company).merge(wide, on="invite_id")
    cases["on"] = cases["on"].dt.to_period("M").dt.to_timestamp()
    return figures(narrowed(cases[cases["overall"].notna()], scope), by, regressed)


def regressed(rows: pd.DataFrame) -> list[Figures]:
    """Standardised coefficients over the respondents who answered every question kept; nothing where they cannot be told."""
    asked = [name for name in settings()["drivers"] if name in rows and rows[name].notna().any()]
    asked = sorted(asked, key=lambda name: -rows[name].notna().sum())
    while asked and len(rows.dropna(subset=asked)) < 100:
        asked.pop()
    both = rows.dropna(subset=asked)[[*asked, "overall"]] if asked else rows[:0]
    if both.empty or (both.std() < SMALL).any():
        return []
    z = (both - both.mean()) / both.std()
    if np.linalg.cond(z[asked].corr()) > 1e8:
        return []
    fit = sm.OLS(z["overall"], sm.add_constant(z[asked])).fit()
    limits = fit.conf_int()
    return [
        {
            "part": name,
            "value": fit.params[name],
            "low": limits.loc[name, 0],
            "high": limits.loc[name, 1],
            "n": len(both),
            "r2": fit.rsquared,
        }
        for name in asked
    ]


@cache
def handled(company: Company) -> pd.DataFrame:
    """One row an answer to `overall` in a survey that names a resolved complaint (whose customer it is, if it names none): band, top2, due, came, and referred."""
    about = resolved(company)[["complaint_id", "customer_id", "opened_at", "resolved_at"]]
    found = overall(company).merge(about.rename(columns={"customer_id": "owner"}), on="complaint_id")
    found["customer_id"] = found["customer_id"].fillna(found["owner"])
    found = found[found["customer_id"].notna()].reset_index(drop=True)
    bands = settings()["handling"]
    starts = [band["from_hours"] for band in bands]
    hours = (found["resolved_at"] - found["opened_at"]) / HOUR
    names = np.array([band["band"] for band in bands])
    found["band"] = names[np.digitize(hours, starts) - 1]
    found["resolved_day"] = found["resolved_at"].dt.tz_localize(None).dt.normalize()
    found["due"] = over(
        found,
        "resolved_day",
        180,
        company.ripe(["leads", "orders"], "surveys", "complaints", "complaint_events", "orders"),
    )
    later = orders(company).rename(columns={"ordered_at": "then_at"})
    genuine = leads(company)[leads(company)["is_genuine"].eq(other=True)]
    named = genuine.drop(columns="customer_id").rename(
        columns={"referrer_customer_id": "customer_id", "collected_at": "then_at"}
    )
    found["came"] = followed(found, later, ["customer_id"], "resolved_at", 180)
    found["referred"] = followed(found, named.dropna(subset="customer_id"), ["customer_id"], "resolved_at", 180)
    return found


@oracle("csat.by_handling")
def by_handling(company: Company, scope: Scope, by: Sequence[str]) -> pd.DataFrame:
    def one(rows: pd.DataFrame) -> Figures:
        due = rows[rows["due"]]
        satisfied = rate(int((rows["middle"] > 0.6).sum()), len(rows))
        found = {**mean(rows["points"]), **told("top2", satisfied), "repurchase_n": len(due)}
        for name, column in (("repurchase", "came"), ("referral", "referred")):
            share = rate(int(due[column].sum()), len(due)) if len(due) >= FEWEST else rate(0, 0)
            found |= told(name, share)
        return found

    return figures(narrowed(handled(company), scope), by, one)


def told(name: str, share: Mapping[str, object]) -> dict[str, object]:
    """A rate under another name, with its limits."""
    return {name: share["value"], f"{name}_low": share["low"], f"{name}_high": share["high"]}
