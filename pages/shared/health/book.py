"""What the page knows: answers that are kept for as long as no refresh and no job begins or ends."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeVar

import pandas as pd

from pages.shared import cached
from pages.shared.panels import Screen
from pages.shared.text import Words
from warehouse.queries import health, jobs, state
from warehouse.queries.jobs import Pulse

Made = TypeVar("Made")


@dataclass(frozen=True)
class Book:
    """One look at the house: `pulse` is its state when the page was drawn."""

    screen: Screen
    pulse: Pulse

    @classmethod
    def of(cls, screen: Screen) -> "Book":
        """The book as it stands now."""
        return cls(screen=screen, pulse=jobs.pulse(screen.viewer.reader))

    @property
    def words(self) -> Words:
        """How this person is spoken to."""
        return self.screen.viewer.words

    @property
    def is_for_steward(self) -> bool:
        """Whether loads, refused rows and jobs are this person's to see."""
        return self.screen.viewer.is_steward

    def rows(self, question: Callable[..., pd.DataFrame], *parameters: str | int | None) -> pd.DataFrame:
        """Rows of `question(reader, *parameters)`, asked once for each pulse."""
        asker = self.screen.viewer.asker
        key = ("health", self.pulse, f"{question.__module__}.{question.__qualname__}", parameters)
        return cached.kept(asker, key, lambda: question(asker.reader, *parameters))

    def kept(self, what: str, make: Callable[[], Made]) -> Made:
        """What `make` makes of the book for this reader, for as long as the pulse is the same, and a quarter of a minute at most."""
        key = ("health", self.pulse, what, self.words)
        return cached.lately(self.screen.viewer.asker, key, make)

    @property
    def lateness(self) -> pd.DataFrame:
        """Every feed held against what is expected of it by now."""
        zone = self.screen.viewer.standing.zone
        return self.kept("lateness", lambda: health.lateness(self.rows(state.freshness), zone=zone))

    def not_for_me(self, title: str) -> bool:
        """Whether this is the stewards' alone; draws what stands in its place."""
        if self.is_for_steward:
            return False
        said = self.words.say("Data stewards see loads and refused rows. You see how fresh each feed is.")
        self.screen.not_allowed(title, said)
        return True

    def moment(self, instant: object) -> str:
        """An instant as people say it; a dash for none."""
        known = isinstance(instant, datetime) and not pd.isna(instant)
        return self.words.moment(instant, now=datetime.now(UTC)) if known else "–"

    def count(self, count: float | None) -> str:
        """A count; a dash for none."""
        return self.words.number(float(count)) if count is not None and not pd.isna(count) else "–"
