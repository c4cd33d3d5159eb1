"""access grant | revoke | list | audit: who may see what."""

from datetime import datetime
from typing import Annotated

import typer
from sqlalchemy import text

from warehouse import db
from warehouse.access import grants
from warehouse.commands import output
from warehouse.commands.common import Json, open_warehouse, operator

app = typer.Typer(no_args_is_help=True, help=__doc__)


@app.command()
def grant(
    person: Annotated[str, typer.Argument(help="the verified e-mail address that the person signs in with")],
    role: Annotated[str, typer.Option(help="executive, branch_head or data_steward")],
    region: Annotated[str | None, typer.Option(help="only this region")] = None,
    branch: Annotated[str | None, typer.Option(help="only this branch")] = None,
    until: Annotated[datetime | None, typer.Option(help="the last moment of the grant")] = None,
) -> None:
    """Let a person see the company, a region or a branch."""
    if role not in grants.ROLES:
        raise output.fail(f"no role {role!r}; there are {', '.join(grants.ROLES)}")
    try:
        given = grants.Grant(person=person, role=role, region=region, branch=branch, valid_until=until)
    except ValueError as error:
        raise output.fail(error) from error
    with open_warehouse().loader.begin() as connection:
        grants.give(connection, given, by=operator())
    output.say(f"{person} may now see {given.scope_kind} {region or branch or ''} as {role}")


@app.command()
def revoke(person: str) -> None:
    """End every grant of a person; it holds from the next click on."""
    with open_warehouse().loader.begin() as connection:
        ended = grants.revoke(connection, person, by=operator())
    if not ended:
        raise output.fail(f"{person} has no running grant", output.HELD)
    output.say(f"ended {ended} grants of {person}")


@app.command("list")
def list_(*, json: Json = False) -> None:
    """Every grant that runs now."""
    output.rows(_rows(open_warehouse(), _GRANTS), to_json=json, empty="no grants: nobody can see anything")


@app.command()
def audit(*, json: Json = False) -> None:
    """The audit trail, newest first."""
    output.rows(_rows(open_warehouse(), _AUDIT), to_json=json, empty="nothing has happened yet")


_GRANTS = (
    "select person, role, scope_kind, scope_id, valid_from, valid_until, granted_by from access.grants"
    " where valid_until is null or valid_until > now() order by person, grant_id"
)
_AUDIT = (
    "select happened_at, person, action, detail ->> 'what' as what from access.audit order by audit_id desc limit 1000"
)


def _rows(database: db.Database, question: str) -> list[dict[str, object]]:
    with database.loader.begin() as connection:
        return [dict(row) for row in connection.execute(text(question)).mappings()]
