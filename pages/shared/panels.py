"""The parts of every page: heading with scope and freshness, tiles, charts, tables, and the six kinds of nothing."""

import itertools
import logging
import secrets
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import altair as alt
import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator
from streamlit.elements.lib.mutable_popover_container import PopoverContainer

from pages.shared import cached, explain, markup, readable, sentences, shapes
from pages.shared.cached import Answer
from pages.shared.charts.theme import Look
from pages.shared.filters import Asked
from pages.shared.markup import Tile
from pages.shared.names import Names
from pages.shared.readable import Readable
from pages.shared.shapes import Shape
from pages.shared.viewer import Viewer
from warehouse.metrics import metrics
from warehouse.queries import figures, signals
from warehouse.scope import Period, Scope

STYLE = Path(__file__).parent / "style.css"
LATE_AFTER = timedelta(hours=26)
MONTHS_OF_HISTORY = 24
TILES_IN_A_ROW = 5
Draw = Callable[[pd.DataFrame, Look], alt.LayerChart]


@dataclass(frozen=True)
class Screen:
    """One page for one person, as asked for. Draws the parts that all pages share, in the order in which it is called."""

    viewer: Viewer
    asked: Asked
    numbers: Iterator[int] = field(default_factory=itertools.count, compare=False)

    @property
    def scope(self) -> Scope:
        """What the page's figures are asked for."""
        return self.asked.scope

    @cached_property
    def names(self) -> Names:
        """What codes are called."""
        return Names.of(self.viewer)

    def heading(self, title: str, line: str, metric_codes: Sequence[str] = (), *, shows_scope: bool = True) -> None:
        """Title, the line that says what the page answers, scope, freshness; what is held; what the address got wrong."""
        st.html(STYLE)
        held = self.viewer.freshness.dropna(subset=["held_since"])
        guarded = (
            {feed for code in metric_codes for feed in metrics()[code].feeds} if metric_codes else set(held["feed"])
        )
        concerned = held[held["feed"].isin(guarded)]
        scope = sentences.scope(self.viewer.words, self.names, self.scope, self.viewer.branches) if shows_scope else ""
        html(markup.heading(title, line, scope, self._chip(concerned)))
        for row in concerned.itertuples():
            self._held_notice(row, metric_codes)
        if self.viewer.looks_back:
            self._looking_back()
        if self.asked.problems:
            st.warning(sentences.ignored(self.viewer.words, self.asked.problems), icon=":material/link_off:")

    def ask(self, metric: str, by: Sequence[str] = (), scope: Scope | None = None, **only: str) -> Answer:
        """The figure of `metric` in the page's scope, narrowed by those of the page's filters that the metric knows, and by `only`."""
        return cached.figure(self.viewer.asker, metric, self.known_scope(metric, scope, **only), by)

    def known_scope(self, metric: str, scope: Scope | None = None, **only: str) -> Scope:
        """The page's scope (or another) with those filters alone that `metric` knows, and with `only`."""
        scope, known = scope or self.scope, metrics()[metric].filters
        filters = {**scope.filters, **{name: (code,) for name, code in only.items()}}
        return replace(scope, filters={name: codes for name, codes in filters.items() if name in known})

    def readable(self, answer: Answer) -> pd.DataFrame:
        """The rows of `answer` with names and texts."""
        return self.reads(answer.metric).rows(answer)

    def history(self, metric: str, **only: str) -> Answer:
        """The last 24 whole months up to the end of the period, by month."""
        last = (self.scope.period.end if self.scope.period else self.viewer.last_day + timedelta(days=1)) - timedelta(
            days=1
        )
        end = last + timedelta(days=1) if (last + timedelta(days=1)).day == 1 else last.replace(day=1)
        start = (pd.Timestamp(end) - pd.DateOffset(months=MONTHS_OF_HISTORY)).date()
        return self.ask(metric, ("month",), replace(self.scope, period=Period(start=start, end=end)), **only)

    def tiles(self, *codes: str, width: int = 170) -> None:
        """A row of tiles, one a metric: figure, interval, n, change if it is clear, history with natural limits."""
        known = [code for code in codes if code in metrics()]
        grid = st.grid(
            min(max(len(known), 1), TILES_IN_A_ROW),
            min_column_width=width,
            gap="small",
            border=True,
            key=f"card-{next(self.numbers)}",
        )
        for code in known:
            with grid.cell():
                self.tile(code)

    def tile(self, code: str) -> None:
        """One tile, with its explanation one click away."""
        with self.guarded():
            tile, history = self._tile(code)
            html(tile.markup())
            self._explained(code, "tile", history)

    def card(self) -> DeltaGenerator:
        """A card as wide as the page."""
        return st.container(border=True, key=f"card-{next(self.numbers)}")

    def cards(self) -> tuple[DeltaGenerator, DeltaGenerator]:
        """Two cards beside each other, below each other where the page is narrow."""
        grid = st.grid(2, min_column_width=400, gap="small", border=True, key=f"card-{next(self.numbers)}")
        return grid.cell(), grid.cell()

    def titled(self, title: str, tells: str, *, table: pd.DataFrame, metric: str | None = None) -> None:
        """The head of a card: title, the generated sentence, the table behind, the explanation of `metric`."""
        with st.container(horizontal=True, wrap=False, vertical_alignment="top", gap="xsmall"):
            html(markup.title(title, tells))
            self._tabled(title, table)
            if metric is not None:
                self._explained(metric, "card")

    def chart(
        self, title: str, tells: str, draw: Draw, rows: pd.DataFrame, *, table: pd.DataFrame, metric: str | None = None
    ) -> None:
        """A card's content: its head, and the drawing, for which the sentence is the text of screen readers."""
        self.titled(title, tells, table=table, metric=metric)
        shape = tuple(zip(rows.columns, rows.dtypes.astype(str), strict=True))
        st.vega_lite_chart(rows, specification(draw, self.viewer.look, shape), alt=tells, width="stretch")

    def figure(
        self,
        title: str,
        metric: str,
        draw: Draw,
        *,
        tells: Callable[[pd.DataFrame, Readable], str],
        by: Sequence[str] = (),
        shape: Shape = shapes.as_given,
        **only: str,
    ) -> None:
        """A card's content: one metric by some dimensions, or the kind of nothing that stands in its place."""
        with self.guarded():
            answer = self.ask(metric, by, **only)
            if self.nothing(answer, title):
                return
            rows, reads = self.readable(answer), self.reads(metric)
            shown = shape(rows, reads)
            self.chart(
                title, tells(shown, reads), draw, shown, metric=metric, table=readable.table(rows, self.names, by)
            )

    def compared(
        self, title: str, metric: str, draw: Draw, *, by: str, shape: Shape = shapes.as_given, **only: str
    ) -> None:
        """A card's content: one figure by group with intervals, against the whole; groups too small stand in the table alone."""
        with self.guarded():
            answer, whole = self.ask(metric, (by,), **only), self.ask(metric, **only)
            if self.nothing(answer, title):
                return
            reads = self.reads(metric)
            rows = shape(self.readable(answer), reads)
            shown = shapes.best_first(rows, reads).assign(whole=float(self.readable(whole)["value"].iloc[0]))
            self.chart(
                title,
                sentences.ranking(rows, reads),
                draw,
                shown,
                metric=metric,
                table=readable.table(rows, self.names, (by,)),
            )

    def curve(self, title: str, metric: str, draw: Draw) -> None:
        """A card's content: the Kaplan-Meier curve of a duration."""
        with self.guarded():
            answer = self.ask(metric)
            if self.nothing(answer, title):
                return
            rows, reads = self.readable(answer), self.reads(metric)
            steps = shapes.curve(cached.rows(self.viewer.asker, figures.curve, metric, self.known_scope(metric)), reads)
            table = steps[["at_text", "share_text", "interval_text"]].set_axis(
                [self.viewer.words.say("Time"), self.viewer.words.say("Share"), self.viewer.words.say("95% interval")],
                axis=1,
            )
            self.chart(title, sentences.duration(rows, reads), draw, steps, metric=metric, table=table)

    def beside(self, title: str, codes: tuple[str, str], draw: Draw) -> None:
        """A card's content: median and 90th percentile by month of all cases, beside those of the closed alone."""
        with self.guarded():
            say, (honest, common) = self.viewer.words.say, [self.history(code) for code in codes]
            if self.nothing(honest, title):
                return
            rows, reads = self.readable(honest), self.reads(codes[0])
            both = [
                shapes.quantiles(rows, reads, say("All complaints")),
                shapes.quantiles(self.readable(common), reads, say("Closed alone")),
            ]
            self.chart(
                title,
                sentences.trend(readable.with_limits(rows), reads),
                draw,
                pd.concat(both, ignore_index=True),
                metric=codes[0],
                table=readable.table(rows, self.names, ("month",)),
            )

    def listing(self, title: str, question: Callable[..., pd.DataFrame], metric: str) -> None:
        """A card's content: the cases behind a figure, as a table."""
        with self.guarded():
            html(markup.title(title))
            if self.nothing(self.ask(metric)):
                return
            rows = cached.rows(self.viewer.asker, question, self.scope)
            if rows.empty:
                html(
                    markup.nothing(
                        "no-rows",
                        self.viewer.words.say("Nothing waits"),
                        self.viewer.words.say("No case matches the choice in the sidebar."),
                    )
                )
                return
            st.dataframe(
                readable.cases(rows, self.names), hide_index=True, alt=title, height=min(36 * (len(rows) + 1) + 2, 420)
            )

    def trend(self, title: str, metric: str, draw: Draw, **only: str) -> None:
        """A card with the last 24 months of one metric, with interval and natural limits."""
        with self.guarded():
            answer = self.history(metric, **only)
            if self.nothing(answer, title):
                return
            rows = readable.with_limits(self.readable(answer))
            tells = sentences.trend(rows, self.reads(metric))
            self.chart(title, tells, draw, rows, metric=metric, table=readable.table(rows, self.names, ("month",)))

    def nothing(self, answer: Answer, title: str = "") -> bool:
        """Draw the kind of nothing that `answer` is and say True; say False where there is something to show."""
        said = sentences.nothing(self.viewer.words, self.names, answer, self.viewer.freshness, metrics()[answer.metric])
        if said is None:
            return False
        if title:
            html(markup.title(title))
        html(markup.nothing(*said))
        return True

    def not_allowed(self, said: str) -> None:
        """In place of what only other people may see."""
        html(markup.nothing("not-allowed", self.viewer.words.say("Not yours to see"), said))

    def guarded(self) -> AbstractContextManager[None]:
        """One figure that fails says so; the rest of the page goes on."""
        return guarded(self.viewer.words.say)

    def reads(self, metric: str) -> Readable:
        """Writes the figures of `metric` in this person's way."""
        return Readable.of(metric, self.names, self.viewer.standing.currency)

    def _tile(self, code: str) -> tuple[Tile, Answer | None]:
        words, about = self.viewer.words, metrics()[code]
        answer = self.ask(code)
        said = sentences.nothing(words, self.names, answer, self.viewer.freshness, about)
        label = words.label(about.label)
        if said is not None:
            _, title, why = said
            return Tile(label=label, figure="", small=(title,), described=f"{label}: {title}. {why}"), None
        reads = self.reads(code)
        now = self.readable(answer).iloc[0]
        history = self.history(code) if "month" in about.dims else None
        past = [float(value) for value in self.readable(history)["value"]] if history and not history.absent else []
        badges = [
            badge
            for badge in (
                sentences.alarm(words, about, now["value"]),
                self._change(code, now),
                sentences.newest_signal(words, past),
            )
            if badge
        ]
        small = sentences.certainty(words, now)
        if self.scope.period is not None and answer.rows.attrs.get("period", self.scope.period) is None:
            small.append(words.say("all time: its dates are unknown"))
        return Tile(
            label=label,
            figure=reads.value(now["value"]),
            small=small,
            badges=badges,
            history=past,
            described=f"{label}: {reads.value(now['value'])}. {' · '.join(small)}",
        ), history

    def _change(self, code: str, now: pd.Series) -> str | None:
        """The badge of a change whose interval excludes zero; none while the period still runs."""
        before = self.scope.compared()
        if (
            before is None
            or self.scope.period is None
            or self.scope.period.end > self.viewer.last_day + timedelta(days=1)
        ):
            return None
        earlier = self.ask(code, scope=before)
        if earlier.absent or earlier.rows.empty:
            return None
        about = metrics()[code]
        pair = [readable.estimate(row, about.kind) for row in (now, self.readable(earlier).iloc[0])]
        if pair[0] is None or pair[1] is None:
            return None
        difference = signals.difference(pair[0], pair[1])
        if not difference.is_clear:
            return None
        is_up = difference.value > 0
        is_good = None if about.direction == "none" else is_up == (about.direction == "up")
        return markup.change(
            self.viewer.words, is_up=is_up, said=self.reads(code).change(difference.value), is_good=is_good
        )

    def _explained(self, metric: str, place: str, history: Answer | None = None) -> None:
        """The small button behind which the explanation of `metric` lies; its content is made when it is opened."""
        with self._popover(self.viewer.words.say("About this figure"), "info", place) as opened:
            if opened.open:
                explain.metric(self.viewer, metric)
                if history is not None and not history.absent:
                    st.dataframe(
                        readable.table(self.readable(history), self.names, ("month",)), hide_index=True, height=240
                    )

    def _tabled(self, title: str, table: pd.DataFrame) -> None:
        """The small button behind which the table of a chart lies."""
        with self._popover(self.viewer.words.say("Table"), "table_rows", "card") as opened:
            if opened.open:
                st.dataframe(table, hide_index=True, alt=title)

    def _popover(self, label: str, icon: str, place: str) -> PopoverContainer:
        key = f"icon-{place}-{next(self.numbers)}"
        return st.popover(label, icon=f":material/{icon}:", type="tertiary", help=label, key=key, on_change="rerun")

    def _chip(self, held: pd.DataFrame) -> str:
        words, now = self.viewer.words, datetime.now(UTC)
        published = words.moment(self.viewer.published_at, now=now)
        if len(held):
            return markup.chip("held", words.say("Held: last good figures, published {when}", when=published))
        if now - self.viewer.published_at > LATE_AFTER:
            return markup.chip("late", words.say("Late: last checked and published {when}", when=published))
        return markup.chip("fresh", words.say("Checked and published {when}", when=published))

    def _held_notice(self, row: Any, metric_codes: Sequence[str]) -> None:
        words = self.viewer.words
        stopped = explain.stopped_by(self.viewer, row.feed)
        guarded = words.listed(
            [words.label(metrics()[code].label) for code in metric_codes if row.feed in metrics()[code].feeds]
        )
        since = words.moment(row.held_since, now=datetime.now(UTC))
        title = words.say("A delivery of {feed} is held since {since}", feed=self.names.feed(row.feed), since=since)
        said = words.say(
            "Stopped by: {checks}. Until it is settled, these figures show the last good state: {figures}.",
            checks=words.listed(stopped) or "–",
            figures=guarded or "–",
        )
        html(markup.nothing("held-back", title, said))

    def _looking_back(self) -> None:
        words = self.viewer.words
        left, right = st.columns([4, 1], vertical_alignment="center")
        left.info(
            words.say(
                "You look at refresh {refresh}, published {when}, not at the newest one.",
                refresh=self.viewer.reader.refresh_id,
                when=words.moment(self.viewer.published_at, now=datetime.now(UTC)),
            )
        )
        right.button(words.say("Show the newest"), on_click=_forget_refresh, width="stretch")


