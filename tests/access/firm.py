"""A firm of a few people whose names, telephones and words are known, delivered through the real refresh, refused rows as well."""

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

from sqlalchemy import URL, create_engine

from tests.refresh.deliveries import write
from warehouse import db
from warehouse.access import grants
from warehouse.access.grants import Grant
from warehouse.metrics import metrics
from warehouse.queries import figures
from warehouse.queries.reader import Reader
from warehouse.receive import Delivery
from warehouse.refresh import Outcome, refresh
from warehouse.scope import Scope
from warehouse.settings import Keys

Feeds = Mapping[str, Iterable[Mapping[str, str]]]
BOSS, HEAD = "boss@example.com", "head@example.com"
_numbers = count(1)

ANNA, BORIS, CELIA, DEWEI = "K1", "K2", "K3", "K4"
ANNAS = ("Anna Achterberg", "13811110001", "13811119999", "Annas words of anger", "Annas praise", "anna@mail.example")
"""What is Anna's alone; 13811119999 is an older telephone, in a row that was refused."""
OTHERS = ("Boris Bjarnason", "13822220002", "Celia Cardoso", "13833330003", "李伟", "13833330004")
EVERYBODYS = (*ANNAS, *OTHERS, "13844440005", "Many ", "139000000")

FEEDS: Feeds = {
    "branches": [{"branch_id": "B1", "branch_name": "Harbour", "region_id": "N", "region_name": "North"}],
    "staff": [{"staff_id": "S1", "branch_id": "B1", "staff_name": "李伟", "hired_on": "2020-01-02"}],
    "lead_sources": [{"source_code": "web", "source_group": "online"}],
    "customers": [
        {**row, "branch_id": "B1", "customer_kind": "person"}
        for row in (
            {
                "customer_id": ANNA,
                "created_on": "2025-01-02",
                "customer_name": ANNAS[0],
                "phone": "13811110001",
                "E-mail": ANNAS[5],
            },
            {
                "customer_id": ANNA,
                "created_on": "no day",
                "customer_name": ANNAS[0],
                "phone": "13811119999",
                "E-mail": "",
            },
            {
                "customer_id": BORIS,
                "created_on": "2025-01-03",
                "customer_name": OTHERS[0],
                "phone": "13822220002",
                "E-mail": "",
            },
            {
                "customer_id": CELIA,
                "created_on": "2025-01-04",
                "customer_name": OTHERS[2],
                "phone": "13833330003",
                "E-mail": "",
            },
            {
                "customer_id": DEWEI,
                "created_on": "2025-01-05",
                "customer_name": "李伟",
                "phone": "13833330004",
                "E-mail": "",
            },
            *(
                {
                    "customer_id": f"M{n}",
                    "created_on": "2025-01-06",
                    "customer_name": f"Many {n}",
                    "phone": f"1390000{n:04d}",
                }
                for n in range(60)
            ),
        )
    ],
    "leads": [
        {
            "lead_id": lead,
            "branch_id": branch,
            "source_code": "web",
            "collected_at": "2025-02-01 10:00",
            "customer_id": whose,
            "phone": phone,
        }
        for lead, branch, whose, phone in (
            ("L1", "B1", ANNA, "13811110001"),
            ("L2", "B1", "", "13811110001"),
            ("L3", "nowhere", "", "13811110001"),
            ("L4", "B1", BORIS, "13833330003"),
            ("L5", "B1", "", "13844440005"),
            *((f"M{n}", "B1", f"M{n}", f"1390000{n:04d}") for n in range(60)),
        )
    ],
    "orders": [
        {
            "order_id": f"O{number}",
            "customer_id": customer,
            "branch_id": "B1",
            "ordered_at": f"2025-03-0{number} 10:00",
            "amount": "100",
            "currency": "CNY",
        }
        for number, customer in enumerate((ANNA, BORIS, CELIA, DEWEI), 1)
    ],
    "complaints": [
        {
            "complaint_id": case,
            "branch_id": "B1",
            "opened_at": "2025-04-01 09:00",
            "category_code": "delay",
            "severity_code": "normal",
            "customer_id": whose,
            "order_id": order,
            "text": words,
        }
        for case, whose, order, words in (
            ("C1", ANNA, "", "Annas words of anger"),
            ("C2", "", "O1", "too late"),
            ("C3", BORIS, "", "too late"),
        )
    ],
    "surveys": [
        {
            "invite_id": invite,
            "branch_id": "B1",
            "method_code": "phone",
            "sent_at": "2025-05-01 09:00",
            "customer_id": whose,
            "complaint_id": case,
        }
        for invite, whose, case in (("I1", "", "C2"), ("I2", BORIS, ""))
    ],
    "survey_answers": [
        {
            "invite_id": invite,
            "question_code": "overall",
            "score": "4",
            "scale_min": "1",
            "scale_max": "5",
            "comment": words,
        }
        for invite, words in (("I1", "Annas praise"), ("I2", "fine"))
    ],
}


