"""The way from every earlier version of the tables to the present one, by Alembic."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, inspect

from resolute.storage.database import BEFORE_ALEMBIC
from resolute.storage.tables import PREFIX, version


def upgrade(connection: Connection, to: str = "head") -> None:
    """Brings the store behind `connection` to the present tables, creating what is missing, in its transaction.

    The data stay. Nothing happens to a store that is up to date.
    """
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    config.attributes["connection"] = connection
    tables = inspect(connection)
    if tables.has_table(f"{PREFIX}schema") and not tables.has_table(version.name):
        command.stamp(config, BEFORE_ALEMBIC)
    command.upgrade(config, to)
