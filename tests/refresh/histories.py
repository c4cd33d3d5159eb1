"""A warehouse in which a history happens, through the real refresh and both gates, and what of it is compared."""

import csv
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from cryptography.fernet import Fernet
from sqlalchemy import text

from tests.refresh.histories_company import FEEDS, Row, rows
from tests.refresh.histories_drawn import Step
from warehouse import db, stewardship
from warehouse.access import grants
from warehouse.feeds.mapping import contract_source
from warehouse.feeds.sources import files_in
from warehouse.queries import figures
from warehouse.queries.reader import NothingPublished, Reader
from warehouse.receive import Delivery
from warehouse.refresh import Outcome, refresh
from warehouse.scope import Scope
from warehouse.settings import Keys
from warehouse.tables import tables

KEYS = Keys(hashing=b"a secret of the tests of histories", vault=Fernet.generate_key())
SOURCE = contract_source(zone="Asia/Shanghai", currency="CNY")
BOSS = "boss@example.com"
State = Counter[tuple[str, str]]
"""Rows as text, with the table that they stand in."""
COLUMNS = (
    "select table_name, column_name, data_type = 'double precision' from information_schema.columns"
    " where table_schema = 'published' and column_name not in ('refresh_id', 'edition_id') order by ordinal_position"
)
BOOK = (
    "select 'book', row(dense_rank() over (order by load_id), feed, delivered, accepted, superseded, quarantined, newest_at)::text"
    " from published.load_feed where state = 'passed' and delivered > 0"
)
METRICS = (
    "complaint.count",
    "complaint.backlog",
    "order.count",
    "csat.top2",
    "lead.conversion_30",
    "nps",
    "retention.cohort",
)
"""Figures that are compared beside the tables: one of each way of asking."""


@dataclass(frozen=True)
class Standings:
    """Standings that are kept: to which month of each matrix, and the rows, by matrix and month."""

    until: Mapping[str, date]
    rows: Sequence[tuple[str, date, str]]

    def as_far_as(self, other: "Standings") -> State:
        """The rows of months that both keep."""
        ends = {matrix: min(self.until[matrix], other.until[matrix]) for matrix in self.until.keys() & other.until}
        return Counter((matrix, row) for matrix, month, row in self.rows if matrix in ends and month <= ends[matrix])


