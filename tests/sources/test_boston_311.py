"""A year of a city's service requests: what we say of them against what pandas says of the file."""

import json

import pandas as pd
import pytest

from tests.sources.loaded import Loaded, whole

CLOSED_BEFORE_OPENED = 197
SMALLEST_BASE = 20


@pytest.fixture(scope="module")
def requests(boston: Loaded) -> pd.DataFrame:
    """The file, row by row: local times as they stand in it, and which rows end before they begin."""
    rows = pd.read_csv(boston.folder / "boston311_2015.csv.gz", dtype=str, keep_default_na=False)
    for name, header in {"opened": "OPEN_DT", "closed": "CLOSED_DT", "due": "TARGET_DT"}.items():
        rows[name] = pd.to_datetime(rows[header].where(rows[header] != ""), format="%m/%d/%Y %I:%M:%S %p")
    rows["month"] = rows["opened"].dt.strftime("%Y-%m")
    return rows.assign(is_backwards=rows["closed"] < rows["opened"])


@pytest.fixture(scope="module")
def kept(requests: pd.DataFrame) -> pd.DataFrame:
    """The rows that are not quarantined."""
    return requests[~requests["is_backwards"]]


def test_every_row_is_accounted_for(boston: Loaded) -> None:
    sums = boston.sums()
    assert whole(sums)
    assert sums["complaints"] == {
        "delivered": boston.truth["rows"],
        "accepted": boston.truth["rows"] - CLOSED_BEFORE_OPENED,
        "superseded": 0,
        "quarantined": CLOSED_BEFORE_OPENED,
    }
    assert sums["branches"]["accepted"] == 17


def test_what_closes_before_it_opens_is_quarantined_and_nothing_else_is(boston: Loaded) -> None:
    assert boston.truth["negative_days"] == CLOSED_BEFORE_OPENED
    assert boston.quarantine() == {("complaints", "resolved_at", "closed_before_opened"): CLOSED_BEFORE_OPENED}
    shown = boston.query("select value from published.quarantine limit 1")[0]["value"]
    assert shown, "the value as delivered is shown"


def test_the_refresh_itself_says_what_became_of_the_rows(boston: Loaded) -> None:
    """Also of those that the gate took out after they were staged."""
    received = json.loads(boston.first_words)["received"][0]
    assert {feed["feed"]: feed["quarantined"] for feed in received["feeds"]} == {
        "complaints": CLOSED_BEFORE_OPENED,
        "branches": 0,
    }


def test_a_second_refresh_of_the_same_files_changes_nothing(boston: Loaded) -> None:
    before = boston.query("select refresh_id from published.current")
    result = boston.refresh()
    assert result.exit_code == 0
    assert '"verdict": "unchanged"' in result.stdout
    assert boston.query("select refresh_id from published.current") == before


@pytest.mark.parametrize(
    ("dimension", "column", "truth"),
    [("month", "month", "opened_by_month"), ("channel", "Source", "by_source"), ("category", "REASON", "by_reason")],
)
def test_opened(boston: Loaded, requests: pd.DataFrame, dimension: str, column: str, truth: str) -> None:
    """Ours lack exactly the quarantined rows, group by group."""
    backwards = requests[requests["is_backwards"]].groupby(column).size()
    expected = {name: n - int(backwards.get(name, 0)) for name, n in boston.truth[truth].items()}
    assert boston.values("complaint.count", dimension) == expected


@pytest.mark.parametrize(
    ("dimension", "truth"), [("category", "days_to_close_by_reason"), ("branch", "days_to_close_by_department")]
)
def test_days_to_close(boston: Loaded, dimension: str, truth: str) -> None:
    """Within 1 %: a bucket, and the hour by which wall clocks differ over a change of the clocks."""
    ours = boston.by("complaint.resolution_closed_only", dimension)
    expected = boston.truth[truth]
    assert {name: row["n"] for name, row in ours.items() if row["n"]} == {
        name: row["n"] for name, row in expected.items()
    }
    shown = {name: row for name, row in ours.items() if "suppressed" not in row}
    assert all(row["n"] >= SMALLEST_BASE for row in shown.values())
    assert len(shown) >= len([row for row in expected.values() if row["n"] >= SMALLEST_BASE]) - 1
    for name, row in shown.items():
        assert row["median"] / 24 == pytest.approx(expected[name]["median"], rel=0.01), name
        assert row["p90"] / 24 == pytest.approx(expected[name]["p90"], rel=0.01), name


