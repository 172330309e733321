"""A load of every kind of work by processes that are killed again and again; `benchmarks/crash.py` runs it at length.

Callers start orders, complete their tasks and send their messages, each with an idempotency key, and write down what
was answered; workers fire timers and run jobs, whose effects are kept once by the id of the job; racers complete the
same tasks; one process sends signals, one takes the heads of the histories. Half of the processes carry a fuse and kill
themselves at a statement, before or after a commit; the others are killed at any moment from outside. Each is started
again at once. At the end everything must be as if nobody had been killed (kills_proof.py).
"""

from __future__ import annotations

import contextlib
import faulthandler
import os
import random
import signal
import sys
import time
import traceback
from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from pathlib import Path

from execution.kills_proof import Effects, Ledger, check
from resolute.bpmn.build import call, catch, message, process, service, throw, timer, user
from resolute.bpmn.build import signal as signalled
from resolute.errors import ConflictError, StorageError
from resolute.execution.core import Engine
from resolute.storage.database import Database

ROLES = ("caller 1", "caller 2", "worker 1", "worker 2", "racer 1", "racer 2", "signaller", "auditor")
SERVICES = ("post", "note", "weigh")
REMINDERS = 3
OPEN_ORDERS = 3


def documents():
    """An order calls a child, asks another process for a parcel, waits for time, a signal and people."""
    parcel = process("parcel")
    parcel.start("asked", trigger=message("parcel")).service("weigh", service="weigh").throw(
        "sent", message("delivered"), correlation="=order", inputs={"weight": "=weight"}
    ).end()
    child = process("child").start().user("work").catch("paid", message("paid"), correlation="=order").end()
    order = process("order")
    order.start().user("begin").parallel(
        [call("c", "child", inputs={"order": "=order"})],
        [
            throw("ask", message("parcel"), inputs={"order": "=order"}),
            catch("get", message("delivered"), correlation="=order"),
        ],
        [catch("soon", timer(after="PT0.05S")), service("post", service="post")],
        [catch("heard", signalled("go"))],
        [user("aside")],
    ).user("close").end()
    order.boundary("aside", "remind", timer(every=f"R{REMINDERS}/PT0.05S"), interrupting=False).service(
        "note", service="note"
    ).end()
    return parcel.document(), child.document(), order.document()


# --- what the processes do ---


class StopFile:
    """Asks to stop, in a way that no killed process can leave locked."""

    def __init__(self, file: Path) -> None:
        self.file = file

    def is_set(self) -> bool:
        return self.file.exists()

    def wait(self, seconds: float) -> None:
        time.sleep(min(seconds, 0.05))


class Player:
    """One process of the load, from its start to the next kill."""

    def __init__(self, url: str, folder: Path, role: str) -> None:
        self.engine = Engine(url, lease=timedelta(seconds=1), retry_after=[timedelta(seconds=0.1)] * 20)
        self.folder, self.role = folder, role
        self.ledger = Ledger(folder / f"{role}.log")
        self.stop = StopFile(folder / "stop")
        self.finish = StopFile(folder / "finish")

    def play(self) -> None:
        getattr(self, self.role.split()[0])()

    def worker(self) -> None:
        effects = Effects(self.folder)
        for name in SERVICES:

            def answer(data, job, name=name):
                effects.do(job.id, name, data["order"])
                return {"weight": len(data["order"])} if name == "weigh" else {}

            self.engine.service(name)(answer)
        self.engine.work(self.stop, poll=timedelta(seconds=0.05), stalled=timedelta(seconds=4))

    def caller(self) -> None:
        answered: dict[int, dict[str, str]] = {}
        for number, step, answer in self.ledger.read():
            answered.setdefault(number, {})[step] = answer
        while True:
            pending = [number for number, steps in answered.items() if "aside" not in steps]
            more = not self.finish.is_set() or len(answered) < OPEN_ORDERS
            if more and len(pending) < OPEN_ORDERS:
                number = len(answered)
                answered[number] = {}
                pending.append(number)
            if not pending:
                return
            for number in pending:
                for step in ("start", "begin", *(("paid", "work") if number % 2 else ("work", "paid")), "aside"):
                    if step not in answered[number]:
                        answer = self.step(number, step, answered[number])
                        if answer is None:
                            break
                        answered[number][step] = answer
                        self.ledger.add(number, step, answer)
            time.sleep(0.01)

    def step(self, number: int, step: str, known: dict[str, str]) -> str | None:
        """Gives a command and returns its answer; None when it is not yet its turn."""
        engine, order = self.engine, f"{self.role[-1]}.{number}"
        key = f"{order} {step}"
        if step == "start":
            return engine.start("order", {"order": order}, key=order, by=self.role).id
        if step == "paid":
            return str(engine.send("paid", {"sum": number}, {"order": order}, key=key))
        instance = known["start"]
        if step == "work":
            instance = engine.instances(parent=instance)[0].id
        if step == "aside":
            notes = Counter(event.element for event in engine.history(instance) if event.kind == "completed")["note"]
            if notes < REMINDERS:
                return None
        (task,) = engine.tasks(instance=instance, state=None, element=step)
        engine.complete(task.id, {step: number}, by=self.role, key=key)
        return task.id

    def racer(self) -> None:
        while not self.stop.is_set():
            tasks = self.engine.tasks(element="close", limit=10)
            random.shuffle(tasks)
            for task in tasks:
                with contextlib.suppress(ConflictError):
                    self.engine.complete(task.id, {"closed": self.role}, by=self.role)
                    self.ledger.add(task.id)
            time.sleep(0.02)

    def signaller(self) -> None:
        while not self.stop.is_set():
            self.ledger.add(self.engine.signal("go", {"beat": 1}))
            time.sleep(0.04)

    def auditor(self) -> None:
        while not self.stop.is_set():
            audit = self.engine.audit()
            assert audit.whole, audit
            self.ledger.add(self.engine.heads())
            time.sleep(1)


