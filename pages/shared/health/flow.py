"""The way of the data as a graph: from the feeds through the tables to the pages, with what is held in it."""

import pandas as pd
import streamlit as st

from pages.shared import usage
from pages.shared.charts import data_health as charts
from pages.shared.drawings import Drawing
from pages.shared.health.book import Book
from pages.shared.names import screens
from warehouse.queries import flow as graph
from warehouse.queries import state
from warehouse.queries.flow import Edge


def lineage(book: Book) -> None:
    """The tables before and after a feed, a table or a page; what waits for a held feed is marked."""
    say = book.words.say
    title = say("The way of the data")
    with book.screen.guarded():
        edges = [*graph.edges(), *_to_pages()]
        held = {f"feed.{feed}" for feed in book.rows(state.held)["feed"]}
        nodes = sorted({node for edge in edges for node in edge}, key=_order)
        first = next((node for node in nodes if node in held), nodes[0])
        chosen = st.selectbox(
            say("From or to: type any part of the name of a feed, a table or a page"),
            nodes,
            index=nodes.index(first),
            format_func=lambda node: _called(book, node),
            key="flow",
        )
        shown = graph.around(chosen, edges)
        waiting = graph.onwards(held, edges)
        named = {node: _called(book, node) for edge in shown for node in edge}
        table = pd.DataFrame(
            [(named[source], named[target]) for source, target in shown], columns=[say("From"), say("To")]
        )
        tells = _tells(book, chosen, shown, waiting & set(named))
        book.screen.titled(title, Drawing(rows=table, tells=tells, table=table))
        drawn = charts.flow(shown, named, book.screen.viewer.look, chosen=chosen, held=held, waiting=waiting)
        st.graphviz_chart(drawn, width="stretch")


def _to_pages() -> list[Edge]:
    """(published table, page) for every page that shows a figure asked from the table."""
    asked, used = graph.asked_from(), usage.where_used()
    return sorted(
        {
            (f"published.{table}", f"page.{page}")
            for code, tables in asked.items()
            for table in tables
            for page in used.get(code, ())
        }
    )


def _called(book: Book, node: str) -> str:
    kind, _, name = node.partition(".")
    if kind == "feed":
        return book.words.say("Feed: {name}", name=book.screen.names.feed(name))
    return book.words.say("Page: {name}", name=screens(book.words).get(name, name)) if kind == "page" else node


def _order(node: str) -> tuple[int, str]:
    return ("feed", "curated", "published", "page").index(node.split(".")[0]), node


def _tells(book: Book, chosen: str, shown: tuple[Edge, ...], waiting: frozenset[str]) -> str:
    words, say = book.words, book.words.say
    nodes = {node for edge in shown for node in edge} - {chosen}
    feeds, pages = (sum(node.startswith(kind) for node in nodes) for kind in ("feed.", "page."))
    told = say(
        "{name}: {feeds} feeds, {tables} tables and {pages} pages before or after it.",
        name=_called(book, chosen),
        feeds=feeds,
        tables=len(nodes) - feeds - pages,
        pages=pages,
    )
    stopped = sum(node.startswith("published.") for node in waiting)
    if not stopped:
        return told
    return words.sentences(
        told,
        words.say_many(
            "{n} of its published tables keeps its last good state, because a feed is held.",
            "{n} of its published tables keep their last good state, because a feed is held.",
            stopped,
        ),
    )
