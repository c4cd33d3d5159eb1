"""The house: every schema, table, view and policy of the first edition, in the order of the files in `sql/`."""

from contextlib import closing
from pathlib import Path

from alembic import op

revision = "2026_11"
down_revision = None
branch_labels = None
depends_on = None

SCHEMAS = ("landing", "staging", "curated", "gate", "published", "access", "vault")


def upgrade() -> None:
    """Create everything."""
    with closing(op.get_bind().connection.cursor()) as cursor:
        for file in sorted((Path(__file__).parents[1] / "sql").glob("*.sql")):
            cursor.execute(file.read_text("utf-8"))


def downgrade() -> None:
    """Take everything away, with all data."""
    for schema in SCHEMAS:
        op.get_bind().exec_driver_sql(f"drop schema if exists {schema} cascade")
    op.get_bind().exec_driver_sql("drop function if exists ops.open_edition")
    op.get_bind().exec_driver_sql(
        "drop table if exists ops.candidate, ops.broken_line, ops.file, ops.load, ops.pending_slice cascade"
    )
