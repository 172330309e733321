"""How fast durable commands are, against bare inserts of the same rows in the same run.

    python benchmarks/engine.py [--instances 1000] [--rounds 10] [--only sqlite,full,groups,postgres,unsynced] [--cpu]

Every instance has ten user tasks in a row; in a round each of them is completed by one caller, one commit each (in
groups: one commit a thousand). After every round the rows that it has written are written again with the database's
driver alone, into tables with the same indexes, in the same order and with the same commits; then single rows of one
column, one commit each: what the disk and the database allow at best. A line gives the medians of the rounds; the ratio
is that of the engine to the same rows. `unsynced` is PostgreSQL that does not wait for the disk.
`benchmarks/engine_scale.py` tells how that stays with a million waiting instances.
"""

from __future__ import annotations

import argparse
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any, TypeAlias

from resolute.bpmn.build import process, user
from resolute.execution.core import Engine
from resolute.testing import Clock

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

STEPS = 10
GROUP = 1000
MARKS = {
    "sqlite": (3000, 0.6),
    "full": (None, None),
    "groups": (15000, None),
    "postgres": (1000, None),
    "unsynced": (1000, None),
}
"""Completions a second and share of the bare rate that are wanted."""


def sequence() -> Any:
    """Ten user tasks in a row."""
    return process("sequence").start().then(*(user(f"step_{n}") for n in range(STEPS))).end().document()


class Bare:
    """The same tables, written with the driver alone."""

    def __init__(self, connection: Any, mark: str) -> None:
        self.cursor = connection.cursor()
        self.mark = mark
        self.rows = 0
        """How many single rows there are."""

    def take(self, table: str, found: list[Any]) -> None:
        """Puts rows in that stand there already."""
        if found:
            self.cursor.executemany(self.insert(table, len(found[0])), found)

    def insert(self, table: str, columns: int) -> str:
        """The statement that adds a row."""
        return f"INSERT INTO resolute_{table} VALUES ({','.join([self.mark] * columns)})"

    def completion(self, done: Any, task: Any, entry: Any, instance: Any, begin: str) -> None:
        """What one completion writes, in one commit."""
        execute, mark = self.cursor.execute, self.mark
        execute(begin)
        execute(
            f"UPDATE resolute_tasks SET status = 'done', done = {mark}, by = {mark} "
            f"WHERE instance = {mark} AND token = {mark}",
            done,
        )
        execute(self.insert("journal", 8), entry)
        if task is not None:
            execute(self.insert("tasks", len(task)), task)
        execute(f"UPDATE resolute_instances SET seq = {mark}, head = {mark}, body = {mark} WHERE id = {mark}", instance)
        execute("COMMIT")

    def group(self, done: list[Any], tasks: list[Any], entries: list[Any], instances: list[Any], begin: str) -> None:
        """What many completions write, in one commit."""
        many, mark = self.cursor.executemany, self.mark
        self.cursor.execute(begin)
        many(
            f"UPDATE resolute_tasks SET status = 'done', done = {mark}, by = {mark} "
            f"WHERE instance = {mark} AND token = {mark}",
            done,
        )
        many(self.insert("journal", 8), entries)
        if tasks:
            many(self.insert("tasks", len(tasks[0])), tasks)
        many(f"UPDATE resolute_instances SET seq = {mark}, head = {mark}, body = {mark} WHERE id = {mark}", instances)
        self.cursor.execute("COMMIT")

    def single(self, count: int) -> None:
        """Single rows of one column, one commit each."""
        for _ in range(count):
            self.rows += 1
            self.cursor.execute(f"INSERT INTO resolute_catches VALUES ({self.mark})", (str(self.rows),))


Look: TypeAlias = Callable[..., list[Any]]
"""Runs a query beside the engine."""


def start(engine: Engine, look: Look, bare: Bare, count: int) -> None:
    """Starts instances, and puts their rows into the bare tables as well."""
    program = engine._program("sequence")
    engine._command(lambda work: [work.start(program, {"number": n}) for n in range(count)] and None)
    for table, key in (("instances", "id"), ("tasks", "instance"), ("journal", "instance")):
        new = f"(SELECT max(id) FROM resolute_instances) - {count}"
        bare.take(table, look(f"SELECT * FROM resolute_{table} WHERE {key} > {new}", ()))


def by_engine(engine: Engine, tasks: list[Any], group: bool) -> None:
    """Completes the tasks."""
    if not group:
        for task in tasks:
            engine.complete(task.id, {"answer": "yes"}, by="someone")
    for first in range(0, len(tasks) if group else 0, GROUP):
        engine.complete_all({task.id: {"answer": "yes"} for task in tasks[first : first + GROUP]}, by="someone")


