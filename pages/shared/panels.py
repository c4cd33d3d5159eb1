"""The parts of every page: heading with scope and freshness, tiles, cards with charts, and the six kinds of nothing."""

import itertools
import logging
import secrets
from collections.abc import Callable, Hashable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cached_property, lru_cache, partial
from pathlib import Path
from typing import Any

import altair as alt
import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator
from streamlit.elements.lib.mutable_popover_container import PopoverContainer

from pages.shared import cached, drawings, explain, markup, readable, sentences, shapes, takeaway, tiles
from pages.shared.charts.theme import Look
from pages.shared.downloads import Sheet
from pages.shared.drawings import Drawing, Tells
from pages.shared.filters import Asked
from pages.shared.inquiry import Inquiry
from pages.shared.markup import Missing
from pages.shared.names import Names
from pages.shared.shapes import Shape
from pages.shared.viewer import Viewer
from warehouse.metrics import metrics
from warehouse.scope import Scope

STYLE = Path(__file__).parent / "style.css"
LATE_AFTER = timedelta(hours=26)
TILES_IN_A_ROW = 5
ROW_PIXELS, LONGEST_TABLE = 36, 420
Draw = Callable[[pd.DataFrame, Look], alt.LayerChart]


@dataclass(frozen=True)
class Screen:
    """One page for one person, as asked for. Draws the parts that all pages share, in the order in which it is called.

    What it has drawn so far stands in `shown` and `codes`, for whoever takes the page away.
    """

    viewer: Viewer
    asked: Asked
    numbers: Iterator[int] = field(default_factory=itertools.count, compare=False)
    shown: list[Sheet] = field(default_factory=list, compare=False)
    codes: list[str] = field(default_factory=list, compare=False)

    @cached_property
    def inquiry(self) -> Inquiry:
        """Where the page's figures come from."""
        return Inquiry(viewer=self.viewer, scope=self.asked.scope, last_day=self.asked.last_day)

    @property
    def scope(self) -> Scope:
        """What the page's figures are asked for."""
        return self.asked.scope

    @property
    def names(self) -> Names:
        """What codes are called."""
        return self.inquiry.names

    def heading(self, title: str, line: str, metric_codes: Sequence[str] = (), *, shows_scope: bool = True) -> None:
        """Title, the line that says what the page answers, scope, freshness; what is held; what the address got wrong."""
        st.html(STYLE)
        held = self.viewer.freshness.dropna(subset=["held_since"])
        needed = {feed for code in metric_codes for feed in metrics()[code].feeds} or set(held["feed"])
        concerned = held[held["feed"].isin(needed)]
        scope = sentences.scope(self.viewer.words, self.names, self.scope, self.viewer.branches) if shows_scope else ""
        html(markup.heading(title, line, scope, self._chip(metric_codes, is_held=len(concerned) > 0)))
        self.codes.extend(metric_codes)
        takeaway.page(self.inquiry, title, self.shown, self.codes)
        for row in concerned.itertuples():
            html(markup.nothing(*self._held_notice(str(row.feed), row.held_since, metric_codes)))
        if self.viewer.looks_back:
            self._looking_back()
        if self.asked.problems:
            st.warning(sentences.ignored(self.viewer.words, self.asked.problems), icon=":material/link_off:")

    def tiles(self, *codes: str, width: int = 170) -> None:
        """Rows of tiles, one a metric, each with its explanation one click away."""
        grid = st.grid(
            min(len(codes), TILES_IN_A_ROW),
            min_column_width=width,
            gap="small",
            border=True,
            key=f"card-{next(self.numbers)}",
        )
        for code in codes:
            with grid.cell(), self.guarded():
                html(self.inquiry.kept(("tile", code), lambda code=code: tiles.tile(self.inquiry, code).markup()))
                self._explained(code, "tile")
        self.shown.append(self.inquiry.kept(("tiles", *codes), lambda: tiles.sheet(self.inquiry, codes)))

    def card(self) -> DeltaGenerator:
        """A card as wide as the page."""
        return st.container(border=True, key=f"card-{next(self.numbers)}")

    def cards(self) -> tuple[DeltaGenerator, DeltaGenerator]:
        """Two cards beside each other, below each other where the page is narrow."""
        grid = st.grid(2, min_column_width=400, gap="small", border=True, key=f"card-{next(self.numbers)}")
        return grid.cell(), grid.cell()

    def figure(
        self,
        title: str,
        metric: str,
        draw: Draw,
        *,
        tells: Tells,
        by: Sequence[str] = (),
        shape: Shape = shapes.as_given,
    ) -> None:
        """A card's content: one metric by some dimensions, in the shape of the drawing."""
        what = ("figure", metric, tuple(by), shape, tells)
        self._card(
            title, metric, draw, what, partial(drawings.figure, self.inquiry, metric, by=by, shape=shape, tells=tells)
        )

    def compared(self, title: str, metric: str, draw: Draw, *, by: str, shape: Shape = shapes.as_given) -> None:
        """A card's content: one figure by group with intervals, against the whole."""
        what = ("compared", metric, by, shape)
        self._card(title, metric, draw, what, partial(drawings.compared, self.inquiry, metric, by=by, shape=shape))

    def trend(self, title: str, metric: str, draw: Draw) -> None:
        """A card's content: the last 24 months of one metric, with interval and natural limits."""
        self._card(title, metric, draw, ("trend", metric), partial(drawings.trend, self.inquiry, metric))

    def curve(self, title: str, metric: str, draw: Draw) -> None:
        """A card's content: the Kaplan-Meier curve of a duration."""
        self._card(title, metric, draw, ("curve", metric), partial(drawings.curve, self.inquiry, metric))

    def beside(self, title: str, codes: tuple[str, str], draw: Draw) -> None:
        """A card's content: durations by month of all cases, beside those of the closed alone."""
        self._card(title, codes[0], draw, ("beside", *codes), partial(drawings.beside, self.inquiry, *codes))

    def made(
        self, title: str, metric: str, draw: Draw, make: Callable[..., Drawing | Missing], *parameters: Hashable
    ) -> None:
        """A card's content: what `make(inquiry, *parameters)` makes."""
        self._card(title, metric, draw, ("made", make, *parameters), partial(make, self.inquiry, *parameters))

    def listing(self, title: str, question: Callable[..., pd.DataFrame], metric: str) -> None:
        """A card's content: the cases behind a figure, as a table."""
        with self.guarded():
            html(markup.title(title))
            if missing := self.inquiry.missing(self.inquiry.ask(metric)):
                html(markup.nothing(*missing))
                return
            say = self.viewer.words.say
            self.cases(
                title,
                cached.rows(self.viewer.asker, question, self.scope),
                (say("Nothing waits"), say("No case matches the choice in the sidebar.")),
            )

    def cases(self, title: str, rows: pd.DataFrame, none: tuple[str, str]) -> None:
        """Cases as a table, or the two sentences that say that there are none."""
        if rows.empty:
            html(markup.nothing("no-rows", *none))
            return
        height = min(ROW_PIXELS * (len(rows) + 1) + 2, LONGEST_TABLE)
        st.dataframe(readable.cases(rows, self.names), hide_index=True, alt=title, height=height)

    def titled(self, title: str, drawing: Drawing, *, metric: str | None = None, draw: Draw | None = None) -> None:
        """The head of a card: title, the generated sentence, the table behind with its downloads, the explanation of `metric`."""
        self.shown.append(Sheet(title, drawing.tells, drawing.away))
        self.codes.extend([metric] if metric else [])
        with st.container(horizontal=True, wrap=False, vertical_alignment="top", gap="xsmall"):
            html(markup.title(title, drawing.tells))
            with self._popover(self.viewer.words.say("Table"), "table_rows", "card") as opened:
                if opened.open:
                    st.dataframe(drawing.table, hide_index=True, alt=title)
                    self._take_away(title, drawing, draw)
            if metric is not None:
                self._explained(metric, "card")

    def drawn(self, title: str, draw: Draw, drawing: Drawing, *, metric: str | None = None) -> None:
        """A card's content: its head, and the drawing, for which the sentence is the text of screen readers."""
        self.titled(title, drawing, metric=metric, draw=draw)
        specified = specification(draw, self.viewer.look, drawing.shape)
        st.vega_lite_chart(drawing.arrow, specified, alt=drawing.tells, width="stretch")

    def _take_away(self, title: str, drawing: Drawing, draw: Draw | None) -> None:
        key = f"away-{next(self.numbers)}"
        with st.container(horizontal=True, gap="xsmall"):
            takeaway.table(self.inquiry, title, drawing.away, key=key)
            if draw is not None:
                specified = specification(draw, replace(self.viewer.look, theme="light"), drawing.shape)
                takeaway.pictures(self.inquiry, title, specified, drawing.rows, drawing.tells, key=key)

    def nothing(self, title: str, missing: Missing) -> None:
        """A card's content where there is nothing to draw."""
        html(markup.title(title))
        html(markup.nothing(*missing))

    def not_allowed(self, title: str, said: str) -> None:
        """A card's content for whoever may not see it."""
        self.nothing(title, ("not-allowed", self.viewer.words.say("Not yours to see"), said))

    def guarded(self) -> AbstractContextManager[None]:
        """What fails inside says so; the rest of the page goes on."""
        return guarded(self.viewer.words.say)

    def _card(
        self, title: str, metric: str, draw: Draw, what: tuple[Any, ...], make: Callable[[], Drawing | Missing]
    ) -> None:
        with self.guarded():
            made = self.inquiry.kept(what, make)
            if isinstance(made, Drawing):
                self.drawn(title, draw, made, metric=metric)
            else:
                self.nothing(title, made)

    def _explained(self, metric: str, place: str) -> None:
        """The small button behind which the explanation of `metric` lies; its content is made when it is opened."""
        with self._popover(self.viewer.words.say("About this figure"), "info", place) as opened:
            if not opened.open:
                return
            explain.metric(self.viewer, metric)
            past = tiles.past_table(self.inquiry, metric) if place == "tile" else None
            if past is not None:
                st.dataframe(past, hide_index=True, height=240)

    def _popover(self, label: str, icon: str, place: str) -> PopoverContainer:
        key = f"icon-{place}-{next(self.numbers)}"
        return st.popover(label, icon=f":material/{icon}:", type="tertiary", help=label, key=key, on_change="rerun")

    def _chip(self, metric_codes: Sequence[str], *, is_held: bool) -> str:
        words, now = self.viewer.words, datetime.now(UTC)
        published = words.moment(self.viewer.published_at, now=now)
        if is_held:
            return markup.chip("held", words.say("Held: last good figures, published {when}", when=published))
        if now - self.viewer.published_at > LATE_AFTER:
            return markup.chip("late", words.say("Late: last checked and published {when}", when=published))
        warned = self.inquiry.kept(("warnings", *metric_codes), lambda: explain.warnings(self.viewer, metric_codes))
        if warned:
            said = words.say_many(
                "Published {when}, with {n} warning", "Published {when}, with {n} warnings", len(warned), when=published
            )
            return markup.chip("warned", said, words.listed(warned))
        return markup.chip("fresh", words.say("Checked and published {when}", when=published))

    def _held_notice(self, feed: str, since: datetime, metric_codes: Sequence[str]) -> Missing:
        words = self.viewer.words
        guarded_figures = [words.label(metrics()[code].label) for code in metric_codes if feed in metrics()[code].feeds]
        when = words.moment(since, now=datetime.now(UTC))
        title = words.say("A delivery of {feed} is held since {since}", feed=self.names.feed(feed), since=when)
        stopped = words.say("Stopped by: {checks}.", checks=words.listed(explain.stopped_by(self.viewer, feed)) or "–")
        if not guarded_figures:
            return "held-back", title, stopped
        kept = words.say(
            "Until it is settled, these show the last good state: {figures}.", figures=words.listed(guarded_figures)
        )
        return "held-back", title, words.sentences(stopped, kept)

    def _looking_back(self) -> None:
        words = self.viewer.words
        when = words.moment(self.viewer.published_at, now=datetime.now(UTC))
        told = words.say(
            "You look at refresh {refresh}, published {when}, not at the newest one.",
            refresh=self.viewer.reader.refresh_id,
            when=when,
        )
        left, right = st.columns([4, 1], vertical_alignment="center")
        left.info(told)
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
    st.session_state["refresh"] = None
    st.query_params.pop("refresh", None)
