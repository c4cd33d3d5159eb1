"""What pages list and draw is bounded by branches, not by customers: places in lists, counts and fields, from the files in `sql/2027_04/`.

Each file there has its inverse of the same name in `sql/2027_04/down/`.
"""

from warehouse.migrations import files

revision = "2027_04"
down_revision = "2027_03"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Run the files."""
    files.up(revision)


def downgrade() -> None:
    """Run their inverses."""
    files.down(revision)
