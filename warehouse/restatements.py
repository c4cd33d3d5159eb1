"""What changed in figures that people have seen: months that were over and published, and are published anew."""

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import (
    ARRAY,
    CTE,
    BigInteger,
    Column,
    Connection,
    Date,
    Float,
    Numeric,
    Select,
    Table,
    TableValuedAlias,
    and_,
    any_,
    cast,
    column,
    func,
    literal,
    or_,
    select,
    text,
    tuple_,
    union_all,
)
from sqlalchemy.dialects.postgresql import array

from warehouse import db
from warehouse.tables import tables

MOST = 1_000
"""Of what a refresh restates so many are listed, the whole company's first, then the greatest; how many there are is counted."""
UNDATED = date(1, 1, 1)
"""The slice of rows whose day nobody knows: no month."""
OF_MONEY = ("amount", "revenue", "spend")
SIDES = ("was", "becomes")
Places = Sequence[tuple[date, int | None, int | None]]
"""Slices of a table, each with the edition that was shown of it and the one that takes its place; None for none."""


@dataclass(frozen=True)
class Restatement:
    """One measure of a published table, summed over a slice: what it was and becomes. `region` None is the whole company."""

    table: str
    measure: str
    slice: date
    region: str | None
    was: Decimal | None
    becomes: Decimal | None


@dataclass(frozen=True)
class Restated:
    """`listed` of the `count` figures that changed."""

    listed: Sequence[Restatement] = ()
    count: int = 0


def found(connection: Connection, changes: Mapping[str, Collection[date]], *, refresh_id: int) -> Restated:
    """What the editions of `refresh_id` change in months that are over: they are older than the newest month published.

    The rows of both editions are read, of no other slice: cost follows what is new.
    """
    over = text(
        "select table_name, slice_on, edition_id from ("
        " select table_name, slice_on, edition_id, max(slice_on) over (partition by table_name) as newest"
        " from published.manifest where refresh_id = (select max(refresh_id) from published.refresh where state = 'passed')"
        ") as shown where slice_on < newest and slice_on > :undated"
    )
    places: dict[str, list[tuple[date, int | None, int | None]]] = {}
    for name, slice_on, edition_id in connection.execute(over, {"undated": UNDATED}):
        if slice_on in changes.get(name, ()):
            places.setdefault(name, []).append((slice_on, edition_id, refresh_id))
    return differing(connection, places, most=MOST)


def between(connection: Connection, earlier: int, later: int, *, most: int = MOST) -> Restated:
    """What differs between two refreshes that passed, slice by slice: also what one of them does not have at all."""
    differ = text(
        "select coalesce(a.table_name, b.table_name) as table_name, coalesce(a.slice_on, b.slice_on) as slice_on,"
        " a.edition_id as was, b.edition_id as becomes"
        " from (select * from published.manifest where refresh_id = :earlier) as a"
        " full join (select * from published.manifest where refresh_id = :later) as b"
        " on a.table_name = b.table_name and a.slice_on = b.slice_on"
        " where a.edition_id is distinct from b.edition_id"
    )
    places: dict[str, list[tuple[date, int | None, int | None]]] = {}
    for name, slice_on, was, becomes in connection.execute(differ, {"earlier": earlier, "later": later}):
        places.setdefault(name, []).append((slice_on, was, becomes))
    return differing(connection, places, most=most)


def differing(connection: Connection, places: Mapping[str, Places], *, most: int) -> Restated:
    """The sums that differ between the editions of each slice, from one question."""
    known = {table.name for table in tables("published") if _is_of_figures(table.name)} & set(places)
    editions = {name: db.table(connection, f"{name}_edition", schema="published") for name in sorted(known)}
    asked = [
        measured
        for name, edition in editions.items()
        if "region_id" in edition.c
        for measured in _measured(name, edition, places[name])
    ]
    if not asked:
        return Restated()
    sums = union_all(*asked).subquery()
    size = func.abs(func.coalesce(sums.c.becomes, 0) - func.coalesce(sums.c.was, 0))
    listed = (
        select(sums, func.count().over())
        .order_by(sums.c.region.is_not(None), (size / func.greatest(func.abs(sums.c.was), 1)).desc())
        .order_by(sums.c.table, sums.c.measure, sums.c.slice, sums.c.region)
        .limit(most)
    )
    rows = [tuple(row) for row in connection.execute(listed)]
    return Restated([Restatement(*row[:-1]) for row in rows], rows[0][-1] if rows else 0)


