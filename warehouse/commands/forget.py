"""forget: erase what is personal of a customer."""

from typing import Annotated

import typer

from warehouse.access.standing import NotQuiet
from warehouse.commands import output
from warehouse.commands.common import Json, open_warehouse
from warehouse.forgetting import forget as do_forget
from warehouse.settings import operator


def register(app: typer.Typer) -> None:
    """Add this file's command."""
    app.command()(forget)


def forget(
    customer: Annotated[str, typer.Argument(help="the customer's code, as it was delivered")],
    *,
    reason: Annotated[str, typer.Option(help="kept in the audit trail; write nothing personal")] = "",
    json: Json = False,
) -> None:
    """Erase a customer's name, telephone and words from the vault, from staging and from landed files; figures stay."""
    try:
        done = do_forget(open_warehouse(), customer.strip(), by=operator(), reason=reason)
    except (LookupError, NotQuiet) as refusal:
        raise output.fail(refusal.args[0], output.HELD) from refusal
    if json:
        output.as_json(done)
        return
    output.say(f"customer {done.customer}: erased from {done.rows} rows, {done.gone} values gone from the vault")
    if done.shared:
        output.say(f"{done.shared} values that somebody else has as well, such as a name, stay in the vault as theirs")
    output.say("delivered files and backups are yours to clear: what is delivered again is here again")
