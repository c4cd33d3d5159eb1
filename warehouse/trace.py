"""What may be written down of something that failed: where, and what kind of failure. What an error says itself is left out,
unless it is one of ours: others quote what they stumbled over, and that may be somebody's name."""

import re

OURS = ("warehouse.", "checks.", "pages.")
NAMED_BY_POSTGRES = ("schema_name", "table_name", "column_name", "constraint_name")
OF_DRIVER = re.compile(r"\(\w+(?:\.\w+)+\)")
ABOUT_NAMES = re.compile(
    r"\(psycopg2?\.(?:errors\.(?:Undefined|Ambiguous|Duplicate|InsufficientPrivilege)\w*|OperationalError)\)"
    r"|\(sqlite3\.OperationalError\) (?:no such |ambiguous column name|near |unable to open database file|database is locked)"
)
"""What Postgres and SQLite say of tables, columns and connections. Other words of theirs, and all of other databases, may quote a row."""


class Failed(Exception):
    """Stands for an error in a log: `in_short` is what it says."""


def trace(error: BaseException) -> Failed:
    """The error as a log may show it, with every step to it and to those it came from."""
    told = Failed(in_short(error)).with_traceback(error.__traceback__)
    before = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    told.__cause__ = None if before is None else trace(before)
    return told


def in_short(error: BaseException) -> str:
    """The error in one line: its kind; what the system says of a file, Postgres by name and number, or our own words."""
    kind = type(error)
    if kind.__module__.startswith(OURS):
        return f"{kind.__name__}: {error}"
    if isinstance(error, OSError) and error.strerror:
        return f"{kind.__name__}: {error.strerror}"
    diagnosed = getattr(getattr(error, "orig", error), "diag", None)
    named = [getattr(diagnosed, name, None) for name in ("sqlstate", *NAMED_BY_POSTGRES)]
    return " ".join([kind.__name__, *(name for name in named if name)])


def of_postgres(said: str) -> str:
    """The first line of what was said of a statement that failed; of an error of a database its kind alone, unless it is about
    names of tables and columns, or the connection: it may quote a value."""
    line = next(iter(said.splitlines()), "")[:300]
    found = OF_DRIVER.search(line)
    return line if found is None or ABOUT_NAMES.match(line, found.start()) else line[: found.end()]