def note(connection: Connection, restated: Restated, *, refresh_id: int) -> None:
    """Write down what a refresh restates; in the transaction that publishes it."""
    if not restated.count:
        return
    written = text(
        "insert into published.restatement (refresh_id, table_name, measure, slice_on, region_id, was, becomes)"
        ' select :refresh_id, r."table", r.measure, r.slice, r.region, r.was, r.becomes'
        ' from jsonb_to_recordset(cast(:rows as jsonb)) as r ("table" text, measure text, slice date, region text,'
        " was numeric, becomes numeric)"
    )
    rows = json.dumps([asdict(each) for each in restated.listed], default=str)
    connection.execute(written, {"refresh_id": refresh_id, "rows": rows})
    counted = text("update published.refresh set restated = :count where refresh_id = :refresh_id")
    connection.execute(counted, {"count": restated.count, "refresh_id": refresh_id})


def _is_of_figures(name: str) -> bool:
    """Whether a published table holds figures: the others list single cases, or tell sums of one once more, by several cuts."""
    return not (name.startswith("action_") or name.endswith("_case") or name == "complaint_company")


def _measures(edition: Table) -> list[Column[object]]:
    """What can be added: counts are bigint, money is numeric; places in a scale are smaller integers, and nothing here is exact
    that is floating."""
    return [
        each
        for each in edition.columns
        if each.name != "edition_id"
        and (
            isinstance(each.type, BigInteger)
            or (
                isinstance(each.type, Numeric)
                and not isinstance(each.type, Float)
                and any(word in each.name for word in OF_MONEY)
            )
        )
    ]


def _measured(name: str, edition: Table, places: Places) -> Iterator[Select[tuple[object, ...]]]:
    """For each measure of a table: its sums that differ, by slice, for each region and for the whole company."""
    measures = _measures(edition)
    sums = _sums(edition, measures, places)
    for each in measures:
        was, becomes = (cast(sums.c[f"{each.name}_{side}"], Numeric) for side in SIDES)
        yield select(
            literal(name).label("table"),
            literal(each.name).label("measure"),
            sums.c.slice_on.label("slice"),
            sums.c.region_id.label("region"),
            was.label("was"),
            becomes.label("becomes"),
        ).where(
            func.coalesce(was, 0) != func.coalesce(becomes, 0), or_(sums.c.is_whole == 1, sums.c.region_id.is_not(None))
        )


def _sums(edition: Table, measures: Sequence[Column[object]], places: Places) -> CTE:
    """Every measure before and after, one row per slice and region, and one per slice for the whole company."""
    asked = _asked(places)
    sums = (
        func.sum(each).filter(edition.c.edition_id == asked.c[side]).label(f"{each.name}_{side}")
        for each in measures
        for side in SIDES
    )
    both = any_(array([asked.c.was, asked.c.becomes]))
    is_one = and_(edition.c.slice_on == asked.c.slice_on, edition.c.edition_id == both)
    region = edition.c.region_id
    return (
        select(asked.c.slice_on, region, func.grouping(region).label("is_whole"), *sums)
        .join_from(asked, edition, is_one)
        .group_by(func.grouping_sets(tuple_(asked.c.slice_on), tuple_(asked.c.slice_on, region)))
        .cte(f"sums_of_{edition.name}")
    )


def _asked(places: Places) -> TableValuedAlias:
    """The places as rows: slice_on, was, becomes."""
    slices, was, becomes = zip(*places, strict=True)
    return (
        func.unnest(
            cast(list(slices), ARRAY(Date)), cast(list(was), ARRAY(BigInteger)), cast(list(becomes), ARRAY(BigInteger))
        )
        .table_valued(column("slice_on", Date), column("was", BigInteger), column("becomes", BigInteger))
        .render_derived()
    )
