"""diff, rollback, purge: what changed since, which state readers see, how much of the past is kept."""

from typing import Annotated

import typer

from warehouse import purge, restatements, stewardship
from warehouse.access.grants import owner_view
from warehouse.commands import output
from warehouse.commands.common import Json, open_warehouse
from warehouse.queries import diff as differences
from warehouse.queries.reader import Reader, UnknownRefresh
from warehouse.refresh import AlreadyRunning
from warehouse.settings import operator


def register(app: typer.Typer) -> None:
    """Add this file's commands."""
    app.command("diff")(diff)
    app.command("rollback")(rollback)
    app.command("purge")(purge_)


def diff(
    earlier: Annotated[int, typer.Argument(metavar="A")],
    later: Annotated[int, typer.Argument(metavar="B")],
    *,
    json: Json = False,
) -> None:
    """What differs between two refreshes: figures (of the last twelve months, and month by month), and sums slice by slice."""
    database = open_warehouse()
    try:
        figures = differences.between(Reader(database.reader, owner_view(database.loader)), earlier, later)
    except UnknownRefresh as error:
        raise output.fail(error, output.HELD) from error
    with database.loader.begin() as connection:
        slices = restatements.between(connection, earlier, later)
    period = figures.attrs["period"]
    if json:
        told = {"from": period.start, "to_before": period.end, "compared": figures.attrs["compared"]}
        rows = {"figures": figures.to_dict("records"), "slices": slices.listed, "slices_in_all": slices.count}
        output.as_json({"earlier": earlier, "later": later, **told, **rows})
        return
    output.rows(
        [dict(zip(figures.columns, row, strict=True)) for row in figures.itertuples(index=False)],
        to_json=False,
        empty="no figure differs",
    )
    output.rows([vars(each) for each in slices.listed], to_json=False, empty="no slice differs")
    output.say(
        f"{figures['metric'].nunique()} of {figures.attrs['compared']} figures differ; without a month: {period.start} to before"
        f" {period.end}; {len(slices.listed)} of {slices.count} sums are listed"
    )


def rollback(refresh_id: Annotated[int, typer.Argument(metavar="REFRESH")], *, json: Json = False) -> None:
    """Show an earlier refresh again."""
    try:
        stewardship.rollback(open_warehouse(), refresh_id, by=operator())
    except stewardship.NeverPassed as error:
        raise output.fail(error, output.HELD) from error
    if json:
        output.as_json({"refresh": refresh_id})
    output.say(f"readers see refresh {refresh_id} now")


def purge_(
    *,
    refreshes: Annotated[int | None, typer.Option(help="from now on keep so many published refreshes")] = None,
    loads: Annotated[int | None, typer.Option(help="… the files of so many loads, as they were delivered")] = None,
    checks: Annotated[int | None, typer.Option(help="… the results of the checks of so many refreshes")] = None,
    json: Json = False,
) -> None:
    """Delete what is older than what is kept; after each publish the same happens by itself, a little at a time."""
    try:
        database = open_warehouse()
        kept = purge.keep(database, by=operator(), refreshes=refreshes, loads=loads, checks=checks)
        gone = purge.purge(database, by=operator())
    except (ValueError, AlreadyRunning) as error:
        raise output.fail(error, output.HELD) from error
    if json:
        output.as_json({"kept": kept, "purged": gone})
        return
    output.say(
        f"kept: {kept.refreshes} refreshes, the files of {kept.loads} loads, the checks of {kept.checks} refreshes"
    )
    output.say(str(gone))
