"""The parts of the data health page: refreshes, fate of rows, held loads, checks, refusals, freshness of feeds."""

from collections.abc import Mapping
from datetime import UTC, datetime

import pandas as pd
import streamlit as st

from pages.shared import cached, explain, markup
from pages.shared.charts import data_health as charts
from pages.shared.markup import Cell, Mood, Tile
from pages.shared.panels import Screen, html
from warehouse.queries import state

MOODS: Mapping[str, Mood] = {"passed": "good", "held": "caution", "failed": "bad", "raised": "bad"}
FATES = ("accepted", "superseded", "quarantined")
REFRESHES_DRAWN = 12
LATE_DAYS = 7


def summary(screen: Screen) -> None:
    """Tiles: the newest verdict, rows by fate that add up, checks passed, loads held."""
    words, say = screen.viewer.words, screen.viewer.words.say
    with screen.guarded():
        refreshes = cached.fresh(screen.viewer.asker, state.refreshes)
        newest = refreshes.iloc[0]
        checks = cached.fresh(screen.viewer.asker, state.last_checks)
        passed = int((checks["outcome"] == "passed").sum())
        held = len(cached.fresh(screen.viewer.asker, state.held))
        now = datetime.now(UTC)
        tiles = [
            Tile(
                label=say("Newest refresh"),
                figure=screen.names.of_code("state", newest["state"]),
                small=(
                    say(
                        "refresh {n}, begun {when}",
                        n=int(newest["refresh_id"]),
                        when=words.moment(newest["started_at"], now=now),
                    ),
                ),
            ),
            Tile(
                label=say("Checks passed"),
                figure=f"{words.number(passed)} / {words.number(len(checks))}",
                small=(say("in the newest refresh that reached a gate"),),
            ),
            Tile(
                label=say("Deliveries held"),
                figure=words.number(held),
                small=(say("wait for a correction, a release or a discard"),),
            ),
        ]
        if screen.viewer.is_steward:
            delivered, *fates = (int(refreshes[name].sum()) for name in ("delivered", *FATES))
            small = say(
                "= {accepted} accepted + {superseded} superseded + {quarantined} quarantined",
                **dict(zip(FATES, (words.number(fate) for fate in fates), strict=True)),
            )
            badge = (
                markup.badge("good", say("adds up"))
                if delivered == sum(fates)
                else markup.badge("bad", say("does not add up"))
            )
            tiles.insert(
                1,
                Tile(
                    label=say("Rows delivered, newest refreshes"),
                    figure=words.number(delivered),
                    small=(small,),
                    badges=(badge,),
                ),
            )
        grid = st.grid(len(tiles), min_column_width=220, border=True, key="card-health")
        for tile in tiles:
            with grid.cell():
                html(tile.markup())


def freshness(screen: Screen) -> None:
    """How many days the data of each feed lie behind the newest record of all, drawn; the days themselves in the table."""
    words, say, names = screen.viewer.words, screen.viewer.words.say, screen.names
    with screen.guarded():
        feeds = screen.viewer.freshness
        dated = feeds.dropna(subset=["data_until"])
        behind = (dated["data_until"].max() - dated["data_until"]).dt.days
        rows = pd.DataFrame(
            {
                "label": [names.feed(feed) for feed in dated["feed"]],
                "value": behind.astype(float),
                "value_text": [words.duration(float(days), "days") for days in behind],
            }
        )
        rows = rows.sort_values(["value", "label"], ascending=[False, True]).reset_index(drop=True)
        table = pd.DataFrame(
            {
                say("Feed"): [names.feed(feed) for feed in feeds["feed"]],
                say("Data until"): [
                    words.day(until.date()) if pd.notna(until) else "–" for until in feeds["data_until"]
                ],
                say("Held since"): [
                    words.moment(since, now=datetime.now(UTC)) if pd.notna(since) else ""
                    for since in feeds["held_since"]
                ],
            }
        )
        late = rows[rows["value"] >= LATE_DAYS]
        behind_most = words.listed([f"{row.label}{words.aside(row.value_text)}" for row in late.itertuples()])
        rest = (
            say("Further behind: {feeds}.", feeds=behind_most)
            if len(late)
            else say("Every dated feed is less than {days} days behind.", days=LATE_DAYS)
        )
        tells = words.sentences(say("Data reach until {day}.", day=words.day(screen.viewer.last_day)), rest)
        screen.chart(say("How far each feed reaches"), tells, charts.behind, rows, table=table)


