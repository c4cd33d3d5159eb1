"""One small demo company with people who must not see each other's rows, and what in it would give the others away."""

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from pathlib import Path

from cryptography.fernet import Fernet
from sqlalchemy import Connection, Engine, Row, create_engine, text

from warehouse import db
from warehouse.access import grants
from warehouse.access.grants import Grant
from warehouse.feeds.contract import feeds
from warehouse.feeds.demo import write_company
from warehouse.feeds.readers import open_table
from warehouse.queries import annotations, jobs, subscriptions, views
from warehouse.queries.reader import Reader
from warehouse.receive import Delivery
from warehouse.refresh import refresh
from warehouse.settings import Keys

CUSTOMERS = 400
UNTIL = date(2026, 3, 31)
KEYS = Keys(hashing=b"a secret of the leak suite", vault=Fernet.generate_key())
MINE, THEIRS = "R2", "R3"
HEAD, OTHER, OF_ONE = "head@north.example", "head@south.example", "head@branch.example"
EXECUTIVE, STEWARD = "executive@example.com", "steward@example.com"
NEARLY, UNSEEN = "nearly@example.com", 2
"""Sees all but two branches: with the company's totals, these two could be told."""
NOBODIES = ("nobody@example.com", "gone@example.com", "early@example.com", "")
"""Without a grant, with one that has ended, with one that has not begun, and no name at all."""
CODE = re.compile(r"[A-Z]+[0-9]+|[0-9a-f]{64}")
LEFT_BEHIND = (
    "insert into published.subscription (person, what, address, cadence, channel, lang)"
    f" values ('{NOBODIES[1]}', 'overview', '{{}}', 'day', 'mail', 'en')",
    "insert into published.restatement (refresh_id, table_name, measure, slice_on, region_id, was, becomes)"
    f" values (:refresh_id, 'order_day', 'orders', '2026-01-01', '{THEIRS}', 1, 2)",
    "insert into published.comparison (refresh_id, load_ids, changes) values (:refresh_id, '{1}', cast(:changes as jsonb))",
    "insert into published.restatement (refresh_id, table_name, measure, slice_on, region_id)"
    f" values (:refresh_id, 'order_day', 'orders', date '2026-01-01', '{THEIRS}')",
    "insert into published.release (refresh_id, table_name, rule_id, reason, released_by)"
    " values (:refresh_id, 'orders', 'columns', 'because', 'steward')",
    f"insert into published.saved_view (person, page, name, address) values ('{NOBODIES[1]}', 'overview', 'mine once', '{{}}')",
)
UNKEPT = "complaint_id,branch_id,opened_at,category_code,due_at\n" + "".join(
    f"CU{number},{branch},2026-03-05 10:00,delivery,2026-03-06 10:00\n"
    for number, branch in enumerate(["B08"] * 30 + ["B16"] * 40)
)
"""Promises that neither region keeps, so that both are warned."""
PIECE = re.compile("[\u4e00-\u9fff]{2,}|[0-9]{8,}")
"""What names, words and telephones of the demo company are made of."""
WORD = re.compile(r"[A-Za-z0-9_\-]+")


