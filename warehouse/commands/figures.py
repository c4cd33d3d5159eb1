"""figure, change, metrics: the same figures as the pages, under the same row security."""

import csv as csv_writer
import sys
from datetime import datetime
from typing import Annotated, Any

import pandas as pd
import typer

from warehouse import db
from warehouse.access.grants import owner_view
from warehouse.commands import output
from warehouse.commands.common import Json, open_warehouse
from warehouse.metrics import Metric, metrics
from warehouse.queries import figures, provenance
from warehouse.queries.decompose import decompose
from warehouse.queries.lineage import steps
from warehouse.queries.reader import NothingPublished, Reader, UnknownRefresh
from warehouse.queries.state import published_at
from warehouse.scope import Period, Scope


def register(app: typer.Typer) -> None:
    """Add this file's commands."""
    app.command("figure")(figure)
    app.command("change")(change)
    app.command("metrics")(catalogue)


def figure(
    metric: Annotated[str, typer.Argument(help="code of the metric, such as complaint.resolution")],
    *,
    by: Annotated[str, typer.Option(help="group by these, with commas")] = "",
    where: Annotated[
        list[str] | None, typer.Option(help="narrow: dimension=value, several times or value|value")
    ] = None,
    from_: Annotated[datetime | None, typer.Option("--from", help="first day", formats=["%Y-%m-%d"])] = None,
    to: Annotated[datetime | None, typer.Option(help="last day", formats=["%Y-%m-%d"])] = None,
    at: Annotated[int | None, typer.Option(help="as an earlier refresh showed it")] = None,
    as_: Annotated[
        str | None, typer.Option("--as", help="as this person would see it; default: the whole company")
    ] = None,
    json: Json = False,
    csv: Annotated[bool, typer.Option("--csv", help="comma-separated values")] = False,
) -> None:
    """One figure, grouped and narrowed as asked."""
    dims = tuple(word.strip() for word in by.split(",") if word.strip())
    try:
        scope = _scope(where or [], from_, to)
        database = open_warehouse()
        reader = Reader(database.reader, as_ or owner_view(database.loader), at).pinned()
        frame = figures.figure(reader, metric, scope, by=dims)
    except (ValueError, LookupError, NothingPublished, UnknownRefresh) as error:
        raise output.fail(error, output.HELD) from error
    records = figures.records(frame, by=dims)
    if csv:
        _csv(frame)
    elif json:
        output.as_json(_document(database, reader, figures.known(metric), scope, records))
    else:
        output.rows([_flat(row) for row in records], to_json=False, empty="no rows in this scope")


def change(
    metric: Annotated[str, typer.Argument(help="code of the metric, such as csat.top2")],
    *,
    by: Annotated[str, typer.Option(help="the dimension whose groups explain the change")],
    from_: Annotated[datetime, typer.Option("--from", help="first day", formats=["%Y-%m-%d"])],
    to: Annotated[datetime, typer.Option(help="last day", formats=["%Y-%m-%d"])],
    where: Annotated[
        list[str] | None, typer.Option(help="narrow: dimension=value, several times or value|value")
    ] = None,
    as_: Annotated[
        str | None, typer.Option("--as", help="as this person would see it; default: the whole company")
    ] = None,
    json: Json = False,
) -> None:
    """Why a figure changed since the period of equal length before: other figures in the groups, or another mix of them."""
    try:
        after = _scope(where or [], from_, to)
        before = after.compared() or after
        database = open_warehouse()
        reader = Reader(database.reader, as_ or owner_view(database.loader)).pinned()
        frame = decompose(reader, metric, before, after, by=by)
    except (ValueError, LookupError, NothingPublished) as error:
        raise output.fail(error, output.HELD) from error
    records = [_flat(row) for row in figures.records(frame.assign(suppressed=None), by=[by])]
    if json:
        about = figures.known(metric)
        whole = _document(database, reader, about, after, records)
        output.as_json(whole | {"compared_with": _days(before), "by": by, **frame.attrs})
    else:
        output.rows(records, to_json=False, empty="no rows in this scope")
        output.say(f"{metric}: {frame.attrs['before']:.6g} → {frame.attrs['after']:.6g}, {frame.attrs['change']:+.6g}")


