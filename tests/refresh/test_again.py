"""What comes first makes no difference: rows of a branch that comes later are accepted then, and a rebuild begins at landing."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path

import pytest
from sqlalchemy import text

import warehouse.refresh
import warehouse.run
from tests.refresh.conftest import KEYS, Refresh
from tests.refresh.deliveries import BRANCHES, complaints, write
from warehouse import db, stewardship
from warehouse.queries import figures
from warehouse.queries.figures import FeedAbsent
from warehouse.queries.reader import Reader
from warehouse.receive import Delivery
from warehouse.refresh import Outcome, refresh
from warehouse.scope import Scope

Count = Callable[..., int]
NEW = {"branch_id": "B3", "branch_name": "Hill", "region_id": "S", "region_name": "South"}
TOGETHER = [
    {**row, "branch_id": "B3"} if number == 50 else row for number, row in enumerate(complaints(100, first=300))
]
"""A hundred complaints, one of them of a branch that nobody knows yet."""
MAPPING = """
source: desk
zone: UTC
files:
  - pattern: owners*
    feeds:
      staff: {columns: {staff_id: staff, branch_id: branch}}
  - pattern: tickets*
    ignore: rest
    feeds:
      complaints:
        columns:
          complaint_id: ticket
          opened_at: at
          category_code: {constant: delay}
          branch_id: {column: owner, lookup: {file: "owners*", key: staff, take: branch}}