def rows_by_fate(screen: Screen) -> None:
    """Delivered rows of the newest refreshes by fate, drawn."""
    say = screen.viewer.words.say
    with screen.guarded():
        if not _is_steward(screen, say("What became of the rows")):
            return
        refreshes = cached.fresh(screen.viewer.asker, state.refreshes)
        arrived = refreshes[refreshes["delivered"] > 0].head(REFRESHES_DRAWN).iloc[::-1]
        if arrived.empty:
            _title(say("What became of the rows"))
            _nothing(markup.nothing("no-rows", say("No rows yet"), say("No refresh has received anything.")))
            return
        long = arrived.melt(id_vars="refresh_id", value_vars=list(FATES), var_name="code", value_name="value")
        rows = pd.DataFrame(
            {
                "refresh": long["refresh_id"].astype(str),
                "fate": [screen.names.of_code("fate", code) for code in long["code"]],
                "value": long["value"].astype(float),
                "value_text": [screen.viewer.words.number(value) for value in long["value"].astype(float)],
            }
        )
        table = arrived[["refresh_id", "delivered", *FATES]].set_axis(
            [say("Refresh"), say("Delivered"), *(screen.names.of_code("fate", fate) for fate in FATES)], axis=1
        )
        refused = arrived["quarantined"].sum() / arrived["delivered"].sum()
        tells = say(
            "Every delivered row has exactly one fate; {share} of those shown are quarantined.",
            share=screen.viewer.words.percent(float(refused), 2),
        )
        screen.chart(say("What became of the rows"), tells, charts.rows_by_fate, rows, table=table)


def held(screen: Screen) -> None:
    """Deliveries that a gate holds: since when, by which checks."""
    words, say = screen.viewer.words, screen.viewer.words.say
    with screen.guarded():
        waiting = cached.fresh(screen.viewer.asker, state.held)
        if waiting.empty:
            _title(say("Held deliveries"))
            _nothing(markup.nothing("no-rows", say("Nothing is held"), say("Every delivery has passed its checks.")))
            return
        lines = [
            [
                Cell(screen.names.feed(row.feed)),
                Cell(str(row.load_id)),
                Cell(words.moment(row.held_since, now=datetime.now(UTC)) if pd.notna(row.held_since) else "–"),
                Cell(words.listed(explain.stopped_by(screen.viewer, row.feed)) or "–", "bad"),
                Cell(words.number(row.delivered)),
            ]
            for row in waiting.itertuples()
        ]
        _table(
            screen,
            say("Held deliveries"),
            [say("Feed"), say("Load"), say("Since"), say("Stopped by"), say("Rows")],
            lines,
            say("What waits for a correction, a release or a discard."),
        )


def refreshes(screen: Screen) -> None:
    """Every refresh with its verdict, and rows that add up."""
    words, say = screen.viewer.words, screen.viewer.words.say
    with screen.guarded():
        if not _is_steward(screen, say("Refreshes")):
            return
        lines = []
        for row in cached.fresh(screen.viewer.asker, state.refreshes).itertuples():
            took = (
                words.duration((row.finished_at - row.started_at).total_seconds(), "seconds")
                if pd.notna(row.finished_at)
                else "–"
            )
            sums = [words.number(getattr(row, name)) for name in ("delivered", *FATES)]
            verdict = Cell(screen.names.of_code("state", row.state), MOODS.get(row.state))
            lines.append(
                [
                    Cell(str(row.refresh_id)),
                    verdict,
                    Cell(words.stamp(row.started_at)),
                    Cell(took),
                    *map(Cell, sums),
                    Cell(f"{row.checks_passed} / {row.checks}"),
                    Cell(str(row.reason or ""), "quiet"),
                ]
            )
        headers = [
            say("Refresh"),
            say("Verdict"),
            say("Begun"),
            say("Took"),
            say("Delivered"),
            *(screen.names.of_code("fate", fate) for fate in FATES),
            say("Checks"),
            say("Reason"),
        ]
        _table(
            screen,
            say("Refreshes"),
            headers,
            lines,
            say("Delivered = accepted + superseded + quarantined, for every refresh."),
        )


