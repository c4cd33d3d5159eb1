"""Whose file is this? By its headers, against our own contract and the mappings that are known; else what would fit."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from warehouse.feeds.mapping import (
    FileMapping,
    MappingError,
    Problem,
    Source,
    check_headers,
    contract_source,
    read_mapping,
)
from warehouse.feeds.mapping.words import find_header
from warehouse.feeds.readers import FileFormat, FileRefused, open_table
from warehouse.receive import Delivery

MAPPINGS = Path(__file__).parents[1] / "feeds" / "mappings"
"""The mappings that come along: those of public sources."""


@dataclass(frozen=True)
class Recognised:
    """A file and how it is to be read; or, without a `source`, what keeps it from that.

    `refusal` is the code of a file that is no table at all, and `said` its one sentence; `problems` are those of the way of
    reading that comes nearest, the feeds of which are named, too.
    """

    path: Path
    source: Source | None = None
    mapping: FileMapping | None = None
    problems: tuple[Problem, ...] = ()
    refusal: str | None = None
    said: str = ""

    @property
    def feeds(self) -> tuple[str, ...]:
        """Codes of the feeds that the file fills, or may have been meant to."""
        return () if self.mapping is None else tuple(feed.feed.code for feed in self.mapping.feeds)


def sources(own: Path, *, zone: str, currency: str | None) -> list[Source]:
    """Every way of reading that is known: the contract, the company's mappings in the folder `own`, and those that come along.

    Of two that name the same source the first is known. A mapping that is broken is left out: `mapping check` says what is
    wrong with it.
    """
    found: list[Source] = [contract_source(zone=zone, currency=currency)]
    for path in (*sorted(own.glob("*.yaml")), *sorted(MAPPINGS.glob("*.yaml"))):
        try:
            source = read_mapping(path)
        except (MappingError, OSError):
            continue
        if source.code not in {each.code for each in found}:
            found.append(source)
    return found


def recognise(path: Path, known: Sequence[Source]) -> Recognised:
    """How `path` is to be read: by the mapping that leaves the fewest of its headers over, of those the one that its name fits."""
    try:
        open_table(path)
    except FileRefused as refused:
        return Recognised(path, refusal=refused.code, said=refused.said)

    @cache
    def columns(how: FileFormat) -> tuple[str, ...]:
        try:
            return tuple(open_table(path, declared=how).columns)
        except FileRefused:
            return ()  # it cannot be read this way

    ways = [_Way(path.name, columns(mapping.format), source, mapping) for source in known for mapping in source.files]
    fitting = [way for way in ways if not way.stopping]
    if fitting:
        best = min(fitting, key=lambda way: way.left_over)
        return Recognised(path, best.source, best.mapping, tuple(best.problems))
    near = max(ways, key=lambda way: way.nearness)
    if near.nearness == (0, 0):
        return Recognised(path)
    return Recognised(path, mapping=near.mapping, problems=tuple(near.stopping))


def deliveries(found: Sequence[Recognised]) -> Iterator[Delivery]:
    """The recognised files as a refresh takes them, source by source. Whatever a file is called, it is read as it was recognised."""
    by_code = {each.source.code: each.source for each in found if each.source is not None}
    for code, source in by_code.items():
        mine = [each for each in found if each.source is not None and each.source.code == code]
        named = {each.path.name: each.mapping.pattern for each in mine if each.mapping is not None}
        yield Delivery(replace(source, read_as=named), tuple(each.path for each in mine))


class _Way:
    """One way of reading a file, and how well it fits."""

    def __init__(self, name: str, columns: Sequence[str], source: Source, mapping: FileMapping) -> None:
        self.source, self.mapping = source, mapping
        self.problems = check_headers(mapping, columns, file=name)
        self.stopping = [problem for problem in self.problems if problem.stops]
        self.is_named = source.match(name) is mapping
        self._columns = columns

    @property
    def left_over(self) -> tuple[int, bool, int]:
        """The smaller, the better: headers that nobody asked for, another name, fewer columns filled."""
        return len(self.problems), not self.is_named, -self._filled

    @property
    def nearness(self) -> tuple[int, int]:
        """The greater, the nearer it comes: whether the name fits, and how many of the headers."""
        return (1 if self.is_named else 0), self._filled

    @property
    def _filled(self) -> int:
        """How many of the headers that are asked for are there."""
        own = sum(len(feed.bind(self._columns)) - len(feed.columns) for feed in self.mapping.feeds)
        return own + sum(find_header(header, self._columns) is not None for header in self.mapping.headers)
