"""What the manuals point at is there."""

import re
from pathlib import Path

import pytest

HOUSE = Path(__file__).parents[1]
LINK = re.compile(r"\]\((?!https?:)([^)#\s]*)(?:#([^)\s]+))?\)")
MANUALS = sorted(
    path.relative_to(HOUSE)
    for folder in (".", "docs", "checks", "warehouse", "examples")
    for path in (HOUSE / folder).glob("*.md" if folder == "." else "**/*.md")
)


@pytest.mark.parametrize("manual", MANUALS, ids=str)
def test_every_link_leads_somewhere(manual: Path) -> None:
    for place, heading in LINK.findall((HOUSE / manual).read_text("utf-8")):
        there = (HOUSE / manual).parent / place if place else HOUSE / manual
        assert there.exists(), f"{manual} points at {place}"
        headings = re.findall(r"^#+ (.+)$", there.read_text("utf-8"), re.MULTILINE) if heading else []
        assert not heading or heading in {title.lower().replace(" ", "-") for title in headings}, (
            f"no {place}#{heading}"
        )