def by_driver(look: Look, bare: Bare, tasks: list[Any], seq: int, begin: str, group: bool) -> Callable[[], None]:
    """What writes the rows that completing the tasks has written: finished tasks, new ones, history, instances."""
    first, mark = int(tasks[0].instance), bare.mark
    entries = look(
        f"SELECT * FROM resolute_journal WHERE instance >= {mark} AND seq = {mark} ORDER BY instance", (first, seq)
    )
    instances = look(f"SELECT seq, head, body, id FROM resolute_instances WHERE id >= {mark} ORDER BY id", (first,))
    ready = {row[0]: row for row in look("SELECT * FROM resolute_tasks WHERE status = 'ready'", ())}
    new = [ready.get(entry[0]) for entry in entries]
    numbers = [task.id.split("-") for task in tasks]
    done = [
        (entry[2], "someone", int(instance), token) for entry, (instance, token) in zip(entries, numbers, strict=True)
    ]

    def write() -> None:
        if not group:
            for parts in zip(done, new, entries, instances, strict=True):
                bare.completion(*parts, begin)
        for first in range(0, len(tasks) if group else 0, GROUP):
            part = slice(first, first + GROUP)
            bare.group(done[part], [task for task in new[part] if task], entries[part], instances[part], begin)

    return write


def rounds(place: Any, chosen: argparse.Namespace, group: bool) -> list[tuple[float, float, float]]:
    """Completions a second by the engine and by the driver, and single rows a second, of each round."""
    clock = time.process_time if chosen.cpu else time.perf_counter
    engine, look, bare, begin = place
    found = []
    for number in range(chosen.rounds):
        seq = 2 + number % STEPS
        if seq == 2:
            start(engine, look, bare, chosen.instances)
        tasks = engine.tasks()
        before = clock()
        by_engine(engine, tasks, group)
        spent = clock() - before
        write = by_driver(look, bare, tasks, seq, begin, group)
        before = clock()
        write()
        alone, between = clock() - before, clock()
        bare.single(len(tasks))
        found.append((len(tasks) / spent, len(tasks) / alone, len(tasks) / (clock() - between)))
    return found


@contextmanager
def on_sqlite(durable: bool) -> Iterator[tuple[Engine, Look, Bare, str]]:
    """An engine on a file, a look into it, and the bare file."""
    with tempfile.TemporaryDirectory(prefix="resolute-bench-") as folder:
        file = Path(folder) / "store.db"
        with Engine(f"sqlite:///{file}", clock=Clock(), durable=durable) as engine:
            engine.deploy(sequence())
            side = sqlite3.connect(file, isolation_level=None)
            schema = [sql for (sql,) in side.execute("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL")]
            alone = sqlite3.connect(Path(folder) / "bare.db", isolation_level=None)
            for setting in ("journal_mode", "synchronous", "cache_size", "wal_autocheckpoint"):
                engine._database._execute(f"PRAGMA {setting}", ())
                alone.execute(f"PRAGMA {setting} = {engine._database._cursor.fetchone()[0]}")
            alone.executescript(";".join(sql for sql in schema if "sqlite_sequence" not in sql))
            yield engine, lambda sql, values: side.execute(sql, values).fetchall(), Bare(alone, "?"), "BEGIN IMMEDIATE"
            side.close()
            alone.close()


@contextmanager
def on_postgres(fsync: bool) -> Iterator[tuple[Engine, Look, Bare, str]]:
    """An engine on a server of its own, whose second database is the bare one."""
    import psycopg

    from execution.postgres import server

    with server(fsync=fsync) as url:
        other = url.rpartition("/")[0] + "/bare"
        with psycopg.connect(url, autocommit=True) as first:
            first.execute("CREATE DATABASE bare")
        Engine(other).close()
        with Engine(url, clock=Clock()) as engine, psycopg.connect(url, autocommit=True) as side:
            engine.deploy(sequence())
            with psycopg.connect(other, autocommit=True) as alone:
                yield engine, lambda sql, values: side.execute(sql, values).fetchall(), Bare(alone, "%s"), "BEGIN"


def line(name: str, what: str, found: list[tuple[float, float, float]]) -> str:
    """One line of the table."""
    rate, alone, single = (median(rates) for rates in zip(*found, strict=True))
    ratio = median(rates[0] / rates[1] for rates in found)
    wanted, share = MARKS[name]
    mark = (
        " and ".join([*([f"{wanted:,}/s"] if wanted else []), *([f"{share} of bare"] if share else [])]) or "the disk"
    )
    return f"{what:<34} {rate:>10,.0f} {alone:>10,.0f} {single:>10,.0f} {ratio:>7.2f}   {mark}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--instances", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--only", default="sqlite,full,groups,postgres,unsynced")
    parser.add_argument("--cpu", action="store_true", help="count processor time, for a busy machine (not PostgreSQL)")
    chosen = parser.parse_args()
    print(f"{'durable completions a second':<34} {'engine':>10} {'bare':>10} {'one row':>10} {'ratio':>7}   mark")
    kinds: dict[str, tuple[str, Any, bool]] = {
        "sqlite": ("SQLite, NORMAL", lambda: on_sqlite(False), False),
        "full": ("SQLite, FULL", lambda: on_sqlite(True), False),
        "groups": (f"SQLite, NORMAL, {GROUP:,} a commit", lambda: on_sqlite(False), True),
        "postgres": ("PostgreSQL, one connection", lambda: on_postgres(True), False),
        "unsynced": ("PostgreSQL, fsync off", lambda: on_postgres(False), False),
    }
    for name in chosen.only.split(","):
        what, place, group = kinds[name]
        with place() as made:
            print(line(name, what, rounds(made, chosen, group)), flush=True)


if __name__ == "__main__":
    main()
