"""Every page in a real browser, in the dark: no error, nothing cut or overlapping, no word missing, nobody shut out."""

import pytest

from tests.browser.selection import View, Visit, visits
from tests.browser.visit import House
from tests.browser.walk import walk

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(("visit", "views"), visits("dark"))
def test_every_page_is_whole(house: House, regions: list[str], visit: Visit, views: list[View]) -> None:
    wrong = walk(house, visit, views, regions=regions)
    assert not wrong, "\n".join(wrong)
