"""Sentences of Data health and of the dictionary of metrics, held against the book itself, which the loader reads."""

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pandas as pd
from sqlalchemy import text

from checks.rules import suites
from tests.pages.told.claims import A_CHECK, A_HELD_LOAD, agree, claim
from tests.pages.told.reading import heard, read
from tests.pages.told.real import Card
from warehouse.feeds.expected import expected
from warehouse.metrics import metrics
from warehouse.queries import provenance
from warehouse.reasons import reason_words
from warehouse.tables import tables

FATES = ("accepted", "superseded", "quarantined")
RESULTS = "select gate, table_name, rule_id, refresh_id, outcome, level, checked_at from published.check_result"
LOADS = "select l.refresh_id, f.* from published.load_feed as f inner join published.load as l on f.load_id = l.load_id"
RULE = ["gate", "table_name", "rule_id"]


def book(card: Card, asked: str) -> pd.DataFrame:
    """Rows as the owner of the book sees them."""
    with card.opened.company.database.loader.begin() as connection:
        return pd.read_sql(text(asked), connection)


def names(card: Card, feeds: "pd.Series[str]") -> set[str]:
    """What feeds are called."""
    return {card.names.feed(feed) for feed in feeds}


def listed(card: Card, said: str) -> set[str]:
    """A list taken apart."""
    return set(said.split(card.words.listed(["", ""])))


@claim("Checks")
def checked(card: Card) -> None:
    """How many checks passed when they last ran, and how many have ever failed."""
    ((_, filled),) = card.heard("{passed} of {n} checks passed when they last ran; {failed} have ever failed.")
    runs = book(card, RESULTS).sort_values("refresh_id")
    last = runs.groupby(RULE).tail(1)
    card.says(filled["n"], len(last))
    card.says(filled["passed"], (last["outcome"] == "passed").sum())
    card.says(filled["failed"], runs.loc[runs["outcome"] != "passed", RULE].drop_duplicates().shape[0])


@claim(A_CHECK)
def ran(card: Card) -> None:
    """How often one check did not pass."""
    called = {
        (rule.gate, rule.table, rule.id): rule.sentence(card.words.language)
        for gate in ("delivery", "figures")
        for suite in suites(gate).values()
        for rule in suite.rules
    }
    every = book(card, RESULTS).sort_values("refresh_id")
    fits = []
    for key, runs in every.groupby(RULE):
        if called.get(key, key[2]) == card.title:
            runs, failed = runs.tail(100), runs.tail(100)["outcome"] != "passed"
            ran = card.words.say_many("In its last run", "In its last {n} runs", len(runs))
            fits.append(
                card.words.say("{runs} it always passed.", runs=ran)
                if not failed.any()
                else card.words.say_many(
                    "{runs} it did not pass {n} time, last {when}.",
                    "{runs} it did not pass {n} times, last {when}.",
                    int(failed.sum()),
                    runs=ran,
                    when=card.words.moment(runs.loc[failed, "checked_at"].iloc[-1], now=datetime.now(UTC)),
                )
            )
    agree(card, card.tells in fits, f"it should be one of {fits}")


@claim("What became of the rows")
def became(card: Card) -> None:
    """Every row has one fate, and which share is quarantined."""
    ((_, filled),) = card.heard("Every delivered row has exactly one fate; {share} of those shown are quarantined.")
    rows = book(card, LOADS).groupby("refresh_id")[["delivered", *FATES]].sum()
    agree(card, (rows["delivered"] == rows[[*FATES]].sum(axis=1)).all(), "some row has no fate, or two")
    shown = rows[rows["delivered"] > 0].tail(12).sum()
    card.says(filled["share"], shown["quarantined"] / shown["delivered"])


@claim("Refreshes")
def add_up(card: Card) -> None:
    """Fates add up in every refresh."""
    card.heard("Delivered = accepted + superseded + quarantined, for every refresh.")
    rows = book(card, LOADS).groupby("refresh_id")[["delivered", *FATES]].sum()
    agree(card, (rows["delivered"] == rows[[*FATES]].sum(axis=1)).all(), "they do not")


@claim("How fresh each feed is")
def fresh(card: Card) -> None:
    """How far the data reach, and which feeds are late."""
    in_time = "Every feed came when it was due, and none lies too far behind."
    (_, reach), (kind, late) = card.heard("Data reach until {day}.", in_time, "Late: {feeds}.")
    feeds = book(card, f"{LOADS} where f.state = 'passed'").groupby("feed").agg({"newest_at": "max"})["newest_at"]
    came = book(card, f"{LOADS} where f.state <> 'discarded'").groupby("feed")["received_at"].max()
    zone = ZoneInfo(card.opened.page.inquiry.viewer.standing.zone)
    newest, now = pd.to_datetime(feeds, utc=True).max(), datetime.now(UTC)
    agree(card, reach["day"] == card.words.day(newest.tz_convert(zone).date()), f"the newest record is of {newest}")
    missing = set()
    for feed, each in expected().items():
        if feed in feeds:
            day = pd.Timestamp(came[feed]).tz_convert(zone).date() + timedelta(days=each.days)
            due = datetime.combine(day, each.by, tzinfo=zone)
            reached = pd.Timestamp(feeds[feed])
            is_behind = each.reach_days is not None and newest - reached > timedelta(days=each.reach_days)
            if due < now or is_behind:
                missing.add(card.names.feed(feed))
    agree(card, (kind == in_time) == (not missing), f"late: {missing}")
    if missing:
        said = re.sub(r"\s?[(（][^()（）]*[)）]", "", late["feeds"])
        agree(card, listed(card, said) == missing, f"late: {missing}")