def life(url: str, folder: Path, role: str, seed: int, *, armed: bool) -> None:
    """A child process from its birth to its end."""
    random.seed(seed)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    faulthandler.register(signal.SIGUSR1, all_threads=True, chain=False)
    if armed:
        light_fuse(Ledger(folder / "fuses.log"))
    while True:
        try:
            Player(url, folder, role).play()
        except StorageError as error:
            Ledger(folder / "trouble.log").add(role, str(error))
            time.sleep(0.1)
            continue
        except BaseException:
            Ledger(folder / "errors.log").add(role, traceback.format_exc())
            os._exit(1)
        os._exit(0)


def light_fuse(log: Ledger) -> None:
    """This process kills itself at a statement, before a commit or after one."""
    place = random.choice(["statement", "before commit", "after commit"])
    left = random.randint(1, 150 if place == "statement" else 30)

    def burn(here: str) -> None:
        nonlocal left
        left -= here == place
        if left == 0:
            log.add(place)
            os.kill(os.getpid(), signal.SIGKILL)

    execute, many, commit = Database._execute, Database.many, Database._commit

    def executing(self, sql, values):
        burn("statement")
        return execute(self, sql, values)

    def executing_many(self, statement, rows):
        burn("statement")
        return many(self, statement, rows)

    def committing(self):
        burn("before commit")
        commit(self)
        burn("after commit")

    Database._execute, Database.many, Database._commit = executing, executing_many, committing


# --- who kills them ---


