"""The tables of the store: moments are microseconds since 1970 UTC, structures are compact JSON text."""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, Column, Float, Index, Integer, LargeBinary, MetaData, String, Table, Text

PREFIX = "resolute_"
"""Every table's name begins so, unless the host says otherwise: see `named`."""

metadata = MetaData()


def named(sql: str, prefix: str) -> str:
    """A statement, or the name of a table or index, with another prefix: no other word in our SQL begins so."""
    return sql.replace(PREFIX, prefix)


def _number() -> Column[int]:
    return Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True)


def _int(name: str, *, null: bool = False, **more: Any) -> Column[int]:
    return Column(name, BigInteger, nullable=null, **more)


def _text(name: str, *, null: bool = False, **more: Any) -> Column[str]:
    return Column(name, Text, nullable=null, **more)


def _table(name: str, *columns: Any, **more: Any) -> Table:
    return Table(PREFIX + name, metadata, *columns, **more)


def _index(table: Table, name: str, *columns: str, where: str | None = None, unique: bool = False) -> None:
    """`where` makes it partial; kept as plain text, since asking SQLAlchemy loads the dialects of all databases."""
    chosen = [table.c[column] for column in columns]
    Index(f"{table.name}_{name}", *chosen, unique=unique, info={} if where is None else {"where": where})


version = _table("version", Column("version_num", String(32), primary_key=True))
"""One row: the version of these tables, as Alembic keeps it."""

documents = _table(
    "documents",
    Column("hash", Text, primary_key=True),
    Column("xml", LargeBinary, nullable=False),
    _text("file", null=True),
)
"""The BPMN files that were deployed, by SHA-256."""

nets = _table(
    "nets",
    Column("document", Text, primary_key=True),
    Column("process", Text, primary_key=True),
    _int("format"),
    Column("content", LargeBinary, nullable=False),
)
"""The compiled nets of the processes in a document, so that opening a store compiles nothing again."""

definitions = _table(
    "definitions",
    _number(),
    _text("process"),
    _int("version"),
    _text("name"),
    _text("document"),
    _int("deployed"),
)
_index(definitions, "version", "process", "version", unique=True)

starts = _table(
    "starts",
    _number(),
    _int("definition"),
    _text("element"),
    _text("type"),
    _text("name", null=True),
    _int("due", null=True),
    _int("left", null=True),
)
"""Start events of the latest definitions that wait for a message, a signal or a timer."""
_index(starts, "definition", "definition")
_index(starts, "name", "type", "name")
_index(starts, "due", "due", where="due IS NOT NULL")

catches = _table(
    "catches",
    Column("name", Text, primary_key=True),
    sqlite_with_rowid=False,
)
"""The names of the messages that some deployed process takes."""

openings = _table(
    "openings",
    _number(),
    _text("number", null=True),
    _text("date", null=True),
    _text("body", null=True),
    _text("source", null=True),
    _int("opened"),
)
"""Protocols that were opened. Messages and signals of their instances stay within an opening (`group`)."""

instances = _table(
    "instances",
    _number(),
    _int("definition"),
    _text("executor"),
    _text("status"),
    _int("parent", null=True),
    _text("parent_token", null=True),
    _int("group_id"),
    _text("key", null=True),
    _text("ref", null=True),
    _int("started"),
    _int("ended", null=True),
    _int("seq"),
    _text("head"),
    _text("body"),
    _int("behind", server_default="0"),
)
"""`seq` counts the commands so far and guards against lost updates; `head` is the last journal row's hash; `body` is
the state before the last `behind` commands: a large one is not written anew for each."""
_index(instances, "status", "status", "id")
_index(instances, "parent", "parent", "status", "id", where="parent IS NOT NULL")
_index(instances, "ended", "ended", where="ended IS NOT NULL")
_index(instances, "ref", "ref", "status", "id", where="ref IS NOT NULL")
_index(instances, "definition", "definition", "status", "id")
_index(instances, "group", "group_id", "status", "id")
_index(instances, "key", "key", "status", "id", where="key IS NOT NULL")

words = _table(
    "words",
    Column("word", Text().with_variant(Text(collation="C"), "postgresql"), primary_key=True),
    Column("instance", BigInteger, primary_key=True, autoincrement=False),
    sqlite_with_rowid=False,
)
"""The words of the variable `text` that an instance was started with, as `words.words_of` gives them."""
_index(words, "instance", "instance")

tasks = _table(
    "tasks",
    Column("instance", BigInteger, primary_key=True, autoincrement=False),
    Column("token", Text, primary_key=True),
    _text("element"),
    _text("name"),
    _text("party", null=True),
    _text("due", null=True),
    _text("ref", null=True),
    _text("status"),
    _text("local", null=True),
    _int("created"),
    _int("done", null=True),
    _text("by", null=True),
    _text("assignee", null=True),
    _text("form", null=True),
    sqlite_with_rowid=False,
)
_index(tasks, "assignee", "assignee", where="status = 'ready' AND assignee IS NOT NULL")
_index(tasks, "ready", "created", "instance", "token", where="status = 'ready'")
_index(tasks, "party", "party", "created", "instance", "token", where="status = 'ready' AND party IS NOT NULL")
_index(tasks, "due", "due", where="status = 'ready' AND due IS NOT NULL")
_index(tasks, "ref", "ref", where="status = 'ready' AND ref IS NOT NULL")

