"""How a warehouse stands: what readers see of it, and what the book says, each as plain values that can be compared."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, text

from warehouse import db

Rows = Sequence[tuple[object, ...]]

GHOSTS = {"dim_customer": "t.is_on_file or t.branch_id is not null"}
"""Rows that count, where a table keeps others on purpose: a customer whose only file was taken back."""
BOOK: Mapping[str, str] = {
    "loads": "select f.feed, f.delivered, f.accepted, f.superseded, f.quarantined, f.state, f.held_by, f.held_since is null"
    " from published.load_feed as f order by f.load_id, f.feed",
    "files": "select file_name, content_hash, byte_count, delivered, broken, state from published.file order by file_id",
    "quarantine": "select feed, file_name, row_number, column_name, reason_code, value from published.quarantine"
    " order by 1, 2, 3, 4",
    "landed": "select count(*) from pg_class where relnamespace = cast('landing' as regnamespace) and relkind = 'r'",
    "sealed": "select count(*) from vault.sealed",
    "left over": "select count(*) from ops.discarding",
}


@dataclass(frozen=True)
class Standing:
    """`shown`: a digest of every published table as readers see it. `kept`: of what stands behind it, and the book."""

    shown: Mapping[str, str]
    kept: Mapping[str, object]

    def unlike(self, other: "Standing") -> dict[str, tuple[object, object]]:
        """What is not the same in both, each by its name."""
        ours, theirs = ({**each.shown, **each.kept} for each in (self, other))
        names = sorted(ours.keys() | theirs.keys())
        return {name: (ours.get(name), theirs.get(name)) for name in names if ours.get(name) != theirs.get(name)}


def standing(database: db.Database) -> Standing:
    """How the warehouse stands now. Numbers of loads and refreshes are left out: one that was cut off has used some up."""
    with database.loader.begin() as connection:
        kept: dict[str, object] = {name: _rows(connection, question) for name, question in BOOK.items()}
        kept |= _digests(connection, "staging", "stg\\_%", leaving=("load_id", "file_id"))
        kept |= _digests(connection, "curated", "%", leaving=("load_id", "file_id"))
        return Standing(shown=_shown(connection), kept=kept)


def shown(database: db.Database) -> Mapping[str, str]:
    """A digest of every published table as readers see it now."""
    with database.loader.begin() as connection:
        return _shown(connection)


def _shown(connection: Connection) -> Mapping[str, str]:
    return _digests(
        connection,
        "published",
        "%\\_edition",
        leaving=("refresh_id", "edition_id"),
        where="t.refresh_id = (select refresh_id from published.current)",
    )


def _digests(
    connection: Connection, schema: str, like: str, *, leaving: Sequence[str], where: str = "true"
) -> dict[str, str]:
    """Number of rows and a digest of them, in an order of their own, by table."""
    listed = text(
        "select relname from pg_class where relnamespace = cast(:schema as regnamespace) and relkind = 'r'"
        " and relname like :like order by relname"
    )
    names = [
        str(name).removesuffix("_edition") for name in connection.scalars(listed, {"schema": schema, "like": like})
    ]
    left = "".join(f" - '{name}'" for name in leaving)
    asked = " union all ".join(
        f"select '{name}', count(*) || ' ' || md5(coalesce(string_agg(r, '' order by r), ''))"
        f" from (select cast(to_jsonb(t){left} as text) as r from {schema}.{name} as t where {GHOSTS.get(name, where)}) as rows"
        for name in names
    )
    return {f"{schema}.{name}": digest for name, digest in connection.exec_driver_sql(asked.replace("%", "%%"))}


def _rows(connection: Connection, question: str) -> Rows:
    return [tuple(row) for row in connection.execute(text(question))]
