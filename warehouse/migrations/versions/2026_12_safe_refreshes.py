"""Refreshes that cannot hurt: what the house gained after its first edition, from the files in `sql/2026_12/`.

Each file there has its inverse of the same name in `sql/2026_12/down/`. Data of the first edition stay as they are, up and
down; what only the new tables hold is gone after going down.
"""

from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

from alembic import op

revision = "2026_12"
down_revision = "2026_11"
branch_labels = None
depends_on = None

HERE = Path(__file__).parents[1] / "sql" / "2026_12"


def upgrade() -> None:
    """Run the files in the order of their names."""
    _run(sorted(HERE.glob("*.sql")))


def downgrade() -> None:
    """Run their inverses, the last one first."""
    _run(sorted((HERE / "down").glob("*.sql"), reverse=True))


def _run(files: Iterable[Path]) -> None:
    with closing(op.get_bind().connection.cursor()) as cursor:
        for file in files:
            cursor.execute(file.read_text("utf-8"))
