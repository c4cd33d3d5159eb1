"""What a column can hold, loosely: cells that surely cannot be read as its date, number, yes or no, or code do not fit.

Asked of files with personal columns alone, before their rows are written anywhere: where columns are shifted, what does not fit
may be somebody's name. Whatever staging reads fits here; the reverse need not be so.
"""

import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import IntEnum
from functools import partial
from typing import Literal, TypeVar

import numpy
import pyarrow
import pyarrow.compute as pc
from numpy.typing import NDArray

from warehouse.feeds.contract import Column
from warehouse.feeds.mapping.model import ColumnMapping, FromHeader
from warehouse.feeds.mapping.words import BLANKS

Mask = NDArray[numpy.bool_]
Found = TypeVar("Found", bound=numpy.generic)
Kind = Literal["id", "branch", "code", "text", "listed", "other"]
"""What stands in clear: a key, a branch, a code, words; a word of a closed list; a date, number or the like."""
Unfit = Callable[[pyarrow.Array], Mask]

MONTHS = "january|february|march|april|may|june|july|august|september|october|november|december"
IN_DATES = (
    r"[^\p{L}@]|[年月日时点分秒上下午凌晨星期周一二三四五六天]|(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*"
    rf"|{MONTHS}|jan|feb|mar|apr|jun|jul|aug|sept|sep|oct|nov|dec|st|nd|rd|th|[ap][.]?m|utc|gmt|t|z"
)
DATE = rf"(?i)^(?:{IN_DATES})*[0-9](?:{IN_DATES})*$"
NO_DATE = r"^(?:[+].*|0[0-9]{2,3}[- ]?[0-9]{7,8}|[0-9]{9,11}|[0-9]{13}|[0-9]{15,}|[0-9]{3}[- ][0-9]{4}[- ][0-9]{4})$"
"""Telephones are made of digits, too."""
NUMBER = r"^(?:[^\p{L}@]|[eErR元])*[0-9](?:[^\p{L}@]|[eErR元])*$"
NO_NUMBER = r"[0-9]-[0-9]"
PLAIN_DATE = r"^$|^(?:18|19|20|21)[0-9]{2}-[0-9]{2}-[0-9]{2}(?:[ T][0-9:.]*(?:Z|[+-][0-9:]*)?)?$"
PLAIN_NUMBER = r"^$|^-?[0-9]+(?:[.][0-9]*)?$"
"""Nearly all cells are so; the patterns above know every letter there is, which takes milliseconds to make ready."""
BOOLEANS = frozenset(
    [
        "true",
        "t",
        "yes",
        "y",
        "1",
        "1.0",
        "on",
        "是",
        "对",
        "真",
        "有",
        "√",
        "✓",
        "✔",
        "false",
        "f",
        "no",
        "n",
        "0",
        "0.0",
        "off",
        "否",
        "不是",
        "错",
        "假",
        "没有",
        "×",
        "✗",
        "✘",
    ]
)
CONTROL = r"[\x00-\x1f\x7f]"
LONGEST_CODE = 200
OF_DIGITS = r"^[+(]?[0-9]"
TELEPHONE = r"^[+(]?[0-9](?:[ ().-]{0,2}[0-9]){9,14}$"
DAY = r"^(?:18|19|20|21)[0-9]{2}[-/.年][0-9]{1,2}[-/.月][0-9]{1,2}"
YES_OR_NO = frozenset({"true", "false", "是", "否"})
TRUE = pyarrow.array([True])
KINDS: dict[str, Kind] = {"id": "id", "code": "code", "text": "text"}


@dataclass(frozen=True)
class Cells:
    """A column of a batch, trimmed: every different word once, and for each row which word it has.

    Most columns say the same few words over and over, so they are asked of the words and answered for the rows.
    """

    words: pyarrow.StringArray
    which: NDArray[numpy.integer]

    @classmethod
    def of(cls, column: pyarrow.StringArray) -> "Cells":
        """The cells of a column as it was delivered."""
        delivered = column.dictionary_encode("encode")
        words, which = pc.utf8_trim(delivered.dictionary, characters=BLANKS), delivered.indices.to_numpy()
        if words.equals(delivered.dictionary):
            return cls(words, which)
        trimmed = words.dictionary_encode("encode")
        return cls(trimmed.dictionary, trimmed.indices.to_numpy()[which])

    def __len__(self) -> int:
        return len(self.which)

    def rows(self, of_words: NDArray[Found]) -> NDArray[Found]:
        """What was found of the words, for every row."""
        found: NDArray[Found] = of_words[self.which]
        return found

    def says(self, pattern: str) -> Mask:
        """Which rows have something of the pattern."""
        return self.rows(says(self.words, pattern))

    def among(self, words: Iterable[str] | pyarrow.Array) -> Mask:
        """Which rows have one of the words."""
        return self.rows(among(self.words, words))


class Looks(IntEnum):
    """What a cell looks like, roughly: keys are alike among themselves, and unlike names."""

    BLANK, PHONE, DAY, BOOLEAN, CODE, COMMON, WORD = range(7)


