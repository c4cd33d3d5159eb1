"""What readers feel: a torn page, slow pages and slow publishing are errors."""

import pytest

from benchmarks import publish
from benchmarks.publish import Turned

IDLE = Turned([0.1] * 99 + [0.2], {1: {(1.0, 2.0)}})


@pytest.mark.parametrize(
    ("busy", "moving", "code"),
    [
        (Turned([0.1] * 99 + [0.25], {1: {(1.0, 2.0)}, 2: {(3.0, 2.0)}}), 0.009, 0),
        (Turned([0.1] * 99 + [0.25], {1: {(1.0, 3.0)}, 2: {(3.0, 2.0)}}), 0.009, 1),
        (Turned([0.1] * 99 + [0.27], {1: {(1.0, 2.0)}}), 0.009, 1),
        (Turned([0.1] * 99 + [0.25], {1: {(1.0, 2.0)}}), 0.011, 1),
    ],
    ids=["as it may be", "torn", "slow pages", "slow publishing"],
)
def test_what_readers_may_not_feel_is_an_error(busy: Turned, moving: float, code: int) -> None:
    assert publish.told(IDLE, busy, [moving]) == code