@dataclass
class House:
    """A warehouse in which a history happens; `taken` are the files of each load, by feed, `given` the folders delivered."""

    database: db.Database
    folder: Path
    taken: dict[int, dict[str, Path]] = field(default_factory=dict)
    given: list[Path] = field(default_factory=list)

    def open(self) -> "House":
        """Let somebody look at the whole company."""
        with self.database.loader.begin() as connection:
            grants.give(connection, grants.Grant(person=BOSS, role="executive"), by="tests")
        return self

    # -- what may happen -----------------------------------------------------------------------------------------------

    def happen(self, step: Step) -> None:
        """Do one step, then see that the book is right."""
        getattr(self, f"_{step.deed}")(step)
        self.see_that_rows_add_up()

    def take(self, *folders: Path, dry_run: bool = False, rebuild: bool = False) -> Outcome:
        """Refresh with these folders, each a delivery."""
        given = [Delivery(SOURCE, files_in(folder)) for folder in folders]
        outcome = refresh(self.database, KEYS, given, by="tests", dry_run=dry_run, rebuild=rebuild)
        for folder, received in zip(folders, outcome.received, strict=True):
            if received.load_id is not None and not dry_run:
                out = {*received.skipped, *received.unknown, *(each.file_name for each in received.refused)}
                files = {path.stem.partition("-")[0]: path for path in files_in(folder) if path.name not in out}
                self.taken[received.load_id] = files
        return outcome

    def _deliver(self, step: Step) -> None:
        folder = self._written(step)
        self.given.append(folder)
        self.take(folder)

    def _try(self, step: Step) -> None:
        folder, before = self._written(step), self.everything()
        self.take(folder, dry_run=True)
        after = self.everything()
        assert after == before, (
            "a dry run leaves nothing",
            [name for name in after if after[name] != before.get(name)],
        )

    def _again(self, step: Step) -> None:
        """The same files; those of a load that was discarded come in anew."""
        self.take(self.given[step.pick % len(self.given)])

    def _reworded(self, step: Step) -> None:
        """The same rows in files of other bytes: newer versions that say the same."""
        known = self.given[step.pick % len(self.given)]
        before = self.published() if not self.held() and self._stands(known) else None
        folder = self._new_folder()
        for path in files_in(known):
            (folder / path.name).write_bytes(path.read_bytes().rstrip() + b"\r\n\r\n")
        outcome = self.take(folder)
        if before is not None and outcome.verdict == "published":
            assert_same(before, self.published(), "the same rows again")

    def _discard(self, step: Step) -> None:
        loads = self.loads()
        if loads:
            stewardship.discard(self.database, loads[step.pick % len(loads)], by="tests")

    def _release(self, step: Step) -> None:
        held = self.scalars(
            "select max(refresh_id) from published.check_result where level = 'block' and outcome = 'failed'"
        )
        if self.held() and held[0] is not None:
            self.let_pass(int(held[0]))

    def _rollback(self, step: Step) -> None:
        passed = self.scalars("select refresh_id from published.refresh where state = 'passed' order by 1")
        if passed:
            stewardship.rollback(self.database, int(passed[step.pick % len(passed)]), by="tests")

    def _rebuild(self, step: Step) -> None:
        self.take(rebuild=True)

    def _nothing(self, step: Step) -> None:
        before = self.published()
        self.take()
        assert_same(before, self.published(), "nothing new")

    def let_pass(self, refresh_id: int) -> None:
        """Release a refresh; what cannot be released stays held."""
        with suppress(stewardship.NotReleasable):
            stewardship.release(self.database, refresh_id, reason="tried", by="tests")

    # -- what there is ---------------------------------------------------------------------------------------------------

    def scalars(self, question: str) -> list[object]:
        """One column, as the owner sees it."""
        with self.database.loader.begin() as connection:
            return list(connection.scalars(text(question)))

    def held(self) -> list[object]:
        """Loads of which a feed is held."""
        return self.scalars("select distinct load_id from published.load_feed where state = 'held' order by 1")

    def loads(self) -> list[int]:
        """Every load there is, in order."""
        return [int(str(load_id)) for load_id in self.scalars("select load_id from published.load order by 1")]

    def newest(self) -> int:
        """The newest refresh that passed."""
        (found,) = self.scalars("select max(refresh_id) from published.refresh where state = 'passed'")
        return int(str(found or 0))

    def published(self) -> State:
        """Every row of every published table in the newest state, without the columns of its editions, as text."""
        return self._state(_published(), self.newest())

    def book(self) -> State:
        """Where the rows of every load stand that is in the figures; loads by their order, so that houses can be compared."""
        return self._state(BOOK)

    def standings(self) -> Standings:
        """What is kept of where customers stand."""
        with self.database.loader.begin() as connection:
            until = connection.execute(text("select matrix, until_on from curated.standing_until")).tuples()
            rows = connection.execute(
                text("select s.matrix, s.slice_on, s::text from curated.fct_standing as s")
            ).tuples()
            return Standings(dict(until.all()), rows.all())

    def _state(self, question: str, newest: int | None = None) -> State:
        with self.database.loader.begin() as connection:
            columns = connection.execute(text(COLUMNS)).all() if "{" in question else []
            asked = text(question.format_map(_Rows(columns)))
            return Counter((str(row[0]), str(row[1])) for row in connection.execute(asked, {"newest": newest}))

    def figures(self, refresh_id: int) -> dict[str, str]:
        """Figures as an executive sees them, as text; those that the feeds cannot give are left out."""
        reader, told = Reader(self.database.reader, BOSS, refresh_id).pinned(), {}
        for code in METRICS:
            for by in ((), ("branch",)):
                try:
                    frame = figures.figure(reader, code, Scope(), by=by)
                except (figures.FeedAbsent, figures.UnknownDimension, NothingPublished):
                    continue
                told[f"{code} by {by}"] = frame.drop(columns="refresh_id", errors="ignore").to_csv(float_format="%.9g")
        return told

    def everything(self) -> dict[str, str]:
        """A fingerprint of every table that a dry run might touch, but for standings: what of these it forgot is worked out again."""
        schemas = "('landing', 'staging', 'curated', 'published', 'vault')"
        names = self.scalars(
            "select format('%I.%I', schemaname, tablename) from pg_tables where tablename not in"
            " ('refresh', 'check_result', 'fct_standing', 'standing_until')"
            f" and schemaname in {schemas} or tablename in ('pending_slice', 'broken_line', 'recipe') order by 1"
        )
        hashed = "select md5(coalesce(string_agg(t::text, E'\\n' order by t::text), '')) from"
        with self.database.loader.begin() as connection:
            return {str(name): connection.exec_driver_sql(f"{hashed} {name} as t").scalar_one() for name in names}

    def see_that_rows_add_up(self) -> None:
        """Delivered = accepted + superseded + quarantined, and what is accepted and quarantined is really there."""
        with self.database.loader.begin() as connection:
            quarantined = connection.exec_driver_sql(
                "select f.load_id, f.feed, f.quarantined, count(q.load_id) from published.load_feed as f"
                " left join published.quarantine as q on f.load_id = q.load_id and f.feed = q.feed"
                " group by f.load_id, f.feed having f.quarantined <> count(q.load_id)"
            ).all()
            assert not quarantined, quarantined
            for feed in FEEDS:
                lost = connection.exec_driver_sql(
                    f"select f.load_id, f.delivered, f.accepted, f.superseded, f.quarantined, count(s.load_id) from published.load_feed as f"
                    f" left join staging.stg_{feed} as s on f.load_id = s.load_id where f.feed = %s"
                    " group by f.load_id, f.delivered, f.accepted, f.superseded, f.quarantined"
                    " having f.accepted <> count(s.load_id) or f.delivered <> f.accepted + f.superseded + f.quarantined",
                    (feed,),
                ).all()
                assert not lost, (feed, lost)

    def accepted(self) -> list[dict[str, Path]]:
        """The files of every load that is in the figures, in order, by feed."""
        standing = self.scalars("select load_id || ' ' || feed from published.load_feed where state = 'passed'")
        return [
            kept
            for load_id, files in sorted(self.taken.items())
            if (kept := {feed: path for feed, path in files.items() if f"{load_id} {feed}" in standing})
        ]

    def _stands(self, folder: Path) -> bool:
        """Whether what the folder brought is what the figures show: nothing of it discarded, nor replaced since."""
        loads = [
            load_id for load_id, files in self.taken.items() if {path.parent for path in files.values()} == {folder}
        ]
        return (
            bool(loads)
            and max(self.taken) == loads[-1]
            and loads[-1]
            in self.scalars(
                "select load_id from published.load_feed group by load_id having bool_and(state = 'passed')"
            )
        )

    # -- files ---------------------------------------------------------------------------------------------------------------

    def _new_folder(self) -> Path:
        folder = self.folder / f"{len(list(self.folder.iterdir())):03d}"
        folder.mkdir(parents=True)
        return folder

    def _written(self, step: Step) -> Path:
        folder = self._new_folder()
        for part in step.parts:
            numbers = range(part.first, part.first + part.count)
            made = rows(part.feed, numbers, version=part.version, newcomer=step.twist == "newcomer")
            if step.twist == "broken" and len(made) > 30:
                made[7] = dict.fromkeys(made[7], "?")
            _write(folder / f"{part.feed}.csv", made * 2 if step.twist == "doubled" else made)
        feed = step.parts[0].feed
        if step.twist == "empty":
            header = (folder / f"{feed}.csv").read_text("utf-8").partition("\n")[0]
            (folder / f"{feed}-empty.csv").write_text(f"{header}\n", "utf-8")
        elif step.twist == "wrong":
            (folder / f"{feed}-wrong.csv").write_text("one,two\n1,2\n", "utf-8")
        elif step.twist == "stranger":
            (folder / "notes.txt").write_text("bring flowers", "utf-8")
        return folder


