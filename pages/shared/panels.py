"""The parts of every page: heading with scope and freshness, tiles, cards with charts, and the six kinds of nothing."""

import itertools
from collections.abc import Callable, Hashable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from typing import Any

import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator
from streamlit.elements.lib.mutable_popover_container import PopoverContainer

from pages.shared import (
    annotations,
    cached,
    canvas,
    drawings,
    drill,
    explain,
    heading,
    markup,
    readable,
    sentences,
    shapes,
    takeaway,
    tiles,
)
from pages.shared.downloads import Sheet, Sketch
from pages.shared.drawings import Drawing, Listed, Tells
from pages.shared.filters import Asked
from pages.shared.guard import STYLE, guarded, html
from pages.shared.inquiry import Inquiry
from pages.shared.markup import Missing
from pages.shared.names import Names
from pages.shared.shapes import Shape
from pages.shared.specified import Draw
from pages.shared.viewer import Viewer
from pages.shared.workbook import scope_line
from warehouse.metrics import metrics
from warehouse.scope import Scope

TILES_IN_A_ROW = 5
EMPTY = pd.DataFrame()
ROW_PIXELS, LONGEST_TABLE = 36, 420


@dataclass(frozen=True)
class Screen:
    """One page for one person, as asked for. Draws the parts that all pages share, in the order in which it is called.

    What it has drawn so far stands in `shown` and `codes`, for whoever takes the page away. Cards are numbered by themselves:
    whatever one of them holds, the browser knows the others again, and keeps their drawings.
    """

    viewer: Viewer
    asked: Asked
    numbers: Iterator[int] = field(default_factory=itertools.count, compare=False)
    places: Iterator[int] = field(default_factory=itertools.count, compare=False)
    shown: list[Sheet] = field(default_factory=list, compare=False)
    codes: list[str] = field(default_factory=list, compare=False)

    @cached_property
    def inquiry(self) -> Inquiry:
        """Where the page's figures come from."""
        asked = self.asked
        return Inquiry(viewer=self.viewer, scope=asked.scope, last_day=asked.last_day, page=asked.page)

    @property
    def scope(self) -> Scope:
        """What the page's figures are asked for."""
        return self.asked.scope

    @property
    def names(self) -> Names:
        """What codes are called."""
        return self.inquiry.names

    def heading(
        self,
        title: str,
        line: str,
        metric_codes: Sequence[str] = (),
        *,
        shows_scope: bool = True,
        shows_held: bool = True,
    ) -> None:
        """Title, the line that says what the page answers, scope, freshness; what is held; what the address got wrong."""
        st.html(STYLE)
        held = self.viewer.held
        needed = {feed for code in metric_codes for feed in metrics()[code].feeds} or set(held)
        concerned = {feed: since for feed, since in held.items() if feed in needed}
        scope = scope_line(self.inquiry) if shows_scope else ""
        chip = heading.chip(self.inquiry, metric_codes, is_held=bool(concerned))
        html(markup.heading(title, line, chip))
        self.codes.extend(metric_codes)
        with st.container(horizontal=True, vertical_alignment="center", gap="small", key="scope-line"):
            html(markup.scope(scope))
            takeaway.page(self.inquiry, title, self.shown, self.codes, line=line, is_scoped=shows_scope)
        for feed, since in concerned.items() if shows_held else ():
            html(markup.nothing(*heading.held(self.inquiry, feed, since, metric_codes)))
        if self.viewer.looks_back:
            heading.looking_back(self.viewer)
        if self.asked.problems:
            st.warning(sentences.ignored(self.viewer.words, self.asked.problems), icon=":material/link_off:")
        if self.asked.choices is not None:
            drill.chips(self.viewer.words, self.names, self.asked.choices)

    def tiles(self, *codes: str, width: int = 170) -> None:
        """Rows of tiles, one a metric, each with its explanation one click away."""
        grid = st.grid(
            min(len(codes), TILES_IN_A_ROW),
            min_column_width=width,
            gap="small",
            border=True,
            key=f"card-{next(self.places)}",
        )
        for code in codes:
            with grid.cell(), self.guarded():
                late = tuple(self.viewer.late(metrics()[code].feeds))
                html(self.inquiry.kept(("tile", code, late), lambda code=code: tiles.tile(self.inquiry, code).markup()))
                self._explained((code,), "tile")
        self.shown.append(self.inquiry.kept(("tiles", *codes), lambda: tiles.sheet(self.inquiry, codes)))

    def card(self) -> DeltaGenerator:
        """A card as wide as the page."""
        return st.container(border=True, key=f"card-{next(self.places)}")

    def cards(self) -> tuple[DeltaGenerator, DeltaGenerator]:
        """Two cards beside each other, below each other where the page is narrow."""
        grid = st.grid(2, min_column_width=400, gap="small", border=True, key=f"card-{next(self.places)}")
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
        """A card's content: the cases behind a figure as a table, or that there are none. Few cases are no less to be seen."""
        say = self.viewer.words.say
        with self.guarded():
            answer = self.inquiry.ask(metric)
            if answer.absent and (missing := self.inquiry.missing(answer)):
                self.nothing(title, missing)
                return
            rows = cached.rows(self.viewer.asker, question, self.scope)
            if rows.empty:
                self.nothing(
                    title, ("no-rows", say("Nothing waits"), say("No case matches the choice in the sidebar."))
                )
                return
            tells = self.viewer.words.sentences(*sentences.cut_off(self.viewer.words, rows))
            html(markup.title(title, tells))
            listed = self.inquiry.kept(("listing", question), lambda: Listed(readable.cases(rows, self.names)))
            self.table(title, listed, tells)

    def table(self, title: str, listed: Listed, tells: str = "") -> None:
        """Rows as a table that can be taken away, by itself and with the page."""
        rows = listed.rows
        self.shown.append(Sheet(title, tells, rows))
        height = min(ROW_PIXELS * (len(rows) + 1) + 2, LONGEST_TABLE)
        st.dataframe(listed.arrow, hide_index=True, alt=title, height=height)
        takeaway.table(self.inquiry, title, rows, key=f"table-{next(self.numbers)}")

    def titled(
        self,
        title: str,
        drawing: Drawing,
        *,
        metric: str | Sequence[str] = (),
        sketch: Callable[[], Sketch] | None = None,
        noted: Sequence[str] = (),
    ) -> None:
        """The head of a card: title, the generated sentence, the table behind with its downloads, the explanation of `metric`.

        A card of several figures names them all; `sketch` makes the chart for whoever takes it away, with what is `noted` on it.
        """
        tells = self.viewer.words.sentences(drawing.tells, *noted)
        self.shown.append(Sheet(title, tells, drawing.away, read=drawing.table, sketch=sketch))
        codes = (metric,) if isinstance(metric, str) else metric
        self.codes.extend(codes)
        number = next(self.numbers)
        with st.container(horizontal=True, wrap=False, vertical_alignment="top", gap="xsmall"):
            html(markup.title(title, drawing.tells))
            with self._popover(self.viewer.words.say("Table"), "table_rows", "card") as opened:
                if opened.open:
                    self._choice(drawing, key=f"choice-{number}")
                    st.dataframe(drawing.table, hide_index=True, alt=title)
                    with st.container(horizontal=True, gap="xsmall"):
                        takeaway.table(self.inquiry, title, drawing.away, key=f"away-{number}")
                        if sketch is not None:
                            takeaway.pictures(self.inquiry, title, sketch(), tells, key=f"away-{number}")
            if codes:
                self._explained(codes, "card")

    def drawn(self, title: str, draw: Draw, drawing: Drawing, *, metric: str | None = None) -> None:
        """A card's content: its head, the drawing with the notes on its time axis, and below it what they say.

        Screen readers read both as text.
        """
        look, noted = self.viewer.look, self._noted(draw, drawing, metric)
        lines = annotations.told(self.inquiry, noted)
        taken = partial(canvas.sketch, draw, replace(look, theme="light"), drawing, noted)
        self.titled(title, drawing, metric=metric or (), sketch=taken, noted=lines)
        by = drawing.fields(self.asked.choices)
        canvas.show(title, draw, look, drawing, by=by, noted=noted)
        if lines:
            html("".join(map(markup.note, lines)))

    def _noted(self, draw: Draw, drawing: Drawing, metric: str | None) -> pd.DataFrame:
        """The notes that stand on the time axis of a drawing; none where it has no such axis."""
        if self.written.empty:
            return annotations.NONE
        along = annotations.time_axis(canvas.specification(draw, self.viewer.look))
        if along is None:
            return annotations.NONE
        return annotations.on_axis(self.written, self.inquiry, metric, drawing.rows[along])

    @cached_property
    def written(self) -> pd.DataFrame:
        """The notes that this person may see. Where they fail to load, that is said once, and the charts stand without them."""
        with self.guarded():
            return annotations.written(self.viewer)
        return pd.DataFrame()

    def _choice(self, drawing: Drawing, *, key: str) -> None:
        """What a click on a mark does, for whoever uses no mouse; a page has a switch of its own for its views."""
        by = [name for name in drawing.fields(self.asked.choices) if name != drill.VIEW]
        if by:
            drill.choose(self.viewer.words, self.names, drawing.marks, by, key=key)

    def nothing(self, title: str, missing: Missing) -> None:
        """A card's content where there is nothing to draw."""
        self.shown.append(Sheet(title, self.viewer.words.sentences(f"{missing[1]}.", missing[2]), EMPTY))
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

    def _explained(self, codes: Sequence[str], place: str) -> None:
        """The small button behind which the explanation of figures lies; its content is made when it is opened."""
        number = next(self.numbers)
        with self._popover(self.viewer.words.say("About this figure"), "info", place) as opened:
            if not opened.open:
                return
            past = tiles.past_table(self.inquiry, codes[0]) if place == "tile" else None
            explain.figures(self.viewer, codes, key=f"explain-{number}", by_month=past)

    def _popover(self, label: str, icon: str, place: str) -> PopoverContainer:
        key = f"icon-{place}-{next(self.numbers)}"
        return st.popover(label, icon=f":material/{icon}:", type="tertiary", help=label, key=key, on_change="rerun")
