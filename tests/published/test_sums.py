"""Sums of published tables: nothing lost, nothing twice, the same grains in the database as in the code that asks for them."""

from collections.abc import Callable

import pytest
from sqlalchemy import Connection, text

from tests.oracle.company import Company
from warehouse import db
from warehouse.queries.grains import KEPT, ROWS, coarsest

APOSTLE = "{} month apostle apostle_field_x apostle_field_y customer_kind"


@pytest.fixture(scope="module")
def company(company_of: Callable[[str], Company]) -> Company:
    """A published demo company."""
    return company_of("north")


def test_the_code_knows_the_grains_that_are_kept(company: Company) -> None:
    with company.database.loader.begin() as connection:
        told = connection.execute(text("select table_name, day_column, grains, left_out from ops.sums"))
        known = {row.table_name: (row.day_column is None, {*row.grains}, {*row.left_out}) for row in told}
    assert known == {name: (kept.is_monthly, {*kept.grains}, {*kept.left_out}) for name, kept in KEPT.items()}


@pytest.mark.parametrize("name", sorted(KEPT))
def test_every_grain_adds_up_to_the_rows(company: Company, name: str) -> None:
    """Slice by slice, and in rows that lack just what the grain has not."""
    with company.database.loader.begin() as connection:
        measures = connection.scalar(text("select measures from ops.sums where table_name = :name"), {"name": name})
        rows = _added(connection, f"{name}_edition", measures, where="branch_id is not null")
        assert rows, "an empty table would prove nothing"
        for grain in KEPT[name].grains:
            sums = _added(connection, f"{name}_sums_edition", measures, where=f"grain = '{grain}'")
            assert sums == pytest.approx(rows), grain
            lost = KEPT[name].codes - set(grain.split()[2:]) | ({"branch_id"} if grain.startswith("company") else set())
            for column in lost:
                assert _count(connection, name, f"grain = '{grain}' and {column} is not null") == 0, (grain, column)
        assert _count(connection, name, f"grain <> all(array{[*KEPT[name].grains]})") == 0


def test_no_row_of_a_grain_is_there_twice(company: Company) -> None:
    with company.database.loader.begin() as connection:
        for name, kept in KEPT.items():
            measures = connection.scalar(text("select measures from ops.sums where table_name = :name"), {"name": name})
            table = db.table(connection, f"{name}_sums_edition", schema="published")
            key = ", ".join(column.name for column in table.columns if column.name not in measures)
            twice = f"select count(*) from (select from published.{table.name} group by {key} having count(*) > 1) as t"
            assert connection.scalar(text(twice)) == 0, (name, kept)


@pytest.mark.parametrize(
    ("table", "codes", "asked", "grain"),
    [
        ("lead_day", (), "company month", "company month"),
        ("lead_day", ("source_code",), "company month", "company month source_code"),
        ("lead_day", ("source_code",), "branch month", "branch month source_code"),
        ("lead_day", ("source_code",), "company day", "company day source_code"),
        ("lead_day", ("source_code",), "branch day", ROWS),
        ("lead_day", ("channel_code",), "company month", "company month"),
        ("complaint_cohort", ("cause_code",), "company month", "company month cause_code gap_code"),
        ("complaint_cohort", ("cause_code", "channel_code"), "company month", ROWS),
        ("complaint_daily", ("channel_code",), "company month", ROWS),
        ("survey_stratum", ("region_id",), "company month", "company month region_id"),
        ("lead_day", ("region_id",), "company month", "branch month"),
        ("lead_day", ("region_id", "source_code"), "company month", "branch month source_code"),
        ("segment_customer", ("apostle",), "company month", APOSTLE.format("company")),
        ("segment_customer", ("apostle", "region_id"), "company month", APOSTLE.format("branch")),
        ("segment_customer", ("apostle",), "branch month", APOSTLE.format("branch")),
        ("pareto", (), "company day", "company month"),
        ("pareto", (), "branch month", ROWS),
    ],
)
def test_the_coarsest_grain_that_tells_what_is_asked(
    table: str, codes: tuple[str, ...], asked: str, grain: str
) -> None:
    place, time = asked.split()
    assert coarsest(KEPT[table], codes=codes, is_whole=place == "company", by_days=time == "day") == grain


def _added(connection: Connection, table: str, measures: list[str], *, where: str) -> dict[object, float]:
    """The sum of every measure of every slice."""
    sums = ", ".join(f"sum({measure}) as {measure}" for measure in measures)
    found = connection.execute(text(f"select slice_on, {sums} from published.{table} where {where} group by slice_on"))
    return {(row["slice_on"], measure): float(row[measure] or 0) for row in found.mappings() for measure in measures}


def _count(connection: Connection, name: str, where: str) -> int:
    return int(connection.scalar(text(f"select count(*) from published.{name}_sums_edition where {where}")))
