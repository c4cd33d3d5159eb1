"""access grant | revoke | list | audit | rotate: who may see what, what was done, and the keys."""

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from json import loads
from typing import Annotated, cast
from zoneinfo import ZoneInfo

import typer

from warehouse import ledger
from warehouse.access import grants
from warehouse.commands import output
from warehouse.commands.common import Json, loader_rows, open_warehouse
from warehouse.settings import Settings, operator

app = typer.Typer(no_args_is_help=True, help=__doc__)


def register(to: typer.Typer) -> None:
    """Add this file's commands."""
    to.add_typer(app, name="access")


Region = Annotated[str | None, typer.Option(help="only this region")]
Branch = Annotated[str | None, typer.Option(help="only this branch")]
_GRANTS = """
select person, role, scope_kind, scope_id, valid_from, valid_until, granted_by
from access.grants
where :ended or valid_until is null or valid_until > now()
order by person, grant_id
"""
_AUDIT = """
select happened_at, person, action, detail
from access.audit
where (cast(:person as text) is null or person = lower(:person))
    and (cast(:action as text) is null or action = :action)
order by audit_id desc
limit :most
"""


@app.command()
def grant(
    person: Annotated[str, typer.Argument(help="the verified e-mail address that the person signs in with")],
    role: Annotated[str, typer.Option(help="executive, branch_head or data_steward")],
    region: Region = None,
    branch: Branch = None,
    until: Annotated[datetime | None, typer.Option(help="the last moment of the grant; a date: the whole day")] = None,
) -> None:
    """Let a person see the company, a region or a branch."""
    try:
        with open_warehouse().loader.begin() as connection:
            ends = _end(until, ledger.settings(connection).get("reporting_zone", "UTC"))
            given = grants.Grant(person, cast(grants.Role, role), region=region, branch=branch, valid_until=ends)
            grants.check(connection, given)
            grants.give(connection, given, by=operator())
    except grants.NotGrantable as refusal:
        raise output.fail(refusal, output.HELD) from refusal
    output.say(f"{person} may now see {given.covers} as {role}" + (f", until {ends:%Y-%m-%d %H:%M %Z}" if ends else ""))


def _end(until: datetime | None, zone: str) -> datetime | None:
    """The moment at which a grant is over, in the reporting zone; a day is over at its end."""
    if until is None:
        return None
    over = until + timedelta(days=1) if until.time() == time.min else until
    return over.replace(tzinfo=ZoneInfo(zone))


@app.command()
def revoke(person: str, *, region: Region = None, branch: Branch = None) -> None:
    """End the grants of a person, all of them or those of a region or branch; it holds from the next click on."""
    with open_warehouse().loader.begin() as connection:
        ended = grants.revoke(connection, person, by=operator(), region=region, branch=branch)
    if not ended:
        where = f" for {region or branch}" if region or branch else ""
        raise output.fail(f"{person} has no running grant{where}; `access list` shows them", output.HELD)
    output.say(f"ended {ended} {'grant' if ended == 1 else 'grants'} of {person}")


@app.command("list")
def list_(
    *, ended: Annotated[bool, typer.Option("--ended", help="also those that have ended")] = False, json: Json = False
) -> None:
    """Every grant that runs now."""
    found = loader_rows(open_warehouse(), _GRANTS, ended=ended)
    output.rows(found, to_json=json, empty="no grants: nobody can see anything")


@app.command()
def audit(
    *,
    person: Annotated[str | None, typer.Option(help="only what this person did")] = None,
    action: Annotated[str | None, typer.Option(help="only this, such as export or 'contact card'")] = None,
    most: Annotated[int, typer.Option(help="how many rows")] = 1000,
    json: Json = False,
) -> None:
    """The audit trail, newest first; with --json every detail as it was written down."""
    found = loader_rows(open_warehouse(), _AUDIT, person=person, action=action, most=most)
    rows = (
        found if json else [{**row, "detail": in_words(cast("Mapping[str, object]", row["detail"]))} for row in found]
    )
    output.rows(rows, to_json=json, empty="nothing of that kind has happened yet")


def in_words(detail: Mapping[str, object]) -> str:
    """The details of an audit row in one line: what was done as it was said, else every part that says anything, by its name."""
    parts = {name: value for name, value in detail.items() if value not in (None, "", [])}
    said = str(parts.pop("what", ""))
    if said.startswith("{"):  # what was asked of the worker
        said = in_words(loads(said))
    told = [f"{name.replace('_', ' ')}: {_word(value)}" for name, value in parts.items()]
    return " · ".join(filter(None, (said, *told)))


def _word(value: object) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {_word(each)}" for name, each in value.items())
    if isinstance(value, list):
        return ", ".join(map(_word, value))
    return str(value)


@app.command()
def rotate(
    *,
    vault: Annotated[bool, typer.Option("--vault", help="the key that seals personal values")] = False,
    hmac: Annotated[bool, typer.Option("--hmac", help="the key of the hashes that stand for them")] = False,
) -> None:
    """Change a key, or both: the embedded warehouse makes new ones itself, others are given theirs by the environment."""
    if not (vault or hmac):
        raise output.fail("say which key: --vault, --hmac, or both")
    from warehouse.access import rotation  # which the others need not wait for

    settings = Settings.from_environment()
    database = open_warehouse()
    try:
        if vault:
            count = rotation.rotate_vault_key(database, settings, by=operator())
            output.say(f"{count} values are sealed with the new vault key; the old one opens nothing any more")
        if hmac:
            count = rotation.rotate_hashing_key(database, settings, by=operator())
            output.say(f"{count} hashes are made with the new hashing key")
    except ValueError as error:
        raise output.fail(error, output.HELD) from error
