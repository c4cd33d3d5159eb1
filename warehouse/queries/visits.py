"""Who comes in, who is turned away, and who looks as somebody else: each is written down in Postgres before it is so."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Engine

from warehouse.queries.reader import Reader


def came(reader: Reader, *, signed_in_at: datetime | None) -> bool:
    """Write down that the person has come; whether a grant is in force. One row for each sign-in; None: without one."""
    return bool(reader.call("state/note_visit", claimed=None, signed_in_at=signed_in_at)["is_known"].iloc[0])


def turned_away(engine: Engine, *, claimed: str) -> None:
    """Write down that somebody came with an address that the provider has not verified: in nobody's name."""
    Reader(engine=engine, person="").call("state/note_visit", claimed=claimed, signed_in_at=None)


def people(reader: Reader) -> Mapping[str, tuple[str, ...]]:
    """Whom the person may look as, with their roles: nobody, unless an executive or data steward of the whole company asks."""
    rows = reader.frame("state/people").to_dict("records")
    return {str(row["person"]): tuple(row["role_names"]) for row in rows}


def view_as(reader: Reader, somebody: str) -> bool:
    """Whether the person may look as `somebody` from now on. Every call leaves an audit row."""
    return bool(reader.call("state/view_as", somebody=somebody)["is_given"].iloc[0])
