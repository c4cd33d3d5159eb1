"""A refresh is killed, wherever it is: readers see one of two states, nothing is lost or twice, and the next one succeeds."""

import random
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import URL

from tests.faults import child
from tests.faults.child import Blow
from tests.faults.conftest import KILLS, Course
from tests.faults.deeds import DEEDS, Deed, go_on
from tests.faults.onlookers import watched
from tests.faults.standing import shown, standing
from tests.servers import copied
from warehouse import db

SHARE = {"take in": 8, "discard": 3, "correct what is held": 3, "try beside what is held": 2}
"""How many of the kills each deed gets, beside one for every other."""
AT_ONCE = 8
Follow = Callable[[Deed], Course]
Base = Callable[[str], str]


def kills() -> Iterator[tuple[str, int, int]]:
    """Which deeds are killed how many times, in parts of a few: name, part, number of kills."""
    every = sum(SHARE.get(name, 1) for name in DEEDS)
    for name in DEEDS:
        left = round(KILLS * SHARE.get(name, 1) / every)
        for part in range(-(-left // AT_ONCE)):
            yield name, part, min(AT_ONCE, left - part * AT_ONCE)


def blows(course: Course, dice: random.Random) -> Iterator[Blow | float]:
    """Around a commit, at any statement, around a commit again, at any moment (in seconds), for ever."""
    while True:
        yield Blow(dice.choice(("before", "after")), dice.randint(1, course.commits))
        yield Blow("statement", dice.randint(1, course.statements))
        yield Blow(dice.choice(("before", "after")), dice.randint(1, course.commits))
        yield dice.uniform(0, course.seconds)


def strike(database: db.Database, deed: Deed, folder: Path, blow: Blow | float) -> bool:
    """Do the deed in a process that does not live to see the end of it; False where it has ended before the blow fell."""
    aimed = blow if isinstance(blow, Blow) else None
    process = child.start(child.Place.of(database), deed.name, folder, blow=aimed)
    if isinstance(blow, float):
        time.sleep(blow)
        process.kill()
    return child.ended(process) != 0


@pytest.mark.parametrize(("name", "part", "times"), kills())
def test_whoever_is_killed_leaves_one_of_two_states(
    server: URL, base_of: Base, course_of: Follow, tmp_path: Path, name: str, part: int, times: int
) -> None:
    """Who is killed before anything was written down has not begun: what then goes on without being told stays as it was."""
    deed, killed = DEEDS[name], 0
    course, dice = course_of(deed), random.Random(f"{name} {part}")
    for number, blow in enumerate(blows(course, dice)):
        with copied(server, base_of(deed.base)) as database:
            with watched(database) as onlookers:
                killed += strike(database, deed, tmp_path / str(number), blow)
                assert shown(database) in (course.before.shown, course.after.shown), blow
                deed.again(database, tmp_path / str(number))
            assert onlookers.states <= course.pages, blow
            assert not onlookers.torn, blow
            ends = (course.after, course.before) if deed.again is go_on else (course.after,)
            assert min((standing(database).unlike(end) for end in ends), key=len) == {}, blow
        if killed >= times:
            return
