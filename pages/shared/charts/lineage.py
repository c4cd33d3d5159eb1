"""Where a figure comes from, as a graph in the DOT language: tables with their columns, from the figure to the feeds."""

from collections.abc import Sequence
from html import escape
from typing import Protocol

from pages.shared.charts.theme import Look

COLUMNS_SHOWN = 8


class Step(Protocol):
    """A column, and one that it is made from."""

    @property
    def table(self) -> str:
        """Whose column it is: `schema.name`, `feed.name` or `figure`."""
        ...

    @property
    def column(self) -> str:
        """The column; empty where rows are counted."""
        ...

    @property
    def from_table(self) -> str:
        """What it is made from."""
        ...

    @property
    def from_column(self) -> str:
        """Its column there; empty where rows are counted."""
        ...


def graph(steps: Sequence[Step], look: Look, *, figure: str) -> str:
    """The graph of `steps`, one node a table, the feeds on the left and the figure on the right."""
    palette = look.palette
    nodes: dict[str, dict[str, None]] = {}
    for step in steps:
        nodes.setdefault(step.table, {})[step.column] = None
        nodes.setdefault(step.from_table, {})[step.from_column] = None
    edges = dict.fromkeys((step.from_table, step.table) for step in steps)
    drawn = [_node(table, list(columns), look, figure) for table, columns in nodes.items()]
    drawn += [f'"{source}" -> "{target}"' for source, target in edges]
    style = (
        'rankdir=LR bgcolor="transparent" nodesep=0.18 ranksep=0.5'
        f' node [shape=box style="rounded,filled" fontname="sans-serif" fontsize=12 color="{palette.muted}"'
        f' fillcolor="{palette.surface}" fontcolor="{palette.text}"] edge [color="{palette.muted}" arrowsize=0.7]'
    )
    return f"digraph {{ {style} {'; '.join(drawn)} }}"


def _node(table: str, columns: list[str], look: Look, figure: str) -> str:
    named = sorted(column for column in columns if column)
    shown = [*named[:COLUMNS_SHOWN], *(["…"] if len(named) > COLUMNS_SHOWN else [])]
    title = figure if table == "figure" else table
    below = "".join(
        f"<br/><font color='{look.palette.quiet_text}' point-size='10'>{escape(name)}</font>" for name in shown
    )
    return f'"{table}" [label=<<b>{escape(title)}</b>{below}>]'
