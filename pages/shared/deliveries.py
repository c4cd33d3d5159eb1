"""What is known of deliveries at this moment: how far each feed reaches, what of it is held, what is late and what is due."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

import pandas as pd

from warehouse.queries import health


@dataclass(frozen=True)
class Deliveries:
    """By feed: when its newest record is from, since when some of it is held, when the next is due. `late` are those late now."""

    reached: Mapping[str, pd.Timestamp]
    held: Mapping[str, datetime]
    due: Mapping[str, datetime]
    late: Collection[str]

    @classmethod
    def of(cls, freshness: pd.DataFrame, *, zone: str) -> "Deliveries":
        """Out of `state.freshness`, held against what is expected of each feed by now."""
        told = health.lateness(freshness, zone=zone)
        return cls(
            reached=_known(told, "data_until"),
            held=_known(told, "held_since"),
            due={feed: due.to_pydatetime() for feed, due in _known(told, "due_at").items()},
            late=tuple(told.loc[told["is_late"], "feed"]),
        )

    def newest(self, feeds: Collection[str]) -> pd.Timestamp | None:
        """Up to when all of `feeds` reach; without any of them, the newest record of all. None where no feed says."""
        reached = [day for feed, day in self.reached.items() if feed in feeds]
        return min(reached) if reached else max(self.reached.values(), default=None)


def _known(rows: pd.DataFrame, column: str) -> dict[str, pd.Timestamp]:
    known = rows.dropna(subset=[column])
    return dict(zip(known["feed"], known[column], strict=True))
