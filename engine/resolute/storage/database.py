"""One connection to the database of the store: opening it, transactions, statements compiled once."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from operator import itemgetter
from typing import Any, NamedTuple

from sqlalchemy import create_engine, event
from sqlalchemy.engine import URL, Dialect, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError
from sqlalchemy.pool import NullPool
from sqlalchemy.schema import CreateIndex, CreateTable
from sqlalchemy.sql import ClauseElement

from resolute import i18n
from resolute.errors import InputError, StorageError
from resolute.storage.tables import PREFIX, metadata, named, version

_ = i18n.translator("execution")

_BEGIN_ANEW = frozenset({"40001", "40P01"})
"""What PostgreSQL says of a transaction that may be tried again: serialisation failure, deadlock."""
_DISK_FULL = "53100"

_LOCK = "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))"
_TRY_LOCK = "SELECT pg_try_advisory_lock(hashtextextended(%s, 0))"
_UNLOCK = "SELECT pg_advisory_unlock(hashtextextended(%s, 0))"
BEFORE_ALEMBIC = "0001"
"""The version of tables that do not say theirs in the way of Alembic."""

VERSION = "0011"
"""Of the tables: the last of the migrations."""

Row = Sequence[Any]


class Statement:
    """A Core statement that is compiled once for a dialect and then run with plain parameters."""

    __slots__ = ("_clause", "_compiled")

    def __init__(self, clause: ClauseElement) -> None:
        self._clause = clause
        self._compiled: dict[tuple[str, str], Compiled] = {}

    def compiled(self, dialect: Dialect, prefix: str) -> Compiled:
        """The SQL text with its parameters by position, on tables whose names begin with `prefix`."""
        key = (dialect.name, prefix)
        known = self._compiled.get(key)
        if known is None:
            compiled: Any = self._clause.compile(dialect=dialect, compile_kwargs={"render_postcompile": True})
            fixed = {name: value for name, value in compiled.params.items() if value is not None}
            names = tuple(compiled.positiontup or ())
            known = self._compiled[key] = Compiled(named(str(compiled), prefix), names, fixed, _picker(names))
        return known


def _picker(names: tuple[str, ...]) -> Callable[[Mapping[str, Any]], Row]:
    if len(names) > 1:
        return itemgetter(*names)
    return lambda values: [values[name] for name in names]


class Compiled(NamedTuple):
    """A statement for one dialect."""

    sql: str
    names: tuple[str, ...]
    """Of its parameters, in order."""
    fixed: dict[str, Any]
    """The values that stand in the statement itself."""
    pick: Callable[[Mapping[str, Any]], Row]
    """Takes the parameters out by position."""

    def ordered(self, values: Mapping[str, Any]) -> Row:
        """The parameters by position."""
        return self.pick({**self.fixed, **values} if self.fixed else values)


class Transaction:
    """What `Database.transaction` answers: a block whose end commits, or takes all back when something is raised."""

    __slots__ = ("_database",)

    def __init__(self, database: Database) -> None:
        self._database = database

    def __enter__(self) -> None:
        database = self._database
        if not database.depth:
            database._open()
            database.writing = True
        database.depth += 1

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        database = self._database
        if database.depth > 1:
            database.depth -= 1
            return
        try:
            if kind is None:
                database._commit()
        except BaseException:
            database._rollback()
            raise
        else:
            if kind is not None:
                database._rollback()
        finally:
            database.depth, database.writing = 0, False


class BusyError(StorageError):
    """Two transactions stood in each other's way and this one was chosen to begin anew."""


