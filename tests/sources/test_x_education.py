"""Leads of an online school that carry no dates: what can be said of them, and what must not."""

import json

import pandas as pd
import pytest

from tests.sources.loaded import Loaded, whole

NONE = "(none)"
SMALLEST_BASE = 20


@pytest.fixture(scope="module")
def leads(x_education: Loaded) -> pd.DataFrame:
    """The file as it is."""
    return pd.read_csv(x_education.folder / "Leads.csv", dtype=str, keep_default_na=False)


@pytest.fixture(scope="module")
def by_source(x_education: Loaded) -> dict[str, dict[str, float]]:
    """truth.json by lead source, written as in our warehouse but for upper and lower case."""
    return {
        NONE if name == "(null)" else name: row for name, row in x_education.truth["by_lead_source_casefold"].items()
    }


def test_every_row_is_accounted_for(x_education: Loaded) -> None:
    sums, truth = x_education.sums(), x_education.truth
    assert whole(sums)
    assert sums["leads"] == {"delivered": truth["rows"], "accepted": truth["rows"], "superseded": 0, "quarantined": 0}
    assert sums["orders"]["accepted"] == truth["converted"]
    assert (sums["branches"]["accepted"], sums["lead_sources"]["accepted"]) == (
        len(truth["by_lead_origin"]),
        len(truth["by_lead_source_casefold"]),
    )
    assert x_education.quarantine() == {}


def test_leads_by_source(x_education: Loaded, by_source: dict[str, dict[str, float]]) -> None:
    ours = {name.casefold(): value for name, value in x_education.values("lead.count", "source").items()}
    assert ours == {name: row["leads"] for name, row in by_source.items()}


def test_google_is_one_source_and_no_source_is_one_of_its_own(x_education: Loaded) -> None:
    ours, raw = x_education.by("lead.conversion_ever", "source"), x_education.truth["by_lead_source_raw"]
    assert "google" not in ours
    assert ours["Google"]["denominator"] == raw["Google"]["leads"] + raw["google"]["leads"]
    assert ours[NONE]["denominator"] == x_education.truth["null_lead_source"]


def test_conversion_by_source(x_education: Loaded, by_source: dict[str, dict[str, float]]) -> None:
    _agree({name.casefold(): row for name, row in x_education.by("lead.conversion_ever", "source").items()}, by_source)


def test_conversion_by_origin(x_education: Loaded) -> None:
    _agree(x_education.by("lead.conversion_ever", "branch"), x_education.truth["by_lead_origin"])


def test_conversion_of_all(x_education: Loaded) -> None:
    row = x_education.rows("lead.conversion_ever")[0]
    assert (row["numerator"], row["denominator"]) == (x_education.truth["converted"], x_education.truth["rows"])
    assert row["value"] == pytest.approx(x_education.truth["conversion_rate"], abs=1e-6)


@pytest.mark.parametrize("metric", ["lead.conversion_30", "lead.conversion_90", "lead.days_to_order", "order.amount"])
def test_figures_that_need_what_the_file_does_not_say_are_absent(x_education: Loaded, metric: str) -> None:
    result = x_education.run("figure", metric, "--json")
    assert result.exit_code == 2
    assert "not delivered" in result.stderr
    assert result.stdout == ""


def test_there_is_no_made_up_month(x_education: Loaded) -> None:
    result = x_education.run("figure", "lead.count", "--by", "month", "--json")
    assert result.exit_code == 2
    assert "leads.collected_at" in result.stderr
    dated = x_education.query("select count(*) as n from curated.fct_lead where collected_at is not null")
    assert dated[0]["n"] == 0


def test_select_says_nothing(x_education: Loaded, leads: pd.DataFrame) -> None:
    column = "How did you hear about X Education"
    assert int((leads[column] == "Select").sum()) == x_education.truth["select_placeholders"][column]
    kept = x_education.query("select self_reported_source as said, count(*) as n from staging.stg_leads group by 1")
    expected = leads[column].replace("Select", "").value_counts()
    assert {row["said"] or "": row["n"] for row in kept} == expected.to_dict()


def test_the_document_says_what_it_is(x_education: Loaded) -> None:
    document = json.loads(x_education.run("figure", "lead.count", "--json").stdout)
    assert document["metric"] == "lead.count"
    assert document["unit"] == "leads"
    assert document["rows"][0]["value"] == x_education.truth["rows"]


def _agree(ours: dict[str, dict[str, float]], truth: dict[str, dict[str, float]]) -> None:
    """Every group is there with its base; a rate is right to the last digit, or hidden for its small base."""
    assert {name: row["denominator"] for name, row in ours.items()} == {
        name: row["leads"] for name, row in truth.items()
    }
    shown = {name for name, row in ours.items() if "suppressed" not in row}
    big = {name for name, row in truth.items() if row["leads"] >= SMALLEST_BASE}
    assert shown <= big
    assert len(big - shown) <= 1, "besides the small ones at most one is hidden, so that none is found by subtraction"
    for name in shown:
        assert ours[name]["numerator"] == truth[name]["converted"], name
        assert ours[name]["value"] == pytest.approx(truth[name]["rate"], abs=1e-6), name
        assert ours[name]["low"] < ours[name]["value"] < ours[name]["high"]
