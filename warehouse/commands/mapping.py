"""mapping draft | check: how somebody else's columns become ours."""

from pathlib import Path
from typing import Annotated

import typer

from warehouse.commands import output
from warehouse.commands.common import Json
from warehouse.feeds.mapping import MappingError, check, draft, read_mapping
from warehouse.feeds.readers import FileRefused

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
        problems = check(read_mapping(source), from_)
    except (MappingError, FileRefused) as error:
        raise output.fail(error) from error
    output.rows(
        [{"file": each.file, "line": each.line, "problem": str(each)} for each in problems],
        to_json=json,
        empty=f"{source.name} fits",
    )
    raise typer.Exit(output.HELD if problems else output.DONE)
