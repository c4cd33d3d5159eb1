"""Which rows are shifted: what speaks for it in personal cells, and what in the other cells of the same row.

One cell alone proves nothing: there are customers called 58同城, and keys that are telephone numbers. A row is shifted where one of
its personal cells plainly holds something else and another of its cells is unlike its column, as the column is in rows that nobody
suspects. Where most rows are suspect, nothing can be learnt from the others: there, a name or a telephone among keys is enough.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence, Sized

import numpy
import pyarrow
import pyarrow.compute as pc
from numpy.typing import NDArray

from warehouse.landing.fitting import DAY, Cells, Looks, Mask, among, looks, says
from warehouse.landing.headers import Clear

Columns = Sequence[Cells]
"""The cells of a batch by their place."""
Masks = Mapping[int, Mask]
"""Which rows of a batch, by the place of the column that says so."""

CODE = r"^[A-Za-z]{1,4}[-_]?[0-9]{2,}$"
ELSE: Mapping[str, str] = {
    "name": rf"{DAY}|{CODE}|@|[0-9].*[0-9].*[0-9]",
    "phone": rf"{DAY}|@|^[^0-9]*(?:[0-9][^0-9]*){{1,4}}$|^[A-Za-z]{{1,4}}[-_]?[0-9]",
    "words": rf"{DAY}[ T0-9:.Z+-]*$|{CODE}",
}
"""What no name, no telephone and nothing that somebody has said looks like."""
SWALLOWED = r"(?s)\n.*[0-9]{7}|[0-9]{7}.*\n|\n(?:.*?[,;\t|]){3}|(?:[,;\t|].*?){3}\n"
"""Several lines in one cell: a quotation mark was left open."""
MANY, LONGEST_WORD = 3, 30
SELDOM, MOST, NEARLY_ALL, ENOUGH_ROWS = 0.1, 0.5, 0.8, 20


class Evidence:
    """What speaks for shifted columns in one file, batch after batch."""

    def __init__(self, clear: Sequence[Clear], personal: Mapping[int, str], *, branches: Collection[str]) -> None:
        self._clear = [column for column in clear if column.kind not in ("listed", "other")]
        self._listed = frozenset[str]().union(branches, *(column.words for column in clear))
        self._personal, self._branches = personal, frozenset(branches)
        self._words: dict[int, set[str]] = {column.place: set() for column in self._clear}
        self._usual = {column.place: numpy.zeros(len(Looks), numpy.int64) for column in self._clear}

    def shifted(self, cells: Columns, unfit: Masks) -> Mask:
        """The shifted rows of a batch, of which `unfit` cells cannot be read at all."""
        looking = {column.place: self._looks(column, cells[column.place]) for column in self._clear}
        exchanged = self._holding_codes(cells)
        odd = {at: exchanged[at] | cells[at].says(ELSE[holds]) for at, holds in self._personal.items()}
        without = self._without_phone(cells)
        strange = self._strange(looking, suspect=either(odd.values(), cells) | without)
        others = either([*unfit.values(), *strange.values()], cells)
        found = either(odd.values(), cells) & others
        found |= either(exchanged.values(), cells) & either(self._rare(looking), cells)
        found |= without & either((strange[at] & (each == Looks.PHONE) for at, each in looking.items()), cells)
        return found | self._throughout(cells, looking, odd)

    def swallowed(self, columns: Sequence[pyarrow.Array]) -> Mask:
        """Rows of which a cell, as it was delivered, holds lines of others."""
        places = [each.place for each in self._clear] + [at for at, holds in self._personal.items() if holds != "words"]
        lines = (columns[at] for at in places if pc.any(pc.match_substring(columns[at], "\n")).as_py())
        return either((says(each, SWALLOWED) for each in lines), columns)

    def _looks(self, column: Clear, cells: Cells) -> NDArray[numpy.int8]:
        """What the cells of a column look like; of a branch it is known whether it is one."""
        self._words[column.place] |= words_of_many(cells)
        found = looks(cells.words, blank=column.blank(cells.words), common=self._words[column.place])
        if column.kind == "branch" and self._branches:
            is_known = among(cells.words, self._branches)
            found[~is_known & (found > Looks.BOOLEAN)] = Looks.WORD
            found[is_known] = Looks.CODE
        return cells.rows(found)

    def _holding_codes(self, cells: Columns) -> dict[int, Mask]:
        """Personal cells that hold a branch, a word of a list, or one that stands in a column of codes."""
        columns = [column for column in self._clear if column.kind in ("code", "text")]
        told = [(words := cells[each.place].words).filter(pyarrow.array(~each.blank(words))) for each in columns]
        known = [*self._listed, *(word for column in columns for word in self._words[column.place])]
        words = pyarrow.concat_arrays([*told, pyarrow.array(known, pyarrow.string())])
        return {at: cells[at].among(words) for at in self._personal}

    def _strange(self, looking: Mapping[int, NDArray[numpy.int8]], *, suspect: Mask) -> dict[int, Mask]:
        """Cells that look as hardly any of their column do in rows that are not suspect. Of codes, words may be rare."""
        found: dict[int, Mask] = {}
        for column in self._clear:
            mine, usual = looking[column.place], self._usual[column.place]
            usual += numpy.bincount(mine[~suspect], minlength=len(Looks))
            seldom = [like for like in Looks if usual[like] < SELDOM * max(usual[1:].sum(), 1)]
            may_be = {Looks.BLANK, Looks.COMMON} | ({Looks.WORD} if column.kind in ("code", "text") else set())
            found[column.place] = numpy.isin(mine, [like for like in seldom if like not in may_be])
        return found

    def _rare(self, looking: Mapping[int, NDArray[numpy.int8]]) -> Iterator[Mask]:
        """Cells with words that few rows have."""
        return (each == Looks.WORD for each in looking.values())

    def _without_phone(self, cells: Columns) -> Mask:
        """Rows with a column for telephones and none in it."""
        found = [~cells[at].says("[0-9]{5}|[0-9][ -]?[0-9]{3}") for at, of in self._personal.items() if of == "phone"]
        return numpy.logical_and.reduce(found) if found else numpy.zeros(len(cells[0]), numpy.bool_)

    def _throughout(self, cells: Columns, looking: Mapping[int, NDArray[numpy.int8]], odd: Masks) -> Mask:
        """Where most of what stands in a personal column belongs elsewhere: rows with a name, or a telephone, among keys and codes."""
        found = numpy.zeros(len(cells[0]), numpy.bool_)
        for at, holds in self._personal.items():
            filled = cells[at].says("(?s).").sum()
            is_odd = odd[at].sum() >= max(MANY, MOST * filled)
            is_repeated = (
                filled >= ENOUGH_ROWS and cells[at].among(words_of_many(cells[at])).sum() >= NEARLY_ALL * filled
            )
            for column in self._clear if is_odd or is_repeated else ():
                like = looking[column.place] == (Looks.PHONE if holds == "phone" else Looks.WORD)
                is_told = is_odd if column.kind in ("id", "branch") else like.mean() >= NEARLY_ALL
                found |= like & (is_told or (is_repeated and like.mean() >= NEARLY_ALL))
        return found


def words_of_many(cells: Cells, *, least: int | None = None) -> set[str]:
    """The words, short as codes are, that many rows have: at least so many, else a hundredth of them."""
    counts = numpy.bincount(cells.which, minlength=len(cells.words))
    many = cells.words.filter(pyarrow.array(counts >= (least or max(MANY, len(cells) // 100))))
    return {word for word in many.to_pylist() if word and len(word.encode()) <= LONGEST_WORD}


def either(masks: Iterable[Mask], cells: Sequence[Sized]) -> Mask:
    """The rows that at least one of the masks names."""
    found: Mask = numpy.logical_or.reduce([numpy.zeros(len(cells[0]), numpy.bool_), *masks])
    return found
