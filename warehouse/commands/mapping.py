"""mapping draft | check: how somebody else's columns become ours."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from warehouse.commands import output
from warehouse.commands.common import Json
from warehouse.feeds.mapping import MappingError, Problem, Source, check, check_file, draft, read_mapping
from warehouse.feeds.mapping.check import SAMPLE_ROWS
from warehouse.feeds.readers import FileRefused
from warehouse.feeds.sources import queries

app = typer.Typer(no_args_is_help=True, help=__doc__)


def register(to: typer.Typer) -> None:
    """Add this file's commands."""
    to.add_typer(app, name="mapping")


@app.command("draft")
def draft_(files: Annotated[list[Path], typer.Argument(metavar="FILE…")]) -> None:
    """Propose a mapping from headers and sample rows; print it."""
    try:
        typer.echo(draft(files), nl=False)
    except FileRefused as error:
        raise output.fail(error) from error


@app.command("check")
def check_(
    source: Annotated[Path, typer.Argument(metavar="SOURCE.yaml")],
    *,
    from_: Annotated[Path, typer.Option("--from", help="folder that holds the files")] = Path(),
    json: Json = False,
) -> None:
    """Check a mapping, and the headers and first rows of the files it names."""
    try:
        given = read_mapping(source)
        problems = [*check(given, from_), *_answers(given)]
    except (MappingError, FileRefused) as error:
        raise output.fail(error) from error
    output.rows(
        [{"file": each.file, "line": each.line, "problem": str(each)} for each in problems],
        to_json=json,
        empty=f"{source.name} fits",
    )
    raise typer.Exit(output.HELD if problems else output.DONE)


def _answers(source: Source) -> Iterator[Problem]:
    """What is wrong with the first rows that the queries of a source find."""
    for asked in queries(source):
        try:
            with asked.answered(most=SAMPLE_ROWS) as answer:
                yield from check_file(source, answer.path, source.match(asked.name))
        except FileRefused as refused:
            yield Problem("unreadable", asked.name, value=refused.said)
