"""Having something sent to somebody else, as the operator: by the same functions of the database that people themselves use."""

import json
from collections.abc import Mapping, Sequence

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from warehouse import db
from warehouse.queries.reader import REFUSALS, Refused
from warehouse.queries.subscriptions import Cadence, Lang

_NAMED = text("select set_config('app.person', :person, true), set_config('app.operator', :by, true)")


def subscribe(
    database: db.Database,
    person: str,
    *,
    what: str,
    address: Mapping[str, Sequence[str]],
    cadence: Cadence,
    channel: str,
    lang: Lang,
    by: str,
) -> int:
    """The number of the subscription. Raises Refused for somebody without a grant, and for places that person may not see."""
    asked = {"what": what, "address": json.dumps(address), "cadence": cadence, "channel": channel, "lang": lang}
    return _called(database, person, "subscribe", by=by, **asked)


def unsubscribe(database: db.Database, person: str, subscription_id: int, *, by: str) -> None:
    """End it. Raises Refused where none of this number runs for that person."""
    _called(database, person, "unsubscribe", by=by, subscription_id=subscription_id)


def _called(database: db.Database, person: str, question: str, *, by: str, **asked: object) -> int:
    try:
        with database.loader.begin() as connection:
            connection.execute(_NAMED, {"person": person.strip().lower(), "by": by})
            return int(connection.execute(db.bound(f"queries/subscriptions/{question}.sql", **asked)).scalar_one())
    except DBAPIError as error:
        said = getattr(error.orig, "diag", None)
        if said is None or said.sqlstate not in REFUSALS:
            raise
        raise Refused(said.message_primary) from error