class Database:
    """A connection with transactions of its own; all failures of the database become `StorageError`."""

    def __init__(
        self,
        url: str,
        *,
        durable: bool = False,
        patience: float = 5.0,
        prefix: str = PREFIX,
        schema: str | None = None,
    ) -> None:
        """`patience`: for how many seconds to wait while another program writes (SQLite); `prefix`: what the names of
        the tables begin with; `schema`: where they stand (PostgreSQL), created when it is missing.
        """
        self.url = url
        self.schema = schema
        self._engine = _engine(url, durable, patience, schema)
        self._connection: Any = None
        self._speak(self._engine.dialect, prefix)
        try:
            self._connect()
            if schema is not None:
                self._execute(f"CREATE SCHEMA IF NOT EXISTS {schema}", ())
            self._prepare()
        except (DBAPIError, self._failure) as error:
            self._engine.dispose()
            raise self._explained(error) from error

    def _speak(self, dialect: Dialect, prefix: str) -> None:
        self.prefix = _plain_name(prefix, "prefix")
        self._process = os.getpid()
        self._closed = False
        self.dialect = dialect
        self.sqlite = dialect.name == "sqlite"
        self._begin = "BEGIN IMMEDIATE" if self.sqlite else "BEGIN"
        self._failure: type[Exception] = dialect.loaded_dbapi.Error
        self.depth = 0
        """How many transactions are open, one in another."""
        self.writing = False
        """Whether a transaction that may write is open."""
        self._transaction = Transaction(self)

    def _connect(self) -> None:
        self._connection = self._engine.raw_connection()
        self._cursor = self._connection.cursor()

    def _check_usable(self) -> None:
        """Raises StorageError for an engine that was closed, or that another process has opened."""
        if self._closed:
            raise self._error(_("this engine is closed; open another"))
        if self._process != os.getpid():
            raise self._error(_("this engine was opened before the process was forked; open another in the new one"))

    def _dropped(self) -> bool:
        """Whether the server has dropped the connection."""
        return not self.sqlite and (self._connection is None or self._connection.driver_connection.closed)

    def _connect_anew(self) -> None:
        if self._connection is not None:
            self._connection.invalidate()
            self._connection = None
        try:
            self._connect()
        except (DBAPIError, self._failure) as error:
            raise self._explained(error) from error

    def address(self) -> str:
        """What PostgreSQL's own library takes to connect to the same database and schema."""
        url = _within(make_url(self.url).set(drivername="postgresql"), self.schema)
        place, mark, query = url.render_as_string(hide_password=False).partition("?")
        return place + mark + query.replace("+", "%20")

    def lock(self, name: str) -> None:
        """Keeps all others that lock the same name waiting until the transaction ends.

        On SQLite a transaction keeps all others waiting anyway.
        """
        if not self.sqlite:
            self._execute(_LOCK, (name,))

    def take(self, name: str) -> bool:
        """Whether nobody else has taken that name; it is ours until `leave`, or the end of the connection.

        On SQLite, whose workers wait for each other anyway, always True.
        """
        if self.sqlite:
            return True
        self._execute(_TRY_LOCK, (self._own(name),))
        return bool(self._cursor.fetchall()[0][0])

    def leave(self, name: str) -> None:
        """Gives a name back that was taken."""
        if not self.sqlite and not self._dropped():
            self._execute(_UNLOCK, (self._own(name),))

    def _own(self, name: str) -> str:
        """A name that no other store of the same database takes."""
        return name if self.prefix == PREFIX and self.schema is None else f"{self.schema or ''}.{self.prefix}{name}"

    def script(self, sql: str) -> None:
        """Runs several statements of PostgreSQL as they stand."""
        try:
            self._cursor.execute(sql)
        except self._failure as error:
            raise self._explained(error) from error

    def close(self) -> None:
        """Closes the connection; what was committed stays."""
        if self._closed or self._process != os.getpid():
            return
        self._closed = True
        if self._connection is not None:
            self._connection.close()
        self._engine.dispose()

    def transaction(self) -> Transaction:
        """Everything in the block is written, or nothing; an inner block belongs to the outer one."""
        return self._transaction

    def _open(self) -> None:
        self._execute(self._begin, ())

    def epoch(self) -> int | None:
        """A number that stays the same, within transactions, as long as nobody else has written anything; None
        when that cannot be known.
        """
        if not self.sqlite:
            return None
        self._execute("PRAGMA data_version", ())
        return int(self._cursor.fetchone()[0])

    @contextmanager
    def reading(self) -> Iterator[None]:
        """All reads in the block see the same moment."""
        if self.depth:
            yield
            return
        self._execute("BEGIN" if self.sqlite else "BEGIN ISOLATION LEVEL REPEATABLE READ", ())
        self.depth = 1
        try:
            yield
        finally:
            self.depth = 0
            self._rollback()

    def run(self, statement: Statement, **values: Any) -> int:
        """Runs a statement; returns how many rows it changed."""
        compiled = statement.compiled(self.dialect, self.prefix)
        self._execute(compiled.sql, compiled.ordered(values))
        return int(self._cursor.rowcount)

    def many(self, statement: Statement, rows: Sequence[Mapping[str, Any]]) -> int:
        """As `run`, for each of several sets of values."""
        return self.put_all(statement, list(map(statement.compiled(self.dialect, self.prefix).ordered, rows)))

    def put(self, statement: Statement, row: Row) -> int:
        """Runs a statement with its values in their order, as an insert takes those of all columns; returns how
        many rows it changed.
        """
        self._execute(statement.compiled(self.dialect, self.prefix).sql, row)
        return int(self._cursor.rowcount)

    def put_numbered(self, statement: Statement, row: Row) -> int:
        """As `put`, with an insert that answers the number of its row."""
        self._execute(statement.compiled(self.dialect, self.prefix).sql, row)
        return int(self._cursor.fetchall()[0][0])

    def put_all(self, statement: Statement, rows: Sequence[Row]) -> int:
        """As `put`, for each of several rows."""
        if len(rows) == 1:
            return self.put(statement, rows[0])
        try:
            self._cursor.executemany(statement.compiled(self.dialect, self.prefix).sql, rows)
        except self._failure as error:
            raise self._explained(error) from error
        return int(self._cursor.rowcount)

    def one(self, statement: Statement, **values: Any) -> Row | None:
        """The first row, or None."""
        rows = self.all(statement, **values)
        return rows[0] if rows else None

    def all(self, statement: Statement, **values: Any) -> list[Row]:
        """All rows."""
        compiled = statement.compiled(self.dialect, self.prefix)
        self._execute(compiled.sql, compiled.ordered(values))
        rows: list[Row] = self._cursor.fetchall()
        return rows

    def _execute(self, sql: str, values: Row) -> None:
        if not self.depth:
            self._check_usable()
            if self._dropped():
                self._connect_anew()
        try:
            self._cursor.execute(sql, values)
        except (UnicodeEncodeError, OverflowError) as error:
            raise InputError(_("no database can keep or find this: {error}").format(error=error)) from None
        except self._failure as error:
            if self.depth or not self._dropped():
                raise self._explained(error) from error
            self._again(sql, values)

    def _again(self, sql: str, values: Row) -> None:
        """Outside of a transaction nothing is lost with a connection: the statement goes to a new one."""
        self._connect_anew()
        try:
            self._cursor.execute(sql, values)
        except self._failure as error:
            raise self._explained(error) from error

    def _commit(self) -> None:
        try:
            self._cursor.execute("COMMIT")
        except self._failure as error:
            if self._dropped():
                unknown = _(
                    "the connection was lost while the command was committed: it is written wholly or not at all; "
                    "look, or repeat it with its key"
                )
                raise self._error(unknown) from error
            raise self._explained(error) from error

    def _rollback(self) -> None:
        if self.sqlite:
            if self._connection.driver_connection.in_transaction:
                self._cursor.execute("ROLLBACK")
        elif not self._dropped():
            with suppress(self._failure):  # a connection lost just now has rolled back by itself
                self._cursor.execute("ROLLBACK")

    def _prepare(self) -> None:
        """Creates the tables when the database has none, upgrades older ones; refuses those of a newer version."""
        found = self._version()
        if found is None:
            with self.transaction():
                self.lock(version.name)
                for statement in self._ddl():
                    self._execute(statement, ())
                if self._version() is None:
                    self.run(Statement(version.insert()), version_num=VERSION)
        elif found < VERSION:
            self._upgrade()
        elif found > VERSION:
            raise StorageError(
                _("{url}: the store has version {found}, this program needs {wanted}; update Resolute").format(
                    url=_without_password(self.url), found=found, wanted=VERSION
                )
            )

    def _upgrade(self) -> None:
        """Brings older tables to the present version, in one transaction while all others wait."""
        from resolute.storage import migrations

        with self._engine.connect() as connection:
            if self.sqlite:
                connection.exec_driver_sql(self._begin)
            else:
                connection.execution_options(isolation_level="READ COMMITTED")
                connection.exec_driver_sql(_LOCK, (version.name,))
            migrations.upgrade(connection, prefix=self.prefix)
            connection.commit()

    def _ddl(self) -> Iterator[str]:
        """The statements that create the tables and their indexes."""
        for table in metadata.sorted_tables:
            yield named(str(CreateTable(table, if_not_exists=True).compile(dialect=self.dialect)), self.prefix)
            for index in sorted(table.indexes, key=lambda index: str(index.name)):
                create = named(str(CreateIndex(index, if_not_exists=True).compile(dialect=self.dialect)), self.prefix)
                where = index.info.get("where")
                yield create if where is None else f"{create} WHERE {where}"

    def _version(self) -> str | None:
        """The version of the tables; None when there are none."""
        if self._has_table(version.name):
            row = self.one(Statement(version.select()))
            return None if row is None else str(row[0])
        return BEFORE_ALEMBIC if self._has_table(f"{PREFIX}schema") else None

    def _has_table(self, name: str) -> bool:
        if self.sqlite:
            find = "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = ?"
        else:
            find = "SELECT count(*) FROM pg_tables WHERE schemaname = current_schema AND tablename = %s"
        self._execute(find, (named(name, self.prefix),))
        return bool(self._cursor.fetchall()[0][0])

    def _explained(self, error: Exception) -> StorageError:
        if getattr(error, "sqlstate", None) in _BEGIN_ANEW:
            return BusyError(f"{_without_password(self.url)}: {_reason(error)}")
        if self._closed is False and self._connection is not None and self._dropped():
            return self._error(
                _(
                    "the connection to the database was lost ({reason}); nothing of this command was written; try again"
                ).format(reason=_reason(error))
            )
        return self._error(_reason(error))

    def _error(self, text: str) -> StorageError:
        return StorageError(f"{_without_password(self.url)}: {text}")