def catalogue(code: Annotated[str | None, typer.Argument(help="one metric")] = None, *, json: Json = False) -> None:
    """The metric catalogue; with a code, everything about that metric."""
    if code is None:
        found = [
            {
                "code": each.code,
                "kind": each.kind,
                "unit": each.unit,
                "label": each.label["en"],
                "标签": each.label["zh_CN"],
            }
            for each in metrics().values()
        ]
        output.rows(found, to_json=json, empty="the catalogue is empty")
        return
    try:
        about = figures.known(code)
    except figures.UnknownMetric as error:
        raise output.fail(error, output.HELD) from error
    if json:
        entry = {name: getattr(about, name) for name in about.__dataclass_fields__}
        lineage = [vars(step) for step in steps(about)]
        sql = dict(provenance.of(about))
        output.as_json({**entry, "unit": about.unit_label, "owner": about.owner_label, "lineage": lineage, "sql": sql})
        return
    for line in _entry(about):
        output.say(line)


def _entry(about: Metric) -> list[str]:
    """What the catalogue says of a metric, in both languages, and where its figures come from."""
    told = {
        "label": about.label,
        "meaning": about.meaning,
        "how to read it": about.how_to_read,
        "what not to conclude": about.not_conclude,
        "formula": about.formula,
        "unit": about.unit_label,
        "owner": about.owner_label,
        "source": about.source_label,
    }
    plain = {
        "good direction": about.direction,
        "smallest base": about.smallest_base,
        "grouped by": ", ".join(about.dims),
        "narrowed by": ", ".join(about.filters),
        "feeds": ", ".join(about.feeds),
    }
    fed = {
        f"{step.from_table}.{step.from_column}"
        for step in steps(about)
        if step.from_table.startswith("feed.") and step.from_column
    }
    return [
        about.code,
        *(f"{name}: {words['en']}\n  {words['zh_CN']}" for name, words in told.items()),
        *(f"{name}: {value}" for name, value in plain.items()),
        "made from: " + ", ".join(sorted(column.removeprefix("feed.") for column in fed)),
        "made by: " + ", ".join(f"warehouse/{path}" for path, _ in provenance.of(about)),
        "(--json prints the SQL and every step of the lineage)",
    ]


def _flat(row: dict[str, Any]) -> dict[str, Any]:
    return {**row["by"], **{name: value for name, value in row.items() if name != "by"}}


def _scope(where: list[str], first: datetime | None, last: datetime | None) -> Scope:
    narrowed: dict[str, tuple[str, ...]] = {}
    for clause in where:
        name, equals, values = clause.partition("=")
        if not equals:
            raise ValueError(f"--where {clause}: write dimension=value, such as category=Housing")
        narrowed[name.strip()] = narrowed.get(name.strip(), ()) + tuple(values.split("|"))
    if (first is None) != (last is None):
        raise ValueError("--from and --to go together")
    period = (
        Period(start=first.date(), end=(pd.Timestamp(last) + pd.Timedelta(days=1)).date()) if first and last else None
    )
    regions, branches = narrowed.pop("region", ()), narrowed.pop("branch", ())
    return Scope(period=period, regions=regions, branches=branches, filters=narrowed)


def _document(
    database: db.Database, reader: Reader, about: Metric, scope: Scope, records: list[dict[str, object]]
) -> dict[str, object]:
    return {
        "metric": about.code,
        "refresh": reader.refresh_id,
        "published_at": published_at(reader, reader.refresh_id) if reader.refresh_id else None,
        "scope": {"period": _days(scope), "regions": scope.regions, "branches": scope.branches, **scope.filters},
        "unit": about.unit,
        "rows": records,
    }


def _days(scope: Scope) -> dict[str, object] | None:
    return None if scope.period is None else {"from": scope.period.start, "to_before": scope.period.end}


def _csv(frame: pd.DataFrame) -> None:
    writer = csv_writer.writer(sys.stdout)
    writer.writerow(frame.columns)
    writer.writerows(frame.astype(object).where(frame.notna(), "").itertuples(index=False))
