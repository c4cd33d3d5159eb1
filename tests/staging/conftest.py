"""A workbench: CSV text and a mapping go in, through the real reader and landing; staged and quarantined rows come out."""

import textwrap
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import URL, Connection, text

from warehouse import db, landing
from warehouse.feeds.mapping import protections, read_mapping
from warehouse.feeds.readers import open_table
from warehouse.staging import LandedFile, StagedFeed, stage, sums

Row = dict[str, object]


class Bench:
    """One load at a time of files written here; `token` stands in for the vault's keyed hash."""

    def __init__(self, connection: Connection, folder: Path) -> None:
        self.connection = connection
        self.folder = folder
        self.load_id = 0
        self.refresh_id = self.one("insert into published.refresh (started_by) values ('test') returning refresh_id")

    def load(self, mapping: str, **files: str | bytes) -> dict[str, StagedFeed]:
        """Stage files (`name_csv` becomes `name.csv`) as a new load; the sums by feed."""
        path = self.folder / "mapping.yaml"
        path.write_text(textwrap.dedent(mapping), "utf-8")
        source = read_mapping(path)
        self.load_id = self.one(
            "insert into published.load (refresh_id, source) values (:refresh, 'test') returning load_id",
            refresh=self.refresh_id,
        )
        staged: list[StagedFeed] = []
        for name in sorted(files):
            staged += self._file(source, name.replace("_csv", ".csv"), files[name])
        return {feed.feed: feed for feed in sums(staged)}

    def staged(self, feed: str, *columns: str) -> list[tuple[object, ...]]:
        """The rows of the last load in the order delivered."""
        wanted = ", ".join(columns)
        query = f"select {wanted} from staging.stg_{feed} where load_id = :load_id order by file_id, row_number"
        return [tuple(row) for row in self.connection.execute(text(query), {"load_id": self.load_id})]

    def refused(self) -> list[tuple[object, ...]]:
        """Feed, row number, column, reason and value of what the last load had quarantined."""
        query = (
            "select feed, row_number, column_name, reason_code, value from published.quarantine"
            " where load_id = :load_id order by feed, file_id, row_number"
        )
        return [tuple(row) for row in self.connection.execute(text(query), {"load_id": self.load_id})]

    def one(self, query: str, **values: object) -> int:
        """The single value of a query."""
        return self.connection.execute(text(query), values).scalar_one()

    def _file(self, source, name: str, content: str | bytes) -> list[StagedFeed]:
        path = self.folder / name
        path.write_bytes(content if isinstance(content, bytes) else textwrap.dedent(content).lstrip("\n").encode())
        mapping = source.match(name)
        table = open_table(path, declared=mapping.format)
        file_id = self.one(
            "insert into published.file (load_id, file_name, content_hash, byte_count) values (:load, :name, '', 0) returning file_id",
            load=self.load_id,
            name=name,
        )
        shields = protections(source, mapping, table.columns, lambda cell: f"token-of-{cell}")
        landed = landing.land(self.connection, table=table, file_id=file_id, protect=shields)
        file = LandedFile(file_id=file_id, name=name, columns=landed.columns)
        return stage(self.connection, load_id=self.load_id, file=file, mapping=mapping, source=source)


@pytest.fixture(scope="session")
def shared(server: URL, template: str) -> Iterator[db.Database]:
    """One warehouse for all tests of this folder; each leaves it as it was."""
    made = db.embedded(server, "staging_tests", template=template)
    yield made
    made.dispose()


@pytest.fixture
def bench(shared: db.Database, tmp_path: Path) -> Iterator[Bench]:
    with shared.loader.connect() as connection:
        yield Bench(connection, tmp_path)