"""


def rows(database: db.Database, question: str) -> list[tuple[object, ...]]:
    with database.loader.begin() as connection:
        return [tuple(row) for row in connection.execute(text(question))]


def sums(database: db.Database) -> list[tuple[object, ...]]:
    asked = "select load_id, feed, accepted, superseded, quarantined from published.load_feed order by load_id, feed"
    return rows(database, asked)


def forget_landing(database: db.Database) -> None:
    """As if every file had been purged."""
    with database.loader.begin() as connection:
        for (name,) in connection.execute(text("select tablename from pg_tables where schemaname = 'landing'")).all():
            connection.exec_driver_sql(f"drop table landing.{name}")


def test_rows_of_a_branch_come_in_with_it_and_go_with_it(
    database: db.Database, deliver: Refresh, published: Outcome, count: Count
) -> None:
    assert deliver("early", complaints=TOGETHER).verdict == "published"
    assert (count(), rows(database, "select value from published.quarantine")) == (399, [("B3",)])
    brought = deliver("branch", branches=[NEW]).received[0].load_id
    assert (count(), rows(database, "select value from published.quarantine")) == (400, [])
    assert brought is not None
    assert stewardship.discard(database, brought, by="tests").verdict == "published"
    assert (count(), rows(database, "select value from published.quarantine")) == (399, [("B3",)])
    assert deliver("branch", branches=[NEW]).verdict == "published"
    assert count() == 400


def test_trying_a_branch_leaves_its_rows_where_they_were(
    database: db.Database, deliver: Refresh, published: Outcome, count: Count
) -> None:
    deliver("early", complaints=TOGETHER)
    before = sums(database)
    tried = deliver("branch", dry_run=True, branches=[NEW])
    opened = [row for row in tried.differences if row["table"] == "complaint_cohort" and row["measure"] == "opened"]
    assert sum(int(str(row["after"] or 0)) - int(str(row["before"] or 0)) for row in opened) == 1
    assert sums(database) == before
    assert deliver("nothing").verdict == "unchanged"
    assert count() == 399


def test_a_dry_run_that_was_killed_leaves_nothing_of_its_branch(
    database: db.Database, deliver: Refresh, published: Outcome, count: Count, monkeypatch: pytest.MonkeyPatch
) -> None:
    deliver("early", complaints=TOGETHER)
    before = sums(database)

    def dies(*_: object) -> None:
        raise SystemExit

    with monkeypatch.context() as patch:
        patch.setattr(warehouse.refresh, "take_back", dies)
        patch.setattr(warehouse.refresh.ledger, "finish", lambda *_, **__: None)  # as if it had been killed outright
        with pytest.raises(SystemExit):
            deliver("branch", dry_run=True, branches=[NEW])
    assert sums(database) != before
    deliver("nothing")
    assert (sums(database), count()) == (before, 399)
    assert rows(database, "select value from published.quarantine") == [("B3",)]


def test_a_row_whose_day_comes_during_a_dry_run_is_published_by_the_next_refresh(
    deliver: Refresh, published: Outcome, monkeypatch: pytest.MonkeyPatch
) -> None:
    soon = {**complaints(1)[0], "complaint_id": "soon", "resolved_at": ""}
    soon["opened_at"] = f"{datetime.now(UTC) + timedelta(days=2):%Y-%m-%d %H:%M}"
    assert deliver("soon", complaints=[*complaints(150, first=300), soon]).verdict == "published"

    class Later(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> "Later":
            return super().now(tz) + timedelta(days=3)

    monkeypatch.setattr(warehouse.run, "datetime", Later)
    assert deliver("tried", dry_run=True, complaints=complaints(10, first=500)).verdict == "tried"
    assert deliver("nothing").verdict == "published"
    assert deliver("nothing more").verdict == "unchanged"


def test_what_landing_holds_no_more_is_set_aside_for_good(
    database: db.Database, deliver: Refresh, published: Outcome, count: Count
) -> None:
    """A row that waits for its branch cannot come in any more; one whose branch is discarded goes all the same."""
    deliver("early", complaints=TOGETHER)
    forget_landing(database)
    brought = deliver("branch", branches=[NEW]).received[0].load_id or 0
    assert (count(), deliver("nothing").verdict) == (399, "unchanged")
    assert deliver("later", complaints=[{**complaints(1, first=400)[0], "branch_id": "B3"}]).verdict == "published"
    assert count() == 400
    forget_landing(database)
    assert stewardship.discard(database, brought, by="tests").verdict == "published"
    assert (count(), rows(database, "select value from published.quarantine")) == (399, [("B3",), ("B3",)])


def test_what_was_held_for_its_branches_passes_with_them(deliver: Refresh, published: Outcome, count: Count) -> None:
    unknown = [{**row, "branch_id": "B3"} for row in complaints(100, first=300)]
    assert deliver("early", complaints=unknown).verdict == "held"
    assert deliver("branch", branches=[NEW]).verdict == "published"
    assert count() == 400


def test_a_rebuild_begins_at_landing(database: db.Database, deliver: Refresh, published: Outcome, count: Count) -> None:
    before = sums(database)
    with database.loader.begin() as connection:
        connection.execute(text("delete from staging.stg_complaints where complaint_id > 'C00200'"))
        connection.execute(text("update staging.stg_complaints set category_code = 'lost'"))
        connection.execute(text("delete from curated.fct_complaint where complaint_id > 'C00100'"))
    assert deliver("again", rebuild=True).verdict == "published"
    assert count() == 300
    assert rows(database, "select distinct category_code from staging.stg_complaints order by 1") == [
        ("delay",),
        ("quality",),
    ]
    assert sums(database) == before


def test_what_landing_holds_no_more_stays_as_it_is_staged(
    database: db.Database, deliver: Refresh, published: Outcome, count: Count
) -> None:
    forget_landing(database)
    assert deliver("again", rebuild=True).verdict == "published"
    assert count() == 300


@pytest.mark.parametrize("together", [True, False])
def test_a_mapping_is_kept_with_the_load_that_it_read(
    database: db.Database, published: Outcome, count: Count, tmp_path: Path, *, together: bool
) -> None:
    """Also the files of an earlier load that lay beside it, in which it looks things up."""
    source, folder = tmp_path / "desk.yaml", tmp_path / "desk"
    source.write_text(MAPPING, "utf-8")
    owners = [{"staff": f"S{number}", "branch": f"B{number}"} for number in (1, 2)]
    tickets = [
        {"ticket": f"T{n}", "at": f"2026-01-{n % 20 + 1:02d} 10:00", "owner": f"S{n % 2 + 1}"} for n in range(60)
    ]
    write(folder, owners=owners, **({"tickets": tickets} if together else {}))
    refresh(database, KEYS, [Delivery.of(source, folder)], by="tests")
    if not together:
        write(folder, tickets=tickets)
        refresh(database, KEYS, [Delivery.of(source, folder)], by="tests")
    source.unlink()
    assert (count(), count("north@example.com")) == (360, 180)
    before = sums(database)
    with database.loader.begin() as connection:
        connection.execute(text("update staging.stg_complaints set branch_id = 'B1'"))
    assert refresh(database, KEYS, [], by="tests", rebuild=True).verdict == "published"
    assert (count(), count("north@example.com")) == (360, 180)
    assert sums(database) == before


def test_a_dry_run_that_the_figures_hold_leaves_no_edition(
    database: db.Database, deliver: Refresh, published: Outcome, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = {"delivery": {}, "figures": {"complaint_daily": ("restated",)}}
    monkeypatch.setattr(warehouse.refresh, "ask_gate", lambda run, gate, tables: held[gate])
    tried = deliver("more", dry_run=True, complaints=complaints(40, first=300))
    assert tried.held["complaints"] == ("restated",)
    assert "complaint_daily" in tried.editions
    for name in tried.editions:
        left = f"select count(*) from published.{name}_edition where edition_id = {tried.refresh_id}"
        assert rows(database, left) == [(0,)], name


def test_the_only_load_of_a_feed_can_be_discarded(database: db.Database, deliver: Refresh, published: Outcome) -> None:
    """The feed is absent then, as before it came: a page says which feed would fill it."""
    deliver("branches alone", branches=[NEW])
    assert stewardship.discard(database, published.received[0].load_id or 0, by="tests").verdict == "published"
    assert rows(
        database,
        "select sum(opened) from published.complaint_cohort where refresh_id = (select refresh_id from published.current)",
    ) == [(None,)]
    with pytest.raises(FeedAbsent, match="complaints"):
        figures.figure(Reader(database.reader, "boss@example.com"), "complaint.count", Scope())
    assert deliver("first", branches=BRANCHES, complaints=complaints()).verdict == "published"