def checks(screen: Screen) -> None:
    """Every check of the newest refresh that reached a gate, those that did not pass first."""
    words, say = screen.viewer.words, screen.viewer.words.say
    with screen.guarded():
        results = cached.fresh(screen.viewer.asker, state.last_checks)
        if results.empty:
            _title(say("Checks"))
            _nothing(markup.nothing("no-rows", say("Nothing was checked yet"), say("No refresh has reached a gate.")))
            return
        declared = explain.rules()
        said = [declared.get((row.gate, row.table_name, row.rule_id)) for row in results.itertuples()]
        table = pd.DataFrame(
            {
                say("Outcome"): [screen.names.of_code("outcome", outcome) for outcome in results["outcome"]],
                say("Level"): [screen.names.of_code("level", level) for level in results["level"]],
                say("Table"): results["table_name"],
                say("Rule"): [
                    rule.sentence(words.language) if rule else rule_id
                    for rule, rule_id in zip(said, results["rule_id"], strict=True)
                ],
                say("Rows that break it"): [
                    words.number(float(n)) if pd.notna(n) else "–" for n in results["unexpected_count"]
                ],
                say("Rows checked"): [words.number(float(n)) if pd.notna(n) else "–" for n in results["element_count"]],
                say("Why"): [words.label(rule.why) if rule else "" for rule in said],
            }
        )
        passed = int((results["outcome"] == "passed").sum())
        _title(
            say("Checks"),
            say(
                "{passed} of {n} checks passed in refresh {refresh}.",
                passed=words.number(passed),
                n=words.number(len(results)),
                refresh=int(results["refresh_id"].iloc[0]),
            ),
        )
        st.dataframe(table, hide_index=True, height=min(36 * (len(table) + 1) + 2, 420), alt=say("Checks"))


def refusals(screen: Screen) -> None:
    """Refused rows by reason."""
    words, say = screen.viewer.words, screen.viewer.words.say
    with screen.guarded():
        if not _is_steward(screen, say("Refused rows by reason")):
            return
        reasons = cached.fresh(screen.viewer.asker, state.quarantine_reasons)
        if reasons.empty:
            _title(say("Refused rows by reason"))
            _nothing(
                markup.nothing(
                    "no-rows",
                    say("Nothing was refused"),
                    say("Every delivered row was accepted, or replaced by a newer one."),
                )
            )
            return
        labels = [
            f"{screen.names.feed(row.feed)} · {row.column_name}: {screen.names.of_code('reason', row.reason_code)}"
            for row in reasons.itertuples()
        ]
        rows = pd.DataFrame(
            {
                "label": labels,
                "value": reasons["refused"].astype(float),
                "value_text": [words.number(float(n)) for n in reasons["refused"]],
            }
        )
        table = reasons.set_axis(
            [say("Feed"), say("Column"), say("Reason"), say("Rows"), say("Files"), say("Example")], axis=1
        )
        tells = say(
            "{n} rows are refused; most often: {label}.", n=words.number(float(rows["value"].sum())), label=labels[0]
        )
        screen.chart(say("Refused rows by reason"), tells, charts.refusals, rows.head(15), table=table)


def _is_steward(screen: Screen, title: str) -> bool:
    if not screen.viewer.is_steward:
        _title(title)
        screen.not_allowed(
            screen.viewer.words.say("Data stewards see loads and refused rows. You see how fresh each feed is.")
        )
    return screen.viewer.is_steward


def _table(screen: Screen, title: str, headers: list[str], lines: list[list[Cell]], tells: str) -> None:
    _title(title, tells)
    html(markup.table(headers, lines, described=tells))


def _title(title: str, tells: str = "") -> None:
    html(markup.title(title, tells))


def _nothing(piece: str) -> None:
    html(piece)
