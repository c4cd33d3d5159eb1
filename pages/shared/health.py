"""The parts of the data health page: refreshes, fate of rows, held loads, checks, refusals, freshness of feeds."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime

import pandas as pd
import streamlit as st

from pages.shared import cached, explain, markup
from pages.shared.charts import data_health as charts
from pages.shared.drawings import Drawing
from pages.shared.markup import Cell, Mood, Tile
from pages.shared.panels import LONGEST_TABLE, ROW_PIXELS, Screen, html
from pages.shared.text import Words
from warehouse.queries import state
from warehouse.queries.reader import Reader

MOODS: Mapping[str, Mood] = {"passed": "good", "held": "caution", "failed": "bad", "raised": "bad"}
FATES = ("accepted", "superseded", "quarantined")
REFRESHES_DRAWN, REASONS_DRAWN = 12, 15
LATE_DAYS = 7


def summary(screen: Screen) -> None:
    """Tiles: the newest verdict, rows by fate that add up, checks passed, loads held."""
    with screen.guarded():
        refreshes, checks = _fresh(screen, state.refreshes), _fresh(screen, state.last_checks)
        tiles = [
            _newest(screen, refreshes.iloc[0].to_dict()),
            *([_rows_in(screen.viewer.words, refreshes)] if screen.viewer.is_steward else []),
            _checks_passed(screen.viewer.words, checks),
            _held_count(screen.viewer.words, len(_fresh(screen, state.held))),
        ]
        grid = st.grid(len(tiles), min_column_width=220, border=True, key="card-health")
        for tile in tiles:
            with grid.cell():
                html(tile.markup())


def held(screen: Screen) -> None:
    """Deliveries that a gate holds: since when, by which checks."""
    words, say, names = screen.viewer.words, screen.viewer.words.say, screen.names
    title = say("Held deliveries")
    with screen.guarded():
        waiting = _fresh(screen, state.held).to_dict("records")
        if not waiting:
            screen.nothing(title, ("no-rows", say("Nothing is held"), say("Every delivery has passed its checks.")))
            return
        lines = [
            [
                Cell(names.feed(row["feed"])),
                Cell(str(row["load_id"])),
                Cell(_moment(words, row["held_since"])),
                Cell(words.listed(explain.stopped_by(screen.viewer, row["feed"])) or "–", "bad"),
                Cell(words.number(row["delivered"])),
            ]
            for row in waiting
        ]
        heads = [say("Feed"), say("Load"), say("Since"), say("Stopped by"), say("Rows")]
        _table(title, say("What waits for a correction, a release or a discard."), heads, lines)


def freshness(screen: Screen) -> None:
    """How many days the data of each feed lie behind the newest record of all; the days themselves in the table."""
    words, say, names = screen.viewer.words, screen.viewer.words.say, screen.names
    with screen.guarded():
        feeds = screen.viewer.freshness
        dated = feeds.dropna(subset=["data_until"])
        behind = (dated["data_until"].max() - dated["data_until"]).dt.days.astype(float)
        named = [names.feed(feed) for feed in dated["feed"]]
        said = [words.duration(days, "days") for days in behind]
        rows = pd.DataFrame({"label": named, "value": behind.to_numpy(), "value_text": said})
        rows = rows.sort_values(["value", "label"], ascending=[False, True]).reset_index(drop=True)
        table = pd.DataFrame(
            {
                say("Feed"): [names.feed(feed) for feed in feeds["feed"]],
                say("Data until"): [words.day(day.date()) if pd.notna(day) else "–" for day in feeds["data_until"]],
                say("Held since"): [_moment(words, since) for since in feeds["held_since"]],
            }
        )
        tells = words.sentences(
            say("Data reach until {day}.", day=words.day(screen.viewer.last_day())), _behind(words, rows)
        )
        screen.drawn(say("How far each feed reaches"), charts.behind, Drawing(rows=rows, tells=tells, table=table))


def rows_by_fate(screen: Screen) -> None:
    """Delivered rows of the newest refreshes by fate."""
    words, say, names = screen.viewer.words, screen.viewer.words.say, screen.names
    title = say("What became of the rows")
    with screen.guarded():
        if _is_not_for(screen, title):
            return
        refreshes = _fresh(screen, state.refreshes)
        arrived = refreshes[refreshes["delivered"] > 0].head(REFRESHES_DRAWN).iloc[::-1]
        if arrived.empty:
            screen.nothing(title, ("no-rows", say("No rows yet"), say("No refresh has received anything.")))
            return
        long = arrived.melt(id_vars="refresh_id", value_vars=list(FATES), var_name="code", value_name="value")
        rows = pd.DataFrame(
            {
                "refresh": long["refresh_id"].astype(str),
                "fate": [names.of_code("fate", code) for code in long["code"]],
                "value": long["value"].astype(float),
                "value_text": [words.number(float(value)) for value in long["value"]],
            }
        )
        heads = [say("Refresh"), say("Delivered"), *(names.of_code("fate", fate) for fate in FATES)]
        table = arrived[["refresh_id", "delivered", *FATES]].set_axis(heads, axis=1)
        refused = words.percent(float(arrived["quarantined"].sum() / arrived["delivered"].sum()), 2)
        tells = say("Every delivered row has exactly one fate; {share} of those shown are quarantined.", share=refused)
        screen.drawn(title, charts.rows_by_fate, Drawing(rows=rows, tells=tells, table=table))


def refreshes(screen: Screen) -> None:
    """Every refresh with its verdict, and rows that add up."""
    words, say, names = screen.viewer.words, screen.viewer.words.say, screen.names
    title = say("Refreshes")
    with screen.guarded():
        if _is_not_for(screen, title):
            return
        lines = [
            [
                Cell(str(row["refresh_id"])),
                Cell(names.of_code("state", row["state"]), MOODS.get(row["state"])),
                Cell(words.stamp(row["started_at"])),
                Cell(_took(words, row)),
                *(Cell(words.number(row[name])) for name in ("delivered", *FATES)),
                Cell(f"{row['checks_passed']} / {row['checks']}"),
                Cell(str(row["reason"] or ""), "quiet"),
            ]
            for row in _fresh(screen, state.refreshes).to_dict("records")
        ]
        fates = [names.of_code("fate", fate) for fate in FATES]
        heads = [
            say("Refresh"),
            say("Verdict"),
            say("Begun"),
            say("Took"),
            say("Delivered"),
            *fates,
            say("Checks"),
            say("Reason"),
        ]
        _table(title, say("Delivered = accepted + superseded + quarantined, for every refresh."), heads, lines)


def checks(screen: Screen) -> None:
    """Every check of the newest refresh that reached a gate, those that did not pass first."""
    words, say, names = screen.viewer.words, screen.viewer.words.say, screen.names
    title = say("Checks")
    with screen.guarded():
        results = _fresh(screen, state.last_checks)
        if results.empty:
            screen.nothing(title, ("no-rows", say("Nothing was checked yet"), say("No refresh has reached a gate.")))
            return
        declared = explain.rules()
        keys = zip(results["gate"], results["table_name"], results["rule_id"], strict=True)
        rules = [(key[2], declared.get(key)) for key in keys]
        table = pd.DataFrame(
            {
                say("Outcome"): [names.of_code("outcome", outcome) for outcome in results["outcome"]],
                say("Level"): [names.of_code("level", level) for level in results["level"]],
                say("Table"): results["table_name"],
                say("Rule"): [rule.sentence(words.language) if rule else rule_id for rule_id, rule in rules],
                say("Rows that break it"): [_count(words, count) for count in results["unexpected_count"]],
                say("Rows checked"): [_count(words, count) for count in results["element_count"]],
                say("Why"): [words.label(rule.why) if rule else "" for _, rule in rules],
            }
        )
        passed, n = (words.number(float(count)) for count in (_passed(results), len(results)))
        refresh = int(results["refresh_id"].iloc[0])
        html(
            markup.title(
                title, say("{passed} of {n} checks passed in refresh {refresh}.", passed=passed, n=n, refresh=refresh)
            )
        )
        height = min(ROW_PIXELS * (len(table) + 1) + 2, LONGEST_TABLE)
        st.dataframe(table, hide_index=True, height=height, alt=title)


def refusals(screen: Screen) -> None:
    """Refused rows by reason."""
    words, say, names = screen.viewer.words, screen.viewer.words.say, screen.names
    title = say("Refused rows by reason")
    with screen.guarded():
        if _is_not_for(screen, title):
            return
        reasons = _fresh(screen, state.quarantine_reasons)
        if reasons.empty:
            said = say("Every delivered row was accepted, or replaced by a newer one.")
            screen.nothing(title, ("no-rows", say("Nothing was refused"), said))
            return
        labels = [
            f"{names.feed(feed)} · {column}: {names.of_code('reason', reason)}"
            for feed, column, reason in zip(
                reasons["feed"], reasons["column_name"], reasons["reason_code"], strict=True
            )
        ]
        counts = reasons["refused"].astype(float)
        rows = pd.DataFrame({"label": labels, "value": counts, "value_text": [words.number(count) for count in counts]})
        heads = [say("Feed"), say("Column"), say("Reason"), say("Rows"), say("Files"), say("Example")]
        tells = say("{n} rows are refused; most often: {label}.", n=words.number(float(counts.sum())), label=labels[0])
        drawing = Drawing(rows=rows.head(REASONS_DRAWN), tells=tells, table=reasons.set_axis(heads, axis=1))
        screen.drawn(title, charts.refusals, drawing)


def _fresh(screen: Screen, question: Callable[[Reader], pd.DataFrame]) -> pd.DataFrame:
    return cached.fresh(screen.viewer.asker, question)


def _newest(screen: Screen, refresh: Mapping[str, object]) -> Tile:
    words = screen.viewer.words
    when = _moment(words, refresh["started_at"])
    return Tile(
        label=words.say("Newest refresh"),
        figure=screen.names.of_code("state", refresh["state"]),
        small=(words.say("refresh {n}, begun {when}", n=refresh["refresh_id"], when=when),),
    )


def _rows_in(words: Words, refreshes: pd.DataFrame) -> Tile:
    delivered, *fates = (int(refreshes[name].sum()) for name in ("delivered", *FATES))
    accepted, superseded, quarantined = map(words.number, fates)
    small = words.say(
        "= {accepted} accepted + {superseded} superseded + {quarantined} quarantined",
        accepted=accepted,
        superseded=superseded,
        quarantined=quarantined,
    )
    good = markup.badge("good", words.say("adds up"))
    badge = good if delivered == sum(fates) else markup.badge("bad", words.say("does not add up"))
    label = words.say("Rows delivered, newest refreshes")
    return Tile(label=label, figure=words.number(delivered), small=(small,), badges=(badge,))


def _checks_passed(words: Words, checks: pd.DataFrame) -> Tile:
    figure = f"{words.number(_passed(checks))} / {words.number(len(checks))}"
    small = (words.say("in the newest refresh that reached a gate"),)
    return Tile(label=words.say("Checks passed"), figure=figure, small=small)


def _held_count(words: Words, held: int) -> Tile:
    small = (words.say("wait for a correction, a release or a discard"),)
    return Tile(label=words.say("Deliveries held"), figure=words.number(held), small=small)


def _behind(words: Words, rows: pd.DataFrame) -> str:
    late = rows[rows["value"] >= LATE_DAYS]
    if late.empty:
        return words.say("Every dated feed is less than {days} days behind.", days=LATE_DAYS)
    named = [f"{label}{words.aside(said)}" for label, said in zip(late["label"], late["value_text"], strict=True)]
    return words.say("Further behind: {feeds}.", feeds=words.listed(named))


def _passed(checks: pd.DataFrame) -> int:
    return int((checks["outcome"] == "passed").sum())


def _took(words: Words, refresh: Mapping[str, object]) -> str:
    begun, ended = refresh["started_at"], refresh["finished_at"]
    if not isinstance(begun, datetime) or not isinstance(ended, datetime) or pd.isna(ended):
        return "–"
    return words.duration((ended - begun).total_seconds(), "seconds")


def _moment(words: Words, instant: object) -> str:
    known = isinstance(instant, datetime) and not pd.isna(instant)
    return words.moment(instant, now=datetime.now(UTC)) if known else "–"


def _count(words: Words, count: float | None) -> str:
    return words.number(float(count)) if count is not None and not pd.isna(count) else "–"


def _is_not_for(screen: Screen, title: str) -> bool:
    if screen.viewer.is_steward:
        return False
    said = screen.viewer.words.say("Data stewards see loads and refused rows. You see how fresh each feed is.")
    screen.not_allowed(title, said)
    return True


def _table(title: str, tells: str, heads: Sequence[str], lines: Sequence[Sequence[Cell]]) -> None:
    html(markup.title(title, tells))
    html(markup.table(heads, lines, described=tells))