@dataclass(frozen=True)
class Use:
    """What one column of a feed makes of a header: which cells do not fit, what kind it is, and whether whatever does not fit
    has the row refused when it is staged (`is_sure`); `words` are those of a closed list."""

    kind: Kind
    unfit: Unfit
    is_sure: bool
    words: frozenset[str] = frozenset()


def use(mapping: ColumnMapping, column: Column) -> Use:
    """How a column that is not personal uses its header."""
    is_plain = isinstance(mapping.origin, FromHeader) and not (mapping.lookups or mapping.whole or mapping.pad)
    kind: Kind = "branch" if column.references == "branches" and is_plain else KINDS.get(column.type, "other")
    if not is_plain:
        return Use("code" if kind == "other" else kind, _nothing, is_sure=False)
    if mapping.values is not None:
        is_refused = mapping.otherwise.what == "refuse" or (mapping.otherwise.what == "keep" and bool(column.codes))
        words = frozenset(word for word, _ in mapping.values)
        return Use("listed", _not_among(map(folded, words)), is_sure=is_refused, words=words)
    return Use(kind, _unfit(column, mapping), is_sure=True)


def says(cells: pyarrow.Array, pattern: str) -> Mask:
    """Which of the cells have something of the pattern (of RE2); nulls have nothing."""
    return _mask(pc.match_substring_regex(cells, pattern=pattern))


def among(cells: pyarrow.Array, words: Iterable[str] | pyarrow.Array) -> Mask:
    """Which of the cells are one of the words."""
    return _mask(
        pc.is_in(
            cells,
            value_set=pyarrow.array(list(words), pyarrow.string()) if not isinstance(words, pyarrow.Array) else words,
        )
    )


def looks(cells: pyarrow.Array, *, blank: Mask, common: Iterable[str]) -> NDArray[numpy.int8]:
    """What each cell looks like; `common` are the words that many rows have."""
    found = numpy.full(len(cells), Looks.WORD, numpy.int8)
    of_digits = says(cells, OF_DIGITS)
    for like, mask in (
        (Looks.CODE, says(cells, "[0-9]")),
        (Looks.COMMON, among(cells, common)),
        (Looks.BOOLEAN, among(pc.utf8_lower(cells), YES_OR_NO)),
        (Looks.DAY, _of(cells, of_digits, partial(says, pattern=DAY))),
        (Looks.PHONE, _of(cells, of_digits, partial(says, pattern=TELEPHONE))),
        (Looks.BLANK, blank),
    ):
        found[mask] = like
    return found


def folded(word: str) -> str:
    """A word in which case, width and blanks make no difference."""
    return " ".join(unicodedata.normalize("NFKC", word.replace("。", ".")).split()).lower()


def _unfit(column: Column, mapping: ColumnMapping) -> Unfit:
    match column.type:
        case "boolean":
            return _not_among(BOOLEANS)
        case "date" | "instant" | "time":
            return _no_date
        case "number" | "amount":
            return _no_number
        case "integer":
            beyond = _beyond(column) if mapping.factor is None else NO_NUMBER
            return lambda cells: _no_number(cells) | says(_half_width(cells), beyond)
        case "id" | "code":
            return lambda cells: (
                says(cells, CONTROL)
                | _mask(pc.greater(pc.utf8_length(cells), LONGEST_CODE))
                | (~says(cells, column.pattern) if column.pattern else False)
            )
    return _nothing


def _no_date(cells: pyarrow.Array) -> Mask:
    unsure = ~says(cells, PLAIN_DATE)
    return _of(cells, unsure, lambda those: ~says(plain := _half_width(those), DATE) | says(plain, NO_DATE))


def _no_number(cells: pyarrow.Array) -> Mask:
    unsure = ~says(cells, PLAIN_NUMBER)
    return _of(cells, unsure, lambda those: ~says(plain := _half_width(those), NUMBER) | says(plain, NO_NUMBER))


def _of(cells: pyarrow.Array, some: Mask, asked: Callable[[pyarrow.Array], Mask]) -> Mask:
    """What is asked of some of the cells; of the others it is not so."""
    found = some.copy()
    if some.any():
        found[some] = asked(cells.filter(pyarrow.array(some)))
    return found


def _beyond(column: Column) -> str:
    """Whole numbers with more digits than the greatest that the contract allows."""
    return NO_NUMBER if column.high is None else rf"^[+]?[1-9][0-9]{{{len(str(int(column.high)))},}}$"


def _not_among(words: Iterable[str]) -> Unfit:
    known = frozenset(words)

    def unfit(cells: pyarrow.Array) -> Mask:
        distinct = pc.unique(cells).to_pylist()
        return among(cells, [cell for cell in distinct if cell is not None and folded(cell) not in known])

    return unfit


def _nothing(cells: pyarrow.Array) -> Mask:
    return numpy.zeros(len(cells), numpy.bool_)


def _half_width(cells: pyarrow.Array) -> pyarrow.Array:
    if pc.all(pc.string_is_ascii(cells)).as_py() is not False:
        return cells
    return pc.utf8_normalize(pc.replace_substring(cells, "。", "."), form="NFKC")


def _mask(answers: pyarrow.Array) -> Mask:
    found: Mask = pc.is_in(answers, value_set=TRUE).to_numpy(zero_copy_only=False)
    return found
