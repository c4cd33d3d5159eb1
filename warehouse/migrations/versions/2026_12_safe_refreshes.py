"""Refreshes that cannot hurt: what the house gained after its first edition, from the files in `sql/2026_12/`.

Each file there has its inverse of the same name in `sql/2026_12/down/`. Data of the first edition stay as they are, up and
down; what only the new tables hold is gone after going down.
"""

from warehouse.migrations import files

revision = "2026_12"
down_revision = "2026_11"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Run the files."""
    files.up(revision)


def downgrade() -> None:
    """Run their inverses."""
    files.down(revision)
