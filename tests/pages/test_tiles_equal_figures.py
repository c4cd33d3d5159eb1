"""Every tile of every page says what `figure … --json` says for the same scope, and claims nothing that its interval does not."""

import json
import re
from collections.abc import Callable
from datetime import date
from html import unescape
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from typer.testing import CliRunner

from pages.shared.panels import Screen
from tests.oracle.company import EXECUTIVE, HEAD, STEWARD, Company
from tests.pages.told.claims import ENDS, clear
from tests.pages.told.common import estimate, every_month, signals_of
from tests.pages.told.opening import way_in
from tests.pages.told.reading import Read, in_base, pattern, read, says
from tests.pages.told.real import Card, Come, Opened, Opening
from warehouse.__main__ import app as command_line
from warehouse.metrics import metrics
from warehouse.queries import company as totals
from warehouse.scope import Period, Scope
from warehouse.targets import target

YEAR = Period(start=date(2025, 4, 1), end=date(2026, 4, 1))
QUARTER = Period(start=date(2026, 1, 1), end=date(2026, 4, 1))
PAGES = {
    "overview": "",
    "lead_sources": "",
    "calls_events": "",
    "complaints": "",
    "satisfaction": "",
    "retention": "",
    "segments": "pareto",
}
"""The pages with tiles of figures, each with the view in which it shows them."""
ASKED = {
    "the company's year": (EXECUTIVE, Scope(period=YEAR), "en"),
    "a region's quarter in Chinese": (HEAD, Scope(period=QUARTER, comparison="year"), "zh_CN"),
    "two branches against targets": (STEWARD, Scope(period=YEAR, branches=("B02", "B11"), comparison="target"), "en"),
    "a region against the company": (EXECUTIVE, Scope(period=YEAR, regions=("R2",), comparison="company"), "zh_CN"),
}
ASKED_IN_TURN = tuple(ASKED)
"""Each is asked of every other page, so that every page is asked by two people in two scopes."""
NARROWED = {"complaints": {"severity": ("high", "normal")}, "satisfaction": {"method": ("phone", "online")}}
"""What two branches are narrowed to besides, where the page can be."""


@pytest.fixture(scope="module")
def company(company_of: Callable[[str], Company]) -> Company:
    return company_of("north")


