"""Sums by month for what pages still read day by day, and up to which day each feed was heard of, from the files in `sql/2027_03/`.

Each file there has its inverse of the same name in `sql/2027_03/down/`. Data stay as they are, up and down.
"""

from warehouse.migrations import files

revision = "2027_03"
down_revision = "2027_02"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Run the files."""
    files.up(revision)


def downgrade() -> None:
    """Run their inverses."""
    files.down(revision)