def _plain_name(name: str, what: str) -> str:
    """A prefix or schema that needs no quotes anywhere. Raises InputError."""
    if not re.fullmatch("[a-z][a-z0-9_]{0,29}", name):
        raise InputError(
            _("{what} {name!r}: expected up to 30 small Latin letters, digits and _, a letter first").format(
                what=what, name=name
            )
        )
    return name


def _engine(url: str, durable: bool, patience: float, schema: str | None) -> Any:
    try:
        parsed = make_url(url)
        if parsed.get_backend_name() == "sqlite":
            if schema is not None:
                raise InputError(_("schema {name}: SQLite has none; give a prefix instead").format(name=schema))
            arguments = {"check_same_thread": False, "timeout": patience}
            engine = create_engine(parsed, poolclass=NullPool, paramstyle="qmark", connect_args=arguments)
            event.listen(engine, "connect", lambda connection, record: _tune(connection, durable, patience))
        else:
            if parsed.drivername == "postgresql":
                parsed = parsed.set(drivername="postgresql+psycopg")
            parsed = _within(parsed, schema)
            settings = {"autocommit": True}
            engine = create_engine(parsed, poolclass=NullPool, paramstyle="format", connect_args=settings)
    except (ArgumentError, NoSuchModuleError, ImportError) as error:
        raise InputError(
            _(
                "{url}: not a database that Resolute can use ({error}); "
                "expected sqlite:///FILE or postgresql://USER@HOST/NAME"
            ).format(url=_without_password(url), error=error)
        ) from error
    return engine


