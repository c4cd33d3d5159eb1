"""The four pictures of the README: the demo company as the people of the house see it. `make picture` takes them."""

from dataclasses import dataclass

from playwright.sync_api import sync_playwright

from tests.browser import install, stage
from tests.browser.stage import HOUSE as HERE
from tests.browser.visit import House, room
from tests.conftest import FLAGS

HEIGHT = 1080
"""The first screen of a page, as it meets the eye."""


@dataclass(frozen=True)
class Picture:
    """Who looks at which page, in which language and theme. The page's name is the picture's."""

    screen: str
    person: str
    language: str = "en"
    theme: str = "light"


PICTURES = (
    Picture("overview", "executive"),
    Picture("my_branch", "head", language="zh_CN"),
    Picture("complaints", "executive", theme="dark"),
    Picture("data_health", "steward"),
)


def main() -> None:
    """Take them all, into docs/. Raises RuntimeError where there is no browser."""
    if (chromium := install.browser()) is None:
        raise RuntimeError("there is no Chromium here: python -m tests.browser.install")
    with stage.shared("picture") as dashboard, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        with room(browser) as opened:
            house = House(dashboard, opened)
            for picture in PICTURES:
                asked = {"person": picture.person, "language": picture.language, "theme": picture.theme}
                page = house.come("" if picture.screen == "overview" else picture.screen, **asked, height=HEIGHT)
                page.screenshot(path=HERE / "docs" / f"{picture.screen}.png")
        browser.close()


if __name__ == "__main__":
    main()
