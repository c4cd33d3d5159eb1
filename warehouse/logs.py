"""Logs: lines for people, or one JSON document an event for machines (`GATEHOUSE_LOG=json`). Neither quotes what an error quotes."""

import json
import logging
from collections.abc import Mapping
from datetime import UTC, datetime

from warehouse.trace import Failed, trace

SETTING = "GATEHOUSE_LOG"
EVENTS = logging.getLogger("gatehouse")
About = str | int | float | None
"""A number, or a word of the house: no event is about a person."""


def event(name: str, **about: About) -> None:
    """Something that happened, for machines: people are told by commands and pages."""
    EVENTS.info(name, extra={"about": about})


class Documents(logging.Formatter):
    """One JSON document a line: time, level, event, what it is about, and the way to an error."""

    def format(self, record: logging.LogRecord) -> str:
        """The event as JSON."""
        said = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "event": record.getMessage(),
            **getattr(record, "about", {}),
        }
        if record.exc_info:
            said["trace"] = self.formatException(record.exc_info)
        return json.dumps(said, ensure_ascii=False)


WAYS: Mapping[str, logging.Formatter] = {
    "text": logging.Formatter("%(asctime)s %(levelname)s %(message)s", "%Y-%m-%d %H:%M:%S"),
    "json": Documents(),
}


def configure(environment: Mapping[str, str]) -> None:
    """Log as the environment says from here on, also what libraries say. Raises ValueError for a way that there is not."""
    way = environment.get(SETTING) or "text"
    if way not in WAYS:
        raise ValueError(f"{SETTING} is {' or '.join(WAYS)}, not {way!r}")
    handler = logging.StreamHandler()
    handler.setFormatter(WAYS[way])
    handler.addFilter(_without_words)
    logging.basicConfig(handlers=[handler])
    logging.captureWarnings(way == "json")
    EVENTS.setLevel(logging.INFO if way == "json" else logging.WARNING)
    for each in list(logging.root.manager.loggerDict.values()):
        if isinstance(each, logging.Logger) and each.handlers:
            each.handlers.clear()
            each.setLevel(logging.WARNING)
            each.propagate = True


def for_machines() -> bool:
    """Whether all that is said goes to the log, as JSON."""
    return any(isinstance(handler.formatter, Documents) for handler in logging.root.handlers)


def _without_words(record: logging.LogRecord) -> bool:
    """Put in the place of an error what may be written down of it, whoever logs it."""
    error = record.exc_info[1] if record.exc_info else None
    if error is not None and not isinstance(error, Failed):
        told = trace(error)
        record.exc_info, record.exc_text = (Failed, told, told.__traceback__), None
    return True
