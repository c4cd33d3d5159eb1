"""How commands speak: a table on a terminal, plain lines in a pipe, one JSON document with `--json`."""

import csv
import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, is_dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

import typer

from warehouse import logs

DONE, FAILED, HELD = 0, 1, 2
FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
UNSEEN = dict.fromkeys((*range(0x20), *range(0x7F, 0xA0), *range(0x2028, 0x202F), *range(0x2066, 0x206A)), " ")
"""What is no letter to a terminal but an order, and what turns the direction of writing: text from feeds gives none."""
Told = Any
"""A part of a document: a value, a list or another document."""


def as_json(document: object) -> None:
    """One JSON document on standard output."""
    sys.stdout.write(json.dumps(_plain(document), ensure_ascii=False, indent=1) + "\n")


def rows(found: Sequence[Mapping[str, Any]], *, to_json: bool, empty: str) -> None:
    """Rows as a table (terminal), tab-separated lines (pipe) or JSON; `empty` is said where there are none."""
    if to_json:
        as_json(found)
    elif not found:
        say(empty)
    elif sys.stdout.isatty():
        _draw(found)
    else:
        lines: Iterable[Sequence[object]] = ([*found[0]], *(list(row.values()) for row in found))
        sys.stdout.writelines("\t".join(word(value) for value in line) + "\n" for line in lines)


def as_csv(columns: Sequence[str], found: Iterable[Mapping[str, Any]]) -> None:
    """Rows as comma-separated values under the names of `columns`, on standard output."""
    writer = csv.writer(sys.stdout)
    writer.writerow(columns)
    writer.writerows([_harmless(row[name]) for name in columns] for row in found)


def say(line: str) -> None:
    """One line to the person, on standard error: standard output is for results. An event, where the log is for machines."""
    if logs.for_machines():
        logs.event("said", said=line.translate(UNSEEN))
        return
    sys.stderr.write("\n".join(part.translate(UNSEEN) for part in line.split("\n")) + "\n")


def fail(message: object, code: int = FAILED) -> typer.Exit:
    """Say what went wrong; raise the result to leave with `code`."""
    say(str(message))
    return typer.Exit(code)


def _draw(found: Sequence[Mapping[str, Any]]) -> None:
    from rich.console import Console  # for people: a pipe need not wait for it
    from rich.table import Table
    from rich.text import Text

    table = Table(*[str(name) for name in found[0]], box=None, header_style="bold", pad_edge=False)
    for row in found:
        table.add_row(*(Text(word(value)) for value in row.values()))
    Console().print(table)


def _harmless(value: object) -> str:
    """A cell that no spreadsheet takes for a formula: feeds say what they like."""
    said = word(value)
    return f"'{said}" if isinstance(value, str) and said.startswith(FORMULA) else said


def word(value: object) -> str:
    """A value in one line of text."""
    if value is None or value != value:
        return ""
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M:%S %z").strip()
    if isinstance(value, float):
        return f"{value:.6g}"
    if isinstance(value, list | tuple | set | frozenset):
        return ", ".join(word(each) for each in value)
    return str(value).translate(UNSEEN)


def _plain(value: object) -> object:
    if is_dataclass(value) and not isinstance(value, type):
        return _plain(asdict(value))
    if isinstance(value, Mapping):
        return {str(name): _plain(each) for name, each in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(each) for each in value]
    if isinstance(value, datetime | date | time):
        return value.isoformat() if value == value else None  # pandas' NaT is a datetime, and no instant
    if isinstance(value, Decimal):
        return float(value)
    if value is None or isinstance(value, str | bool | int):
        return value
    if isinstance(value, float):
        return None if value != value else value
    return _plain(value.item()) if hasattr(value, "item") else str(value)
