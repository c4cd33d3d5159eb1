"""A post office over a small warehouse: what it sends lies in a drawer, and its clock is set by hand."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from sqlalchemy import text

from tests.digests.stage import LETTER
from tests.harness import House
from warehouse import db
from warehouse.digests import post, subscribing
from warehouse.digests.letter import Letter, NotNow, Order, Undeliverable
from warehouse.digests.post import Office, Told
from warehouse.queries.subscriptions import Cadence

BRANCHES = [
    {"branch_id": "N1", "branch_name": "North one", "region_id": "north", "region_name": "North"},
    {"branch_id": "S1", "branch_name": "South one", "region_id": "south", "region_name": "South"},
]
HEAD = "head@example.com"


class Cut(BaseException):
    """Stands for the end of the process, which nothing catches."""


@dataclass
class Drawer:
    """A channel that keeps what it takes, by message_id; `refuses` in place of taking, `cut` after it."""

    taken: list[tuple[str, str]] = field(default_factory=list)
    refuses: Exception | None = None
    is_cut_after: bool = False

    def send(self, letter: Letter, *, to: str, message_id: str, made_at: datetime) -> None:
        if self.refuses is not None:
            raise self.refuses
        self.taken.append((to, message_id))
        if self.is_cut_after:
            raise Cut


@dataclass
class Post:
    """Rounds of the post at `now`, and what was ordered of the press."""

    house: House
    now: datetime = field(default_factory=lambda: datetime.now(UTC))
    drawer: Drawer = field(default_factory=Drawer)
    orders: list[Order] = field(default_factory=list)
    press_fails: bool = False

    @classmethod
    def open(cls, database: db.Database) -> "Post":
        house = House(database, only={"branch"}).open()
        made = cls(house)
        made.publish()
        house.grant(HEAD, region="north")
        return made

    def publish(self) -> None:
        """Another refresh."""
        self.house.deliver(branches=BRANCHES)

    def ask(
        self,
        what: str = "complaints",
        cadence: Cadence = "day",
        person: str = HEAD,
        channel: str = "mail",
        **address: list[str],
    ) -> int:
        asked = {"what": what, "address": address, "cadence": cadence, "channel": channel, "lang": "en"}
        return subscribing.subscribe(self.house.database, person, by="tests", **asked)

    def days(self, days: float) -> None:
        self.now += timedelta(days=days)

    def round(self, *, at_once: bool = False) -> list[str]:
        """A round; what became of the letters."""
        return [each.state for each in self.told(at_once=at_once)]

    def told(self, *, at_once: bool = False) -> list[Told]:
        return post.digests(self.office, now=self.now, at_once=at_once)

    @property
    def office(self) -> Office:
        return Office(self.house.database, {"mail": self.drawer}, self._write)

    def _write(self, order: Order) -> Letter:
        if self.press_fails:
            raise NotNow("it could not be written")
        self.orders.append(order)
        return replace(LETTER, scope="North")

    def rows(self, query: str, **parameters: object) -> list[tuple[object, ...]]:
        with self.house.database.loader.begin() as connection:
            return [tuple(row) for row in connection.execute(text(query), parameters)]


NEVER, LATER = Undeliverable("refused (550)"), NotNow("not now (450)")