def _within(url: URL, schema: str | None) -> URL:
    """The database's own URL, with the schema in which names are looked for."""
    if schema is None:
        return url
    found = url.query.get("options", ())
    given = found if isinstance(found, str) else " ".join(found)
    return url.update_query_dict({"options": f"{given} -csearch_path={_plain_name(schema, 'schema')}".strip()})


def _tune(connection: Any, durable: bool, patience: float) -> None:
    connection.isolation_level = None
    cursor = connection.cursor()
    _write_ahead(cursor, connection.OperationalError, patience)
    cursor.execute(f"PRAGMA synchronous = {'FULL' if durable else 'NORMAL'}")
    cursor.execute("PRAGMA cache_size = -65536")
    cursor.execute("PRAGMA wal_autocheckpoint = 8000")
    cursor.close()


def _write_ahead(cursor: Any, failure: type[Exception], patience: float) -> None:
    """Turns on SQLite's write-ahead log. Where two connections do so with a new file at the same moment, SQLite
    answers one of them at once that the file is locked, whatever its timeout; so the waiting is done here.
    """
    deadline = time.monotonic() + patience
    while True:
        try:
            cursor.execute("PRAGMA journal_mode = WAL")
        except failure as error:
            if "locked" not in str(error) or time.monotonic() > deadline:
                raise
            time.sleep(0.01)
        else:
            return


def _without_password(url: str) -> str:
    try:
        return make_url(url).render_as_string(hide_password=True)
    except ArgumentError:
        return url


def _reason(error: Exception) -> str:
    text = str(getattr(error, "orig", None) or error).strip().partition("\n")[0]
    if "locked" in text:
        return _("the database is locked by another program; let it finish, then try again")
    if "not a database" in text:
        return _("the file is not an SQLite database; name another file")
    if "readonly" in text:
        return _("the database cannot be written; check the rights of the file and its folder")
    if "unable to open" in text:
        return _("the database cannot be opened; check that the folder exists and may be written")
    full = getattr(error, "sqlstate", None) == _DISK_FULL
    if full or "disk is full" in text or "No space left on device" in text:
        return _("the disk is full; nothing of the last command was written; make room, then go on")
    if "malformed" in text:
        return _("the database is damaged; restore it from a copy")
    if "disk I/O error" in text:
        return _("the disk cannot be read or written (is it full?); nothing of the last command was written")
    return text
