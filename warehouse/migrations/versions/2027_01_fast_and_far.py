"""Fast and past one machine: what the house gained in its second year, from the files in `sql/2027_01/`.

Each file there has its inverse of the same name in `sql/2027_01/down/`. Data stay as they are, up and down.
"""

from warehouse.migrations import files

revision = "2027_01"
down_revision = "2026_12"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Run the files."""
    files.up(revision)


def downgrade() -> None:
    """Run their inverses."""
    files.down(revision)