def assert_same(one: State, other: State, why: str) -> None:
    """Row for row."""
    if one != other:
        sides = [
            [f"{sign} {table} {row}" for table, row in sorted((a - b).elements())]
            for a, b, sign in ((one, other, "-"), (other, one, "+"))
        ]
        raise AssertionError("\n".join([why, *(line for side in sides for line in side[:15])]))


def put_in_one_go(house: House, loads: Sequence[Mapping[str, Path]]) -> None:
    """Deliver the files of `loads`, each a delivery of its own, in one refresh; what may be released is."""
    folders = []
    for files in loads:
        folder = house._new_folder()
        for path in files.values():
            (folder / path.name).write_bytes(path.read_bytes())
        folders.append(folder)
    outcome = house.take(*folders)
    if outcome.verdict == "held":
        house.let_pass(outcome.refresh_id)


@contextmanager
def noted(story: Sequence[Step]) -> Iterator[None]:
    """Where something is not right, the history that led to it stands beside it."""
    try:
        yield
    except AssertionError as error:
        raise AssertionError("\n".join([*map(str, story), str(error)])) from error


def _write(path: Path, made: Sequence[Row]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, made[0])
        writer.writeheader()
        writer.writerows(made)


class _Rows(dict[str, str]):
    """By the name of a table, its row as text: floating point numbers to six places, since sums depend on their order."""

    def __init__(self, columns: Sequence[Any]) -> None:
        rows: dict[str, list[str]] = {}
        for table, column, is_float in columns:
            rows.setdefault(table, []).append(f'round("{column}"::numeric, 6)' if is_float else f'"{column}"')
        super().__init__({table: f"row({', '.join(cells)})::text" for table, cells in rows.items()})


def _published() -> str:
    """All published tables in one question, so that it is planned once."""
    told = (
        f"select '{each.name}', {{{each.name}}} from published.{each.name} where refresh_id = :newest"
        for each in tables("published")
    )
    return " union all ".join(
        (
            *told,
            "select 'feed_status', row(feed, data_until)::text from published.feed_status where refresh_id = :newest",
        )
    )
