"""The event log of a help desk: a ticket is what its events say."""

import pandas as pd
import pytest

from tests.sources.loaded import Loaded, whole

TICKET, AT = "case:concept:name", "time:timestamp"
CODES = {
    "Take in charge ticket": "responded",
    "Require upgrade": "escalated",
    "Resolve ticket": "resolved",
    "Closed": "closed",
}


@pytest.fixture(scope="module")
def log(helpdesk: Loaded) -> pd.DataFrame:
    """The file as it is, its times as instants."""
    rows = pd.read_csv(helpdesk.folder / "Helpdesk.csv.gz", dtype=str, keep_default_na=False)
    return rows.assign(at=pd.to_datetime(rows[AT], utc=True))


@pytest.fixture(scope="module")
def tickets(log: pd.DataFrame) -> pd.DataFrame:
    """One row a ticket: opened, first taken in charge, last resolved, all by the log alone."""
    by_event = {name: log[log["Activity"] == name].groupby(TICKET)["at"] for name in CODES}
    resolved = by_event["Resolve ticket"]
    made = pd.DataFrame({"opened": log.groupby(TICKET)["at"].min()})
    made["ended"] = resolved.max().reindex(made.index).fillna(by_event["Closed"].min().reindex(made.index))
    made["first_ended"] = made["ended"]
    made["answered"] = by_event["Take in charge ticket"].min().reindex(made.index).fillna(made["first_ended"])
    made["month"] = made["opened"].dt.tz_convert("Europe/Helsinki").dt.strftime("%Y-%m")
    return made


def test_every_row_is_accounted_for(helpdesk: Loaded, log: pd.DataFrame, tickets: pd.DataFrame) -> None:
    sums = helpdesk.sums()
    assert whole(sums)
    assert (len(log), len(tickets)) == (21_348, 4_580)
    assert sums["complaints"] == {
        "delivered": len(log),
        "accepted": len(tickets),
        "superseded": len(log) - len(tickets),
        "quarantined": 0,
    }
    known = log[log["Activity"].isin(CODES)]
    twice = int(known.duplicated([TICKET, "at", "Activity"]).sum())
    assert log.duplicated().sum() == 127
    assert sums["complaint_events"] == {
        "delivered": len(known),
        "accepted": len(known) - twice,
        "superseded": twice,
        "quarantined": 0,
    }
    assert sums["staff"]["accepted"] == log["Resource"].nunique() == 22
    assert helpdesk.quarantine() == {}


def test_a_ticket_opens_with_its_first_line(helpdesk: Loaded, tickets: pd.DataFrame) -> None:
    ours = helpdesk.query("select complaint_id, opened_at, ended_at, first_response_at from curated.fct_complaint")
    for column, name in {"opened_at": "opened", "ended_at": "ended", "first_response_at": "answered"}.items():
        expected = tickets[name].dropna()
        found = {row["complaint_id"]: row[column] for row in ours if row[column] is not None}
        assert found == dict(zip(expected.index, expected.dt.to_pydatetime(), strict=True)), name


def test_tickets_by_month(helpdesk: Loaded, tickets: pd.DataFrame) -> None:
    assert helpdesk.values("complaint.count", "month") == tickets["month"].value_counts().to_dict()


def test_time_to_resolve(helpdesk: Loaded, tickets: pd.DataFrame) -> None:
    """Until the last resolution, however often the ticket came back."""
    hours = (tickets["ended"] - tickets["opened"]).dt.total_seconds().dropna() / 3600
    row = helpdesk.rows("complaint.resolution_closed_only")[0]
    assert (row["n"], row["open"]) == (len(hours), len(tickets) - len(hours))
    for name, at in {"median": 0.5, "p75": 0.75, "p90": 0.9}.items():
        assert row[name] == pytest.approx(hours.quantile(at), rel=0.01), name


@pytest.mark.parametrize(
    ("metric", "end"), [("complaint.resolution", "ended"), ("complaint.first_response", "answered")]
)
def test_the_honest_clock(helpdesk: Loaded, log: pd.DataFrame, tickets: pd.DataFrame, metric: str, end: str) -> None:
    """With those still open at the newest event of the log, by a Kaplan-Meier curve of our own."""
    until = log["at"].max()
    waited = (tickets[end].fillna(until) - tickets["opened"]).dt.total_seconds() / 3600
    row = helpdesk.rows(metric)[0]
    assert (row["n"], row["open"]) == (len(tickets), int(tickets[end].isna().sum()))
    for name, share in {"median": 0.5, "p75": 0.75, "p90": 0.9}.items():
        assert row[name] == pytest.approx(_kaplan_meier(waited, tickets[end].notna(), share), rel=0.01), name


def _kaplan_meier(waited: "pd.Series[float]", happened: "pd.Series[bool]", share: float) -> float:
    """The first time by which the share has happened."""
    steps = pd.DataFrame({"at": waited, "happened": happened}).groupby("at")["happened"].agg(["sum", "size"])
    at_risk = steps["size"][::-1].cumsum()[::-1]
    waiting = (1 - steps["sum"] / at_risk).cumprod()
    return float(waiting.index[waiting <= 1 - share + 1e-12][0])


def test_by_month_of_opening(helpdesk: Loaded, tickets: pd.DataFrame) -> None:
    hours = (tickets["ended"] - tickets["opened"]).dt.total_seconds() / 3600
    expected = hours.groupby(tickets["month"]).agg(["count", "median"])
    ours = helpdesk.by("complaint.resolution_closed_only", "month")
    shown = {name: row for name, row in ours.items() if "suppressed" not in row}
    assert len(shown) > 40
    for name, row in shown.items():
        assert row["n"] == expected.loc[name, "count"], name
        assert row["median"] == pytest.approx(expected.loc[name, "median"], rel=0.01), name
