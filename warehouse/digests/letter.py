"""A letter as it leaves the house, and what the press is asked for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Letter:
    """One letter in the recipient's language: as text, as HTML, in short for chats; a page comes with its PDF.

    `scope` and `figures` (codes of metrics) say what it tells, for the trail.
    """

    subject: str
    text: str = field(repr=False)
    html: str = field(repr=False)
    brief: str = field(repr=False)
    scope: str
    figures: Sequence[str]
    file_name: str = ""
    attachment: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Order:
    """What the press is asked for: a page (`what`) at its address, or alerts, for one person at one refresh."""

    person: str
    what: str
    address: Mapping[str, Sequence[str]]
    lang: str
    refresh_id: int
    alerts: Sequence[Mapping[str, Any]] = ()


class NotWhole(Exception):
    """A part of the page could not be drawn: half a page is no letter."""


class NotNow(Exception):
    """The letter did not leave; it may the next time."""


class Undeliverable(Exception):
    """The letter will not be taken however often it is offered."""
