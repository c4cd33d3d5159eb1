"""What is offered comes to hand: a file of this machine as it lies, one of another machine as a copy, a query as a file of its new rows.

The book says how far queries have been taken and which files of other machines are known, so that none is asked for twice.
It moves in the transaction that lands what came, and only for what was landed.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, text

from warehouse.feeds.readers import content_hash
from warehouse.feeds.sources import Answer, Asked, Offered, Reached, RemoteFile
from warehouse.staging import LandedFile

KEPT = 3
"""How many of the last answers of a query are known row by row. Where a load before them is discarded, the rows that were asked
for once more after it come a second time, and change nothing."""


@contextmanager
def at_hand(
    connection: Connection,
    offered: Offered,
    *,
    source: str,
    refresh_id: int,
    key: bytes,
    is_trial: bool,
    remark: Callable[[str], None],
) -> Iterator[Path | LandedFile | None]:
    """The file; or what it was landed as before; or None, where a query has no new row. Raises FileRefused.

    How far a query was taken is noted after the block, if that has landed it; not of a trial, which is taken back.
    """
    match offered:
        case Asked():
            with offered.answered(_reached(connection, offered, source=source), key=key) as answer:
                if answer.ahead:
                    remark(_ahead(offered, answer))
                yield answer.path if answer.rows else None
                if not is_trial:
                    _note_reached(connection, offered, answer, source=source, refresh_id=refresh_id)
        case RemoteFile():
            known = None if offered.may_differ else _by_stamp(connection, offered)
            if known is not None:
                yield known
                return
            with offered.brought() as path:
                hashed = content_hash(path)
                if not offered.may_differ:
                    _note_stamp(connection, offered, hashed)
                yield _by_hash(connection, hashed) or path
        case _:
            yield _by_hash(connection, content_hash(offered)) or offered


def _ahead(asked: Asked, answer: Answer) -> str:
    rows = f"{answer.ahead} row{'s are' if answer.ahead > 1 else ' is'}"
    return f"{asked.name}: {rows} of a time to come, by {asked.query.cursor}; asked for each time, until it is over or corrected"


def _by_hash(connection: Connection, hashed: str) -> LandedFile | None:
    statement = text(
        "select file_id, file_name, columns from published.file where content_hash = :hash and state = 'landed'"
        " order by file_id desc limit 1"
    )
    row = connection.execute(statement, {"hash": hashed}).first()
    return None if row is None else LandedFile(file_id=row.file_id, name=row.file_name, columns=tuple(row.columns))


def _by_stamp(connection: Connection, remote: RemoteFile) -> LandedFile | None:
    statement = text("select content_hash from ops.brought where url = :url and stamp = :stamp")
    hashed = connection.scalar(statement, {"url": remote.url, "stamp": remote.stamp})
    return None if hashed is None else _by_hash(connection, hashed)


def _note_stamp(connection: Connection, remote: RemoteFile, hashed: str) -> None:
    statement = text(
        "insert into ops.brought (url, stamp, content_hash) values (:url, :stamp, :hash)"
        " on conflict (url) do update set stamp = excluded.stamp, content_hash = excluded.content_hash"
    )
    connection.execute(statement, {"url": remote.url, "stamp": remote.stamp, "hash": hashed})


def _reached(connection: Connection, asked: Asked, *, source: str) -> Reached | None:
    """How far the query was taken by what has not been discarded since: a load taken out is asked for again, with all after it."""
    statement = text(
        "with taken as (select r.*, f.state from ops.reached as r inner join published.file as f on r.file_id = f.file_id"
        " where r.source = :source and r.query = :query and r.cursor_column is not distinct from :cursor)"
        " select kind, newest, taken from taken where state = 'landed'"
        " and file_id < all (select file_id from taken where state = 'discarded') order by file_id desc limit 1"
    )
    row = {"source": source, "query": asked.name, "cursor": asked.query.cursor}
    found = connection.execute(statement, row).first()
    return None if found is None else Reached(found.kind, found.newest, bytes(found.taken))


def _note_reached(connection: Connection, asked: Asked, answer: Answer, *, source: str, refresh_id: int) -> None:
    landed = text(
        "select max(f.file_id) from published.file as f inner join published.load as l on f.load_id = l.load_id"
        " where l.refresh_id = :refresh_id and l.source = :source and f.file_name = :query and f.state = 'landed'"
    )
    asked_again = text(
        "delete from ops.reached as r using published.file as f where r.file_id = f.file_id and f.state = 'discarded'"
        " and r.source = :source and r.query = :query"
    )
    noted = text(
        "insert into ops.reached (file_id, source, query, cursor_column, kind, newest, taken)"
        " values (:file_id, :source, :query, :cursor, :kind, :newest, :taken)"
    )
    forgotten = text(
        "update ops.reached set taken = '' where source = :source and query = :query and octet_length(taken) > 0 and file_id not in"
        " (select file_id from ops.reached where source = :source and query = :query order by file_id desc limit :kept)"
    )
    named = {"source": source, "query": asked.name}
    file_id = connection.scalar(landed, {**named, "refresh_id": refresh_id})
    if file_id is not None:
        connection.execute(asked_again, named)
        row = {**named, "file_id": file_id, "cursor": asked.query.cursor, **vars(answer.reached)}
        connection.execute(noted, row)
        connection.execute(forgotten, {**named, "kept": KEPT})
