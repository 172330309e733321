"""How fast durable commands are, against bare inserts of the same rows in the same run.

    python benchmarks/engine.py [--instances 1000] [--waiting 0] [--executor net] [--database sqlite:///FILE]

Each figure is completions of user tasks, one commit each, in one process; the bare figure writes the same rows (two
inserts, two updates, one commit) with the driver alone. `--waiting N` puts N waiting instances into the store first.
"""

from __future__ import annotations

import argparse
import json
import sqlite3
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from resolute.bpmn.build import process, user
from resolute.execution.core import Engine
from resolute.testing import Clock

STEPS = 10


def sequence() -> Any:
    """Ten user tasks in a row."""
    return process("sequence").start().then(*(user(f"step_{n}") for n in range(STEPS))).end().document()


def completions(engine: Engine, instances: int, clock: Callable[[], float]) -> float:
    """Completions a second: every instance goes one step on, again and again until all have ended."""
    started = [engine.start("sequence", {"number": n}).id for n in range(instances)]
    count, spent = 0, 0.0
    for _step in range(STEPS):
        tasks = [task.id for number in started for task in engine.tasks(instance=number)]
        begin = clock()
        for task in tasks:
            engine.complete(task, {"answer": "yes"}, by="someone")
        spent += clock() - begin
        count += len(tasks)
    return count / spent


def bare(file: Path, source: Path, rows: int, clock: Callable[[], float]) -> float:
    """Commits a second of the rows that a completion writes, copied from `source`, with sqlite3 alone."""
    old = sqlite3.connect(source)
    journal = old.execute("SELECT * FROM resolute_journal WHERE seq > 1 LIMIT ?", (rows,)).fetchall()
    tasks = old.execute("SELECT * FROM resolute_tasks LIMIT ?", (rows,)).fetchall()
    schema = [sql for (sql,) in old.execute("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL")]
    bodies = old.execute("SELECT * FROM resolute_instances").fetchall()
    old.close()
    new = sqlite3.connect(file, isolation_level=None)
    new.executescript(";".join(sql for sql in schema if "sqlite_sequence" not in sql))
    new.execute("PRAGMA journal_mode = WAL")
    new.execute("PRAGMA synchronous = NORMAL")
    cursor = new.cursor()
    new.execute("BEGIN")
    new.executemany(f"INSERT INTO resolute_instances VALUES ({','.join('?' * len(bodies[0]))})", bodies)
    new.execute("COMMIT")
    insert_journal = f"INSERT INTO resolute_journal VALUES ({','.join('?' * len(journal[0]))})"
    insert_task = f"INSERT INTO resolute_tasks VALUES ({','.join('?' * len(tasks[0]))})"
    begin = clock()
    for entry, task in zip(journal, tasks, strict=False):
        cursor.execute("BEGIN IMMEDIATE")
        cursor.execute(insert_journal, entry)
        cursor.execute(insert_task, task)
        cursor.execute("UPDATE resolute_tasks SET status = 'done' WHERE instance = ? AND token = ?", task[:2])
        cursor.execute("UPDATE resolute_instances SET body = body, seq = seq WHERE id = ?", entry[:1])
        cursor.execute("COMMIT")
    count = min(len(journal), len(tasks))
    return count / (clock() - begin)


def fill(engine: Engine, waiting: int) -> None:
    """Puts waiting instances into the store, many in a transaction."""
    program = engine._program("sequence")
    for begin in range(0, waiting, 1000):
        size = min(1000, waiting - begin)
        engine._command(lambda work, n=size: [work.start(program, {"number": k}) for k in range(n)] and None)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--instances", type=int, default=1000)
    parser.add_argument("--waiting", type=int, default=0)
    parser.add_argument("--executor", default="net")
    parser.add_argument("--durable", action="store_true")
    parser.add_argument("--cpu", action="store_true", help="count processor time, for a busy machine")
    chosen = parser.parse_args()
    clock = time.process_time if chosen.cpu else time.perf_counter
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "store.db"
        with Engine(f"sqlite:///{file}", clock=Clock(), executor=chosen.executor, durable=chosen.durable) as engine:
            engine.deploy(sequence())
            fill(engine, chosen.waiting)
            rate = completions(engine, chosen.instances, clock)
        begin = time.perf_counter()
        Engine(f"sqlite:///{file}", clock=Clock()).close()
        opened = time.perf_counter() - begin
        reference = bare(Path(folder) / "bare.db", file, chosen.instances * STEPS, clock)
    result = {
        "executor": chosen.executor,
        "instances": chosen.instances,
        "waiting": chosen.waiting,
        "completions_per_s": round(rate),
        "bare_commits_per_s": round(reference),
        "ratio": round(rate / reference, 3),
        "open_s": round(opened, 3),
    }
    print(json.dumps(result))


if __name__ == "__main__":
    main()
