"""Pages that ask for less: sums by month where days do not matter, and rows by branch, from the files in `sql/2027_02/`.

Each file there has its inverse of the same name in `sql/2027_02/down/`. Data stay as they are, up and down.
"""

from warehouse.migrations import files

revision = "2027_02"
down_revision = "2027_01"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Run the files."""
    files.up(revision)


def downgrade() -> None:
    """Run their inverses."""
    files.down(revision)
