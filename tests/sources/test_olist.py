"""Reviews of a Brazilian marketplace, whose state is two files away."""

import pandas as pd
import pytest

from tests.sources.loaded import Loaded, whole
from warehouse.feeds.mapping.words import nothing_words, trimmed

SMALLEST_BASE = 20


@pytest.fixture(scope="module")
def reviews(olist: Loaded) -> pd.DataFrame:
    """The file as it is."""
    return pd.read_csv(olist.folder / "olist_order_reviews_dataset.csv", dtype=str, keep_default_na=False)


def test_every_row_is_accounted_for(olist: Loaded) -> None:
    sums, rows = olist.sums(), olist.truth["rows"]
    assert whole(sums)
    for feed, file in {"surveys": "reviews", "survey_answers": "reviews", "orders": "orders"}.items():
        assert sums[feed] == {"delivered": rows[file], "accepted": rows[file], "superseded": 0, "quarantined": 0}, feed
    assert sums["branches"]["accepted"] == len(olist.truth["mean_score_by_customer_state"])
    assert olist.quarantine() == {}


def test_repeated_review_ids_are_reviews_of_their_own(olist: Loaded, reviews: pd.DataFrame) -> None:
    assert reviews["review_id"].duplicated().sum() == olist.truth["review_duplicates"]["dup_review_id"] > 0
    kept = olist.query(
        "select count(*) as n, count(distinct split_part(invite_id, '/', 1)) as ids from curated.fct_survey"
    )
    assert dict(kept[0]) == {"n": len(reviews), "ids": reviews["review_id"].nunique()}


@pytest.mark.parametrize(
    ("dimension", "truth"), [("month", "mean_score_by_creation_month"), ("branch", "mean_score_by_customer_state")]
)
def test_mean_score(olist: Loaded, dimension: str, truth: str) -> None:
    ours, expected = olist.by("csat.mean_asked", dimension), olist.truth[truth]
    assert {name: row["n"] for name, row in ours.items()} == {name: row["n"] for name, row in expected.items()}
    shown = {name for name, row in ours.items() if "suppressed" not in row}
    assert shown == {name for name, row in expected.items() if row["n"] >= SMALLEST_BASE}
    for name in shown:
        assert ours[name]["value"] == pytest.approx(expected[name]["mean"], abs=1e-6), name


def test_mean_score_of_all(olist: Loaded) -> None:
    row = olist.rows("csat.mean_asked")[0]
    assert row["n"] == olist.truth["rows"]["reviews"]
    assert row["value"] == pytest.approx(olist.truth["mean_score"], abs=1e-6)
    of_hundred = olist.rows("csat.mean")[0]["value"]
    assert of_hundred == pytest.approx(25 * (olist.truth["mean_score"] - 1), abs=1e-4)


def test_score_distribution(olist: Loaded) -> None:
    rows = olist.rows("csat.distribution")
    assert {row["part"]: row["value"] for row in rows} == olist.truth["score_counts"]
    satisfied = olist.rows("csat.top2")[0]
    assert satisfied["numerator"] == olist.truth["score_counts"]["4"] + olist.truth["score_counts"]["5"]


def test_everybody_in_the_file_answered(olist: Loaded) -> None:
    row = olist.rows("survey.response_rate")[0]
    assert row["numerator"] == row["denominator"] == olist.truth["rows"]["reviews"]


def test_orders_by_month(olist: Loaded) -> None:
    assert olist.values("order.count", "month") == olist.truth["orders_by_month"]


def test_a_person_is_one_customer_whatever_the_order(olist: Loaded) -> None:
    """Through the look-up in the customers' file."""
    rows = olist.query(
        "select count(*) filter (where n > 1) as again from (select count(*) as n from curated.fct_order group by customer_id)"
    )
    assert rows[0]["again"] == olist.truth["repeat_customers"]


def test_multi_line_comments_are_kept_as_hashes_only(olist: Loaded, reviews: pd.DataFrame) -> None:
    comments = reviews["review_comment_message"]
    assert comments.str.contains("\n").any()
    nothing = set(nothing_words())
    written = sum(trimmed(comment) not in nothing for comment in comments)
    kept = olist.query("select count(comment_hash) as n from staging.stg_survey_answers")[0]
    assert kept["n"] == written > 4000
    readable = olist.query(
        "select count(*) as n from staging.stg_survey_answers where comment_hash ~ '[^0-9a-zA-Z_=-]'"
    )[0]
    assert readable["n"] == 0
