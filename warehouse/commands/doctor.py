"""doctor: what the warehouse stands on, and what to do where it is wrong."""

import os

import typer

from warehouse.commands import output
from warehouse.commands.common import Json
from warehouse.doctor import examine

MARKS = {"good": "✓", "note": "·", "wrong": "✗"}


def register(app: typer.Typer) -> None:
    """Add this file's command."""
    app.command()(doctor)


def doctor(*, json: Json = False) -> None:
    """One line each: versions, connection, roles, policies, keys, clock, disk, fonts …; what to do where something is wrong."""
    found = []
    for each in examine(os.environ):
        found.append(each)
        if not json:
            remedy = f" → {each.do}" if each.do else ""
            typer.echo(f"{MARKS[each.state]} {each.about}: {each.said}{remedy}")
    is_well = all(each.state != "wrong" for each in found)
    if json:
        output.as_json({"is_well": is_well, "findings": found})
    raise typer.Exit(output.DONE if is_well else output.FAILED)
