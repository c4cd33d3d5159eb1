"""How often something newer is expected of each feed: `expected.yaml`, which a company adapts to its own deliveries."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

import yaml

from warehouse.feeds.contract import feeds


@cache
def expected_days() -> Mapping[str, int]:
    """Days by feed; feeds that change when they change are not in it. ValueError for a feed or number that cannot be."""
    declared = yaml.safe_load(Path(__file__).with_name("expected.yaml").read_text("utf-8"))
    for feed, days in declared.items():
        if feed not in feeds():
            raise ValueError(f"expected.yaml: there is no feed {feed}")
        if not isinstance(days, int) or days < 1:
            raise ValueError(f"expected.yaml: {feed}: a whole number of days from 1, not {days}")
    return dict(declared)