@dataclass
class Killer:
    """Starts the processes, kills them, starts them again."""

    url: str
    folder: Path
    seed: int
    pause: float
    """The longest time between two kills."""
    kills: Counter[str] = field(default_factory=Counter)
    alive: dict[int, tuple[str, bool]] = field(default_factory=dict)
    """The role of each process, and whether it carries a fuse."""
    arming: bool = True

    def start(self, role: str, *, armed: bool) -> None:
        self.seed += 1
        child = os.fork()
        if child == 0:
            life(self.url, self.folder, role, self.seed, armed=armed)
        self.alive[child] = (role, armed)

    def kill(self, child: int) -> None:
        """Kills a process and starts another in its place."""
        os.kill(child, signal.SIGKILL)
        _pid, status = os.waitpid(child, 0)
        self.died(child, status)

    def reap(self) -> None:
        """Takes note of whoever has ended, and starts another in the place of who has killed himself."""
        for child in list(self.alive):
            pid, status = os.waitpid(child, os.WNOHANG)
            if pid:
                self.died(child, status)

    def died(self, child: int, status: int) -> None:
        role, _armed = self.alive.pop(child)
        if os.WIFSIGNALED(status):
            self.kills[role.split()[0]] += 1
            self.start(role, armed=self.arming and random.random() < 0.5)
        elif os.waitstatus_to_exitcode(status):
            self.end()
            raise AssertionError((self.folder / "errors.log").read_text())

    def run(self, kills: int, progress) -> None:
        for role in ROLES:
            self.start(role, armed=random.random() < 0.5)
        while sum(self.kills.values()) < kills:
            time.sleep(random.uniform(0, self.pause))
            child, (_role, armed) = random.choice(list(self.alive.items()))
            if random.random() < (0.1 if armed else 0.7):  # those with a fuse get the time to burn it
                self.kill(child)
            self.reap()
            progress(sum(self.kills.values()))
        self.arming = False
        for child in [child for child, (_role, armed) in self.alive.items() if armed]:
            self.kill(child)

    def wait_for(self, *roles: str, seconds: float = 120) -> None:
        end = time.monotonic() + seconds
        while any(role.split()[0] in roles for role, _armed in self.alive.values()):
            self.reap()
            if time.monotonic() > end:
                in_a_child(partial(tell_what_is_open, self.url))
                self.tell_where_they_are()
                self.end()
                raise AssertionError(f"{roles} did not come to an end")
            time.sleep(0.02)

    def tell_where_they_are(self) -> None:
        """Each process that is alive writes what it is doing."""
        for child, (role, _armed) in self.alive.items():
            sys.stderr.write(f"{role}:\n")
            sys.stderr.flush()
            os.kill(child, signal.SIGUSR1)
            time.sleep(0.5)

    def end(self) -> None:
        for child in list(self.alive):
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
        self.alive.clear()


def run(url: str, folder: Path, kills: int, seed: int = 1, progress=lambda done: None) -> dict[str, object]:
    """The load with that many kills, and the check; returns its figures."""
    random.seed(seed)
    begin = time.monotonic()
    warm_up()
    pause = max(0.06, (time.monotonic() - begin) / 2)  # on a slow machine a process takes longer to get to work
    killer = Killer(url, folder, seed, pause)
    in_a_child(partial(deploy, url))
    try:
        killer.run(kills, progress)
        (folder / "finish").touch()
        killer.wait_for("caller")
        in_a_child(partial(all_have_ended, url))
        (folder / "stop").touch()
        killer.wait_for(*(role.split()[0] for role in ROLES))
    finally:
        killer.end()
    figures = check(url, folder)
    fuses = Counter(place for (place,) in Ledger(folder / "fuses.log").read())
    return {
        "kills": sum(killer.kills.values()),
        "killed": dict(killer.kills),
        "at a statement": fuses["statement"],
        "before a commit": fuses["before commit"],
        "after a commit": fuses["after commit"],
        **figures,
        "seconds": round(time.monotonic() - begin, 1),
    }


def warm_up() -> None:
    """Compiles the statements once, so that a process that is started again is quick."""
    with Engine("sqlite:///:memory:") as engine:
        for document in documents():
            engine.deploy(document)
        engine.start("order", {"order": "x"}, key="x")
        engine.complete(engine.tasks()[0].id, key="y")
        engine.send("paid", {}, {"order": "x"}, key="z")
        engine.tick()


def in_a_child(function) -> None:
    """Runs it in a process of its own: an engine that this one had opened would be carried into all that it forks."""
    child = os.fork()
    if child == 0:
        status = 1
        try:
            function()
            status = 0
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(status)
    assert os.waitpid(child, 0)[1] == 0


def deploy(url: str) -> None:
    with Engine(url) as engine:
        for document in documents():
            engine.deploy(document)


def tell_what_is_open(url: str) -> None:
    """For whoever looks for the reason."""
    with Engine(url) as engine:
        for number, view in engine.snapshot().instances.items():
            sys.stderr.write(f"{number} {view}\n")
        sys.stderr.write(f"{engine.incidents()}\n")


def all_have_ended(url: str, seconds: float = 120) -> None:
    """Waits until nothing runs any more."""
    end = time.monotonic() + seconds
    with Engine(url) as engine:
        while running := engine.instances("running", limit=3):
            if time.monotonic() > end:
                raise AssertionError(f"these do not come to an end: {running}, {engine.tasks(running[0].id)}")
            time.sleep(0.05)
