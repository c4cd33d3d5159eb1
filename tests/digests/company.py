"""A company of two regions whose people are sent letters, by a real mail server and a real webhook."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import URL

from tests import complaint_rows
from tests.digests import stage
from tests.digests.stage import Hook, Postbox
from tests.harness import EXECUTIVE, House
from warehouse import db
from warehouse.digests import outbox, post, subscribing
from warehouse.digests.channels import channels
from warehouse.digests.post import Office, Told
from warehouse.digests.press import press
from warehouse.digests.watch import Condition

HEAD = "head@example.com"
USUAL, UNUSUAL = 8, 30
"""Orders a month in each region; and in the north in the last month."""


@dataclass
class Company:
    """Two regions, of which the north has an unusual month; both keep too few promises."""

    house: House
    box: Postbox
    hook: Hook
    environment: Mapping[str, str]
    now: datetime

    def digests(self) -> list[Told]:
        with press(self.environment) as write:
            return post.digests(self.office(write), now=self.now, at_once=True)

    def office(self, write: Any) -> Office:
        return Office(self.house.database, channels(self.environment), write)

    def conditions(self, person: str) -> list[Condition]:
        with self.house.database.loader.begin() as connection:
            shown = outbox.published(connection)
            (watching,) = (each for each in outbox.subscribers(connection, alerts=True) if each.person == person)
        assert shown is not None
        return post.conditions(self.house.database, watching, shown, {}, now=self.now)

    def mail_to(self, person: str) -> EmailMessage:
        (got,) = (each for each in self.box.taken if each["To"] == person)
        return got


def orders() -> list[dict[str, object]]:
    """Two years to the end of March: as many a month in each region, but for the north's last month."""
    months = [datetime(2024 + number // 12, number % 12 + 1, 1, tzinfo=UTC) for number in range(3, 27)]
    return [
        {
            "order_id": f"{branch}-{month:%y%m}-{number}",
            "customer_id": f"p{branch}",
            "branch_id": branch,
            "ordered_at": month + timedelta(hours=7 * number),
            "amount": 1,
        }
        for month in months
        for branch in ("N1", "S1")
        for number in range(UNUSUAL if (branch, month) == ("N1", months[-1]) else USUAL + month.month % 3)
    ]


@contextmanager
def opened(server: URL, template: str, folder: Path) -> Iterator[Company]:
    """The company on a database of its own, with a mail server and a webhook beside it."""
    database = db.embedded(server, "letters", template=template)
    house = House(database).open()
    house.grant(HEAD, region="north")
    others = {name: rows for name, rows in complaint_rows.company().items() if name != "orders"}
    complaints = complaint_rows.complaints(240, seed=5)
    given = {"branches": complaint_rows.BRANCHES, "complaints": complaints, "orders": orders(), **others}
    house.deliver(until=complaint_rows.UNTIL - timedelta(seconds=1), **given)
    for person, lang in ((HEAD, "zh_CN"), (EXECUTIVE, "en")):
        for what, cadence in (("complaints", "day"), ("alerts", "alert")):
            asked: dict[str, Any] = {"what": what, "cadence": cadence, "channel": "mail", "lang": lang}
            subscribing.subscribe(database, person, address={}, by="tests", **asked)
    with stage.mail_server(folder) as box, stage.webhook() as hook, pytest.MonkeyPatch.context() as patch:
        patch.setenv("SSL_CERT_FILE", str(folder / "cert.pem"))
        urls = {
            name: engine.url.render_as_string(hide_password=False)
            for name, engine in (("DATABASE_URL", database.loader), ("DATABASE_READER_URL", database.reader))
        }
        own = {"GATEHOUSE_SMTP_URL": box.address, "GATEHOUSE_MAIL_FROM": "Gatehouse <figures@example.com>"}
        own |= {"GATEHOUSE_WEBHOOK_TEAM": hook.address, "GATEHOUSE_ADDRESS": "https://figures.example.com"}
        yield Company(house, box, hook, {**os.environ, **urls, **own}, datetime.now(UTC))
    database.dispose()
