"""A steward's stories: a delivery broken in each known way is dropped, seen for what it is, and put right on the page.

One story a kind, told by `make stories`: a refresh of a company in each is too long for `make test`.
"""

import json
import os
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser import shell, stage
from tests.browser.shell import Shell
from tests.browser.stage import Dashboard
from tests.browser.visit import House, card, room
from tests.servers import place
from warehouse.feeds.demo import DIRTY_KINDS, read_company, write_correction, write_dirty

pytestmark = pytest.mark.browser
CUSTOMERS = 3_000
PATIENCE = 300_000
"""Milliseconds that a refresh may take on a machine that has other things to do."""
FIGURES = ("order.count", "order.amount", "complaint.count", "lead.count")
Ending = Literal["correct", "discard", "release", "take", "put away"]


@dataclass(frozen=True)
class Story:
    """What a steward meets: `says` stands in what came of trying, `caught` is what caught it, `ends` what the steward does."""

    says: str
    caught: str
    ends: Ending


STORIES = {
    "missing_day": Story("would be held", "call_day · days_lost", "correct"),
    "doubled_file": Story("would be published", "superseded rows", "take"),
    "shifted_columns": Story("would be held", "orders · quarantined_share", "correct"),
    "changed_closed_list": Story("would be held", "complaints · quarantined_share", "discard"),
    "sudden_nulls": Story("would be held", "complaints · handler_like_usual", "release"),
    "unit_times_100": Story("would be held", "order_day · amount_unlike_before", "discard"),
    "wrong_encoding": Story("not text in any encoding", "the reader: wrong_encoding", "put away"),
    "future_dates": Story("would be held", "orders · ordered_not_in_future.share", "correct"),
    "orphan_keys": Story("would be held", "orders · branch_id.references.share", "discard"),
    "restated_year": Story("would be held", "order_day · restated_amount", "release"),
    "half_a_file": Story("cut off or damaged", "the reader: damaged_file", "put away"),
}
TOLD = tuple(STORIES) if "GATEHOUSE_STORIES" in os.environ else ()


@dataclass(frozen=True)
class Desk:
    """The demo company's dashboard, its command line, and its deliveries."""

    dashboard: Dashboard
    line: Shell
    deliveries: Path

    def dirty(self, kind: str) -> list[Path]:
        """The files of a broken delivery."""
        return _files(self.deliveries / f"delivery_week_01_{kind}")

    def corrected(self, kind: str) -> list[Path]:
        """The same delivery, clean."""
        return _files(self.deliveries / f"delivery_week_01_{kind}_corrected")

    def figures(self) -> dict[str, float]:
        """What readers see of the whole company."""
        return {code: self.line.value(code) for code in FIGURES}

    def done(self) -> list[str]:
        """What stewards did on the page, the newest last."""
        listed = self.line.json("access", "audit", "--person", "steward@demo")
        return [row["action"] for row in reversed(listed)]


@pytest.fixture(scope="module")
def desk() -> Iterator[Desk]:
    """A company of its own: these stories change what everybody sees."""
    with tempfile.TemporaryDirectory(prefix="gatehouse-stories-", dir=place(), ignore_cleanup_errors=True) as home:
        Path(home).chmod(0o755)  # the embedded server runs as somebody else, who must come through
        yield from _at_work(Path(home))


def _at_work(folder: Path) -> Iterator[Desk]:
    with shell.opened(str(folder)) as line:
        line.run("demo", "--load", "--customers", str(CUSTOMERS), "--out", str(folder / "demo"))
        company = read_company(folder / "demo")
        for kind in TOLD:
            write_dirty(company, folder / "demo", kind)
            write_correction(company, folder / "demo", kind)
        with stage.served([sys.executable, "serve.py", "--port"], str(folder)) as dashboard:
            yield Desk(dashboard, line, folder / "demo")


@pytest.fixture
def page(desk: Desk, browser: Browser) -> Iterator[Page]:
    """Data health, where new deliveries are dropped."""
    with room(browser) as opened:
        house = House(desk.dashboard, opened)
        yield house.come("data_health", person="steward", view="deliver")
        house.leave()


def test_every_kind_has_its_story_and_the_manual_tells_it() -> None:
    assert set(STORIES) == set(DIRTY_KINDS)
    manual = (stage.HOUSE / "checks" / "README.md").read_text("utf-8")
    for kind, story in STORIES.items():
        assert f"| `{kind}` | {story.caught} | {story.ends} |" in manual


