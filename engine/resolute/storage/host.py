"""The store on the host's own connection: every command is part of the host's transaction."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection

from resolute import i18n
from resolute.errors import InputError
from resolute.storage import migrations
from resolute.storage.database import Database
from resolute.storage.tables import PREFIX

_ = i18n.translator("execution")

_PARAMSTYLE = {("sqlite", "pysqlite"): "qmark", ("postgresql", "psycopg"): "format"}


class HostDatabase(Database):
    """Works inside one transaction of the host: every command is a savepoint of it, the host decides over all."""

    def __init__(self, connection: Connection, *, prefix: str = PREFIX) -> None:
        """Begins the transaction when the host has not. Raises InputError for what has no transaction to work in."""
        if not isinstance(connection, Connection):
            raise InputError(
                _(
                    "connection: found {found}; expected a Connection of SQLAlchemy, of a session session.connection()"
                ).format(found=type(connection).__name__)
            )
        self.url = connection.engine.url.render_as_string(hide_password=True)
        theirs = connection.dialect
        style = _PARAMSTYLE.get((theirs.name, theirs.driver))
        if style is None:
            raise InputError(
                _("{url}: expected a connection by sqlite3 or psycopg, found {driver}").format(
                    url=self.url, driver=f"{theirs.name}+{theirs.driver}"
                )
            )
        ours: Any = type(theirs)
        self._speak(ours(dbapi=theirs.loaded_dbapi, paramstyle=style), prefix)
        self.schema = None
        self._host = connection
        self._hosts = connection.get_transaction() or connection.begin()
        self._connection = connection.connection
        if not self.sqlite and self._connection.driver_connection.autocommit:
            raise InputError(
                self.url
                + ": "
                + _("the connection commits each statement by itself (AUTOCOMMIT); give one that does not")
            )
        self._cursor = self._connection.cursor()
        self._prepare()

    def close(self) -> None:
        """Lets go of the connection, which stays open."""
        self._closed = True
        self._cursor.close()

    def _open(self) -> None:
        if self.sqlite and not self._connection.driver_connection.in_transaction:
            self._execute(self._begin, ())
        self._execute("SAVEPOINT resolute", ())

    def _commit(self) -> None:
        self._execute("RELEASE SAVEPOINT resolute", ())

    def _rollback(self) -> None:
        self._execute("ROLLBACK TO SAVEPOINT resolute", ())
        self._execute("RELEASE SAVEPOINT resolute", ())

    def epoch(self) -> None:
        """The host writes through the same connection, which nothing tells of."""

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Reads see what the host's transaction sees."""
        yield

    def _upgrade(self) -> None:
        with self.transaction():
            migrations.upgrade(self._host, prefix=self.prefix)

    def _check_usable(self) -> None:
        super()._check_usable()
        if not self._hosts.is_active:
            raise self._error(_("the transaction that this engine was made for is over; make another engine"))

    def _dropped(self) -> bool:
        """The connection is the host's: what becomes of it is the host's to say."""
        return False
