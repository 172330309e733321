"""Whether the engine is as fast with a million waiting instances in the store as with a thousand.

    python benchmarks/engine_scale.py [--few 1000] [--many 1000000] [--times 300] [--keep FOLDER] [--cpu]

Every instance waits with a user task of one of 100 parties, a timer and a message with a key of its own. The same
commands and questions go to either store in turns, at instances that are not at hand; a line gives the medians of
single calls, in microseconds, and their ratio. Opening and memory are those of a process of its own that opens the
store and completes tasks. With `--keep` the filled stores stay in FOLDER, and later runs use copies of them.
"""

from __future__ import annotations

import argparse
import random
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from statistics import median
from typing import Any

from resolute.bpmn.build import catch, message, process, timer, user
from resolute.execution.core import Engine
from resolute.testing import Clock

CHUNK = 50_000
"""Instances between two words on progress."""
COPIED = {
    "instances": {
        "id": "id + :more",
        "body": "json_set(body, '$.data.number', json_extract(body, '$.data.number') + :more)",
    },
    "tasks": {"instance": "instance + :more"},
    "subscriptions": {
        "instance": "instance + :more",
        "key": "CASE type WHEN 'message' THEN '=' || (instance - 1 + :more) END",
        "correlation": "CASE type WHEN 'message' THEN CAST(instance - 1 + :more AS TEXT) END",
        "due": "due + :more * 1000000",
    },
    "journal": {"instance": "instance + :more"},
}
"""What differs in the copy of a row."""
LATER = timedelta(days=400)
"""After the start, when the timers are due, a second after another."""

PROBE = """
import resource, sys, time
from resolute.execution.core import Engine
from resolute.testing import Clock
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
begin = time.perf_counter()
engine = Engine(sys.argv[1], clock=Clock())
opened = time.perf_counter() - begin
for task in engine.tasks(limit=int(sys.argv[2])):
    engine.complete(task.id, {"answer": "yes"}, by="someone")
after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(opened, before, after)
"""


def case() -> Any:
    """A task, a timer and a message side by side."""
    work = [user("work", party="=party", due="=due")]
    wait = [catch("wait", timer(at="=when"))]
    answer = [catch("answer", message("answer"), correlation="=number")]
    return process("case").start().parallel(work, wait, answer).end().document()


def variables(number: int, clock: Clock) -> dict[str, Any]:
    """Of one instance."""
    now = clock.now()
    return {
        "number": number,
        "party": f"Party {number % 100}",
        "due": (now + timedelta(days=number % 300)).date().isoformat(),
        "when": (now + LATER + timedelta(seconds=number)).isoformat(),
    }


def fill(file: Path, count: int) -> None:
    """Makes a store with waiting instances: the first by the engine, the others as copies of their rows.

    Copies have numbers, keys and due times of their own; only their histories would not stand an audit.
    """
    if file.exists():
        return
    clock, first = Clock(), min(count, 1000)
    with Engine(f"sqlite:///{file}", clock=clock) as engine:
        engine.deploy(case())
        program = engine._program("case")
        engine._command(lambda work: [work.start(program, variables(n, clock)) for n in range(first)] and None)
    copies = sqlite3.connect(file, isolation_level=None)
    copies.execute("PRAGMA synchronous = OFF")
    for begin in range(first, count, first):
        if begin % CHUNK == 0:
            print(f"\r{begin:,} of {count:,} instances", end="", file=sys.stderr, flush=True)
        copies.execute("BEGIN")
        for table, changed in COPIED.items():
            columns = [row[1] for row in copies.execute(f"PRAGMA table_info(resolute_{table})") if row[1] != "id"]
            if table == "instances":
                columns = ["id", *columns]
            chosen = ", ".join(changed.get(name, f'"{name}"') for name in columns)
            names = ", ".join(f'"{name}"' for name in columns)
            where = f"{'id' if table == 'instances' else 'instance'} <= {first}"
            copies.execute(
                f"INSERT INTO resolute_{table} ({names}) SELECT {chosen} FROM resolute_{table} WHERE {where}",
                {"more": begin},
            )
        copies.execute("COMMIT")
    copies.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    copies.close()
    print(file=sys.stderr)


