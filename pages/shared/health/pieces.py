"""Pieces of HTML of this page alone. Pure: text in, escaped markup out, on one line."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from pages.shared.markup import text

STRIP = {"passed": "▁", "failed": "█", "raised": "▒"}


@dataclass(frozen=True)
class Step:
    """One step of a run: what it is called, how far it is, and how long it took or usually takes."""

    name: str
    state: Literal["done", "now", "next"]
    took: str = ""


def steps(run: Sequence[Step], *, described: str) -> str:
    """The steps of a run, in order; the one under way is marked for eyes and ears."""
    items = "".join(
        f'<li class="is-{step.state}"{" aria-current=step" if step.state == "now" else ""}>'
        f"<b>{text(step.name)}</b><span>{text(step.took)}</span></li>"
        for step in run
    )
    return f'<ol class="gh-steps" aria-label="{text(described)}">{items}</ol>'


def strip(outcomes: Sequence[str]) -> str:
    """Outcomes of a check as a line of bars, the oldest first: low is passed, full is failed, grey could not be asked."""
    return "".join(STRIP.get(outcome, "·") for outcome in outcomes)
