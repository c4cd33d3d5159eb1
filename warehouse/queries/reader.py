"""The one way to read: as role `reader`, in the name of one person, at one refresh. And the one door for writing."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Engine, Row
from sqlalchemy.exc import DBAPIError

from warehouse.queries.prepared import answer

if TYPE_CHECKING:
    import pandas as pd


class NothingPublished(Exception):
    """The warehouse has no published refresh, or none that this person may see."""


class UnknownRefresh(ValueError):
    """The refresh asked for was never published."""


class Refused(Exception):
    """A function of schema `access` did not do what it was called for; its one sentence says why."""


REFUSALS = frozenset({"P0001", "P0002", "22023", "42501"})
"""What such a function raises: an exception, no such row, a value that cannot be, no right to it."""


@dataclass(frozen=True)
class Reader:
    """Reads published figures for `person`. `refresh_id` pins every query to one state; None means the newest.

    `onlooker` is who looks as that person (None: the person does). Postgres asks whether they may, and lets them change nothing.
    """

    engine: Engine
    person: str
    refresh_id: int | None = None
    onlooker: str | None = None
    _known: "dict[str, pd.DataFrame]" = field(default_factory=dict, init=False, repr=False, compare=False)

    def pinned(self) -> "Reader":
        """This reader, tied to one refresh. Raises NothingPublished, or UnknownRefresh for one that never passed."""
        if self.refresh_id is not None:
            if not self.rows("state/known_refresh", asked=self.refresh_id):
                raise UnknownRefresh(
                    f"refresh {self.refresh_id} was never published, or is kept no longer: see `history`"
                )
            return self
        current = self.rows("state/current_refresh")
        if not current:
            raise NothingPublished(
                "nothing is published yet for this person; `status` says what was refreshed and who may see it"
            )
        return replace(self, refresh_id=current[0].refresh_id)

    def frame(self, question: str, /, **parameters: object) -> "pd.DataFrame":
        """Rows of `warehouse/queries/<question>.sql` under the person's row security; `:refresh_id` is bound by itself,
        and parameters that the file does not name are left out."""
        with self.transaction() as connection:
            return self._rows(connection, question, parameters)

    def rows(self, question: str, /, **parameters: object) -> Sequence[Row[Any]]:
        """The same as `frame`, row by row: for answers of a few rows, for which a frame would cost more than Postgres."""
        with self.transaction() as connection:
            return answer(connection, question, **{"refresh_id": self.refresh_id, **parameters}).fetchall()

    def known(self, question: str, /) -> "pd.DataFrame":
        """Rows of a question without parameters, asked once by this reader: at every click there is a new one."""
        if question not in self._known:
            self._known[question] = self.frame(question)
        return self._known[question]

    def call(self, question: str, /, **parameters: object) -> "pd.DataFrame":
        """What `warehouse/queries/<question>.sql` answers, which calls one function of schema `access` that writes.

        `reader` may write nothing itself: the function checks the grants of the person that the transaction names. Bound
        as `frame` is. Raises Refused, with the sentence of the function, and then nothing is written.
        """
        try:
            with self.transaction(read_only=False) as connection:
                return self._rows(connection, question, parameters)
        except DBAPIError as error:
            said = getattr(error.orig, "diag", None)
            if said is None or said.sqlstate not in REFUSALS:
                raise
            raise Refused(said.message_primary) from error

    @contextmanager
    def transaction(self, *, read_only: bool = True) -> Iterator[Connection]:
        """A transaction in the person's name."""
        with self.engine.begin() as connection:
            named = {"person": self.person, "onlooker": self.onlooker or ""}
            answer(connection, "state/named", read_only="on" if read_only else "off", **named)
            yield connection

    def _rows(self, connection: Connection, question: str, parameters: Mapping[str, object]) -> "pd.DataFrame":
        import pandas as pd  # half a second of import, which who asks for rows need not pay

        found = answer(connection, question, **{"refresh_id": self.refresh_id, **parameters})
        return pd.DataFrame([tuple(row) for row in found.fetchall()], columns=list(found.keys()))