members = _table(
    "members",
    Column("party", Text, primary_key=True),
    Column("person", Text, primary_key=True),
    sqlite_with_rowid=False,
)
"""Who works for a party."""
_index(members, "person", "person")

substitutes = _table(
    "substitutes",
    Column("substitute", Text, primary_key=True),
    Column("person", Text, primary_key=True),
    _int("until"),
    sqlite_with_rowid=False,
)
"""Who stands in for whom, up to and including a moment."""

comments = _table(
    "comments",
    _number(),
    _int("instance"),
    _text("token"),
    _int("at"),
    _text("by", null=True),
    _text("text"),
    _text("file", null=True),
    _text("hash", null=True),
)
_index(comments, "task", "instance", "token", "id")
_index(comments, "hash", "hash", where="hash IS NOT NULL")

attachments = _table(
    "attachments",
    Column("hash", Text, primary_key=True),
    Column("content", LargeBinary, nullable=False),
)
"""Files, each once, by SHA-256."""

subscriptions = _table(
    "subscriptions",
    _number(),
    _int("instance"),
    _text("token"),
    _text("element"),
    _text("type"),
    _text("name", null=True),
    _text("key", null=True),
    _text("correlation", null=True),
    _int("due", null=True),
    _int("group_id"),
    _int("created"),
)
"""The id gives the order of waiting: the oldest receiver comes first."""
_index(subscriptions, "token", "instance", "token", unique=True)
_index(subscriptions, "name", "name", "key", "id", where="name IS NOT NULL")
_index(subscriptions, "group", "name", "key", "group_id", "id", where="name IS NOT NULL AND group_id <> 0")
_index(subscriptions, "due", "due", "id", where="due IS NOT NULL")

messages = _table(
    "messages",
    _number(),
    _text("name"),
    _text("key"),
    _text("correlation"),
    _text("payload"),
    _int("group_id"),
    _int("sender", null=True),
    _int("created"),
    _int("expires", null=True),
)
"""Messages that nobody has taken yet."""
_index(messages, "key", "name", "key", "id")
_index(messages, "name", "name", "id")
_index(messages, "expires", "expires", where="expires IS NOT NULL")

outbox = _table(
    "outbox",
    _number(),
    _int("instance"),
    _text("element"),
    _text("name"),
    _text("correlation"),
    _text("payload"),
    _int("at"),
)
"""Messages for the world outside that nobody there has acknowledged; of an instance in the order of their ids."""
_index(outbox, "instance", "instance")

jobs = _table(
    "jobs",
    Column("instance", BigInteger, primary_key=True, autoincrement=False),
    Column("token", Text, primary_key=True),
    _text("element"),
    _text("service"),
    _text("input"),
    _int("attempts"),
    _int("due"),
    _int("created"),
    _text("error", null=True),
    _int("worker", null=True),
    sqlite_with_rowid=False,
)
"""`worker` is Procrastinate's number of the worker that has taken a job until `due`."""
_index(jobs, "service", "service", "due")
_index(jobs, "worker", "worker", where="worker IS NOT NULL")

incidents = _table(
    "incidents",
    _number(),
    _int("instance"),
    _text("token"),
    _text("element"),
    _text("kind"),
    _text("message"),
    _int("created"),
    _int("resolved", null=True),
)
_index(incidents, "open", "instance", "token", where="resolved IS NULL")

journal = _table(
    "journal",
    Column("instance", BigInteger, primary_key=True, autoincrement=False),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    _int("at"),
    _text("by", null=True),
    _text("command", null=True),
    _text("events", null=True),
    _text("digest", null=True),
    _text("hash"),
    sqlite_with_rowid=False,
)
"""Append-only: every command of an instance with the events that it led to, chained by hashes.

`digest` is the hash of an erased content (`by`, `command`, `events`); None while the content stands."""

requests = _table(
    "requests",
    Column("key", Text, primary_key=True),
    _text("result"),
    _int("at"),
)
"""Answers to commands that came with an idempotency key."""

data_stores = _table(
    "data_stores",
    Column("name", Text, primary_key=True),
    _text("value"),
    _int("changed"),
)
"""What BPMN calls data stores: values that outlive instances and are shared by all of them."""

forecasts = _table(
    "forecasts",
    _number(),
    _int("made"),
    _int("seed"),
    _int("runs"),
)
"""Forecasts from the live state that were kept, to be compared with what comes."""

forecast_steps = _table(
    "forecast_steps",
    Column("forecast", BigInteger, primary_key=True, autoincrement=False),
    Column("instance", BigInteger, primary_key=True, autoincrement=False),
    Column("element", Text, primary_key=True),
    _text("ref", null=True),
    _text("name"),
    _int("due"),
    Column("on_time", Float(53), nullable=False),
    _int("p50", null=True),
    _int("p80", null=True),
    _int("p95", null=True),
    sqlite_with_rowid=False,
)
"""What a forecast said of each open deadline."""
