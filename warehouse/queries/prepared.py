"""Questions as Postgres keeps them for a connection: planned once, then only answered. Planning one takes longer than answering it."""

import re
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from sqlalchemy import Connection, CursorResult, Engine
from sqlalchemy.exc import DBAPIError

from warehouse import db

QUESTIONS = Path(__file__).parent
PARAMETER = re.compile(r"(?<![:\w\\]):(\w+)(?!:)")
"""As SQLAlchemy finds them."""
PLANNED = "questions planned"


@dataclass(frozen=True)
class Prepared:
    """One question: `plan` is sent once a connection, `ask` with a value for each of `names` whenever it is asked."""

    plan: str
    ask: str
    names: tuple[str, ...]


@cache
def prepared(question: str) -> Prepared:
    """The question of the file `warehouse/queries/<question>.sql`."""
    words = db.sql_text(f"queries/{question}.sql")
    names = tuple(dict.fromkeys(PARAMETER.findall(words)))
    numbered = PARAMETER.sub(lambda found: f"${names.index(found[1]) + 1}", words)
    values = f" ({', '.join(f'%({name})s' for name in names)})" if names else ""
    return Prepared(f'prepare "{question}" as {numbered}', f'execute "{question}"{values}', names)


def answer(connection: Connection, question: str, /, **parameters: object) -> CursorResult[tuple[object, ...]]:
    """What Postgres answers; parameters that the question does not name are left out."""
    asked = _known(connection, question)
    values = {name: parameters[name] for name in asked.names}
    return connection.exec_driver_sql(asked.ask, values, execution_options={"question": question})


def plan_ahead(engine: Engine) -> None:
    """Have every question planned on one connection, the next to be taken: nobody need wait for it. Nothing is asked.

    A warehouse that is not there, or of another version, is for whoever asks it to find out.
    """
    with suppress(DBAPIError), engine.connect() as connection:
        for file in sorted(QUESTIONS.rglob("*.sql")):
            asked = _known(connection, file.relative_to(QUESTIONS).with_suffix("").as_posix())
            connection.exec_driver_sql(f"explain {asked.ask}", dict.fromkeys(asked.names))


def _known(connection: Connection, question: str) -> Prepared:
    """The question, which the connection has been told."""
    asked, planned = prepared(question), connection.info.setdefault(PLANNED, set())
    if question not in planned:
        connection.exec_driver_sql(asked.plan, execution_options={"no_parameters": True})
        planned.add(question)
    return asked
