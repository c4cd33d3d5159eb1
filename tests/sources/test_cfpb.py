"""Two extracts of one complaints database: other columns, other dates, one of them cut in the middle of a field."""

import csv

import numpy as np
import pandas as pd
import pytest

from tests.sources.loaded import Loaded, whole

OLD, NEW = "consumer_complaints_2013.csv", "complaints_2023.csv"
SENT_BEFORE_RECEIVED = 6
SMALLEST_BASE = 20


@pytest.fixture(scope="module")
def complaints(cfpb: Loaded) -> pd.DataFrame:
    """Every whole row of both files, with days read and what was sent before it was received."""
    with (cfpb.folder / NEW).open(encoding="utf-8", newline="") as file:
        head, *rows = csv.reader(file)
    new = pd.DataFrame([row for row in rows if len(row) == len(head)], columns=head)
    old = pd.read_csv(cfpb.folder / OLD, dtype=str, keep_default_na=False)
    old_days = {
        name: pd.to_datetime(old[name], format="%m/%d/%Y") for name in ("Date received", "Date sent to company")
    }
    new_days = {name: pd.to_datetime(new[name], format="%Y-%m-%d") for name in old_days}
    both = pd.concat([old.assign(**old_days), new.assign(**new_days)], ignore_index=True)
    waited = both["Date sent to company"] - both["Date received"]
    return both.assign(days=waited.dt.days, State=both["State"].replace("", "(none)"))


@pytest.fixture(scope="module")
def kept(complaints: pd.DataFrame) -> pd.DataFrame:
    """The rows that are not quarantined."""
    return complaints[complaints["days"] >= 0]


def test_every_row_is_accounted_for(cfpb: Loaded, complaints: pd.DataFrame) -> None:
    sums, truth = cfpb.sums(), cfpb.truth
    assert whole(sums)
    assert len(complaints) == truth["a_rows"] + truth["b_rows"]
    assert sums["complaints"] == {
        "delivered": len(complaints) + 1,
        "accepted": len(complaints) - SENT_BEFORE_RECEIVED,
        "superseded": 0,
        "quarantined": SENT_BEFORE_RECEIVED + 1,
    }
    assert truth["a_negative_days"] == SENT_BEFORE_RECEIVED
    refused = cfpb.quarantine()
    assert refused.pop(("complaints", "first_response_at", "answered_before_opened")) == SENT_BEFORE_RECEIVED
    ((feed, column, _), broken) = refused.popitem()
    assert (feed, column, broken, refused) == ("complaints", "*", 1, {})


def test_complaints_that_read_the_same_all_count(cfpb: Loaded) -> None:
    old = pd.read_csv(cfpb.folder / OLD, dtype=str, keep_default_na=False)
    assert old.duplicated().sum() == cfpb.truth["a_full_duplicates"] > 0


@pytest.mark.parametrize(
    ("dimension", "column"),
    [("category", "Product"), ("channel", "Submitted via"), ("branch", "State"), ("cause", "Issue")],
)
def test_counts(cfpb: Loaded, kept: pd.DataFrame, dimension: str, column: str) -> None:
    assert cfpb.values("complaint.count", dimension) == kept[column].value_counts().to_dict()


def test_counts_by_month_in_both_ways_of_writing_days(cfpb: Loaded, kept: pd.DataFrame) -> None:
    months = kept["Date received"].dt.strftime("%Y-%m")
    assert cfpb.values("complaint.count", "month") == months.value_counts().to_dict()


def test_days_until_sent_to_the_company(cfpb: Loaded, kept: pd.DataFrame) -> None:
    ours, days = cfpb.by("complaint.first_response", "category"), kept.groupby("Product")["days"]
    assert {name: row["n"] for name, row in ours.items()} == days.size().to_dict()
    shown = {name: row for name, row in ours.items() if "suppressed" not in row}
    assert set(shown) == {name for name, n in days.size().items() if n >= SMALLEST_BASE}
    for name, row in shown.items():
        for figure, at in {"median": 0.5, "p75": 0.75, "p90": 0.9}.items():
            expected = 24 * np.quantile(days.get_group(name), at, method="inverted_cdf")
            assert row[figure] == pytest.approx(expected, rel=0.01, abs=0.001), (name, figure)


def test_the_narratives_are_kept_as_hashes_only(cfpb: Loaded) -> None:
    ours = cfpb.query("select count(text_hash) as n from staging.stg_complaints")[0]["n"]
    assert ours == cfpb.truth["b_with_narrative"]


@pytest.mark.parametrize("metric", ["complaint.resolution", "complaint.sla_rate", "complaint.backlog"])
def test_what_follows_from_an_end_is_not_told_where_no_end_is_known(cfpb: Loaded, metric: str) -> None:
    """Every complaint would be open for ever."""
    assert "complaints.resolved_at" in cfpb.absent(metric)
