"""Watching a folder or a database: what has come and stands still is taken in, one refresh after the other, until told to stop.

Time is only ever waited for, never read off a clock, so that a clock which is set changes nothing.
"""

import logging
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from threading import Event

from warehouse.feeds.sources import Asked, Offered, RemoteFile
from warehouse.receive import Delivery
from warehouse.refresh import AlreadyRunning, Tell
from warehouse.trace import trace

LONGEST_WAIT_SECONDS = 900.0
LAST_STEP = "tell"
"""The step after the publish: whoever is told to stop ends it, and then stops."""

Look = Callable[[], Sequence[Delivery]]


class Stopped(Exception):
    """A refresh was told to stop, and did between two steps; the next one goes on with what it left."""


class NotSeen(Exception):
    """What lies ready cannot be looked at: a folder, a mapping or a setting, of which the sentence tells."""


def watch(
    look: Look,
    take: Callable[[Sequence[Delivery]], Collection[str]],
    *,
    stop: Event,
    every: float,
    was_cut_off: bool = False,
    tell: Tell = lambda line: None,
) -> None:
    """Look every so many seconds, and take in what lies there where something of it is new, until `stop` is set.

    A file is new once two looks have found it the same. A database is asked at every look, and so is a file whose changes its
    place does not show. `take` names what could not be had for a passing cause. After that, or a failure, the wait doubles, up to
    a quarter of an hour; what was not taken is tried again. Where the last refresh was cut off, the first look takes in what
    there is, if only to go on from there.
    """
    before: Mapping[Offered, str] = {}
    taken: Mapping[Offered, str] = {}
    failures = 0
    while not stop.is_set():
        try:
            deliveries = _seen(look)
            now = {file: _stamp(file) for delivery in deliveries for file in delivery.files}
            settled = {
                file: stamp for file, stamp in now.items() if before.get(file) == stamp or isinstance(file, Asked)
            }
            before = now
            is_new = any(taken.get(file) != stamp or _may_differ(file) for file, stamp in settled.items())
            missed: Collection[str] = ()
            if is_new or was_cut_off:
                missed = take([_only(delivery, settled) for delivery in deliveries])
                taken = {file: stamp for file, stamp in settled.items() if file.name not in missed}
                was_cut_off = False
            failures = failures + 1 if missed else 0
        except Stopped:
            return
        except AlreadyRunning as busy:
            tell(str(busy))
        except NotSeen as unseen:
            failures += 1
            tell(str(unseen))
        except Exception as error:
            failures += 1
            logging.exception("nothing could be taken in; it is tried again", exc_info=trace(error))
        stop.wait(min(every * 2 ** min(failures, 10), max(every, LONGEST_WAIT_SECONDS)))


def stopping(stop: Event, tell: Tell) -> Tell:
    """`tell`, for a refresh that ends between two steps once `stop` is set. What it returns raises Stopped."""

    def told(step: str) -> None:
        if stop.is_set() and step != LAST_STEP:
            raise Stopped(f"told to stop before {step}")
        tell(step)

    return told


def _seen(look: Look) -> Sequence[Delivery]:
    """What lies ready. What is raised later, while rows are read, may quote one: it is logged by its kind alone."""
    try:
        return look()
    except (OSError, ValueError) as error:
        raise NotSeen(str(error)) from error


def _only(delivery: Delivery, settled: Mapping[Offered, str]) -> Delivery:
    return replace(delivery, files=tuple(file for file in delivery.files if file in settled))


def _may_differ(file: Offered) -> bool:
    """Whether there may be something new without its stamp showing it."""
    return isinstance(file, Asked) or (isinstance(file, RemoteFile) and file.may_differ)


def _stamp(file: Offered) -> str:
    """What shows that a file is another; nothing of a query, or of a file that has gone since it was listed."""
    match file:
        case RemoteFile():
            return file.stamp
        case Path():
            with suppress(FileNotFoundError):
                about = file.stat()
                return f"{about.st_size} {about.st_mtime_ns} {about.st_ctime_ns} {about.st_ino}"
    return ""