def test_days_to_close_of_all(boston: Loaded) -> None:
    row, truth = boston.rows("complaint.resolution_closed_only")[0], boston.truth["days_to_close"]
    assert row["n"] == truth["n"]
    assert row["open"] == boston.truth["status"]["Open"]
    assert row["median"] / 24 == pytest.approx(truth["median"], rel=0.01)
    assert row["p90"] / 24 == pytest.approx(truth["p90"], rel=0.01)


def test_the_honest_figure_waits_for_the_open_ones(boston: Loaded) -> None:
    honest = boston.by("complaint.resolution", "branch")
    closed_only = boston.by("complaint.resolution_closed_only", "branch")
    comparable = [name for name, row in honest.items() if row["median"] is not None and closed_only[name]["median"]]
    assert len(comparable) > 5
    assert all(honest[name]["median"] >= closed_only[name]["median"] * 0.99 for name in comparable)
    assert honest["PWDx"]["open"] == closed_only["PWDx"]["open"] > 0


def test_on_time_is_the_citys_figure_less_what_was_never_promised_or_is_not_decided(
    boston: Loaded, requests: pd.DataFrame
) -> None:
    """ONTIME / (ONTIME + OVERDUE), row by row taken over to ours."""
    until = requests.loc[~requests["is_backwards"], ["opened", "closed"]].max().max()
    truth, ours = boston.truth["ontime_rate_by_department"], boston.by("complaint.sla_rate", "branch")
    city = requests["OnTime_Status"]
    has_target, is_open = requests["due"].notna(), requests["closed"].isna()
    is_pending = has_target & is_open & (requests["due"] >= until)
    is_late = has_target & (requests["closed"].fillna(until) > requests["due"])
    judged_only_by_city = city.isin(["ONTIME", "OVERDUE"]) & (~has_target | requests["is_backwards"] | is_pending)
    judged_only_by_us = (city == "") & has_target & ~requests["is_backwards"] & ~is_pending

    def count(rows: "pd.Series[bool]") -> dict[str, int]:
        return {str(name): int(n) for name, n in rows.groupby(requests["Department"]).sum().items()}

    fewer, more = count(judged_only_by_city), count(judged_only_by_us)
    fewer_met, more_met = count(judged_only_by_city & (city == "ONTIME")), count(judged_only_by_us & ~is_late)
    pending = count(is_pending & ~requests["is_backwards"])
    compared = 0
    for name, row in truth.items():
        denominator = row["n"] - fewer[name] + more[name]
        if not denominator + pending[name]:
            assert name not in ours
            continue
        assert (ours[name]["denominator"], ours[name]["pending"]) == (denominator, pending[name]), name
        if "suppressed" not in ours[name]:
            numerator = round(row["rate"] * row["n"]) - fewer_met[name] + more_met[name]
            assert ours[name]["numerator"] == numerator, name
            assert ours[name]["value"] == pytest.approx(numerator / denominator), name
            compared += 1
    assert compared >= 7


def test_on_time_where_the_city_judges_too(boston: Loaded, kept: pd.DataFrame) -> None:
    """On closed requests with a target the two never disagree: the deadline is read right, to the second."""
    closed = kept[kept["due"].notna() & kept["closed"].notna() & (kept["OnTime_Status"] != "")]
    assert (closed["OnTime_Status"] == "ONTIME").equals(closed["closed"] <= closed["due"])
    parts = {row["by"].get("part", row.get("part")): row["value"] for row in boston.rows("complaint.sla")}
    with_target = kept[kept["due"].notna()]
    assert parts["met"] == int((with_target["closed"] <= with_target["due"]).sum())
    assert parts["breached_closed"] == int((with_target["closed"] > with_target["due"]).sum())
    assert sum(parts.values()) == len(with_target)


def test_backlog_at_the_end_of_each_month(boston: Loaded) -> None:
    ours = boston.values("complaint.backlog", "month")
    truth = boston.truth["backlog_eom"]
    assert {name: ours[name] for name in truth} == truth


def test_a_missing_target_costs_no_row(boston: Loaded, requests: pd.DataFrame) -> None:
    without = boston.query("select count(*) as n from curated.fct_complaint where due_at is null")[0]["n"]
    backwards = requests["is_backwards"] & requests["due"].isna()
    assert without == boston.truth["blank_target"] - int(backwards.sum())
