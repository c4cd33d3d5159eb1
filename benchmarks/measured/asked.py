"""Everything that the pages ask of the warehouse, recorded as they are drawn: without a browser, and nothing kept from before."""

import os
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, event

from benchmarks.measured.pages import PAGES, PageFailed

PEOPLE = ("executive", "head")
NAMED = "state/named"
VISIT = "state/note_visit"
GRANTS = "state/standing"


@dataclass(frozen=True)
class Asked:
    """One question as it went to the driver, by its file in `warehouse/queries`."""

    question: str
    statement: str
    parameters: Mapping[str, Any] | None

    @property
    def names_person(self) -> bool:
        """Whether it begins the transaction of a question, and is none itself."""
        return self.question == NAMED


@dataclass(frozen=True)
class Page:
    """A page as one person opens it: all that it asks with nothing kept, and what more than the grants when it is drawn again."""

    name: str
    person: str
    cold: tuple[Asked, ...]
    warm: tuple[Asked, ...]

    @property
    def key(self) -> tuple[str, str]:
        """Whose page it is, and which."""
        return (self.person, self.name)


def of_pages(home: Path, people: Collection[str] = PEOPLE, pages: Collection[str] = PAGES) -> list[Page]:
    """Every page of the warehouse of `home`, which holds the demo company. Raises PageFailed."""
    os.environ["GATEHOUSE_HOME"] = str(home)
    from streamlit import logger

    from pages.shared import cached

    logger.set_log_level("ERROR")  # it warns at every run that nobody is connected
    cached.settings.clear()
    cached.engine.clear()
    found = [_of_page(page, person, cached.engine()) for person in people for page in pages]
    cached.engine().dispose()
    return found


def _of_page(page: str, person: str, engine: Engine) -> Page:
    from streamlit.testing.v1 import AppTest

    from pages.shared import cached

    app = AppTest.from_function(_screen, args=(page,), default_timeout=120)
    app.query_params["as"] = person
    cached.everything.clear()
    cold, warm = (_asked(app, engine) for _ in range(2))
    return Page(
        name=page,
        person=person,
        cold=tuple(each for each in cold if each.question != VISIT),
        warm=tuple(each for each in warm if not (each.names_person or each.question == GRANTS)),
    )


def _asked(app: Any, engine: Engine) -> list[Asked]:
    with listening(engine) as asked:
        app.run()
    if app.exception:
        raise PageFailed(str(app.exception[0].value))
    return asked


@contextmanager
def listening(engine: Engine) -> Iterator[list[Asked]]:
    """Every question that is asked in the block."""
    heard: list[Asked] = []

    def hear(connection: Any, cursor: Any, statement: str, parameters: Any, context: Any, *_: object) -> None:
        if question := context.execution_options.get("question"):
            heard.append(Asked(question, statement, parameters or None))

    event.listen(engine, "before_cursor_execute", hear)
    try:
        yield heard
    finally:
        event.remove(engine, "before_cursor_execute", hear)


def _screen(page: str) -> None:
    import importlib

    from pages.shared import panels, viewer

    with panels.guarded(viewer.visitors_words().say):
        who = viewer.at_the_door()
        if who is not None:
            importlib.import_module(f"pages.{page}").show(who)
