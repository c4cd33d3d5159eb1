"""What a page says where it is compared with targets, or with the whole company."""

from tests.pages.conftest import Open, said


def test_the_target_stands_on_its_tile_whatever_is_compared(open_page: Open) -> None:
    for compare in ("before", "target", "none"):
        text = said(open_page("complaints", compare=compare))
        assert "target: at least 90.0%" in text
        assert "target: at most 4.0 h" in text
    assert "target: at least" not in said(open_page("complaints", period="2023-01-01..2023-12-31"))


def test_a_page_compared_with_targets_says_how_far_it_is(open_page: Open) -> None:
    text = said(open_page("complaints", compare="target"))
    assert "compared with targets" in text
    assert "target met" in text or "target missed" in text
    assert "Nothing to compare with" in said(open_page("overview", compare="target"))


def test_company_totals_are_shown_to_whoever_may_know_them(open_page: Open) -> None:
    text = said(open_page("complaints", region="north", compare="company"))
    assert "compared with the whole company" in text
    assert text.count("<span>whole company: ") >= 4
    whole = open_page("complaints", compare="company")
    assert "whole company" not in said(whole)
    assert any("Choose a region or a branch" in caption.value for caption in whole.caption)
    head = said(open_page("complaints", "head", compare="company"))
    assert head.count("<span>whole company: ") == 1
    assert "whole company: 60.0%" in head
