"""Files that are not what they seem: each is refused or read as it is, in little memory, and harms no other file."""

import gzip
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.faults import child
from tests.faults.conftest import MANY
from tests.faults.deeds import KEYS
from tests.refresh.deliveries import complaints, write
from warehouse import db
from warehouse.receive import Delivery, Received
from warehouse.refresh import refresh

# five gigabytes where there is time for a pass over them; and lines above it, by which the file is taken for text
LINE = 5 << 30 if MANY else 64 << 20
ABOVE = 40_000
MOST_MEMORY = 150 << 20
HEADER, LEAD = "lead_id,branch_id,source_code,collected_at\n", "L{},B1,web,2026-01-05 10:00\n"


def delivered(database: db.Database, folder: Path) -> Received:
    """What became of the files of `folder`; new complaints lie beside them, and are taken in whatever the others are."""
    write(folder, complaints=complaints(20, first=160))
    outcome = refresh(database, KEYS, [Delivery.by_contract(folder)], by="faults")
    assert outcome.verdict == "published"
    (received,) = outcome.received
    assert {each.feed: each.accepted for each in received.feeds}["complaints"] == 20
    return received


def refused(received: Received) -> dict[str, str]:
    return {each.file_name: each.why for each in received.refused}


@contextmanager
def growing(path: Path) -> Iterator[None]:
    """Somebody who goes on writing to a file."""
    ended = threading.Event()

    def write_on() -> None:
        with path.open("ab", buffering=0) as file:
            while not ended.wait(0.001):
                file.write(LEAD.format("x").encode())

    writer = threading.Thread(target=write_on)
    writer.start()
    try:
        yield
    finally:
        ended.set()
        writer.join()


def test_a_file_that_somebody_still_writes_is_refused_and_taken_when_it_is_whole(
    small: db.Database, tmp_path: Path
) -> None:
    leads = tmp_path / "leads.csv"
    leads.write_text(HEADER + "".join(LEAD.format(number) for number in range(60_000)), "utf-8")
    with growing(leads):
        why = refused(delivered(small, tmp_path))
    assert set(why) == {"leads.csv"}
    assert "the file changed while it was read; deliver it again when its writer has finished" in why["leads.csv"]
    with small.loader.begin() as connection:
        assert connection.exec_driver_sql("select count(*) from staging.stg_leads").scalar_one() == 0
        assert (
            connection.exec_driver_sql("select count(*) from published.file where state = 'landing'").scalar_one() == 0
        )
    again = refresh(small, KEYS, [Delivery.by_contract(tmp_path)], by="faults").received[0]
    assert not again.refused
    assert "leads.csv" not in again.skipped


@pytest.mark.parametrize("name", ["bomb", "line"])
def test_a_huge_file_is_read_in_little_memory(small: db.Database, tmp_path: Path, name: str) -> None:
    folder = tmp_path / name
    write(folder, complaints=complaints(20, first=160))
    plain = child.memory(child.Place.of(small), folder)
    huge = folder / "leads.csv"
    if name == "bomb":
        huge.write_bytes(gzip.compress(HEADER.encode() + b" " * (128 << 20)))
    else:
        huge.write_text(HEADER + "".join(LEAD.format(number) for number in range(ABOVE)), "utf-8")
        os.truncate(huge, LINE)
        with huge.open("ab") as file:
            file.write(b"\n" + LEAD.format("last").encode())
    peak = child.memory(child.Place.of(small), folder)
    assert peak - plain < MOST_MEMORY
    with small.loader.begin() as connection:
        found = connection.exec_driver_sql(
            "select state, broken, delivered, refused_because from published.file where file_name = 'leads.csv'"
        ).one()
    if name == "bomb":
        assert found.state == "refused"
        assert "unpacks to more than" in found.refused_because
    else:
        assert (found.state, found.broken, found.delivered) == ("landed", 1, ABOVE + 2)
