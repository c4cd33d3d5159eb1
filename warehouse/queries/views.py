"""Views that people have saved by name: the state of a page as its address says it, read and written as one person."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from warehouse.queries.reader import Reader

LONGEST_NAME = 60
"""Characters; `access.save_view` refuses a longer one."""


@dataclass(frozen=True)
class View:
    """One saved view. `shared_with` is the branch whose people may open it too (None: its owner alone)."""

    view_id: int
    person: str
    page: str
    name: str
    address: Mapping[str, Sequence[str]]
    shared_with: str | None
    saved_at: datetime
    is_own: bool


def saved(reader: Reader) -> list[View]:
    """The views that the person may open, the own ones first, by name. Never kept: what was just saved is there."""
    return [
        View(**{str(name): value for name, value in row.items()})
        for row in reader.frame("views/saved").to_dict("records")
    ]


def save(
    reader: Reader, *, page: str, name: str, address: Mapping[str, Sequence[str]], shared_with: str | None = None
) -> int:
    """Save the address of a page under a name, in place of the own view of that page and name if there is one; its number.

    Raises Refused for a name or an address that cannot be, for a branch that the person may not see, and beyond 200 views.
    """
    written = json.dumps({parameter: list(values) for parameter, values in address.items()}, ensure_ascii=False)
    answer = reader.call("views/save", page=page, name=name, address=written, shared_with=shared_with)
    return int(answer["view_id"].iloc[0])


def delete(reader: Reader, view_id: int) -> None:
    """Delete a view of the person's own. Raises Refused where the person has none of this number."""
    reader.call("views/delete", view_id=view_id)
