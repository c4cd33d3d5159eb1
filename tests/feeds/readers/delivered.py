"""What the tests of the readers share: a file of given bytes, and everything that comes of a table."""

from pathlib import Path

from warehouse.feeds.readers import Broken, Row, Table

SAMPLES = Path(__file__).parents[2] / "samples" / "readers"


def rows_of(table: Table) -> list[tuple[int, Row]]:
    return [row for batch in table.batches() for row in batch]


def broken_of(table: Table) -> list[Broken]:
    return [broken for batch in table.batches() for broken in batch.broken]


def reasons_of(table: Table) -> list[tuple[int, int, str]]:
    return [(each.row_number, each.line_number, each.reason_code) for each in broken_of(table)]


def delivered(folder: Path, content: bytes | str, name: str = "delivery.csv") -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path