@pytest.mark.parametrize("kind", TOLD)
def test_story(desk: Desk, page: Page, kind: str) -> None:
    story, before, begun = STORIES[kind], desk.figures(), len(desk.done())
    broken = json.loads((desk.deliveries / f"delivery_week_01_{kind}" / "broken.json").read_text("utf-8"))
    _drop(page, desk.dirty(kind))
    report = _report(page)
    expect(report).to_contain_text(story.says)
    if story.ends == "put away":
        expect(report).to_contain_text(broken["file"])
    if " · " in story.caught:
        expect(report.locator(f'td[title="{story.caught}"]')).to_be_visible()
        expect(report).to_contain_text("If what is held were let pass")
    assert desk.figures() == before, "nothing is published by trying"

    if story.ends == "put away":
        _press(page, "Put it away", "The files are deleted.")
        assert desk.figures() == before
        assert desk.done()[begun:] == ["ask try", "ask put_away"]
        return
    _take(page)
    if story.ends == "take":
        after = desk.figures()
        assert after["lead.count"] > before["lead.count"]
        _back(desk)
        return
    _go(page, "Today")
    held = card(page, "Held deliveries")
    expect(held).to_contain_text("What to do")
    expect(held.locator(f'td[title="{story.caught}"]')).to_be_visible()
    if story.ends == "correct":
        _go(page, "New delivery")
        _drop(page, desk.corrected(kind))
        expect(_report(page)).to_contain_text("would be published")
        _take(page)
    elif story.ends == "discard":
        held.get_by_role("button", name="Discard load").click()
        page.get_by_role("button", name="Discard", exact=True).click()
        _done(page, "Discard load")
    else:
        held.get_by_role("button", name="Release refresh").click()
        page.get_by_label("Why may it pass?").fill("told by the shop")
        page.get_by_role("button", name="Release", exact=True).click()
        _done(page, "Release refresh")
    _go(page, "Today")
    expect(page.get_by_text("Nothing is held")).to_be_visible(timeout=PATIENCE)
    deed = {"correct": "refresh", "discard": "discard", "release": "release"}[story.ends]
    assert deed in desk.done()[begun:]
    _back(desk)
    assert desk.figures() == before, "discarded again, no trace is left"


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if path.name != "broken.json")


def _drop(page: Page, files: list[Path]) -> None:
    """Choose files, wait until the last of them has arrived, and have them tried."""
    page.locator("input[type=file]").set_input_files(files)
    expect(page.get_by_role("button", name=f"Remove {files[-1].name}")).to_be_visible()
    page.get_by_role("button", name="Check and try").click()


def _report(page: Page) -> Locator:
    """What came of the files that were dropped last."""
    found = page.locator(".stVerticalBlock[class*=st-key-card]").filter(has_text="Tried ").last
    expect(found).to_be_visible(timeout=PATIENCE)
    return found


def _press(page: Page, button: str, came: str) -> None:
    page.get_by_role("button", name=button).click()
    expect(page.get_by_text(came).first).to_be_visible(timeout=PATIENCE)


def _take(page: Page) -> None:
    """The second word; a refresh that lasts longer than the page looks away is told step by step until it has ended."""
    under_way = page.locator(".gh-steps [aria-current=step]")
    asked = page.locator(".gh-table tr").filter(has_text="Refresh with what job")
    known = asked.count()
    page.get_by_role("button", name="Refresh with it").click()
    expect(under_way.or_(asked.nth(known)).first).to_be_visible(timeout=PATIENCE)
    _done(page, "Refresh with what job")


def _done(page: Page, what: str) -> None:
    """Wait until the worker has done what was asked for last."""
    asked = page.locator(".gh-table tr").filter(has_text=what).first
    expect(asked).to_contain_text("Done", timeout=PATIENCE)


def _go(page: Page, view: str) -> None:
    page.get_by_role("radio", name=view, exact=True).click()


def _back(desk: Desk) -> None:
    """Take out what the story brought in."""
    refreshes = [row["refresh_id"] for row in desk.line.json("history")][:-1]
    loads = [
        load["load_id"]
        for each in refreshes
        for load in desk.line.json("show", str(each))["loads"]
        if load["state"] != "discarded"
    ]
    for load in sorted(set(loads), reverse=True):
        desk.line.json("discard", str(load))
