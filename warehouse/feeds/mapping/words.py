"""Words of the trade of reading files: what says "nothing", what counts as blank, which two names mean the same."""

import difflib
import re
import unicodedata
from collections.abc import Iterable, Mapping

BLANKS = (
    " \t\n\r\v\f\u0085\u00a0\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u200b"
    "\u2028\u2029\u202f\u205f\u3000\ufeff"
)
"""Characters taken off both ends of every cell: also the no-break, ideographic and zero-width ones."""

NOTHING = (
    "",
    "-",
    "--",
    "—",
    "–",
    "\\N",
    "NULL",
    "(NULL)",
    "NIL",
    "NA",
    "N/A",
    "#N/A",
    "N.A.",
    "<NA>",
    "NaN",
    "NaT",
    "None",
    "无",
    "暂无",
    "空",
)
"""Cells that say "nothing" in every source, in any of the usual spellings of upper and lower case."""


def nothing_words(more: Iterable[str] = (), *, but: Iterable[str] = ()) -> tuple[str, ...]:
    """Every spelling that says "nothing": the built-in words and `more`, without those that `but` gives a meaning."""
    words = (*NOTHING, *more)
    spelled = {spelling for word in words for spelling in (word, word.lower(), word.upper(), word.capitalize())}
    return tuple(sorted(spelled - set(but)))


def trimmed(cell: str) -> str:
    """The cell without blanks at its ends."""
    return cell.strip(BLANKS)


def header_key(name: str) -> str:
    """What two spellings of one header share: width, case, blanks, underscores and hyphens make no difference."""
    folded = unicodedata.normalize("NFKC", name).strip(BLANKS).casefold()
    return re.sub(r"[\s_\-]+", "_", folded).strip("_")


def find_header(name: str, headers: Iterable[str]) -> str | None:
    """The header called `name`, spelled exactly so or, failing that, the only one that differs in spelling alone."""
    known = list(headers)
    if name in known:
        return name
    alike = [header for header in known if header_key(header) == header_key(name)]
    return alike[0] if len(alike) == 1 else None


def nearest(name: str, candidates: Iterable[str], count: int = 1) -> tuple[str, ...]:
    """Up to `count` candidates that `name` may have been meant to be, best first; empty where nothing is near."""
    by_key: Mapping[str, str] = {header_key(candidate): candidate for candidate in candidates}
    wanted = header_key(name)
    close = difflib.get_close_matches(wanted, by_key, n=count, cutoff=0.6)
    inside = [key for key in by_key if min(len(key), len(wanted)) >= 4 and (key in wanted or wanted in key)]
    return tuple(by_key[key] for key in dict.fromkeys((*close, *inside)))[:count]
