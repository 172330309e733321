"""The way from every earlier version of the tables to the present one, by Alembic."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, event, inspect

from resolute.storage.database import BEFORE_ALEMBIC
from resolute.storage.tables import PREFIX, metadata, named, version


def upgrade(connection: Connection, to: str = "head", *, prefix: str = PREFIX) -> None:
    """Brings the store behind `connection` to the present tables, creating what is missing, in its transaction.

    The data stay. Nothing happens to a store that is up to date. The migrations speak of the tables by their usual
    names; those of a store with another `prefix` are put in on the way to the database.
    """
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    config.attributes["connection"] = connection
    with _prefixed(connection, prefix):
        tables = inspect(connection)
        if tables.has_table(f"{PREFIX}schema") and not tables.has_table(version.name):
            command.stamp(config, BEFORE_ALEMBIC)
        command.upgrade(config, to)


@contextmanager
def _prefixed(connection: Connection, prefix: str) -> Iterator[None]:
    """While in the block, statements are about the tables with that prefix."""

    def rename(
        _connection: Any, _cursor: Any, statement: str, values: Any, _context: Any, _many: bool
    ) -> tuple[str, Any]:
        return named(statement, prefix), _values(values, prefix)

    event.listen(connection, "before_cursor_execute", rename, retval=True)
    try:
        yield
    finally:
        event.remove(connection, "before_cursor_execute", rename)


def _values(values: Any, prefix: str) -> Any:
    """Parameters: where one is the name of a table, that of the store's."""
    if isinstance(values, dict):
        return {name: _values(value, prefix) for name, value in values.items()}
    if isinstance(values, list | tuple):
        return type(values)(_values(value, prefix) for value in values)
    return named(values, prefix) if isinstance(values, str) and values in _TABLES else values


_TABLES = frozenset({*metadata.tables, f"{PREFIX}schema"})