@pytest.fixture
def come(company: Company, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Come:
    """Opens pages without their cards, and points the command line to the same warehouse."""
    opened = way_in(company, monkeypatch, tmp_path)
    monkeypatch.setattr(Screen, "_card", lambda *_, **__: None)
    for name, role in (("DATABASE_URL", "loader"), ("DATABASE_READER_URL", "reader")):
        url = company.database.loader.url.set(username=role)
        monkeypatch.setenv(name, url.render_as_string(hide_password=False))
    return opened


@pytest.mark.parametrize("asked", ASKED)
def test_every_tile_says_what_the_command_line_says(come: Come, asked: str) -> None:
    person, scope, language = ASKED[asked]
    wrong, seen = [], 0
    for screen, view in list(PAGES.items())[ASKED_IN_TURN.index(asked) % 2 :: 2]:
        filters = NARROWED.get(screen, {}) if scope.branches else {}
        narrowed = Scope(scope.period, scope.regions, scope.branches, filters, scope.comparison)
        opened = come(Opening(screen, person, narrowed, language, view))
        for code, shown in tiles(opened):
            seen += 1
            wrong += [f"{screen} {code}: {what} in {shown}" for what in differences(opened, code, shown)]
    assert not wrong, "\n".join(wrong)
    assert seen > 15


def tiles(opened: Opened) -> list[tuple[str, dict[str, Any]]]:
    """What every tile of a figure says: by code, its label, figure, small lines and badges as people read them."""
    codes = [code for sheet in opened.page.shown for code in sheet.figures]
    pieces = [piece for piece in opened.text.split('<div class="gh-tile"')[1:] if 'class="gh-label"' in piece]
    assert len(pieces) == len(codes), f"{opened.opening}: {len(pieces)} tiles of {codes}"
    return [(code, _read_tile(piece)) for code, piece in zip(codes, pieces, strict=True)]


def _read_tile(piece: str) -> dict[str, Any]:
    (label,), (figure,) = (re.findall(rf'gh-{name}[^"]*">(.*?)</div>', piece) for name in ("label", "figure"))
    small = re.search(r'<div class="gh-small">(.*?)</div>', piece)
    badges = re.findall(r'<span class="gh-badge is-(\w+)">(.*?)</span>', piece)
    return {
        "label": unescape(label),
        "figure": unescape(figure),
        "small": [unescape(line) for line in re.findall(r"<span>(.*?)</span>", small[1] if small else "")],
        "badges": [(mood, unescape(said)) for mood, said in badges],
    }


def told(opened: Opened, code: str) -> list[dict[str, Any]] | None:
    """The rows that the command line answers with; None where a feed is absent."""
    asked, known = opened.opening.asked, metrics()[code].filters
    places = {"region": asked.regions, "branch": asked.branches}
    where = {**places, **{name: values for name, values in asked.filters.items() if name in known}}
    words = [part for name, values in where.items() if values for part in ("--where", f"{name}={'|'.join(values)}")]
    if asked.period is not None:
        last = (pd.Timestamp(asked.period.end) - pd.Timedelta(days=1)).date()
        words += ["--from", str(asked.period.start), "--to", str(last)]
    ran = CliRunner().invoke(command_line, ["figure", code, *words, "--as", opened.opening.person, "--json"])
    if "not delivered" in ran.stderr:
        return None
    assert ran.exit_code == 0, ran.stderr
    rows: list[dict[str, Any]] = json.loads(ran.stdout)["rows"]
    return rows


def differences(opened: Opened, code: str, shown: dict[str, Any]) -> list[str]:
    """What a tile says that is not so."""
    about, words, rows = metrics()[code], opened.words, told(opened, code)
    value, low, high = ENDS.get(about.kind, ("value", "low", "high"))
    found = [] if shown["label"] == words.label(about.label) else ["another label"]
    base = next((name for name in ("n", "denominator") if rows and name in rows[0]), None)
    if not rows or "suppressed" in rows[0] or (base and not rows[0][base]):
        return found if shown["figure"] == "–" else [*found, f"there is no figure: {rows}"]
    (row,) = rows
    if not says(shown["figure"], float("nan") if row[value] is None else row[value], words, code):
        found.append(f"the figure is {row[value]}")
    lines = " · ".join(shown["small"])
    if row.get(low) is not None and row.get(high) is not None:
        interval = pattern(words, "95%: {interval}").fullmatch(shown["small"][0])
        said = re.split(r" – | … ", interval["interval"]) if interval else []
        if len(said) != 2 or not all(
            _end(one, row[end], opened, code) for one, end in zip(said, (low, high), strict=True)
        ):
            found.append(f"the interval is {row[low]} to {row[high]}")
    counted = {"n {n}": base, "{n} still open": "open", "{n} not yet due": "pending"}
    for message, name in counted.items():
        said_n = [match["n"] for line in lines.split(" · ") if (match := pattern(words, message).fullmatch(line))]
        true = row.get(name) if name else None
        if about.kind in ("count", "money"):
            true = None if message == "n {n}" else true
        expected = true is not None and (true > 0 or message == "n {n}")
        if expected != bool(said_n) or (expected and not read(said_n[0], words).is_about(true)):
            found.append(f"{message}: {true}")
    return [*found, *_claims(opened, code, shown, pd.Series(row))]


def _end(said: str, true: float, opened: Opened, code: str) -> bool:
    """Whether one end of an interval is written so; those of ratios are per 100 without saying so again."""
    try:
        number = read(said, opened.words)
    except ValueError:
        return False
    if metrics()[code].kind == "ratio":
        number = Read(number.value / 100, number.slack / 100)
    return number.is_about(in_base(true, code))


def _claims(opened: Opened, code: str, shown: dict[str, Any], row: pd.Series) -> list[str]:
    """Badges that claim what is not so, and clear things that none of them says."""
    about, comparison = metrics()[code], opened.opening.scope.comparison
    now = estimate(pd.DataFrame([row]), about.kind).iloc[0]
    arrows = [(mood, said) for mood, said in shown["badges"] if said[:1] in "▲▼"]
    found = []
    if arrows:
        ((mood, said),) = arrows
        before = opened.opening.asked.compared()
        then = estimate(opened.ask(code, scope=before), about.kind).iloc[0]
        is_up = now["value"] > then["value"]
        if comparison not in ("before", "year") or not clear(now, then) or is_up != (said[0] == "▲"):
            found.append(f"{said}: it was {then['value']}")
        if about.direction != "none" and mood != ("good" if is_up == (about.direction == "up") else "bad"):
            found.append(f"{said} is not {mood}")
    return [*found, *_held_against(opened, code, shown, now), *_signal(opened, code, shown)]


def _held_against(opened: Opened, code: str, shown: dict[str, Any], now: pd.Series) -> list[str]:
    """Whether the target is named, and whether the badge of a distance judges what the interval allows to judge."""
    about, words, goal = metrics()[code], opened.words, target(code, date(2026, 3, 31))
    lines = [words.say("target: at most {value}", value=""), words.say("target: at least {value}", value="")]
    is_named = any(line.startswith(each) for line in shown["small"] for each in lines)
    found = [] if is_named == bool(goal) else [f"the target is {goal}"]
    against = {"target": goal.value if goal else None, "company": _company(opened, code)}
    mark = against.get(opened.opening.scope.comparison)
    judged = [mood for mood, said in shown["badges"] if any(_is(words, said, each) for each in JUDGED)]
    is_far = mark is not None and (now["low"] > mark or now["high"] < mark)
    if about.direction == "none":
        return found if not judged or is_far else [*found, f"{shown['badges']}: against {mark}"]
    is_good = is_far and (now["value"] > mark) == (about.direction == "up")
    expected = [] if not is_far else ["good"] if is_good else ["bad"]
    return found if judged == expected else [*found, f"{shown['badges']}: against {mark} it is {expected}"]


JUDGED = (
    "target met, {distance}",
    "target missed, {distance}",
    "{distance}, better than the company",
    "{distance}, worse than the company",
    "{distance} against the company",
)
SIGNALS = ("unusual month", "shifted for 8 months", "drifting to the limit")


def _is(words: Any, said: str, message: str) -> bool:
    return pattern(words, message).fullmatch(said) is not None


def _company(opened: Opened, code: str) -> float | None:
    if opened.opening.scope.comparison != "company" or metrics()[code].kind not in totals.COMPARABLE:
        return None
    whole = opened.ask(code, scope=opened.opening.asked.everywhere())
    value = ENDS.get(metrics()[code].kind, ("value",))[0]
    return None if whole.empty or whole["suppressed"].notna().any() else float(whole[value].iloc[0])


def _signal(opened: Opened, code: str, shown: dict[str, Any]) -> list[str]:
    """Whether the badge of the newest month says what the rules of control charts say."""
    if "month" not in metrics()[code].dims:
        return []
    words = opened.words
    raw = opened.ask(code, "month", scope=opened.long)
    rows = estimate(raw, metrics()[code].kind)
    if len(rows):
        rows = every_month(Card("", "", (), code, opened, rows), rows, code)
    places = signals_of(rows, code)
    expected = bool(places) and places[-1] == len(rows) - 1
    is_said = any(said in [words.say(each) for each in SIGNALS] for _, said in shown["badges"])
    return [] if is_said == expected else [f"{shown['badges']}, but signals are at {places} of {len(rows)} months"]
