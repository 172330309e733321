"""The queue of Procrastinate beside our tables on PostgreSQL: its schema, and jobs put into it in our transactions.

A job only says that an instance should be taken further by a service; what there is to do stands in our own tables.
Jobs are put in by a plain INSERT that merges by the queueing lock. Procrastinate's own call would fail on a job that is
queued already, and with it our transaction.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from hashlib import sha256
from importlib.metadata import PackageNotFoundError, version

from sqlalchemy import (
    BigInteger,
    Float,
    Text,
    bindparam,
    cast,
    column,
    exists,
    func,
    literal_column,
    select,
    table,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB, insert

from resolute import i18n
from resolute.storage import tables as t
from resolute.storage.database import Database, Statement
from resolute.storage.rows import JobRow, dumps

_ = i18n.translator("execution")

DUE = "resolute_due"
"""The channel that tells workers of a timer that is due soon."""
PAGE = 1_000
"""How many overdue jobs are queued at once."""

_BEGIN = "resolute."
_LONGEST = 40
"""Procrastinate notifies by channels that carry the name of a queue; PostgreSQL allows them 63 bytes."""
_MARK = "Kept by Resolute; Procrastinate "

_queued = table(
    "procrastinate_jobs",
    *(column(name) for name in ("queue_name", "task_name", "queueing_lock", "args", "status")),
)
_workers = table("procrastinate_workers", column("id"), column("last_heartbeat"))

_PUT = Statement(
    insert(_queued)
    .values(
        queue_name=bindparam("queue"),
        task_name=bindparam("task"),
        queueing_lock=bindparam("lock"),
        args=cast(bindparam("args", type_=Text()), JSONB),
    )
    .on_conflict_do_nothing(index_elements=["queueing_lock"], index_where=text("status = 'todo'"))
)
_DUE = Statement(
    select(t.jobs.c.instance, t.jobs.c.service)
    .distinct()
    .where(t.jobs.c.service == func.any(bindparam("b_services")), t.jobs.c.due <= bindparam("b_now"))
    .where(
        ~exists().where(
            _queued.c.queueing_lock
            == bindparam("b_mark", type_=Text())
            + cast(t.jobs.c.instance, Text)
            + literal_column("' '")
            + t.jobs.c.service,
            _queued.c.status == text("'todo'"),
        )
    )
    .limit(PAGE)
)
_OF_INSTANCE = Statement(
    select(t.jobs)
    .where(
        t.jobs.c.instance == bindparam("b_instance"),
        t.jobs.c.service == bindparam("b_service"),
        t.jobs.c.due <= bindparam("b_now"),
    )
    .order_by(t.jobs.c.due, t.jobs.c.token)
    .limit(2)
)
_LATER = Statement(
    select(func.min(t.jobs.c.due)).where(
        t.jobs.c.service == func.any(bindparam("b_services")), t.jobs.c.due > bindparam("b_now")
    )
)
_LOST = Statement(
    select(t.jobs).where(
        t.jobs.c.worker.is_not(None),
        ~exists().where(
            _workers.c.id == t.jobs.c.worker,
            _workers.c.last_heartbeat
            > func.now() - func.make_interval(0, 0, 0, 0, 0, 0, bindparam("b_seconds", type_=Float())),
        ),
    )
)
_NOTIFY = Statement(select(func.pg_notify(DUE, cast(bindparam("b_due", type_=BigInteger()), Text))))


class Queue:
    """Puts jobs into the queue and says what is due, inside `database.transaction()`."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._mark = _BEGIN if database.prefix == t.PREFIX else f"{database.prefix}:"
        """What the names of this store begin with: stores with a prefix share the tables of Procrastinate."""
        self.task = f"{self._mark}advance"
        """The name of the task that a job calls, with the arguments `instance` and `service`."""

    def name(self, service: str) -> str:
        """The queue of the jobs for a service."""
        name = self._mark + service
        if len(name.encode()) <= _LONGEST:
            return name
        begin = _BEGIN if self._mark == _BEGIN else ":"
        return begin + sha256(name.removeprefix(_BEGIN).encode()).hexdigest()[:24]

    def put(self, jobs: Iterable[tuple[int, str]]) -> None:
        """Asks for instances to be taken further by services; the same request is queued once."""
        found = [
            {
                "queue": self.name(service),
                "task": self.task,
                "lock": f"{self._mark}{instance} {service}",
                "args": dumps({"instance": instance, "service": service}),
            }
            for instance, service in sorted(jobs)
        ]
        if found:
            self._database.many(_PUT, found)

    def put_due(self, services: Iterable[str], now: int) -> int:
        """Asks for all that is due and not queued; answers how many."""
        found = self._database.all(_DUE, b_services=sorted(services), b_now=now, b_mark=self._mark)
        self.put((int(instance), str(service)) for instance, service in found)
        return len(found)

    def due_of(self, instance: int, service: str, now: int) -> list[JobRow]:
        """The first two jobs of an instance that are due for a service."""
        found = self._database.all(_OF_INSTANCE, b_instance=instance, b_service=service, b_now=now)
        return [JobRow(*row) for row in found]

    def next_due(self, services: Iterable[str], now: int) -> int | None:
        """When the next job that is not due yet will be."""
        row = self._database.one(_LATER, b_services=sorted(services), b_now=now)
        return None if row is None or row[0] is None else int(row[0])

    def lost(self, seconds: float) -> list[JobRow]:
        """Jobs that were taken by workers which gave no sign of life for so long."""
        return [JobRow(*row) for row in self._database.all(_LOST, b_seconds=seconds)]

    def announce(self, due: int) -> None:
        """Tells all workers, with the commit, that something is due then."""
        self._database.all(_NOTIFY, b_due=due)


def prepared(database: Database) -> Queue | None:
    """The queue of a store, its tables created or brought up to date; None on SQLite and without Procrastinate.

    A Procrastinate that stood there before, of the host's own, is used and left as it is.
    """
    if database.sqlite:
        return None
    try:
        installed = version("procrastinate")
    except PackageNotFoundError:
        return None
    if _applied(database) != installed:
        with database.transaction():
            database.lock("procrastinate")
            _apply(database, _applied(database), installed)
    return Queue(database)


def _applied(database: Database) -> str | None:
    """The version of Procrastinate whose tables there are: "" for the host's own, None without."""
    row = database.one(_FIND)
    if row is None or row[0] is None:
        return None
    comment = str(row[1] or "")
    return comment.removeprefix(_MARK) if comment.startswith(_MARK) else ""


_FIND = Statement(
    select(
        func.to_regclass("procrastinate_jobs"),
        func.obj_description(func.to_regclass("procrastinate_jobs"), "pg_class"),
    )
)


def _apply(database: Database, found: str | None, installed: str) -> None:
    """Creates the tables, or runs the migrations since the version found. Tables of a later version stay."""
    from procrastinate.schema import SchemaManager, migrations_path

    if found is None:
        database.script(SchemaManager.get_schema())
    elif not found or _numbers(found) >= _numbers(installed):
        return
    else:
        for path in sorted(migrations_path.glob("*.sql")):
            if _numbers(path.name) > _numbers(found):
                database.script(path.read_text(encoding="utf-8"))
    database.script(f"COMMENT ON TABLE procrastinate_jobs IS '{_MARK}{installed}'")


def _numbers(name: str) -> tuple[int, ...]:
    """The three numbers that a version, or the name of a migration, begins with."""
    return tuple(int(number) for number in re.findall(r"\d+", name)[:3])
