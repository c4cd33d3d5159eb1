import re

import pytest

from pages.shared import cached
from tests.pages.company import Company
from tests.pages.conftest import Open, said

MAY_STAND_BESIDE = {
    "no-rows": (),
    "feed-absent": ("no-rows",),
    "too-few": ("no-rows",),
    "held-back": ("no-rows",),
    "failed": (),
}
"""What else a page may show at the same time: lists that happen to be empty."""


def _kinds(text: str) -> set[str]:
    return set(re.findall(r"gh-nothing is-([a-z-]+)", text))


SCOPED = {
    "overview": ("orders", "five.repeat_rate"),
    "lead_sources": ("leads", "lead.genuine_rate"),
    "calls_events": ("leads", "lead.screened_on_time_rate"),
    "segments": ("orders", "matrix.portfolio"),
    "complaints": ("complaints", "complaint.sla_rate"),
    "satisfaction": ("survey_answers", "csat.top2"),
    "retention": ("orders", "five.repeat_rate"),
    "my_branch": ("complaints", "complaint.backlog_due"),
}
"""The pages that figures stand on, each with a feed that some of them need and one that needs it."""
HAPPENS = {
    "no-rows": {"empty": True},
    "feed-absent": {},
    "too-few": {"too_small": True},
    "held-back": {},
    "failed": {"broken": True},
}
"""The kinds of nothing that meet everybody; what makes feeds absent or held is of the page."""


@pytest.mark.parametrize("kind", HAPPENS)
@pytest.mark.parametrize("screen", SCOPED)
def test_every_kind_of_nothing_looks_like_itself_on_every_page(
    open_page: Open, company: Company, screen: str, kind: str
) -> None:
    cached.everything.clear()
    feed, _ = SCOPED[screen]
    absent = {"absent": frozenset({feed})} if kind in ("feed-absent", "held-back") else {}
    held = {"held": (feed,)} if kind == "held-back" else {}
    vars(company).update(HAPPENS[kind] | absent | held)
    app = open_page(screen)
    text = said(app)
    assert not app.exception
    assert kind in _kinds(text)
    assert _kinds(text) <= {kind, *MAY_STAND_BESIDE[kind]}
    for piece in re.findall(r'<div class="gh-nothing is-.*?</div></div>', text):
        assert re.search(r"<b>.+?</b><span>.+?</span>", piece), "a title and what to do"
    if kind in ("no-rows", "failed"):
        assert not re.search(r'gh-figure">\s*[−0-9]', text), "no figure where nothing is known"


def test_a_feed_that_is_absent_is_named_and_no_zero_stands_in_its_place(open_page: Open, company: Company) -> None:
    company.absent = frozenset({"complaints"})
    text = said(open_page("complaints"))
    assert _kinds(text) == {"feed-absent"}
    assert "Deliver Complaints, and this fills itself" in text
    assert not re.search(r'gh-figure">\s*0', text)


def test_the_first_delivery_that_is_held_is_held_back_not_absent(open_page: Open, company: Company) -> None:
    company.absent, company.held = frozenset({"complaints"}), ("complaints",)
    assert "held-back" in _kinds(said(open_page("complaints")))


def test_no_rows_says_what_to_choose(open_page: Open, company: Company) -> None:
    company.empty = True
    text = said(open_page("complaints"))
    assert _kinds(text) == {"no-rows"}
    assert "Choose a longer period or fewer filters" in text


def test_too_few_says_how_many_there_are_and_how_many_it_takes(open_page: Open, company: Company) -> None:
    company.too_small = True
    text = said(open_page("satisfaction"))
    assert "too-few" in _kinds(text)
    assert "7 is fewer than the 20" in text


def test_what_fails_is_one_sentence_with_a_reference_that_stands_in_the_log(
    open_page: Open, company: Company, caplog: pytest.LogCaptureFixture
) -> None:
    company.broken = True
    text = said(open_page("satisfaction"))
    assert _kinds(text) == {"failed"}
    assert "the server is away" not in text
    reference = re.search(r"this reference: ([0-9a-f]{6})", text)
    assert reference is not None
    assert reference[1] in caplog.text
    assert "the server is away" in caplog.text


def test_loads_are_for_stewards(open_page: Open) -> None:
    assert "not-allowed" in _kinds(said(open_page("data_health", "head")))
    assert "not-allowed" not in _kinds(said(open_page("data_health", "steward")))


def test_the_six_kinds_differ_in_frame_icon_and_words(open_page: Open, company: Company) -> None:
    seen = {}
    for kind, change in {
        "no-rows": {"empty": True},
        "feed-absent": {"absent": frozenset({"complaints"})},
        "too-few": {"too_small": True},
        "held-back": {"absent": frozenset({"complaints"}), "held": ("complaints",)},
        "failed": {"broken": True},
    }.items():
        vars(company).update(vars(Company(**change)))
        piece = re.search(
            rf'<div class="gh-nothing is-{kind}".*?<path d="(.*?)"/></svg><div><b>(.*?)</b>', _fresh(open_page)
        )
        assert piece is not None, kind
        seen[kind] = piece.groups()
    piece = re.search(
        r'is-not-allowed".*?<path d="(.*?)"/></svg><div><b>(.*?)</b>', said(open_page("data_health", "head"))
    )
    assert piece is not None
    seen["not-allowed"] = piece.groups()
    assert len({icon for icon, _ in seen.values()}) == len({title for _, title in seen.values()}) == 6


def test_a_held_delivery_names_the_check_and_the_figures_it_guards(open_page: Open, company: Company) -> None:
    company.held = ("complaints",)
    text = said(open_page("complaints"))
    assert "gh-chip is-held" in text
    assert "opened_at is never empty" in text
    assert "Time to resolve" in text
    assert "gh-chip is-fresh" in said(open_page("lead_sources"))


def _fresh(open_page: Open) -> str:
    from pages.shared import cached

    cached.everything.clear()
    return said(open_page("complaints"))
