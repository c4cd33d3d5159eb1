"""留言与答复：两个 XLSX，文字时间与真正的日期混在一起。Messages to a city and their answers."""

from datetime import datetime
from typing import cast

import pandas as pd
import pytest

from tests.sources.loaded import Loaded, whole

FILES = {"messages": "附件3.xlsx", "answered": "附件4.xlsx"}
BLANKS = " \t\n\r\u3000\xa0"


@pytest.fixture(scope="module")
def messages(citizens: Loaded) -> pd.DataFrame:
    """Both files under one another, with times as the reader of the sheet sees them."""
    parts = [
        pd.read_excel(citizens.folder / name, dtype=object, engine="openpyxl").assign(branch=branch)
        for branch, name in FILES.items()
    ]
    rows = pd.concat(parts, ignore_index=True)
    rows["id"] = rows["留言编号"].astype(str)
    rows["opened"], rows["answered"] = rows["留言时间"].map(_time), rows["答复时间"].map(_time)
    return rows.assign(hours=(rows["answered"] - rows["opened"]).dt.total_seconds() / 3600)


def _time(cell: object) -> datetime | None:
    if isinstance(cell, str):
        return pd.Timestamp(cell.strip(BLANKS)).to_pydatetime()
    return None if pd.isna(cell) else cast(datetime, cell)


def test_every_row_is_accounted_for(citizens: Loaded, messages: pd.DataFrame) -> None:
    sums, rows = citizens.sums(), len(messages)
    assert whole(sums)
    assert messages["branch"].value_counts().to_dict() == {"answered": 2816, "messages": 4326}
    assert sums["complaints"] == {"delivered": rows, "accepted": rows, "superseded": 0, "quarantined": 0}


def test_every_time_is_read_as_it_is_shown(citizens: Loaded, messages: pd.DataFrame) -> None:
    assert messages["留言时间"].map(type).nunique() == 2, "text and true dates"
    ours = citizens.query(
        "select complaint_id, opened_at at time zone 'Asia/Shanghai' as opened,"
        " ended_at at time zone 'Asia/Shanghai' as answered from curated.fct_complaint"
    )
    assert {row["complaint_id"]: row["opened"] for row in ours} == dict(
        zip(messages["id"], messages["opened"], strict=True)
    )
    answered = messages.dropna(subset="answered")
    assert {row["complaint_id"]: row["answered"] for row in ours if row["answered"]} == dict(
        zip(answered["id"], answered["answered"], strict=True)
    )


def test_messages_by_month(citizens: Loaded, messages: pd.DataFrame) -> None:
    assert (
        citizens.values("complaint.count", "month") == messages["opened"].dt.strftime("%Y-%m").value_counts().to_dict()
    )


@pytest.mark.parametrize(
    "metric", ["complaint.resolution_closed_only", "complaint.resolution", "complaint.first_response"]
)
def test_time_to_the_answer(citizens: Loaded, messages: pd.DataFrame, metric: str) -> None:
    """Of those that tell it: everything is answered there, so all three clocks agree with the plain quantiles."""
    row = citizens.by(metric, "branch")["answered"]
    hours = messages["hours"].dropna()
    assert (row["n"], row["open"]) == (len(hours), 0)
    for name, at in {"median": 0.5, "p75": 0.75, "p90": 0.9}.items():
        assert row[name] == pytest.approx(hours.quantile(at), rel=0.01), name


def test_what_is_not_known_to_be_answered_stands_apart(citizens: Loaded) -> None:
    row = citizens.by("complaint.resolution", "branch")["messages"]
    assert (row["n"], row["open"], row["median"]) == (4326, 4326, None)


def test_who_wrote_and_what_is_kept_as_hashes_only(citizens: Loaded, messages: pd.DataFrame) -> None:
    ours = citizens.query(
        "select count(distinct customer_id) as who, count(distinct text_hash) as subjects,"
        " count(*) filter (where text_hash ~ '[^0-9a-zA-Z_=-]') as readable from staging.stg_complaints"
    )[0]
    subjects = messages["留言主题"].str.strip(BLANKS)
    assert dict(ours) == {"who": messages["留言用户"].nunique(), "subjects": subjects.nunique(), "readable": 0}
    assert subjects.nunique() < len(messages)