@dataclass(frozen=True, eq=False)
class LeakCompany:
    """The warehouse; `owner` is the server's superuser in it, who alone can take a guard away."""

    database: db.Database
    owner: Engine
    personal: frozenset[str] = frozenset()
    """Names, telephones and words of people, as they were delivered."""

    def reader(self, person: str) -> Reader:
        """A reader in somebody's name, tied to the newest refresh that there is, whether or not the person may see it."""
        return Reader(engine=self.database.reader, person=person, refresh_id=self.refresh_id)

    @cached_property
    def refresh_id(self) -> int:
        """The newest refresh."""
        with self.owner.begin() as connection:
            return int(connection.scalar(text("select refresh_id from published.current")))

    @cached_property
    def regions(self) -> dict[str, str]:
        """The region of every branch."""
        with self.owner.begin() as connection:
            found = connection.execute(text("select branch_id, region_id from access.branch order by branch_id"))
            return {row.branch_id: row.region_id for row in found}

    def branches(self, person: str) -> list[str]:
        """The branches that a person may see, by the grants given in `open_company`."""
        region = {HEAD: MINE, OTHER: THEIRS}.get(person)
        if person == OF_ONE:
            return [branch for branch, of in self.regions.items() if of == MINE][:1]
        if person == NEARLY:
            return list(self.regions)[UNSEEN:]
        return [branch for branch, of in self.regions.items() if region in (None, of)]

    def told_of_people(self, texts: Iterable[str]) -> list[str]:
        """What is personal and stands in one of the texts, whole or in part of a longer word or number."""
        said = {piece for each in texts for piece in PIECE.findall(each)}
        known = {max(PIECE.findall(each), key=len) for each in self.personal}
        lengths = {len(each) for each in known}
        within = {piece[at : at + long] for piece in said for long in lengths for at in range(len(piece) - long + 1)}
        return sorted(known & within)

    def secrets(self, person: str) -> "Secrets":
        """What stands in rows of other branches and in none that this person may see."""
        return Secrets.of(self.owner, self.branches(person))

    @contextmanager
    def as_reader(self, person: str, *, onlooker: str = "") -> Iterator[Connection]:
        """A transaction of the role `reader` in the person's name, as whom `onlooker` looks; taken back at its end."""
        named = text("select set_config('app.person', :person, true), set_config('app.onlooker', :onlooker, true)")
        with self.database.reader.connect() as connection, connection.begin() as transaction:
            connection.execute(named, {"person": person, "onlooker": onlooker})
            yield connection
            transaction.rollback()


@dataclass(frozen=True)
class Secrets:
    """Codes as the demo company writes them (`B16`, `K0001000448`) and hashes, and names of places, that must not be met."""

    codes: frozenset[str]
    names: frozenset[str]

    @classmethod
    def of(cls, owner: Engine, branches: Sequence[str]) -> "Secrets":
        """From every row with a `branch_id` in any schema, those of other branches less those of these."""
        others, own = set[str](), set[str]()
        places = text("select branch_id, unnest(array[branch_name, region_name, city]) as said from curated.dim_branch")
        with owner.begin() as connection:
            for row in (*_texts_by_branch(connection), *connection.execute(places)):
                (own if row.branch_id in branches else others).add(row.said)
            names = set(connection.scalars(text(f"select said from ({places.text}) as p where said is not null")))
        said = others - own
        return cls(frozenset(each for each in said if CODE.fullmatch(each)), frozenset(said & names))

    def met(self, texts: Iterable[str]) -> list[str]:
        """Those that stand in one of the texts, as whole words."""
        found = set[str]()
        for said in texts:
            found |= self.codes.intersection(WORD.findall(said))
            found |= {name for name in self.names if name in said}
        return sorted(found)


def _texts_by_branch(connection: Connection) -> Iterator[Row[tuple[str, str]]]:
    """Every text in a row of a branch, in whatever table: branch_id, said."""
    listed = text(
        "select c.table_schema, c.table_name, string_agg(format('t.%I', c.column_name), ', ') as texts"
        " from information_schema.columns as c"
        " inner join information_schema.tables as t using (table_schema, table_name)"
        " where t.table_type = 'BASE TABLE' and c.data_type = 'text' and c.table_schema in ('staging', 'curated', 'published')"
        " group by c.table_schema, c.table_name having bool_or(c.column_name = 'branch_id')"
    )
    for schema, table, texts in connection.execute(listed).all():
        yield from connection.execute(
            text(
                f"select distinct t.branch_id, e.said from {schema}.{table} as t"
                f" cross join lateral unnest(array[{texts}]) as e (said)"
                " where t.branch_id is not null and e.said is not null"
            )
        )


