"""What is done to a small company while it is disturbed: deliveries good and bad, corrections, discards, releases, trials."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import text

from tests.refresh.deliveries import BRANCHES, complaints, delivered
from warehouse import db, stewardship
from warehouse.receive import Delivery
from warehouse.refresh import refresh
from warehouse.settings import Keys

KEYS = Keys(hashing=b"a secret of the tests", vault=b"MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=")


def deliveries(folder: Path, name: str) -> list[Delivery]:
    """One of the deliveries of the small company, written below `folder`."""
    return delivered(folder / name, **FEEDS[name]())


def _customers(count: int, *, first: int = 0) -> list[dict[str, str]]:
    return [
        {
            "customer_id": f"K{number:04d}",
            "branch_id": "B1",
            "customer_kind": "person",
            "created_on": "2026-01-02",
            "customer_name": f"Somebody {number}",
        }
        for number in range(first, first + count)
    ]


def _lost(count: int) -> list[dict[str, str]]:
    """A hundred complaints, of which `count` came in at a branch that nobody knows: that may be let pass."""
    rows = complaints(100, first=160)
    return [{**row, "branch_id": "nowhere"} if number < count else row for number, row in enumerate(rows)]


FEEDS: Mapping[str, Callable[[], Mapping[str, list[dict[str, str]]]]] = {
    "first": lambda: {"branches": BRANCHES, "complaints": complaints(120), "customers": _customers(20)},
    "second": lambda: {"complaints": complaints(40, first=120)},
    "partly_lost": lambda: {"complaints": _lost(12)},
    # new rows, new versions of known rows, a row twice, a row that does not fit, and somebody new
    "grown": lambda: {
        "complaints": [
            *complaints(30, first=160),
            *complaints(10, hours=9.0),
            *complaints(1, first=160),
            {**complaints(1, first=400)[0], "opened_at": "yesterday"},
        ],
        "customers": _customers(5, first=20),
    },
    "corrected": lambda: {"complaints": complaints(100, first=160)},
}


@dataclass(frozen=True)
class Deed:
    """Something that writes: `base` names the warehouse it starts from, `again` what is done after it was cut off.

    `settles` says whether readers see something else once it is done.
    """

    name: str
    base: str
    do: Callable[[db.Database, Path], object]
    again: Callable[[db.Database, Path], object]
    settles: bool = True


def take_in(name: str) -> Callable[[db.Database, Path], object]:
    """The refresh that takes in one of the deliveries."""
    return lambda database, folder: refresh(database, KEYS, deliveries(folder, name), by="faults")


def go_on(database: db.Database, folder: Path) -> object:
    """The next refresh, which is told nothing."""
    return refresh(database, KEYS, [], by="faults")


def _try(database: db.Database, folder: Path) -> object:
    return refresh(database, KEYS, deliveries(folder, "grown"), by="faults", dry_run=True)


def _rebuild(database: db.Database, folder: Path) -> object:
    return refresh(database, KEYS, [], by="faults", rebuild=True)


def _discard(database: db.Database, folder: Path) -> object:
    return stewardship.discard(database, _number(database, "select max(load_id) from published.load"), by="faults")


def _release(database: db.Database, folder: Path) -> object:
    held = _number(
        database, "select max(refresh_id) from published.check_result where outcome = 'failed' and level = 'block'"
    )
    return stewardship.release(database, held, reason="a branch that has closed", by="faults")


def _release_what_waits(database: db.Database, folder: Path) -> object:
    """Whoever was cut off looks whether anything waits still."""
    waiting = _number(database, "select count(*) from published.load_feed where state in ('held', 'candidate')")
    return _release(database, folder) if waiting else go_on(database, folder)


def _number(database: db.Database, question: str) -> int:
    with database.loader.begin() as connection:
        return int(connection.execute(text(question)).scalar_one())


DEEDS = {
    deed.name: deed
    for deed in (
        Deed("take in", "published", take_in("grown"), take_in("grown")),
        Deed("take in, and be told later", "published", take_in("grown"), go_on),
        Deed("hold", "published", take_in("partly_lost"), take_in("partly_lost"), settles=False),
        Deed("correct what is held", "held", take_in("corrected"), go_on),
        Deed("discard", "published", _discard, go_on),
        Deed("release", "held", _release, _release_what_waits),
        Deed("try", "published", _try, go_on, settles=False),
        Deed("try beside what is held", "held", _try, go_on, settles=False),
        Deed("rebuild", "published", _rebuild, go_on, settles=False),
    )
}
BASES = {"published": ("first", "second"), "held": ("first", "second", "partly_lost")}