def html(piece: str) -> None:
    """Draw one piece of `markup`."""
    st.markdown(f'<div class="gh">{piece}</div>', unsafe_allow_html=True, width="stretch")


@contextmanager
def guarded(say: Callable[..., str]) -> Iterator[None]:
    """What fails inside becomes one sentence with a reference; its trace goes to the log under the same reference."""
    try:
        yield
    except Exception:
        reference = secrets.token_hex(3)
        logging.exception("a figure failed to load, reference %s", reference)
        told = say(
            "Try again in a minute. If it stays, tell the data team this reference: {reference}", reference=reference
        )
        html(markup.nothing("failed", say("This could not be loaded"), told))


@lru_cache(maxsize=512)
def specification(draw: Draw, look: Look, columns: tuple[tuple[str, str], ...]) -> dict[str, Any]:
    """The Vega-Lite of a chart, made once for its look and the shape of its rows; rows travel beside it."""
    empty = pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in columns})
    made: dict[str, Any] = draw(empty, look).to_dict()
    if len(made.get("datasets", {})) > 1:
        raise ValueError(f"{draw.__name__} draws other rows than those it was given")
    return {name: part for name, part in made.items() if name not in {"data", "datasets", "$schema"}}


def _forget_refresh() -> None:
    st.query_params.pop("refresh", None)
