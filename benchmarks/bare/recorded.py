"""What a refresh sends to Postgres, taken down while it is sent: the very statements, their values in place."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, event, text

from benchmarks.measured.bench import NotPublished, delivery_of
from warehouse import db
from warehouse.refresh import refresh
from warehouse.settings import Settings, keys

COMMENT = re.compile(r"--\s[^\n]*")
"""As the house writes them; what stands for nothing in a cell may be two hyphens."""
WRITES = re.compile(r"(insert|update|delete|create|drop|analyze|set local|with gone)\b")
ASKS_THE_GATE = re.compile(r"\bgate\.\w")


@dataclass(frozen=True)
class Statement:
    """One statement as it was sent, and the step of the refresh that sent it."""

    step: str
    sql: str

    @property
    def is_work(self) -> bool:
        """Whether whoever writes the refresh as a script would write this too.

        What writes, and what the gates count with. Not the looking up: which slices are touched, what is usual, which columns
        a table has, who runs; nor locks and savepoints.
        """
        said = COMMENT.sub("", self.sql).strip().lower()
        return bool(WRITES.match(said)) or (self.step.startswith("gate") and bool(ASKS_THE_GATE.search(said)))


@dataclass(frozen=True)
class Landed:
    """A file that the refresh landed: its table in `landing`, how many columns it has, and where it lies."""

    file_id: int
    width: int
    path: Path


@dataclass(frozen=True)
class Recording:
    """Every transaction that was committed, in the order of their ends, and the files that were landed."""

    transactions: tuple[tuple[Statement, ...], ...]
    files: tuple[Landed, ...]

    @property
    def work(self) -> Iterator[tuple[Statement, ...]]:
        """The transactions with nothing in them but work; those with none left out."""
        for transaction in self.transactions:
            if kept := tuple(statement for statement in transaction if statement.is_work):
                yield kept


def record(settings: Settings, folder: Path) -> Recording:
    """Take in the files of a folder in this process, and take down what is sent. Raises NotPublished."""
    database = db.connect(settings)
    ear = _Ear()
    with _listening(database.loader, ear):
        outcome = refresh(database, keys(settings), [delivery_of(folder)], by="benchmark", tell=ear.told)
    if outcome.verdict != "published" or ear.rolled_back:
        raise NotPublished(f"{folder.name} was {outcome.verdict}: {dict(outcome.held)}; {ear.rolled_back} rolled back")
    with database.loader.begin() as connection:
        asked = text("select file_id, file_name, cardinality(columns) as width from published.file order by file_id")
        files = tuple(Landed(row.file_id, row.width, folder / row.file_name) for row in connection.execute(asked))
    database.dispose()
    return Recording(tuple(ear.committed), files)


@dataclass
class _Ear:
    """What was heard so far, by connection until that commits."""

    step: str = "receive"
    committed: list[tuple[Statement, ...]] = field(default_factory=list)
    rolled_back: int = 0
    _open: dict[int, list[Statement]] = field(default_factory=dict)

    def told(self, step: str) -> None:
        if not step.startswith("receive "):
            self.step = step

    def sent(self, connection: Any, sql: bytes) -> None:
        self._open.setdefault(id(connection), []).append(Statement(self.step, sql.decode()))

    def ended(self, connection: Any, *, is_kept: bool) -> None:
        heard = self._open.pop(id(connection), [])
        if is_kept and heard:
            self.committed.append(tuple(heard))


@contextmanager
def _listening(engine: Engine, ear: _Ear) -> Iterator[None]:
    """Hear all that `engine` sends in the block. Great Expectations has an engine of its own: it asks what we ask a second time."""

    def sent(connection: Any, cursor: Any, *_: object) -> None:
        ear.sent(connection.connection.dbapi_connection, cursor.query)

    def committed(connection: Any) -> None:
        ear.ended(connection.connection.dbapi_connection, is_kept=True)

    def rolled_back(connection: Any) -> None:
        ear.ended(connection.connection.dbapi_connection, is_kept=False)

    def taken_back(*_: object) -> None:
        ear.rolled_back += 1

    heard = {
        "after_cursor_execute": sent,
        "commit": committed,
        "rollback": rolled_back,
        "rollback_savepoint": taken_back,
    }
    for name, listener in heard.items():
        event.listen(engine, name, listener)
    try:
        yield
    finally:
        for name, listener in heard.items():
            event.remove(engine, name, listener)
