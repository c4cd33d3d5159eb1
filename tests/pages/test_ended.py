"""Ending what another tab has ended already is no failure; anything else that goes wrong is."""

from types import SimpleNamespace
from typing import Any

import pytest

from pages.shared import guard, sent, views
from pages.shared.text import Words
from warehouse import queries
from warehouse.queries.reader import Refused

VIEWER: Any = SimpleNamespace(words=Words(), reader=None)
ENDED: Any = SimpleNamespace(subscription_id=1, view_id=1)


@pytest.mark.parametrize(("error", "failures"), [(Refused("there is none"), 0), (RuntimeError("away"), 2)])
def test_what_is_over_is_over(monkeypatch: pytest.MonkeyPatch, error: Exception, failures: int) -> None:
    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr(queries.subscriptions, "unsubscribe", fail)
    monkeypatch.setattr(queries.views, "delete", fail)
    with guard.counted() as failed:
        sent._end(VIEWER, ENDED)
        views._delete(VIEWER, ENDED)
    assert len(failed) == failures
