"""What the made-up company delivers next: as much as is asked, by time. A morning, a day, a fortnight, as its rows come."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from warehouse.feeds.demo import Company
from warehouse.feeds.demo.company import rows_between, touches
from warehouse.feeds.demo.files import Delivery

HOUR = 3_600
OPENING = 9 * HOUR
"""What comes next begins on the next morning: at night nothing happens anywhere."""


@dataclass
class Ahead:
    """The company after its history. What is written from it begins where the last that was written ended."""

    company: Company
    seconds: int = OPENING

    def write(self, folder: Path, *, rows: int) -> int:
        """Write a delivery of about so many new and changed rows, since those of one instant come together; how many it has."""
        began = self.company.frame.end + self.seconds
        instants, counts = np.unique(touches(self.company, began), return_counts=True)
        ends = int(instants[np.abs(np.cumsum(counts) - rows).argmin()])
        with Delivery(folder) as delivery:
            for feed, part in rows_between(self.company, began, ends):
                delivery.add(feed, part)
        self.seconds += ends - began
        return sum(delivery.rows.values())


def rows_of(company: Company) -> int:
    """Rows of the company's history, in all feeds."""
    return sum(company.truth["rows"].values())
