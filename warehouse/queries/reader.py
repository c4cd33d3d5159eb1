"""The one way to read: as role `reader`, in the name of one person, at one refresh."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pandas as pd
from sqlalchemy import Connection, Engine, text

from warehouse import db


class NothingPublished(Exception):
    """The warehouse has no published refresh, or none that this person may see."""


class UnknownRefresh(ValueError):
    """The refresh asked for was never published."""


@dataclass(frozen=True)
class Reader:
    """Reads published figures for `person`. `refresh_id` pins every query to one state; None means the newest."""

    engine: Engine
    person: str
    refresh_id: int | None = None

    def pinned(self) -> "Reader":
        """This reader, tied to one refresh. Raises NothingPublished, or UnknownRefresh for one that never passed."""
        if self.refresh_id is not None:
            known = self.frame("state/known_refresh", asked=self.refresh_id)
            if known.empty:
                raise UnknownRefresh(f"refresh {self.refresh_id} was never published; `history` lists those that were")
            return self
        current = self.frame("state/current_refresh")
        if current.empty:
            raise NothingPublished(
                "nothing is published yet for this person; `status` says what was refreshed and who may see it"
            )
        return Reader(engine=self.engine, person=self.person, refresh_id=int(current["refresh_id"].iloc[0]))

    def frame(self, question: str, /, **parameters: object) -> pd.DataFrame:
        """Rows of `warehouse/queries/<question>.sql` under the person's row security; `:refresh_id` is bound by itself,
        and parameters that the file does not name are left out."""
        with self.transaction() as connection:
            asked = db.bound(f"queries/{question}.sql", refresh_id=self.refresh_id, **parameters)
            result = connection.execute(asked)
            return pd.DataFrame(result.mappings().all(), columns=list(result.keys()))

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """A read-only transaction in the person's name."""
        with self.engine.begin() as connection:
            connection.execute(text("set transaction read only"))
            connection.execute(text("select set_config('app.person', :person, true)"), {"person": self.person})
            yield connection