@claim("The way of the data")
def flows(card: Card) -> None:
    """How many stand before and after what was chosen, and how many of them wait for a held feed."""
    told = "{name}: {feeds} feeds, {tables} tables and {pages} pages before or after it."
    waiting = (
        "{n} of its published tables keeps its last good state, because a feed is held.",
        "{n} of its published tables keep their last good state, because a feed is held.",
    )
    nodes = set(card.rows.to_numpy().ravel())
    chosen = max((node for node in nodes if card.tells.startswith(node)), key=len)
    heads = {kind: card.words.say(f"{kind}: {{name}}", name="") for kind in ("Feed", "Page")}
    others = nodes - {chosen}
    feeds, pages = (sum(node.startswith(head) for node in others) for head in heads.values())
    first = card.words.say(told, name=chosen, feeds=feeds, pages=pages, tables=len(others) - feeds - pages)
    agree(card, card.tells.startswith(first), f"it should be {first}")
    rest = card.tells.removeprefix(first).strip()
    held = set(book(card, f"{LOADS} where f.state = 'held'")["feed"])
    stopped = {f"published.{table.name}" for table in tables("published") if held & set(table.feeds)} & nodes
    agree(card, bool(rest) == bool(stopped), f"{stopped} wait")
    if rest:
        card.says(heard(card.words, rest, waiting)[0][1]["n"], len(stopped))


@claim("Refused rows by reason")
def refused_by_reason(card: Card) -> None:
    """How many rows are refused, and for which reason most of them."""
    ((_, filled),) = card.heard("{n} rows are refused; most often: {label}.")
    rows = book(card, "select feed, column_name, reason_code from published.quarantine")
    counts = rows.groupby(["feed", "column_name", "reason_code"]).size()
    card.says(filled["n"], counts.sum())
    most = {
        f"{card.names.feed(feed)} · {column}: {reason_words(code, card.words.language)}"
        for (feed, column, code), count in counts.items()
        if count == counts.max()
    }
    agree(card, filled["label"] in most, f"one of {most}")


@claim("Refused rows")
def refused(card: Card) -> None:
    """How many rows are refused, and whether all are listed."""
    some, cut = ("{n} row is refused.", "{n} rows are refused."), "The newest {n} are listed."
    told = dict(card.heard(some, cut))
    rows = book(card, "select count(*) as n from published.quarantine")["n"].iloc[0]
    card.says(told[some]["n"], rows)
    agree(card, (cut in told) == (rows > len(card.rows)), f"{len(card.rows)} are listed")


@claim("Held deliveries")
def held(card: Card) -> None:
    """How many loads wait, with which feeds."""
    ((_, filled),) = card.heard(("{n} load waits, with {feeds}.", "{n} loads wait, with {feeds}."))
    rows = book(card, f"{LOADS} where f.state = 'held'")
    card.says(filled["n"], rows["load_id"].nunique())
    agree(card, listed(card, filled["feeds"]) == names(card, rows["feed"]), f"held: {set(rows['feed'])}")


@claim(A_HELD_LOAD)
def held_load(card: Card) -> None:
    """What came with a load that is held, and since when it is."""
    form = "Load {load}, held since {since}: {delivered} rows delivered, {quarantined} of them quarantined."
    ((_, filled),) = card.heard(form)
    rows = book(card, f"{LOADS} where f.state = 'held'")
    rows = rows[rows["load_id"] == int(filled["load"])]
    agree(card, listed(card, card.title) == names(card, rows["feed"]), f"held: {set(rows['feed'])}")
    agree(
        card,
        filled["since"] == card.words.moment(rows["held_since"].min(), now=datetime.now(UTC)),
        f"since {rows['held_since'].min()}",
    )
    for name in ("delivered", "quarantined"):
        card.says(filled[name], rows[name].sum())


@claim("What stewards asked for", "Notes on time axes")
def rules_of_the_house(card: Card) -> None:
    """How jobs and notes are dealt with: nothing that rows could prove wrong."""
    card.heard(
        "The worker does one after the other, in the order of asking.",
        "Each is shown on every time axis that it concerns.",
    )


@claim("What it is made from")
def made_from(card: Card) -> None:
    """The feeds of a figure: those that the headers of the tables name from which its question reads."""
    ((_, filled),) = card.heard("It comes from {feeds}.")
    code = card.opened.opening.view
    asked = next(sql for _, sql in provenance.of(metrics()[code]))
    read_from = {name.removesuffix("_sums") for name in re.findall(r"\bpublished\.(\w+)", asked)}
    needed = {feed for table in tables("published") if table.name in read_from for feed in table.feeds}
    agree(card, listed(card, filled["feeds"]) == {card.names.feed(feed) for feed in needed}, f"{code}: {needed}")


@claim("All figures")
def catalogue(card: Card) -> None:
    """How many figures there are."""
    ((_, filled),) = card.heard(("{n} figure, each defined once.", "{n} figures, each defined once."))
    agree(card, read(filled["n"], card.words).value == len(metrics()) == len(card.rows), "there are others")
    codes = card.rows[card.words.say("Code")]
    agree(card, set(codes) == set(metrics()) and codes.is_unique, "a figure is defined twice")
