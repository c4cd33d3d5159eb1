"""Alembic, told to take a schema to a revision on a connection that is there."""

from pathlib import Path
from typing import Literal

from alembic import command
from alembic.config import Config
from alembic.util import CommandError
from sqlalchemy import Connection

Unknown = CommandError
"""The schema is at a revision that is not among ours."""


def to(connection: Connection, way: Literal["upgrade", "downgrade"], revision: str) -> None:
    """Up or down to `revision`, in the connection's transaction. Raises Unknown."""
    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(Path(__file__).parent))
    getattr(command, way)(config, revision)