@dataclass
class Firm:
    """Its warehouse, the keys it was filled with, and where its deliveries lie."""

    database: db.Database
    keys: Keys
    folder: Path

    def deliver(
        self, name: str, keys: Keys | None = None, *, rebuild: bool = False, **feeds: Iterable[Mapping[str, str]]
    ) -> Outcome:
        """Refresh with these feeds, by our own contract."""
        given = [Delivery.by_contract(write(self.folder / name, **feeds))] if feeds else []
        return self.take(*given, keys=keys, rebuild=rebuild)

    def take(self, *given: Delivery, keys: Keys | None = None, rebuild: bool = False) -> Outcome:
        """Refresh with these deliveries."""
        return refresh(self.database, keys or self.keys, given, by="tests", rebuild=rebuild)

    def figures(self) -> dict[str, str]:
        """Every metric of the catalogue as an executive sees it, as text; those that the feeds cannot give are left out."""
        reader, told = Reader(self.database.reader, BOSS).pinned(), {}
        for code in metrics():
            try:
                told[code] = figures.figure(reader, code, Scope()).drop(columns="refresh_id", errors="ignore").to_csv()
            except figures.FeedAbsent:
                continue
        return told

    def rows(self, statement: str, **values: object) -> list[tuple[Any, ...]]:
        """What the owner sees."""
        with self.database.loader.begin() as connection:
            return [tuple(row) for row in connection.exec_driver_sql(statement, values or None)]

    def tokens(self) -> set[str]:
        """The hashes that the vault knows a value of."""
        return {str(token) for (token,) in self.rows("select token from vault.sealed")}


@contextmanager
def founded(server: URL, template: str, folder: Path, keys: Keys) -> Iterator[Firm]:
    """The firm on a database of its own, gone after the block."""
    name = f"firm_{next(_numbers)}"
    database = db.embedded(server, name, template=template)
    with database.loader.begin() as connection:
        grants.give(connection, Grant(BOSS, "executive"), by="tests")
        grants.give(connection, Grant(HEAD, "branch_head", region="N"), by="tests")
    firm = Firm(database, keys, folder)
    outcome = firm.deliver("first", **FEEDS)
    assert outcome.verdict == "published", outcome.held
    yield firm
    database.dispose()
    admin = create_engine(server, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.exec_driver_sql(f"drop database {name} with (force)")
    admin.dispose()


def everything(database: db.Database, *, but: tuple[str, ...] = ()) -> Iterator[tuple[str, str]]:
    """Every row of every table of the warehouse as text, with the table's name; schemas `but` left out."""
    tables = "select table_schema, table_name from information_schema.tables where table_type = 'BASE TABLE'"
    with database.loader.begin() as connection:
        quote = connection.dialect.identifier_preparer.quote
        for schema, name in connection.exec_driver_sql(f"{tables} order by 1, 2").all():
            if schema in ("pg_catalog", "information_schema", *but):
                continue
            for (row,) in connection.exec_driver_sql(f"select t::text from {quote(schema)}.{quote(name)} as t"):
                yield f"{schema}.{name}", row


def told_in(rows: Iterable[tuple[str, str]], words: Iterable[str]) -> list[tuple[str, str]]:
    """Which of the words stand where, if any."""
    any_word = re.compile("|".join(map(re.escape, words)))
    return sorted({(where, found) for where, row in rows for found in any_word.findall(row)})
