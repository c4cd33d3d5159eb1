"""Files with personal columns, before a row of them is written anywhere: what of rows may be kept whose cells are out of place.

- A *shifted* row is refused with its number, and nothing else of it is kept: a name may stand anywhere in it.
- A cell that surely cannot be read as its date, number or code is kept as its shape (`≈xx`, `≈999`): staging refuses its row.
- Of a row that staging will refuse so, nothing personal is kept, and of its keys and words only what is plainly a code.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace

import numpy
import pyarrow
import pyarrow.compute as pc

from warehouse.feeds.mapping import FileMapping, Source
from warehouse.feeds.readers import Batch, Broken
from warehouse.feeds.readers.table import masked
from warehouse.landing.evidence import Columns, Evidence, Masks, either, words_of_many
from warehouse.landing.fitting import Cells, Mask
from warehouse.landing.headers import Clear, clear_headers, is_of_one_feed, personal_headers

SHAPE = "≈"
"""Before what is kept of a value: its shape alone. No date, number or code begins so."""
KEY = r"^[!-?A-~]{0,60}[0-9][!-?A-~]{0,60}$"
PLAIN: Mapping[str, str] = {"id": KEY, "branch": KEY, "code": rf"^[a-z][a-z0-9_]{{0,39}}$|{KEY}", "text": r"^$"}
"""Keys and codes that are nobody's name."""
PHONE = r"^[+(]?[0-9](?:[ ().-]{0,2}[0-9]){7,14}$"
A_TENTH, FEW = 10, 5


class Sieve:
    """Looks at the batches of one file in turn. `refused` counts the shifted rows so far."""

    def __init__(
        self, clear: Sequence[Clear], personal: Mapping[int, str], evidence: Evidence, *, is_of_one_feed: bool
    ) -> None:
        self.refused = 0
        self._clear, self._personal = clear, personal
        self._evidence, self._is_of_one_feed = evidence, is_of_one_feed
        self._common: dict[int, set[str]] = {column.place: set() for column in clear}

    @classmethod
    def of(
        cls, source: Source, mapping: FileMapping, headers: Sequence[str], *, branches: Collection[str]
    ) -> "Sieve | None":
        """The sieve for a file with these headers, of a company with these branches; None where nothing in it is personal."""
        personal = personal_headers(mapping, headers)
        clear = clear_headers(source, mapping, headers, personal)
        evidence = Evidence(clear, personal, branches=branches)
        return cls(clear, personal, evidence, is_of_one_feed=is_of_one_feed(mapping)) if personal else None

    def __call__(self, batch: Batch) -> Batch:
        """The batch without its shifted rows, which are broken now, and without what must not be kept of others."""
        if not batch.numbers:
            return batch
        cells = [Cells.of(column) for column in batch.columns]
        unfit = {at.place: (mine := cells[at.place]).rows(at.unfit(mine.words)) for at in self._clear}
        shifted = self._evidence.shifted(cells, unfit) | self._evidence.swallowed(batch.columns)
        columns = self._kept(batch, cells, unfit)
        if not shifted.any():
            return replace(batch, columns=columns)
        refused = list(_refused(batch, shifted))
        self.refused += len(refused)
        stays = pyarrow.array(~shifted)
        numbers = [number for number, is_gone in zip(batch.numbers, shifted, strict=True) if not is_gone]
        return Batch(numbers, [column.filter(stays) for column in columns], (*batch.broken, *refused))

    def _kept(self, batch: Batch, cells: Columns, unfit: Masks) -> list[pyarrow.Array]:
        """The columns with shapes in the place of what does not fit, and without what is personal of rows that are refused for it."""
        columns = list(batch.columns)
        sure = [unfit[column.place] for column in self._clear if column.is_sure and self._is_of_one_feed]
        refused = either(sure, cells)
        for column in self._clear:
            mine, hidden = cells[column.place], unfit[column.place]
            if column.kind == "listed":
                hidden = hidden & ~self._is_common(column, mine, hidden)
            elif column.kind != "other" and refused.any():
                plain = mine.says(PLAIN[column.kind]) & ~mine.says(PHONE)
                hidden = hidden | (refused & ~mine.rows(column.blank(mine.words)) & ~plain)
            columns[column.place] = _shaped(columns[column.place], hidden)
        for place in self._personal if refused.any() else ():
            columns[place] = pc.if_else(pyarrow.array(refused), pyarrow.scalar(""), columns[place])
        return columns

    def _is_common(self, column: Clear, cells: Cells, unfit: Mask) -> Mask:
        """New words of a closed list that somebody has to read; too many rows have them for a name."""
        known = self._common[column.place]
        if len(cells) >= FEW and unfit.sum() * A_TENTH >= len(cells):
            words = words_of_many(cells, least=max(FEW, len(cells) // A_TENTH))
            known |= {word for word in words if word.replace("_", "").isalpha()}
        return cells.among(known)


def shape(cell: str) -> str:
    """What is kept of a value that may be somebody's: letters as x, digits as 9."""
    return SHAPE + masked(cell)


def _shaped(column: pyarrow.Array, hidden: Mask) -> pyarrow.Array:
    if not hidden.any():
        return column
    chosen = pyarrow.array(hidden)
    shapes = [shape(cell) for cell in column.filter(chosen).to_pylist()]
    return pc.replace_with_mask(column, chosen, pyarrow.array(shapes, pyarrow.string()))


def _refused(batch: Batch, shifted: Mask) -> Iterator[Broken]:
    """The shifted rows, told by the shapes of their cells: whoever has the file finds the row by its number."""
    for at in map(int, numpy.flatnonzero(shifted)):
        cells = [masked(column[at].as_py() or "")[:12] for column in batch.columns]
        yield Broken(batch.numbers[at], 0, "shifted_row", " | ".join(cells)[:120])
