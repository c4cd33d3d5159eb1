"""Two months of a bank's call centre: what callers asked for, who gave up, and how long the others spoke."""

import pandas as pd
import pytest

from tests.sources.loaded import Loaded, whole

PHANTOMS, SHIFTED = 387, 2
ROUNDED_BY_A_SPREADSHEET = 39


@pytest.fixture(scope="module")
def lines(bank: Loaded) -> pd.DataFrame:
    """The two files as they are."""
    parts = [bank.folder / f"{month}.txt.gz" for month in ("january", "october")]
    return pd.concat([pd.read_csv(part, sep="\t", dtype=str, keep_default_na=False) for part in parts])


@pytest.fixture(scope="module")
def calls(lines: pd.DataFrame) -> pd.DataFrame:
    """The calls that somebody made: neither phantoms nor rows that lost a field."""
    kept = lines[lines["outcome"].isin(["AGENT", "HANG"])]
    seconds = kept["ser_time"].astype(int)
    local = pd.to_datetime("19" + kept["date"] + " " + kept["vru_entry"], format="%Y%m%d %H:%M:%S")
    return kept.assign(seconds=seconds.where(seconds > 0), at=local, month=local.dt.strftime("%Y-%m"))


def test_every_row_is_accounted_for(bank: Loaded, lines: pd.DataFrame, calls: pd.DataFrame) -> None:
    sums = bank.sums()
    assert whole(sums)
    assert len(lines) - len(calls) == PHANTOMS + SHIFTED
    assert sums["contacts"] == {
        "delivered": len(lines),
        "accepted": len(calls),
        "superseded": 0,
        "quarantined": PHANTOMS + SHIFTED,
    }
    assert bank.quarantine() == {
        ("contacts", "*", "unclaimed"): PHANTOMS,
        ("contacts", "*", "wrong_column_count"): SHIFTED,
    }
    assert sums["branches"]["accepted"] == calls["type"].nunique() == 7


def test_calls_and_callers_who_gave_up_by_month_and_service(bank: Loaded, calls: pd.DataFrame) -> None:
    ours = bank.query(
        "select to_char(started_on, 'YYYY-MM') as month, branch_id as type, count(*) as calls,"
        " count(*) filter (where not is_reached) as hang from curated.fct_contact group by 1, 2"
    )
    expected = calls.groupby(["month", "type"])["outcome"].agg(
        calls="size", hang=lambda outcome: (outcome == "HANG").sum()
    )
    assert {(row["month"], row["type"]): (row["calls"], row["hang"]) for row in ours} == {
        key: tuple(row) for key, row in zip(expected.index, expected.to_numpy(), strict=True)
    }
    months = {"1999-01": "january", "1999-10": "october"}
    truth = bank.truth["calls_by_month_and_type"]
    assert {f"{months[row['month']]} | {row['type']}": row["hang"] for row in ours} == {
        name: row["hang"] for name, row in truth.items()
    }


def test_every_call_began_when_the_file_says(bank: Loaded, calls: pd.DataFrame) -> None:
    """By the bank's own clock, to the second; two-digit years and hours of one digit."""
    ours = bank.query("select contact_id, started_at at time zone 'Asia/Jerusalem' as at from curated.fct_contact")
    keys = calls["vru+line"] + "/" + calls["call_id"] + "/" + calls["date"]
    assert {row["contact_id"]: row["at"] for row in ours} == dict(
        zip(keys, calls["at"].dt.to_pydatetime(), strict=True)
    )


def test_service_times(bank: Loaded, calls: pd.DataFrame) -> None:
    ours = bank.query(
        "select branch_id, count(duration_seconds) as n, sum(duration_seconds) as total,"
        " percentile_cont(0.5) within group (order by duration_seconds) as median from staging.stg_contacts group by 1"
    )
    expected = calls.groupby("type")["seconds"].agg(["count", "sum", "median"])
    assert {row["branch_id"]: (row["n"], int(row["total"] or 0)) for row in ours} == {
        name: (row["count"], row["sum"]) for name, row in expected.iterrows()
    }
    assert {row["branch_id"]: row["median"] for row in ours if row["n"]} == expected["median"].dropna().to_dict()


def test_who_is_not_known_is_nobody_and_not_one_great_customer(bank: Loaded, calls: pd.DataFrame) -> None:
    known = calls[~calls["customer_id"].isin(["0"]) & ~calls["customer_id"].str.contains("E")]
    rounded = calls["customer_id"].str.contains("E").sum()
    assert 0 < rounded <= ROUNDED_BY_A_SPREADSHEET
    ours = bank.query("select count(customer_id) as n, count(distinct customer_id) as who from staging.stg_contacts")[0]
    assert (ours["n"], ours["who"]) == (len(known), known["customer_id"].nunique())
    parties = bank.query("select count(distinct customer_id) as n from curated.fct_contact")[0]["n"]
    assert parties == known["customer_id"].nunique() + len(calls) - len(known)


def test_no_agent_is_stored_by_name(bank: Loaded) -> None:
    assert bank.query("select count(staff_id) as n from staging.stg_contacts")[0]["n"] == 0


@pytest.mark.parametrize("metric", ["call.outcomes", "call.objections", "call.duration"])
def test_people_who_call_in_are_none_of_the_six_calls_to_leads(bank: Loaded, metric: str) -> None:
    """These calls are care: a figure of the six must not take them for screening or invitation."""
    assert bank.rows(metric) == []
