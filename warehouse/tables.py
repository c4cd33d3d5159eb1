"""The SQL files of a stage as tables: what each reads, its key and its feeds, and the order in which they are made."""

import re
from collections.abc import Callable, Collection, Iterable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

HERE = Path(__file__).parent
COMMENT = re.compile(r"--[^\n]*")
READ = re.compile(r"\b(?:from|join)\s+(staging|curated|published|ops)\.(\w+)\b(?!\s*\()")
"""A table that a query reads. SQL in this house is formatted one way, and to parse it all took a second of every refresh."""


@dataclass(frozen=True)
class SqlTable:
    """One file, one table: `key` and `feeds` as its header says, `reads` as its SQL says (schema, table)."""

    schema: str
    name: str
    key: tuple[str, ...]
    feeds: tuple[str, ...]
    reads: frozenset[tuple[str, str]]

    @property
    def path(self) -> str:
        """The file, below `warehouse/`."""
        return f"{self.schema}/{self.name}.sql"


@cache
def tables(schema: str) -> tuple[SqlTable, ...]:
    """Every table of `schema` (curated or published), each after those it reads."""
    found = {path.stem: _read(schema, path) for path in sorted((HERE / schema).glob("*.sql"))}
    order = TopologicalSorter(
        {
            name: sorted(read for owner, read in table.reads if owner == schema and read in found)
            for name, table in found.items()
        }
    )
    return tuple(found[name] for name in order.static_order())


def header(text: str, name: str) -> tuple[str, ...]:
    """The comma-separated words of the header line `-- Name …`, without remarks after `->` or `;`; empty if there is none."""
    match = re.search(rf"^-- {name}s?\s+(.+)$", text, flags=re.MULTILINE)
    if match is None:
        return ()
    words = re.split(r";|->|\(", match.group(1))[0]
    return tuple(word.strip().rstrip(".") for word in words.split(",") if word.strip())


def needing(candidates: Iterable[SqlTable], feeds: Iterable[str]) -> tuple[SqlTable, ...]:
    """Those of `candidates` that read one of `feeds`."""
    wanted = set(feeds)
    return tuple(table for table in candidates if wanted & set(table.feeds))


def side_by_side(work: Callable[[SqlTable], None], wanted: Collection[SqlTable], *, at_once: int) -> None:
    """Do `work` on every table, `at_once` at a time, and on none before it is done on those that this one reads."""
    by_name = {table.name: table for table in wanted}
    order = TopologicalSorter(
        {table.name: [name for _, name in table.reads if name in by_name] for table in by_name.values()}
    )
    order.prepare()
    under_way: dict[Future[None], str] = {}
    with ThreadPoolExecutor(at_once) as workers:
        try:
            while order.is_active():
                under_way |= {workers.submit(work, by_name[name]): name for name in order.get_ready()}
                for done in wait(under_way, return_when=FIRST_COMPLETED).done:
                    done.result()
                    order.done(under_way.pop(done))
        finally:
            for left in under_way:
                left.cancel()


def _read(schema: str, path: Path) -> SqlTable:
    text = path.read_text("utf-8")
    return SqlTable(
        schema=schema,
        name=path.stem,
        key=header(text, "Key"),
        feeds=header(text, "Feed"),
        reads=frozenset(READ.findall(COMMENT.sub("", text))),
    )