class Side:
    """One store, and what is asked of it."""

    def __init__(self, file: Path, count: int, clock: Callable[[], float]) -> None:
        self.time = Clock()
        self.engine = Engine(f"sqlite:///{file}", clock=self.time)
        self.count = count
        self.clock = clock
        self.random = random.Random(1)
        open_tasks = self.engine.tasks(limit=1)
        self.token = open_tasks[0].id.split("-")[1]
        self.first = int(open_tasks[0].instance)
        self.used: set[int] = set()
        self.due = 0

    def timed(self, action: Callable[[], Any]) -> float:
        """Microseconds."""
        begin = self.clock()
        action()
        return (self.clock() - begin) * 1e6

    def other(self) -> int:
        """An instance that nothing was asked of yet."""
        while True:
            number = self.random.randint(self.first, self.count)
            if number not in self.used:
                self.used.add(number)
                return number

    def complete(self) -> float:
        task = f"{self.other()}-{self.token}"
        return self.timed(lambda: self.engine.complete(task, {"answer": "yes"}, by="someone"))

    def send(self) -> float:
        number = self.other() - 1
        return self.timed(lambda: self.engine.send("answer", {"said": number}, number))

    def tick(self) -> float:
        """One timer that is due."""
        self.time.set(Clock().now() + LATER + timedelta(seconds=self.due))
        self.due += 1
        return self.timed(self.engine.tick)

    def page(self) -> float:
        return self.timed(lambda: self.engine.tasks(limit=50))

    def page_of_party(self) -> float:
        party = f"Party {self.random.randrange(10)}"
        return self.timed(lambda: self.engine.tasks(party=party, limit=10))

    def page_due(self) -> float:
        day = (Clock().now() + timedelta(days=200)).date().isoformat()
        return self.timed(lambda: self.engine.tasks(due_until=day, limit=50))

    def running(self) -> float:
        return self.timed(lambda: self.engine.instances("running", limit=50))


QUESTIONS = {
    "complete a task": Side.complete,
    "send a message with a key": Side.send,
    "tick: one timer due": Side.tick,
    "page of open tasks": Side.page,
    "page of a party's tasks": Side.page_of_party,
    "page of tasks due by a day": Side.page_due,
    "page of running instances": Side.running,
}


def asked(sides: list[Side], times: int) -> None:
    """Prints a line for each question, after work that has filled the caches with what is used again and again."""
    for side, calls in zip(sides, (100, 3000), strict=True):
        for _ in range(calls):
            side.complete()
    for name, question in QUESTIONS.items():
        found: list[list[float]] = [[], []]
        for _ in range(times):
            for side, values in zip(sides, found, strict=True):
                values.append(question(side))
        few, many = median(found[0]), median(found[1])
        print(f"{name:<28} {few:>10,.0f} {many:>10,.0f} {many / few:>7.2f}   < 1.3", flush=True)


def probed(files: list[Path], times: int) -> None:
    """Opening and memory, each in processes of their own."""
    rows = []
    for file in files:
        command = [sys.executable, "-c", PROBE, f"sqlite:///{file}", "3000"]
        runs = [subprocess.run(command, capture_output=True, text=True, check=True) for _ in range(times)]
        numbers = [list(map(float, run.stdout.split())) for run in runs]
        rows.append([median(column) for column in zip(*numbers, strict=True)])
    few, many = rows
    print(f"{'opening, ms':<28} {few[0] * 1e3:>10,.1f} {many[0] * 1e3:>10,.1f} {many[0] / few[0]:>7.2f}   < 500 ms")
    few_mb, many_mb = few[2] / 1024, many[2] / 1024
    print(f"{'memory at most, MB':<28} {few_mb:>10,.0f} {many_mb:>10,.0f} {many_mb / few_mb:>7.2f}   bounded")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--few", type=int, default=1000)
    parser.add_argument("--many", type=int, default=1_000_000)
    parser.add_argument("--times", type=int, default=200)
    parser.add_argument("--keep", type=Path)
    parser.add_argument("--cpu", action="store_true", help="count processor time, for a busy machine")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="resolute-bench-") as folder:
        counts = [chosen.few, chosen.many]
        files = [Path(folder) / f"waiting-{count}.db" for count in counts]
        for file, count in zip(files, counts, strict=True):
            filled = (chosen.keep or Path(folder)) / file.name
            fill(filled, count)
            if chosen.keep:
                shutil.copy(filled, file)
        print(f"{'waiting instances':<28} {chosen.few:>10,} {chosen.many:>10,} {'ratio':>7}   mark")
        clock = time.process_time if chosen.cpu else time.perf_counter
        sides = [Side(file, count, clock) for file, count in zip(files, counts, strict=True)]
        asked(sides, chosen.times)
        for side in sides:
            side.engine.close()
        probed(files, 3)


if __name__ == "__main__":
    main()
