"""Oracles of the surveys and their answers."""

import math
from collections.abc import Sequence
from functools import cache

import pandas as pd

from tests.oracle.company import Company
from tests.oracle.measures import DAY, Z, figures, mean, narrowed, parts, rate, tally
from tests.oracle.registry import oracle
from warehouse.scope import Scope


@cache
def surveys(company: Company) -> pd.DataFrame:
    """One row an invitation, with its dimensions."""
    found = company.rows("surveys")
    found = found.rename(
        columns={"branch_id": "branch", "method_code": "method", "wave_code": "wave", "sent_day": "on"}
    )
    return found.merge(company.home(), on="branch", how="left")


@cache
def answers(company: Company) -> pd.DataFrame:
    """One row an answer, with the dimensions of its invitation, its points (0 to 100) and the middle of its cell (0 to 1)."""
    found = company.rows("survey_answers").merge(surveys(company), on="invite_id")
    found = found.rename(columns={"question_code": "question"})
    low, high = found["scale_min"], found["scale_max"]
    found["points"] = 100 * (found["score"] - low) / (high - low)
    found["middle"] = (found["score"] - low + 0.5) / (high - low + 1)
    found["scale"] = low.astype(int).astype(str) + "-" + high.astype(int).astype(str)
    return found


def asked(company: Company, scope: Scope, by: Sequence[str]) -> pd.DataFrame:
    """The answers in scope: to `overall`, unless another question is chosen or they are told by question."""
    found = narrowed(answers(company), scope)
    every = "question" in by or scope.filters.get("question")
    return found if every else found[found["question"] == "overall"]


@oracle("csat.top2", "five.satisfaction_rate")
def top2(company: Company, scope: Scope, by: Sequence[str]) -> pd.DataFrame:
    return figures(asked(company, scope, by), by, lambda rows: rate(int((rows["middle"] > 0.6).sum()), len(rows)))


@oracle("csat.mean")
def mean_points(company: Company, scope: Scope, by: Sequence[str]) -> pd.DataFrame:
    return figures(asked(company, scope, by), by, lambda rows: mean(rows["points"]))


@oracle("csat.mean_asked")
def mean_asked(company: Company, scope: Scope, by: Sequence[str]) -> pd.DataFrame:
    def one(rows: pd.DataFrame) -> dict[str, object]:
        if rows["scale"].nunique() > 1:
            return {"n": len(rows), "value": math.nan, "low": math.nan, "high": math.nan}
        return dict(mean(rows["score"]))

    return figures(asked(company, scope, by), by, one)


@oracle("csat.distribution")
def distribution(company: Company, scope: Scope, by: Sequence[str]) -> pd.DataFrame:
    fifth = ["1", "2", "3", "4", "5"]
    found = asked(company, scope, by)
    found["fifth"] = (5 * found["middle"] + 1e-9).astype(int).add(1).astype(str)
    return figures(found, by, lambda rows: parts(tally(rows["fifth"], fifth)))


@oracle("csat.comments")
def comments(company: Company, scope: Scope, by: Sequence[str]) -> pd.DataFrame:
    fifth = ["1", "2", "3", "4", "5"]
    found = narrowed(answers(company), scope)
    found = found[found["comment_hash"].notna()]
    found = found.assign(fifth=(5 * found["middle"] + 1e-9).astype(int).add(1).astype(str))
    return figures(found, by, lambda rows: parts(tally(rows["fifth"], fifth)))


def recommending(company: Company, scope: Scope) -> pd.DataFrame:
    """Answers to `recommend` on a scale up to ten, with the camp of each."""
    found = narrowed(answers(company), scope)
    found = found[(found["question"] == "recommend") & found["scale"].isin(["0-10", "1-10"])]
    camps = pd.cut(found["score"], [-1, 6.5, 8.5, 10], labels=["detractor", "passive", "promoter"]).astype(str)
    return found.assign(camp=camps)


@oracle("nps")
def nps(company: Company, scope: Scope, by: Sequence[str]) -> pd.DataFrame:
    def one(rows: pd.DataFrame) -> dict[str, object]:
        n, up, down = len(rows), (rows["camp"] == "promoter").sum(), (rows["camp"] == "detractor").sum()
        plus, minus = (up + 0.75) / (n + 3), (down + 0.75) / (n + 3)
        width = Z * math.sqrt((plus + minus - (plus - minus) ** 2) / (n + 3))
        middle = plus - minus
        return {"n": n, "value": 100 * (up - down) / n, "low": 100 * (middle - width), "high": 100 * (middle + width)}

    return figures(recommending(company, scope), by, one)


@oracle("nps.parts")
def nps_parts(company: Company, scope: Scope, by: Sequence[str]) -> pd.DataFrame:
    camps = ["promoter", "passive", "detractor"]
    return figures(recommending(company, scope), by, lambda rows: parts(tally(rows["camp"], camps)))


@oracle("survey.response_rate")
def response_rate(company: Company, scope: Scope, by: Sequence[str]) -> pd.DataFrame:
    found = surveys(company)
    answered = found["answered_at"].notna()
    young = found["sent_at"] > company.until("surveys") - 14 * DAY
    found = found.assign(answered=answered, pending=young & ~answered)

    def one(rows: pd.DataFrame) -> dict[str, object]:
        return {**rate(int(rows["answered"].sum()), len(rows)), "pending": int(rows["pending"].sum())}

    return figures(narrowed(found, scope), by, one)
