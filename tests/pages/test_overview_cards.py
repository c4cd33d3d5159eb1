"""What the overview says is true of the figures it was given, and claims nothing that is not clear."""

from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest

from pages.shared import overview_cards
from pages.shared.cached import Answer
from pages.shared.names import Names
from pages.shared.readable import Readable
from pages.shared.text import Words
from tests.pages.company import Company
from tests.pages.conftest import Open, said
from warehouse.scope import Scope

WORDS = Words("en")
BEFORE, AFTER = Scope(branches=("before",)), Scope(branches=("after",))


def _reads(metric: str) -> Readable:
    return Readable.of(metric, Names(words=WORDS), "CNY")


def _readable(metric: str, rows: list[dict[str, Any]], by: tuple[str, ...] = ()) -> pd.DataFrame:
    frame = pd.DataFrame(rows).assign(suppressed=None)
    return _reads(metric).rows(Answer(metric=metric, by=by, rows=frame))


def _row(value: float, half: float, **more: object) -> dict[str, Any]:
    return {"value": value, "low": value - half, "high": value + half, "numerator": 1.0, "denominator": 100.0, **more}


def _why(*, half: float, metric: str = "five.repeat_rate", has_interval: bool = True) -> str:
    """The sentence where the whole fell from 60 to 50 %, north alone by 20 points, every interval `half` wide to each side."""
    wholes = {BEFORE.branches: 0.60, AFTER.branches: 0.50}
    parts = {BEFORE.branches: (0.60, 0.60), AFTER.branches: (0.40, 0.60)}

    def ask(metric: str, by: tuple[str, ...], scope: Scope) -> Answer:
        if by:
            rows = [
                _row(value, half, region=code)
                for code, value in zip(("north", "south"), parts[scope.branches], strict=True)
            ]
        else:
            rows = [_row(wholes[scope.branches], half)]
        frame = pd.DataFrame(rows).assign(suppressed=None)
        return Answer(metric=metric, by=by, rows=frame if has_interval else frame.drop(columns=["low", "high"]))

    reads = _reads(metric)
    inquiry = SimpleNamespace(
        viewer=SimpleNamespace(words=WORDS),
        reads=lambda metric: reads,
        ask=ask,
        readable=lambda answer: reads.rows(answer),
    )
    found = pd.DataFrame(
        {
            "region": ["north", "south"],
            "label": ["North", "South"],
            "rate_effect": [-0.10, 0.0],
            "mix_effect": [0.0, 0.0],
            "effect": [-0.10, 0.0],
        }
    )
    found.attrs = {"before": 0.60, "after": 0.50, "change": -0.10}
    return overview_cards._why(inquiry, metric, "region", (BEFORE, AFTER), found)


def test_a_clear_change_is_told_with_its_parts_and_the_group_that_changed() -> None:
    told = _why(half=0.02)
    assert "60.0% before, 50.0% now (−10.0 pts)" in told
    assert "−10.0 pts because groups themselves changed, 0.0 pts" in told.replace("+0.0", "0.0")
    assert "North (−10.0 pts)" in told


def test_a_change_within_chance_gets_no_reason() -> None:
    told = _why(half=0.08)
    assert told.endswith("That is no clear change: chance alone can make it.")
    assert "North" not in told


def test_without_an_interval_nothing_is_said_about_chance() -> None:
    assert "cannot be said" in _why(half=0.02, metric="five.return_rate", has_interval=False)


def test_the_ladder_counts_each_step_on_its_own_base() -> None:
    rows = _readable(
        "five.ladder",
        [
            {"part": "bought", "value": 200.0, "share": 1.0, "denominator": 200.0},
            {"part": "satisfied", "value": 30.0, "share": 0.75, "denominator": 40.0},
            {"part": "bought_again", "value": 50.0, "share": 0.25, "denominator": 200.0},
            {"part": "referred", "value": 10.0, "share": 0.05, "denominator": 200.0},
        ],
    )
    assert overview_cards._climbed(rows, _reads("five.ladder")) == (
        "Of 200 customers who bought in 12 months, 25.0% bought again and 5.0% referred others. "
        "Of the 40 who answered, 75.0% are satisfied."
    )
    assert list(overview_cards._steps(rows, _reads("five.ladder"))["of_text"][:2]) == ["200 / 200", "30 / 40"]


def _chain(*slowest: float) -> list[dict[str, Any]]:
    """The quickest band satisfies 80 % (75 to 85), the slowest as given: share, low, high."""
    both = {"0-8 h": (0.80, 0.75, 0.85), "over 7 d": slowest}
    return [
        {"band": band, "value": 70.0, "low": 60.0, "high": 80.0, "n": 90.0, "repurchase_n": 60.0}
        | dict(zip(("top2", "top2_low", "top2_high"), ends, strict=True))
        | dict.fromkeys(f"{link}{end}" for link in ("repurchase", "referral") for end in ("", "_low", "_high"))
        for band, ends in both.items()
    ]


@pytest.mark.parametrize(
    ("slowest", "verdict"),
    [((0.60, 0.55, 0.65), "(a clear difference)"), ((0.78, 0.70, 0.86), "(no clear difference)")],
)
def test_the_chain_calls_a_difference_clear_only_where_it_is(slowest: tuple[float, ...], verdict: str) -> None:
    reads = _reads("csat.by_handling")
    rows = _readable("csat.by_handling", _chain(*slowest), ("band",)).astype({"repurchase": float, "referral": float})
    told = overview_cards._chained(overview_cards._bands(rows, reads), reads)
    assert told == f"Settled in 0–8 h against over 7 d: Satisfied 80.0% – {slowest[0]:.1%} {verdict}."


def test_without_a_comparison_there_is_nothing_to_tell_apart(open_page: Open) -> None:
    assert "Nothing to compare with" in said(open_page("overview", compare="none"))
    assert "Nothing to compare with" not in said(open_page("overview"))


def test_a_head_is_told_by_branch_an_executive_by_region(open_page: Open, company: Company) -> None:
    asked: list[tuple[str, str]] = []
    made = company.decompose

    def kept(reader: Any, metric: str, before: Scope, after: Scope, *, by: str) -> pd.DataFrame:
        asked.append((metric, by))
        return made(reader, metric, before, after, by=by)

    company_patch = pytest.MonkeyPatch()
    company_patch.setattr("warehouse.queries.decompose.decompose", kept)
    try:
        open_page("overview", "head")
        open_page("overview", "executive")
    finally:
        company_patch.undo()
    assert asked == [
        ("five.satisfaction_rate", "branch"),
        ("lead.conversion_90", "source"),
        ("five.satisfaction_rate", "region"),
        ("lead.conversion_90", "source"),
    ]
