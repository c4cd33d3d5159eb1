"""A figure whose feeds or columns nobody has delivered names them, and is never asked, so that it cannot be a zero."""

from dataclasses import dataclass, field

import pandas as pd
import pytest

from warehouse.feeds.contract import feeds
from warehouse.metrics import Metric, metrics
from warehouse.queries.figures import FeedAbsent, figure
from warehouse.scope import Scope

EVERY = pytest.mark.parametrize("metric", metrics().values(), ids=lambda metric: metric.code)


@dataclass
class Delivered:
    """A reader of a warehouse that knows these feeds and, of each, not these columns."""

    feeds: set[str]
    unknown: dict[str, list[str]] = field(default_factory=dict)
    refresh_id: int = 1

    def known(self, question: str, /) -> pd.DataFrame:
        if question == "state/sees_all":
            return pd.DataFrame({"sees_all": [True]})
        named = sorted(self.feeds)
        return pd.DataFrame({"feed": named, "unknown_columns": [self.unknown.get(feed, []) for feed in named]})

    def frame(self, question: str, /, **parameters: object) -> pd.DataFrame:
        raise LookupError(f"asked for {question}")


@EVERY
def test_each_feed_that_is_absent_is_named(metric: Metric) -> None:
    everything = set(feeds())
    for feed in metric.feeds:
        with pytest.raises(FeedAbsent) as absent:
            figure(Delivered(everything - {feed}), metric.code, Scope())
        assert absent.value.feeds[0] == feed
    with pytest.raises(FeedAbsent) as absent:
        figure(Delivered({"branches"}), metric.code, Scope())
    assert set(metric.feeds) <= set(absent.value.feeds)


@EVERY
def test_each_column_that_is_unknown_is_named(metric: Metric) -> None:
    for needed in metric.needs:
        feed, column = needed.split(".")
        with pytest.raises(FeedAbsent) as absent:
            figure(Delivered(set(feeds()), {feed: [column]}), metric.code, Scope())
        assert absent.value.feeds == (needed,)


@EVERY
def test_with_every_feed_the_figure_is_asked(metric: Metric) -> None:
    with pytest.raises(LookupError, match=f"asked for {metric.family}"):
        figure(Delivered(set(feeds())), metric.code, Scope())
