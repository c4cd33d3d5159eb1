"""The headers of a file with personal columns: which stand in clear, what each may hold, and which are personal."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy
import pyarrow

from warehouse.feeds.contract import Column
from warehouse.feeds.mapping import FileMapping, Source, personal_columns
from warehouse.feeds.mapping.model import ColumnMapping
from warehouse.feeds.mapping.words import find_header, nothing_words
from warehouse.landing.fitting import Kind, Mask, Use, among, use

ALLOWING_MOST: Sequence[Kind] = ("text", "code", "id", "branch", "listed", "other")


@dataclass(frozen=True)
class Clear:
    """A header in clear: its place in the file, what columns make of it, the words that say nothing in it."""

    place: int
    header: str
    uses: tuple[Use, ...]
    nothing: frozenset[str]

    @property
    def kind(self) -> Kind:
        """The kind that allows most."""
        return next(kind for kind in ALLOWING_MOST if kind in {use.kind for use in self.uses})

    @property
    def is_sure(self) -> bool:
        """Whether a row is refused for a cell that does not fit."""
        return all(use.is_sure for use in self.uses)

    @property
    def words(self) -> frozenset[str]:
        """The words of its closed lists."""
        return frozenset[str]().union(*(use.words for use in self.uses))

    def blank(self, cells: pyarrow.Array) -> Mask:
        """Which cells say nothing."""
        nulls: Mask = cells.is_null().to_numpy(zero_copy_only=False)
        return among(cells, self.nothing) | nulls

    def unfit(self, cells: pyarrow.Array) -> Mask:
        """Which cells fit none of the uses."""
        found: Mask = numpy.logical_and.reduce([use.unfit(cells) for use in self.uses])
        return found & ~self.blank(cells) if found.any() else found


def personal_headers(mapping: FileMapping, headers: Sequence[str]) -> dict[int, str]:
    """The places of the personal headers, each with what it holds: a `name`, a `phone` or `words`."""
    hidden = personal_columns(mapping, headers)
    found = {headers.index(header): "words" for header in hidden}
    for header, _, column in _bound(mapping, headers):
        if header in hidden and column.personal:
            found[headers.index(header)] = (
                "phone" if column.name == "phone" else "name" if column.name.endswith("_name") else "words"
            )
    return found


def clear_headers(
    source: Source, mapping: FileMapping, headers: Sequence[str], personal: Collection[int]
) -> list[Clear]:
    """The headers in clear that columns are made from; those that say which rows there are, or that other files look up, are left
    alone."""
    asked = {header for feed in mapping.feeds for header in replace(feed, columns=()).headers} | mapping.looked_up
    alone = {find_header(name, headers) for name in asked} | {headers[place] for place in personal}
    found: dict[str, list[tuple[Use, frozenset[str]]]] = {}
    for header, made, column in _bound(mapping, headers):
        if header not in alone:
            words = frozenset((*source.nothing, *nothing_words(made.nothing, but=made.said)))
            found.setdefault(header, []).append((use(made, column), words))
    return [
        Clear(
            headers.index(header),
            header,
            tuple(used for used, _ in uses),
            frozenset[str]().union(*(words for _, words in uses)),
        )
        for header, uses in found.items()
    ]


def is_of_one_feed(mapping: FileMapping) -> bool:
    """Whether every row goes to one feed, so that a row which that one refuses is of use to nobody."""
    return len(mapping.feeds) == 1 and mapping.feeds[0].where is None and not mapping.feeds[0].each


def _bound(mapping: FileMapping, headers: Sequence[str]) -> Iterator[tuple[str, ColumnMapping, Column]]:
    """Every header with each column that is made from it."""
    for feed in mapping.feeds:
        for made in feed.bind(headers):
            for name in made.headers:
                if (header := find_header(name, headers)) is not None:
                    yield header, made, feed.feed.column(made.name)