@contextmanager
def open_company(server: str, database: db.Database, folder: Path) -> Iterator[LeakCompany]:
    """The company refreshed by the real gates, with people, their saved views, a note, a job and a refused row."""
    write_company(folder, customers=CUSTOMERS, seed=14, until=UNTIL)
    files = folder / "delivery_000"
    (files / "orders_900_of_R3.csv").write_text(
        "order_id,customer_id,branch_id,ordered_at,amount,product_line\nO9R3,C9R3,B16,2026-03-02 10:00,a lot,x\n"
    )
    (files / "complaints_900_unkept.csv").write_text(UNKEPT)
    delivery = Delivery.by_contract(files, zone="Asia/Shanghai", currency="CNY")
    outcome = refresh(database, KEYS, [delivery], by="test")
    assert outcome.verdict == "published", outcome.held
    owner = create_engine(server)
    made = LeakCompany(database, owner, _personal(files))
    _let_in(made)
    _leave_traces(made)
    yield made
    owner.dispose()


def _personal(files: Path) -> frozenset[str]:
    """Every cell of a personal column in the files of a delivery."""
    found = set[str]()
    for code, feed in feeds().items():
        names = {column.name for column in feed.columns if column.personal}
        for path in files.glob(f"{code}_0*") if names else ():
            table = open_table(path)
            for batch in table.batches():
                for name in names & {*table.columns} if batch.numbers else ():
                    found |= {cell for cell in batch.columns[table.columns.index(name)].to_pylist() if cell}
    return frozenset(found)


def _let_in(company: LeakCompany) -> None:
    now = datetime.now(UTC)
    branch = company.branches(OF_ONE)[0]
    given = [
        Grant(person=HEAD, role="branch_head", region=MINE),
        Grant(person=OTHER, role="branch_head", region=THEIRS),
        Grant(person=OF_ONE, role="branch_head", branch=branch),
        Grant(person=EXECUTIVE, role="executive"),
        Grant(person=STEWARD, role="data_steward"),
        *(Grant(person=NEARLY, role="branch_head", branch=each) for each in list(company.regions)[UNSEEN:]),
        Grant(person=NOBODIES[1], role="executive", valid_until=now - timedelta(days=1)),
        Grant(person=NOBODIES[2], role="executive"),
    ]
    with company.database.loader.begin() as connection:
        for grant in given:
            grants.give(connection, grant, by="test")
        later = text("update access.grants set valid_from = now() + interval '1 day' where person = :person")
        connection.execute(later, {"person": NOBODIES[2]})


def _leave_traces(company: LeakCompany) -> None:
    """What people write down about the other region."""
    branch = company.branches(OTHER)[0]
    other, steward = company.reader(OTHER), company.reader(STEWARD)
    for shared_with in (None, branch):
        views.save(
            other,
            page="overview",
            name=f"view {branch} {shared_with}",
            address={"branch": [branch]},
            shared_with=shared_with,
        )
    sent = {"what": "overview", "address": {"branch": [branch]}, "cadence": "day", "channel": "mail", "lang": "en"}
    subscriptions.subscribe(other, **sent)
    about = {"text_en": f"flood in {THEIRS}", "text_zh": f"{THEIRS} 水灾"}
    annotations.annotate(steward, from_on=UNTIL, until_on=None, **about, scope_kind="region", scope_id=THEIRS)
    mine = {"text_en": "fair", "text_zh": "集市"}
    annotations.annotate(steward, from_on=UNTIL, until_on=None, **mine, scope_kind="region", scope_id=MINE)
    jobs.ask(steward, "release", refresh_id=company.refresh_id, reason=f"{branch} said so")
    with company.database.loader.begin() as connection:
        known = {"refresh_id": company.refresh_id, "changes": f'[{{"region": "{THEIRS}"}}]'}
        for statement in LEFT_BEHIND:
            connection.execute(text(statement), known)
