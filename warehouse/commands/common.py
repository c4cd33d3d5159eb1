"""What every command needs: the warehouse, who is asking, the common options."""

from typing import Annotated

import typer
from sqlalchemy import text

from warehouse import db
from warehouse.commands import output
from warehouse.settings import Settings

Json = Annotated[bool, typer.Option("--json", help="one JSON document on standard output")]


def open_warehouse() -> db.Database:
    """The warehouse that the environment names, started and migrated; leaves with a sentence where that fails."""
    try:
        return db.connect(Settings.from_environment())
    except ValueError as error:
        raise output.fail(error) from error


def loader_rows(database: db.Database, question: str, **parameters: object) -> list[dict[str, object]]:
    """Rows of the book, as the loader sees it."""
    with database.loader.begin() as connection:
        return [dict(row) for row in connection.execute(text(question), parameters).mappings()]
