"""The SQL files of a revision, run on its connection."""

import re
from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path

from alembic import op

SQL = Path(__file__).parent / "sql"
QUOTE = re.compile(r"\$\w*\$")


def up(revision: str) -> None:
    """Run the files of a revision in the order of their names."""
    _run(sorted((SQL / revision).glob("*.sql")))


def down(revision: str) -> None:
    """Run their inverses, the last one first."""
    _run(sorted((SQL / revision / "down").glob("*.sql"), reverse=True))


def _run(files: Iterable[Path]) -> None:
    with closing(op.get_bind().connection.cursor()) as cursor:
        for file in files:
            for statement in statements(file.read_text("utf-8")):
                cursor.execute(statement)


def statements(sql: str) -> Iterator[str]:
    """One at a time, as Citus wants them. Each ends with a line; a body between `$$` with its own, one in SQL with `end;`."""
    lines: list[str] = []
    for line in sql.splitlines():
        lines.append(line)
        said = "\n".join(lines)
        ends = line.endswith(";") and not line.lstrip().startswith("--") and len(QUOTE.findall(said)) % 2 == 0
        if ends and ("begin atomic" not in said or line == "end;"):
            yield said
            lines = []
